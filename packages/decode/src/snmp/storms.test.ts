import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nowMs } from '../testing.ts';
import { interfaceVarbinds, link, oids, string, trapHarness, v2c } from './testing.ts';

const down = (index: number, uptime = 1): Buffer => v2c({ ...link('linkDown', index), uptime });
const up = (index: number, uptime = 1): Buffer => v2c({ ...link('linkUp', index), uptime });

describe('a storm of traps', () => {
  test('leaves the first and the last of each kind, and counts what is between', () => {
    const h = trapHarness();
    for (let i = 0; i < 1000; i++) h.feed(down(1, i), { at: nowMs + i });
    expect(h.events).toHaveLength(50);
    h.decoder.expire(nowMs + 1500);
    expect(h.events).toHaveLength(50);
    h.decoder.expire(nowMs + 3000);
    expect(h.events).toHaveLength(51);
    expect(h.events[0]!.detail['uptime']).toBe(0);
    expect(h.events.at(-1)).toMatchObject({ timeMs: nowMs + 999, detail: { uptime: 999, suppressed: 949 } });
    expect(h.losses()).toEqual({ trap_storm: 949 });
    // Each datagram has one outcome: told, or waiting until a later one took its place.
    expect(h.counters.datagrams).toEqual({ decoded: 50, held: 950, rejected: 0 });
  });

  test('has its last told when the clock is set back', () => {
    const h = trapHarness();
    for (let i = 0; i < 60; i++) h.feed(down(1, i));
    h.decoder.expire(nowMs - 3_600_000);
    expect(h.events).toHaveLength(51);
    expect(h.events.at(-1)!.detail).toMatchObject({ uptime: 59 });
  });

  test('lets one a second through, which says how many went before it', () => {
    const h = trapHarness();
    for (let i = 0; i < 60; i++) h.feed(down(1, i));
    h.feed(down(1, 60), { at: nowMs + 1000 });
    expect(h.events).toHaveLength(51);
    expect(h.events.at(-1)!.detail).toMatchObject({ uptime: 60, suppressed: 10 });
    expect(h.losses()).toEqual({ trap_storm: 10 });
    h.decoder.expire(nowMs + 60_000);
    expect(h.events).toHaveLength(51);
  });

  test('of one kind holds up no other kind, no other interface’s first, and no other source', () => {
    const h = trapHarness();
    for (let i = 0; i < 200; i++) h.feed(down(1, i));
    const before = h.events.length;
    h.feed(v2c({ oid: oids.coldStart }));
    for (let index = 2; index <= 40; index++) h.feed(down(index));
    h.feed(down(1), { from: '192.0.2.2' });
    expect(h.events.length - before).toBe(41);
  });

  test('of a relay is limited by the devices that it speaks for', () => {
    const h = trapHarness();
    const relayed = (agent: string): Buffer =>
      v2c({ ...link('linkDown', 1, [['1.3.6.1.6.3.18.1.3.0', Buffer.from([0x40, 4, 10, 0, 0, Number(agent)])]]) });
    for (let i = 0; i < 100; i++) h.feed(relayed('1'));
    const before = h.events.length;
    h.feed(relayed('2'));
    expect(h.events.length - before).toBe(1);
  });

  test('of a sender that names another device each time is limited', () => {
    const h = trapHarness(undefined, { trapSources: 100 });
    const relayed = (n: number): Buffer =>
      v2c({ ...link('linkDown', 1, [['1.3.6.1.6.3.18.1.3.0', Buffer.from([0x40, 4, 10, 0, n >> 8, n & 255])]]) });
    for (let n = 0; n < 5000; n++) h.feed(relayed(n));
    expect(h.events).toHaveLength(100);
    expect(h.losses()).toEqual({ trap_storm: 4900 });
    // Its own, and those of others, are none of that.
    h.feed(down(1));
    h.feed(relayed(5000), { from: '192.0.2.2' });
    expect(h.events).toHaveLength(102);
    for (let n = 6000; n < 6100; n++) h.feed(relayed(n), { at: nowMs + 1000 });
    expect(h.events).toHaveLength(122);
  });

  test('of different peers without an interface keeps the first and last of each', () => {
    const h = trapHarness();
    const peer = (n: number): Buffer =>
      v2c({ oid: '1.3.6.1.4.1.12356.101.2.0.302', varbinds: [['1.3.6.1.4.1.12356.101.12.3.4.0', string(`t${n}`)]] });
    for (let i = 0; i < 300; i++) h.feed(peer(i % 100));
    const tunnels = () => new Set(h.events.map(({ detail }) => detail['tunnel'])).size;
    expect(tunnels()).toBe(100);
    h.decoder.expire(nowMs + 5000);
    expect(h.events).toHaveLength(200);
    expect(h.losses()).toEqual({ trap_storm: 100 });
  });

  test('that does not end tells the state at least twice a minute', () => {
    const h = trapHarness(undefined, { trapsPerSecond: 0 });
    for (let second = 0; second < 120; second++) {
      for (let i = 0; i < 20; i++) h.feed(down(1, second), { at: nowMs + 1000 * second + i });
      h.decoder.expire(nowMs + 1000 * second + 500);
    }
    expect(h.events.length).toBeGreaterThanOrEqual(50 + 3);
    expect(h.events.length).toBeLessThan(60);
  });

  test('is forgotten after a minute of quiet', () => {
    const h = trapHarness(undefined, { trapBurst: 1, trapsPerSecond: 0.001 });
    h.feed(down(1));
    h.feed(down(1));
    h.decoder.expire(nowMs + 5000);
    expect(h.events).toHaveLength(2);
    h.decoder.expire(nowMs + 70_000);
    h.feed(down(1), { at: nowMs + 70_001 });
    expect(h.events).toHaveLength(3);
  });

  test('ends with the state that holds, in order, whatever came how fast', () => {
    const step = fc.record({
      up: fc.boolean(),
      index: fc.integer({ min: 1, max: 3 }),
      afterMs: fc.integer({ min: 0, max: 900 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 5 }),
        (steps, trapBurst) => {
          const h = trapHarness(undefined, { trapBurst });
          let at = nowMs;
          let ticked = nowMs;
          const sent = new Map<string, number[]>();
          for (const [i, { up: isUp, index, afterMs }] of steps.entries()) {
            at += afterMs;
            for (; ticked + 1000 <= at; ticked += 1000) h.decoder.expire(ticked + 1000);
            h.feed(isUp ? up(index, i) : down(index, i), { at });
            const key = `${isUp ? 'link.up' : 'link.down'} ${index}`;
            sent.set(key, [...(sent.get(key) ?? []), i]);
          }
          h.decoder.expire(at + 60_000);
          const told = (filter: (key: string) => boolean): number[] =>
            h.events
              .filter((event) => filter(`${event.kind} ${event.interface}`))
              .map(({ detail }) => detail['uptime'] as number);
          for (const [key, uptimes] of sent) {
            const got = told((other) => other === key);
            // The first and the last of each kind and interface.
            expect(got[0]).toBe(uptimes[0]);
            expect(got.at(-1)).toBe(uptimes.at(-1));
          }
          // What is said about an interface is in order.
          for (const index of [1, 2, 3]) {
            const got = told((key) => key.endsWith(` ${index}`));
            expect(got).toEqual(got.toSorted((a, b) => a - b));
          }
          // Told, or counted as lost.
          expect(h.events.length + h.counters.losses.trap_storm).toBe(steps.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('of made-up interfaces and sources is bounded', () => {
    const h = trapHarness(undefined, { trapStreamsPerSource: 20, trapSources: 10, trapStreams: 100 });
    for (let i = 1; i <= 500; i++) h.feed(v2c({ oid: oids.linkDown, varbinds: interfaceVarbinds(i, 1, 2) }));
    // The burst; the rest are neither known nor allowed.
    expect(h.events).toHaveLength(50);
    expect(h.losses()).toEqual({ trap_storm: 450 });
    expect(h.counters.rejected.trap_storm).toBe(450);
    for (let i = 0; i < 200; i++) for (let n = 0; n < 3; n++) h.feed(down(1, n), { from: `10.0.0.${i}` });
    expect(h.events).toHaveLength(50 + 600);
  });

  test('of more sources than are remembered loses nobody’s last', () => {
    const h = trapHarness(undefined, { trapSources: 2, trapBurst: 1, trapsPerSecond: 0 });
    for (const from of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) {
      h.feed(down(1, 1), { from });
      h.feed(down(1, 2), { from });
    }
    expect(h.events.map(({ exporter, detail }) => [exporter, detail['uptime']])).toEqual([
      ['10.0.0.1', 1],
      ['10.0.0.2', 1],
      ['10.0.0.1', 2],
      ['10.0.0.3', 1],
    ]);
    h.decoder.expire(nowMs + 5000);
    expect(h.events).toHaveLength(6);
  });
});

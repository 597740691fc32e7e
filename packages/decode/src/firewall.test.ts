/** Cisco ASA: flows are events of a connection's life (NetFlow Secure Event Logging). */
import { describe, expect, test } from 'vitest';
import { harness, ip, message, nowMs, template } from './testing.ts';

const created = template(256, [
  [148, 4],
  [8, 4],
  [12, 4],
  [233, 1],
  [33002, 2],
  [323, 8],
  [152, 8],
]);
const ended = template(263, [
  [148, 4],
  [8, 4],
  [12, 4],
  [233, 1],
  [323, 8],
  [152, 8],
  [231, 4],
  [232, 4],
  [40000, 20],
]);
const inside = ip('10.0.0.1');
const outside = ip('203.0.113.1');
const event = { create: 1, teardown: 2, deny: 3, update: 5 } as const;

function firewall(limits = {}) {
  const h = harness({ limits });
  h.feed(message(9, [{ template: created }, { template: ended }]));
  return {
    h,
    create: (what: number) =>
      h.feed(message(9, [{ data: created, rows: [[1, inside, outside, what, 0, nowMs, nowMs]] }])),
    end: (what: number, ageS: number, octets: number, back: number, at = nowMs) =>
      h.feed(
        message(
          9,
          [{ data: ended, rows: [[1, inside, outside, what, at, at - ageS * 1000, octets, back, 'LOCAL\\ann']] }],
          { exportMs: at },
        ),
        { at },
      ),
  };
}

/** Octets that sums count: those of running totals were counted before. */
const counted = (flows: readonly Readonly<Record<string, unknown>>[]): number =>
  flows.filter((f) => f['counter'] !== 'total').reduce((sum, f) => sum + Number(f['octets']), 0);

describe('firewall events', () => {
  test('of creation are flows of no octets, so that nothing is counted twice', () => {
    expect(firewall().create(event.create)).toMatchObject([
      { srcAddr: '10.0.0.1', octets: 0, packets: 0, forwardingStatus: 0, startMs: nowMs },
    ]);
  });

  test('of denial are flows that were dropped', () => {
    expect(firewall().create(event.deny)).toMatchObject([{ octets: 0, forwardingStatus: 128 }]);
  });

  test.each([40005, 233])('are read from element %i, also beside element 89, which goes before', (id) => {
    const h = harness();
    const t = template(256, [
      [id, 1],
      [8, 4],
    ]);
    const stated = template(257, [
      [id, 1],
      [89, 1],
    ]);
    expect(
      h.feed(
        message(9, [
          { template: t },
          { template: stated },
          { data: t, rows: [[3, inside]] },
          { data: stated, rows: [[3, 0x40]] },
        ]),
      ),
    ).toMatchObject([{ forwardingStatus: 128 }, { forwardingStatus: 0x40 }]);
  });

  test('of teardown have both directions of the connection where no updates are sent', () => {
    const f = firewall();
    const flows = f.end(event.teardown, 300, 1000, 9000);
    expect(flows).toMatchObject([
      { counter: 'initiator', reverse: false, octets: 1000, srcAddr: '10.0.0.1' },
      { counter: 'initiator', reverse: true, octets: 9000, srcAddr: '203.0.113.1' },
    ]);
    expect(counted(flows)).toBe(10_000);
  });

  test('of teardown repeat what updates counted: they are running totals then', () => {
    const f = firewall();
    const flows = [
      ...f.create(event.create),
      ...f.end(event.update, 61, 100, 1000),
      ...f.end(event.update, 122, 200, 2000),
      ...f.end(event.update, 150, 50, 500),
      ...f.end(event.teardown, 150, 350, 3500),
    ];
    expect(flows.slice(-2)).toMatchObject([
      { counter: 'total', octets: 350, reverse: false },
      { counter: 'total', octets: 3500, reverse: true },
    ]);
    expect(counted(flows)).toBe(3850);
  });

  test('of teardown before the first update are all that tells of a short connection', () => {
    const f = firewall();
    const flows = [...f.end(event.update, 61, 100, 1000), ...f.end(event.teardown, 20, 7, 70)];
    expect(counted(flows)).toBe(1177);
  });

  test('of teardown of a short connection count beside updates of one that is days old', () => {
    const f = firewall();
    const days = f.end(event.update, 3 * 86_400, 100, 1000);
    expect(counted([...days, ...f.end(event.teardown, 2, 7, 70)])).toBe(1177);
    expect(counted(f.end(event.teardown, 3 * 86_400, 1e9, 1e9))).toBe(0);
  });

  test('of update that come before any interval, or with no time of creation, tell nothing of the interval', () => {
    const f = firewall();
    f.end(event.update, 0, 1, 1);
    f.end(event.update, nowMs / 1000, 1, 1);
    expect(counted(f.end(event.teardown, 50, 7, 70))).toBe(77);
  });

  test('of update are of the time since the last one', () => {
    const f = firewall();
    f.end(event.update, 61, 100, 1000);
    for (const ageS of [7200, 3 * 86_400])
      expect(f.end(event.update, ageS, 100, 1000)).toMatchObject([
        { startMs: nowMs - 61_000, endMs: nowMs, reverse: false },
        { startMs: nowMs - 61_000, endMs: nowMs, reverse: true },
      ]);
    expect([...f.h.decoder.exporters][0]?.activeTimeoutMs).toBe(60_000);
  });

  test('of teardown count for longer connections once updates come less often', () => {
    const f = firewall();
    f.end(event.update, 61, 1, 1);
    for (let minute = 1; minute <= 125; minute++) f.end(event.update, 1800, 1, 1, nowMs + minute * 60_000);
    const at = nowMs + 126 * 60_000;
    expect(counted(f.end(event.teardown, 900, 7, 70, at))).toBe(77);
    expect(counted(f.end(event.teardown, 1900, 7, 70, at))).toBe(0);
  });

  test('of other exporters, with counters of their own or in IPFIX, count always', () => {
    const h = harness();
    const ended10 = template(
      263,
      ended.fields.filter(({ id }) => id < 40_000).map((f) => [f.id, f.length] as const),
    );
    const deltas = template(300, [
      [233, 1],
      [152, 8],
      [153, 8],
      [1, 4],
    ]);
    const update = message(10, [
      { template: ended10 },
      { data: ended10, rows: [[1, inside, outside, event.update, nowMs, nowMs - 61_000, 5, 5]] },
    ]);
    h.feed(update);
    expect(
      counted([
        ...h.feed(
          message(10, [{ data: ended10, rows: [[1, inside, outside, event.teardown, nowMs, nowMs - 90_000, 7, 70]] }]),
        ),
        ...h.feed(
          message(9, [
            { template: deltas },
            { data: deltas, rows: [[event.update, nowMs - 61_000, nowMs, 100]] },
            { data: deltas, rows: [[event.teardown, nowMs - 61_000, nowMs, 100]] },
          ]),
        ),
      ]),
    ).toBe(277);
  });

  test('of teardown count again when updates are no longer sent', () => {
    const f = firewall();
    f.end(event.update, 61, 100, 1000);
    expect(counted(f.end(event.teardown, 300, 5, 5, nowMs + 3_600_001))).toBe(10);
  });
});

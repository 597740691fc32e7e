/** A sender, a reflector and a network between them in made-up time: what is found against what was done. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reflector } from './reflector.ts';
import { Session } from './session.ts';

const spacingMs = 20;
const startMs = Date.UTC(2026, 0, 1);

/** What the network does to one packet; times are ms, `undefined` = it is lost. */
interface Fate {
  readonly out: number | undefined;
  readonly back: number | undefined;
  /** A copy on the way there, so much later; its answer takes as long as the first one's. */
  readonly copyOut?: number | undefined;
  readonly copyBack?: number | undefined;
}

interface World {
  readonly stateful?: boolean;
  /** The reflector's clock minus the sender's. */
  readonly offsetMs?: number;
  readonly synchronised?: boolean;
}

/** Runs of packets over a network; everything happens in the order of its time. */
function exchange(
  runs: readonly (readonly Fate[])[],
  { stateful = true, offsetMs = 0, synchronised = false }: World = {},
) {
  let nowMs = 0;
  const events: { atMs: number; order: number; run: () => void }[] = [];
  const at = (atMs: number, run: () => void): void => void events.push({ atMs, order: events.length, run });
  const drain = (untilMs: number): void => {
    for (;;) {
      const next = events.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (!next) break;
      events.splice(events.indexOf(next), 1);
      nowMs = next.atMs;
      next.run();
    }
    nowMs = untilMs;
  };
  const time = { synchronised, errorMs: 1 };
  const reflector = new Reflector({
    clock: { wallMs: () => startMs + nowMs + offsetMs, monoMs: () => nowMs },
    time,
    allow: ['192.0.2.0/24'],
    stateful,
    onResult: (result) => expect(result).toBe('answered'),
  });
  const session = new Session();
  const now = () => ({ wallMs: startMs + nowMs, monoMs: nowMs, ...time });
  const heard: string[] = [];
  const figures = runs.map((fates, i) => {
    const beginMs = i * 60_000;
    at(beginMs, () => session.begin());
    fates.forEach(({ out, back, copyOut, copyBack }, k) =>
      at(beginMs + k * spacingMs, () => {
        const packet = session.send(now());
        const arrive = (): void => {
          const answer = reflector.take(packet, { address: '192.0.2.1', port: 9 })!;
          if (back === undefined) return;
          at(nowMs + back, () => heard.push(session.hear(answer, now())));
          if (copyBack !== undefined) at(nowMs + back + copyBack, () => heard.push(session.hear(answer, now())));
        };
        if (out === undefined) return;
        at(nowMs + out, arrive);
        if (copyOut !== undefined) at(nowMs + out + copyOut, arrive);
      }),
    );
    drain(beginMs + 30_000);
    return session.end();
  });
  return { figures, heard };
}

const close = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length);
  found.forEach((each, i) => expect(each).toBeCloseTo(wanted[i]!, 2));
};
const isAnswered = ({ out, back }: Fate): boolean => out !== undefined && back !== undefined;

describe('a session', () => {
  it('finds the round trips, and which way what was lost was lost, over any runs of a network that keeps the order', () => {
    const delay = fc.option(fc.double({ min: 0, max: spacingMs / 2 - 1, noNaN: true }), { nil: undefined, freq: 3 });
    const run = fc.array(fc.record({ out: delay, back: delay }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(run, { minLength: 1, maxLength: 4 }),
        fc.double({ min: -1e7, max: 1e7, noNaN: true }),
        (runs, offsetMs) => {
          const { figures } = exchange(runs, { offsetMs });
          let span: Fate[] = [];
          let isKnown = false;
          runs.forEach((fates, i) => {
            const { sent, rttsMs, oneWay } = figures[i]!;
            const answered = fates.filter(isAnswered);
            expect(sent).toBe(fates.length);
            close(
              rttsMs,
              answered.map(({ out, back }) => out! + back!),
            );
            span = [...span, ...fates];
            if (answered.length === 0) {
              expect(oneWay).toBeUndefined();
              return;
            }
            const last = span.findLastIndex(isAnswered);
            // Before the first answer ever nothing is known of how the reflector counts.
            const counted = span.slice(isKnown ? 0 : span.findIndex(isAnswered), last + 1);
            isKnown = true;
            expect(oneWay!.lost).toEqual({
              sent: counted.length,
              out: counted.filter(({ out }) => out === undefined).length,
              back: counted.filter(({ out, back }) => out !== undefined && back === undefined).length,
            });
            span = span.slice(last + 1);
            close(
              oneWay!.outTransitsMs,
              answered.map(({ out }) => out! + offsetMs),
            );
            close(
              oneWay!.backTransitsMs,
              answered.map(({ back }) => back! - offsetMs),
            );
          });
        },
      ),
    );
  });

  it('of a network that copies and mixes them still tells each packet lost one way or the other, and its round trip', () => {
    const delay = fc.option(fc.double({ min: 0, max: 8 * spacingMs, noNaN: true }), { nil: undefined, freq: 4 });
    const copy = fc.option(fc.double({ min: 0, max: 50, noNaN: true }), { nil: undefined, freq: 1 });
    const run = fc.array(fc.record({ out: delay, back: delay, copyOut: copy, copyBack: copy }), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 3 }), (runs) => {
        const { figures } = exchange(runs);
        figures.forEach(({ sent, rttsMs, oneWay }, i) => {
          const answered = runs[i]!.filter(isAnswered);
          expect([sent, rttsMs.length]).toEqual([runs[i]!.length, answered.length]);
          close(
            rttsMs,
            answered.map(({ out, back }) => out! + back!),
          );
          const lost = oneWay?.lost;
          if (!lost) return;
          expect(lost.out).toBeGreaterThanOrEqual(0);
          expect(lost.back).toBeGreaterThanOrEqual(0);
          expect(lost.sent - lost.out - lost.back).toBe(answered.length);
        });
      }),
    );
  });

  it('counts copies, late ones and those of nobody apart', () => {
    const calm = { out: 1, back: 1 };
    const { heard, figures } = exchange([
      [{ ...calm, copyOut: 3 }, { ...calm, copyBack: 3 }, { out: 1, back: 40_000 }, calm],
      [calm],
    ]);
    expect(heard).toEqual(['answer', 'duplicate', 'answer', 'duplicate', 'answer', 'late', 'answer']);
    expect(figures[0]!.oneWay!.lost).toEqual({ sent: 4, out: 0, back: 1 });
    expect(figures[1]!.oneWay!.lost).toEqual({ sent: 1, out: 0, back: 0 });
  });

  it('does not tell the way of what was lost when the reflector only gives back its numbers', () => {
    const calm = { out: 1, back: 2 };
    const { figures } = exchange([[calm, { out: undefined, back: 1 }, calm]], { stateful: false });
    expect(figures[0]!.rttsMs).toHaveLength(2);
    expect(figures[0]!.oneWay!.lost).toBeUndefined();
    close(figures[0]!.oneWay!.outTransitsMs, [1, 1]);
  });

  it('tells delays one way where both clocks say that they are right, and they are', () => {
    const run = [
      [
        { out: 3, back: 5 },
        { out: 5, back: 9 },
      ],
    ];
    expect(exchange(run).figures[0]!.oneWay!.delay).toBeUndefined();
    const { delay } = exchange(run, { synchronised: true }).figures[0]!.oneWay!;
    close([delay!.outMs, delay!.backMs], [4, 7]);
    // They say so, and an answer came before its question.
    expect(exchange(run, { synchronised: true, offsetMs: 1000 }).figures[0]!.oneWay!.delay).toBeUndefined();
  });

  it('goes on with a reflector that has forgotten it', () => {
    const calm = { out: 1, back: 1 };
    const lossy = { out: undefined, back: 1 };
    // More than 900 s between them.
    const silent = Array.from({ length: 16 }, () => [lossy]);
    const { figures } = exchange([[calm, calm], ...silent, [calm, lossy, calm]]);
    expect(figures.at(-1)!.oneWay!.lost).toEqual({ sent: 3, out: 1, back: 0 });
  });

  it('is not moved by what others send it', () => {
    const session = new Session();
    const now = { wallMs: startMs, monoMs: 0, synchronised: false, errorMs: 1 };
    session.begin();
    const packet = session.send(now);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
        expect(session.hear(Buffer.from(octets), now)).toBe('stray');
      }),
    );
    // Its number alone is not enough: who did not see the packet does not know its time.
    const forged = Buffer.alloc(44);
    packet.copy(forged, 24, 0, 4);
    expect(session.hear(forged, now)).toBe('stray');
    expect(session.end()).toEqual({ sent: 1, rttsMs: [] });
  });
});

describe('a reflector', () => {
  const from = (address: string, port = 9) => ({ address, port });
  const packet = Buffer.alloc(44);
  function open(allow: readonly string[] = ['192.0.2.0/24', '2001:db8::/32']) {
    const counts: Record<string, number> = {};
    const world = { nowMs: 0 };
    const reflector = new Reflector({
      clock: { wallMs: () => startMs + world.nowMs, monoMs: () => world.nowMs },
      time: { synchronised: false, errorMs: 1 },
      allow,
      onResult: (result) => (counts[result] = (counts[result] ?? 0) + 1),
    });
    const sequence = (address: string, port?: number, octets = packet) =>
      reflector.take(octets, from(address, port))?.readUInt32BE(0);
    return { reflector, counts, world, sequence };
  }

  it('answers those networks that it may, and nobody else', () => {
    const { sequence, counts } = open();
    expect(sequence('192.0.2.1')).toBe(0);
    expect(sequence('::ffff:192.0.2.1')).toBe(0);
    expect(sequence('2001:db8::1')).toBe(0);
    expect(sequence('198.51.100.1')).toBeUndefined();
    expect(open([]).sequence('192.0.2.1')).toBeUndefined();
    expect(counts).toEqual({ answered: 3, not_allowed: 1 });
  });

  it('numbers each session by itself: address, port and identifier', () => {
    const { sequence } = open();
    const other = Buffer.alloc(44);
    other[15] = 1;
    const numbers = [sequence('192.0.2.1'), sequence('192.0.2.1'), sequence('192.0.2.1', 10), sequence('192.0.2.2')];
    expect([...numbers, sequence('192.0.2.1', 9, other), sequence('192.0.2.1')]).toEqual([0, 1, 0, 0, 0, 2]);
  });

  it('answers no address more than 200 times a second, and none at port 0', () => {
    const { sequence, counts, world } = open();
    for (let i = 0; i < 500; i++) sequence('192.0.2.1', 1000 + i);
    expect(sequence('192.0.2.2')).toBe(0);
    expect(sequence('192.0.2.2', 0)).toBeUndefined();
    expect(counts).toEqual({ answered: 201, limited: 300, malformed: 1 });
    world.nowMs = 1000;
    expect(sequence('192.0.2.1')).toBe(0);
  });

  it('remembers so many sessions only, those that were heard last', () => {
    const { sequence, world } = open(['10.0.0.0/8']);
    for (let i = 0; i < 17_000; i++) {
      world.nowMs = i;
      sequence(`10.0.${i >> 8}.${i & 255}`);
    }
    expect(sequence('10.0.66.103')).toBe(1);
    expect(sequence('10.0.0.0')).toBe(0);
  });

  it('never says more than it was told, whatever that was', () => {
    const { reflector, world } = open();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12_000 }), (octets) => {
        world.nowMs += 1000;
        const answer = reflector.take(Buffer.from(octets), from('192.0.2.1'));
        expect(answer?.length).toBe(octets.length < 41 || octets.length > 9000 ? undefined : octets.length);
      }),
    );
  });
});

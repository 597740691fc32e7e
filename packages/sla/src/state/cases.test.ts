/** Each case with its times in seconds; a poll is each 60 s and its `up` holds for 150 s; heartbeats are each second. */
import { describe, expect, it } from 'vitest';
import { type Evidence, type Heartbeat, defaultStateSettings } from './evidence.ts';
import { intervalsOf } from './intervals.ts';

type Word = Partial<Evidence> & { readonly says: Evidence['says'] };
const word = (atS: number, kind: Evidence['kind'], said: Word): Evidence => ({
  atMs: atS * 1000,
  kind,
  name: '',
  collector: 'main',
  holdMs: 150_000,
  note: `${kind} ${said.says}`,
  ...said,
});
const trap = (atS: number, says: 'up' | 'down'): Evidence =>
  word(atS, 'link', { says, note: says === 'up' ? 'linkUp trap' : 'linkDown trap', holdMs: 900_000 });
const poll = (atS: number, says: 'up' | 'down', sinceS?: number): Evidence =>
  word(atS, 'link', { says, note: `poll: ${says}`, ...(sinceS !== undefined && { sinceMs: sinceS * 1000 }) });
const probe = (atS: number, says: Evidence['says'], collector = 'main', name = 'icmp://192.0.2.1'): Evidence =>
  word(atS, 'probe', { says, collector, name, holdMs: 120_000 });
const reach = (atS: number, says: 'up' | 'down'): Evidence => word(atS, 'reach', { says });
const path = (atS: number, name: string, says: Evidence['says']): Evidence => word(atS, 'path', { says, name });
const traffic = (atS: number): Evidence => word(atS, 'traffic', { says: 'up', holdMs: 900_000 });
const every = <T>(fromS: number, toS: number, stepS: number, make: (atS: number) => T): T[] =>
  Array.from({ length: Math.floor((toS - fromS) / stepS) + 1 }, (_, i) => make(fromS + i * stepS));
const beats = (fromS: number, toS: number, collector = 'main'): Heartbeat[] =>
  every(fromS, toS, 1, (atS) => ({ collector, atMs: atS * 1000 }));

/** As `10-20 up none`, s. */
const told = (evidence: readonly Evidence[], toS: number, heartbeats = beats(0, toS)): string[] =>
  intervalsOf(evidence, heartbeats, defaultStateSettings, { fromMs: 0, toMs: toS * 1000 }).map(
    ({ fromMs, toMs, state, cause }) => `${fromMs / 1000}-${toMs / 1000} ${state} ${cause}`,
  );

describe('a probe that failed while its line was down', () => {
  const failing = [...every(0, 60, 60, (s) => probe(s, 'up')), ...every(120, 240, 60, (s) => probe(s, 'down'))];
  const line = [poll(0, 'up', 0), poll(60, 'up', 0), trap(100, 'down'), trap(250, 'up')];

  it('is over when the line came back, once it answers the next time', () => {
    expect(told([...line, ...failing, probe(300, 'up')], 360)).toEqual([
      '0-100 up none',
      '100-250 down link',
      '250-360 up none',
    ]);
  });

  it('goes on until it answers, where it failed after the line came back', () => {
    expect(told([...line, ...failing, probe(300, 'down'), probe(360, 'up')], 400)).toEqual([
      '0-100 up none',
      '100-250 down link',
      '250-360 down probe',
      '360-400 up none',
    ]);
  });

  it('is not over before it has answered', () => {
    expect(told([...line, ...failing], 290)).toEqual(['0-100 up none', '100-250 down link', '250-290 down probe']);
  });
});

describe('a link', () => {
  it('whose linkUp was lost is up since when the next poll says', () => {
    expect(
      told(
        [...every(0, 60, 60, (s) => poll(s, 'up', 0)), trap(100, 'down'), poll(120, 'down', 100), poll(180, 'up', 130)],
        240,
      ),
    ).toEqual(['0-100 up none', '100-130 down link', '130-240 up none']);
  });

  it('whose linkDown was lost is down since when the poll that finds it says', () => {
    expect(told([poll(0, 'up', 0), poll(60, 'up', 0), poll(120, 'down', 77), poll(180, 'down', 77)], 200)).toEqual([
      '0-77 up none',
      '77-200 down link',
    ]);
  });

  it('is down from the first poll that says so, where nothing tells since when', () => {
    expect(told([poll(0, 'up'), poll(60, 'up'), poll(120, 'down')], 121)).toEqual([
      '0-120 up none',
      '120-121 down link',
    ]);
  });

  it('is not moved back beyond the last word that said otherwise', () => {
    expect(told([poll(0, 'up'), trap(60, 'down'), poll(70, 'up', 20)], 100)).toEqual(['0-100 up none']);
    expect(told([poll(0, 'up'), trap(60, 'down'), poll(65, 'down'), poll(70, 'up', 20)], 100)).toEqual([
      '0-60 up none',
      '60-65 down link',
      '65-100 up none',
    ]);
  });

  it('is up all along when it was not heard for a while and says that it did not change', () => {
    expect(told([poll(0, 'up', 0), poll(600, 'up', 0)], 700)).toEqual(['0-700 up none']);
    expect(told([poll(0, 'up', 0), poll(600, 'up', 500)], 700)).toEqual([
      '0-150 up none',
      '150-500 unknown unseen',
      '500-700 up none',
    ]);
  });

  it('of a device that started again is up since then, and what lies between is not known', () => {
    const evidence = [
      poll(0, 'up', 0),
      reach(0, 'up'),
      reach(60, 'down'),
      reach(120, 'down'),
      poll(300, 'up', 290),
      reach(300, 'up'),
    ];
    expect(told(evidence, 320)).toEqual(['0-150 up none', '150-290 unknown silent', '290-320 up none']);
  });

  it('keeps the time of the trap when a poll of the same instant tells what was before', () => {
    expect(told([poll(0, 'up', 0), poll(60, 'up', 0), trap(60, 'down')], 70)).toEqual([
      '0-60 up none',
      '60-70 down link',
    ]);
  });

  it('is down when two traps of one instant disagree, until something else is said', () => {
    const both = [trap(60, 'up'), trap(60, 'down')];
    for (const evidence of [both, both.toReversed()])
      expect(told([poll(0, 'up'), ...evidence, poll(63, 'up')], 70)).toEqual([
        '0-60 up none',
        '60-63 down link',
        '63-70 up none',
      ]);
  });

  it('keeps each interval of a storm of traps', () => {
    const storm = every(10, 209, 1, (s) => trap(s, s % 2 === 0 ? 'down' : 'up'));
    const found = told([poll(0, 'up'), ...storm], 300);
    expect(found).toHaveLength(201);
    expect(found.slice(0, 3)).toEqual(['0-10 up none', '10-11 down link', '11-12 up none']);
    expect(found.at(-1)).toBe('209-300 up none');
  });

  it('stays down while its device cannot be asked', () => {
    expect(told([poll(0, 'up'), trap(60, 'down'), ...every(120, 3600, 60, (s) => reach(s, 'down'))], 3600)).toEqual([
      '0-60 up none',
      '60-3600 down link',
    ]);
  });

  it('that was shut is down for that', () => {
    expect(
      told(
        [
          poll(0, 'up'),
          word(60, 'admin', { says: 'down' }),
          trap(60, 'down'),
          word(90, 'admin', { says: 'up' }),
          trap(90, 'up'),
        ],
        100,
      ),
    ).toEqual(['0-60 up none', '60-90 down admin', '90-100 up none']);
  });

  it('that is not polled is up again when traffic is seen on it long after its trap', () => {
    expect(told([trap(0, 'down'), ...every(60, 600, 60, traffic)], 3000)).toEqual([
      '0-180 down link',
      '180-1500 up none',
      '1500-3000 unknown unseen',
    ]);
  });

  it('that is polled is not, whatever is seen', () => {
    expect(told([...every(0, 600, 60, (s) => poll(s, 'down')), ...every(30, 600, 60, traffic)], 600)).toEqual([
      '0-600 down link',
    ]);
  });

  it('is told by whoever polls it: another collector goes on', () => {
    const evidence = [poll(0, 'down'), { ...poll(60, 'up'), collector: 'other' }];
    expect(told(evidence, 100, [...beats(0, 100), ...beats(0, 100, 'other')])).toEqual([
      '0-60 down link',
      '60-100 up none',
    ]);
  });
});

describe('silence', () => {
  it('is never an outage', () => {
    expect(told([poll(0, 'up'), traffic(0)], 5000)).toEqual(['0-900 up none', '900-5000 unknown unseen']);
    expect(told([reach(0, 'up'), reach(60, 'down'), reach(120, 'down')], 400)).toEqual([
      '0-60 up none',
      '60-400 unknown silent',
    ]);
    expect(told([], 100)).toEqual(['0-100 unknown unseen']);
  });

  it('of a device whose far end answers is up', () => {
    const evidence = [
      poll(0, 'up'),
      ...every(60, 600, 60, (s) => reach(s, 'down')),
      ...every(0, 600, 60, (s) => probe(s, 'up')),
    ];
    expect(told(evidence, 600)).toEqual(['0-600 up none']);
  });

  it('of paths that are up does not make those that are down an outage', () => {
    expect(told([path(0, 'a', 'up'), path(0, 'b', 'down'), poll(0, 'up')], 400)).toEqual([
      '0-150 degraded path',
      '150-400 unknown unseen',
    ]);
  });

  it('of a source that is no more does not count', () => {
    const gone = { ...path(30, 'a', 'up'), holdMs: 0 };
    expect(told([path(0, 'a', 'up'), path(0, 'b', 'down'), poll(0, 'up'), gone], 100)).toEqual([
      '0-30 degraded path',
      '30-100 down path',
    ]);
  });
});

describe('a probe', () => {
  it('that fails twice in a row is down from the first failure, also when the link is up', () => {
    const evidence = [
      ...every(0, 300, 60, (s) => poll(s, 'up')),
      probe(0, 'up'),
      probe(60, 'down'),
      probe(120, 'down'),
      probe(240, 'up'),
    ];
    expect(told(evidence, 300)).toEqual(['0-60 up none', '60-240 down probe', '240-300 up none']);
  });

  it('that fails once is not, and a success between that came late takes it back', () => {
    const failures = [probe(0, 'up'), probe(60, 'down'), probe(120, 'down')];
    expect(told(failures, 130)).toEqual(['0-60 up none', '60-130 down probe']);
    expect(told([...failures, probe(90, 'up')], 130)).toEqual(['0-130 up none']);
    expect(told(failures.slice(0, 2), 100)).toEqual(['0-100 up none']);
  });

  it('that fails from one vantage point only is degraded, from every one down', () => {
    const both = [...beats(0, 400), ...beats(0, 400, 'far')];
    const here = every(60, 400, 60, (s) => probe(s, 'down'));
    const up = [probe(0, 'up'), probe(0, 'up', 'far')];
    expect(told([...up, ...here, ...every(60, 400, 60, (s) => probe(s, 'up', 'far'))], 400, both)).toEqual([
      '0-60 up none',
      '60-400 degraded probe',
    ]);
    expect(told([...up, ...here, ...every(120, 400, 60, (s) => probe(s, 'down', 'far'))], 400, both)).toEqual([
      '0-60 up none',
      '60-120 degraded probe',
      '120-400 down probe',
    ]);
  });

  it('stays down while one of its vantage points is blind', () => {
    const words = every(60, 600, 60, (s) => [probe(s, 'down'), probe(s, 'down', 'far')]).flat();
    const evidence = [
      ...every(0, 600, 60, (s) => poll(s, 'up')),
      ...words.filter(({ atMs, collector }) => collector === 'main' || atMs < 200_000),
    ];
    expect(told(evidence, 600, [...beats(0, 600), ...beats(0, 200, 'far')])).toEqual([
      '0-60 up none',
      '60-600 down probe',
    ]);
  });

  it('and a device that do not answer are down, silent, though another vantage point went blind while it was up', () => {
    const evidence = [
      probe(0, 'up', 'far'),
      ...every(60, 600, 60, (s) => probe(s, 'down')),
      ...every(60, 600, 60, (s) => reach(s, 'down')),
    ];
    expect(told(evidence, 600, [...beats(0, 600), ...beats(0, 50, 'far')])).toEqual([
      '0-50 up none',
      '50-60 unknown collector',
      '60-600 down silent',
    ]);
  });
});

describe('a collector', () => {
  const polls = [...every(0, 600, 60, (s) => poll(s, 'up'))];

  it('that starts again within seconds changes nothing', () => {
    expect(told(polls, 600, [...beats(0, 200), ...beats(225, 600)])).toEqual(['0-600 up none']);
  });

  it('that was away for longer leaves just that time unknown', () => {
    const kept = polls.filter(({ atMs }) => atMs <= 200_000 || atMs >= 300_000);
    expect(told(kept, 600, [...beats(0, 200), ...beats(290, 600)])).toEqual([
      '0-200 up none',
      '200-290 unknown collector',
      '290-600 up none',
    ]);
  });

  it('that was away sees what it saw before again where it still holds; an outage goes on', () => {
    expect(told([poll(0, 'up'), trap(100, 'down')], 600, [...beats(0, 200), ...beats(290, 600)])).toEqual([
      '0-100 up none',
      '100-200 down link',
      '200-290 unknown collector',
      '290-600 down link',
    ]);
  });

  it('is away once another has gone on for long enough, and not before', () => {
    const upTo = (lastS: number): string[] =>
      told([poll(0, 'up')], 100, [...beats(0, 40), ...beats(0, lastS, 'other')]);
    expect(upTo(70)).toEqual(['0-100 up none']);
    expect(upTo(71)).toEqual(['0-40 up none', '40-100 unknown collector']);
  });

  it('does not matter while another watches the same circuit', () => {
    const evidence = [
      ...every(0, 600, 60, (s) => poll(s, 'up')),
      ...every(0, 600, 60, (s) => probe(s, 'up', 'far')),
    ].filter(({ atMs, collector }) => collector === 'far' || atMs <= 200_000 || atMs >= 400_000);
    expect(told(evidence, 600, [...beats(0, 200), ...beats(400, 600), ...beats(0, 600, 'far')])).toEqual([
      '0-600 up none',
    ]);
  });

  it('whose clock went back tells of that time again: later words of the time stand', () => {
    expect(told([poll(0, 'up'), poll(120, 'up'), trap(90, 'down')], 130)).toEqual([
      '0-90 up none',
      '90-120 down link',
      '120-130 up none',
    ]);
  });
});

describe('degraded', () => {
  const polls = every(0, 300, 60, (s) => poll(s, 'up'));

  it('is a circuit that is over its limits', () => {
    expect(
      told(
        [
          ...polls,
          word(60, 'quality', { says: 'degraded', name: 'x' }),
          word(120, 'quality', { says: 'up', name: 'x' }),
        ],
        300,
      ),
    ).toEqual(['0-60 up none', '60-120 degraded quality', '120-300 up none']);
  });

  it('is one with some of its paths down; with all of them it is down', () => {
    const evidence = [
      ...polls,
      ...every(0, 300, 60, (s) => path(s, 'a', s < 60 ? 'up' : 'down')),
      ...every(0, 300, 60, (s) => path(s, 'b', s < 180 ? 'up' : 'down')),
    ];
    expect(told(evidence, 300)).toEqual(['0-60 up none', '60-180 degraded path', '180-300 down path']);
  });
});

it('carries what began an interval', () => {
  const found = intervalsOf([poll(0, 'up', 0), poll(120, 'down', 77)], beats(0, 130), defaultStateSettings, {
    fromMs: 0,
    toMs: 130_000,
  });
  expect(found.map(({ evidence }) => evidence)).toEqual([
    [{ atMs: 0, source: 'link (main)', text: 'poll: up' }],
    [{ atMs: 120_000, source: 'link (main)', text: 'poll: down' }],
  ]);
});

it('leaves out what is no evidence', () => {
  const odd = [
    { ...trap(10, 'down'), atMs: Number.NaN },
    { ...trap(10, 'down'), atMs: -1 },
    { ...trap(10, 'down'), atMs: 1e15 },
    { ...trap(10, 'down'), holdMs: Number.NaN },
    { ...trap(10, 'down'), sinceMs: Number.NaN },
    { ...trap(10, 'down'), name: 'x'.repeat(257) },
    word(10, 'traffic', { says: 'down' }),
  ];
  expect(told([poll(0, 'up'), ...odd], 20)).toEqual(['0-20 up none']);
});

import { describe, expect, it } from 'vitest';
import { Alerting } from './alerting.ts';
import { defaultInhibitions } from './defaults.ts';
import type { Alert, Route } from './model.ts';
import { Bench, alert, minuteMs, route, startMs, words } from './testing.ts';

const ended = (each: Alert, atMs: number): Alert => ({ ...each, endedMs: atMs });
const grave = { severity: 'critical' } as const;
const by = (...names: string[]) => ({ by: names as never });

describe('waiting, interval and repeat', () => {
  it('gathers for the wait, and what joins later comes with the interval', () => {
    const bench = new Bench({ routes: [route(1, { group: by('provider') })] });
    bench.put(alert(1)).tick();
    bench.nowMs += 20_000;
    expect(words(bench.put(alert(2)).tick())).toEqual([]);
    bench.nowMs += 9_999;
    expect(words(bench.tick())).toEqual([]);
    bench.nowMs += 1;
    expect(words(bench.tick())).toEqual(['1/1 opened 1 2']);
    // Nothing more to do, and nothing more to keep.
    expect(bench.machine.nextDueMs).toBeNull();
    bench.machine.tick(bench.nowMs);
    expect(bench.machine.changes()).toEqual({ alerts: [], groups: [], tellings: [] });
    bench.nowMs += 1000;
    bench.put(alert(3)).tick();
    expect(bench.machine.nextDueMs).toBe(startMs + 30_000 + 300_000);
    expect(words(bench.pass(298_999))).toEqual([]);
    expect(words(bench.pass(1))).toEqual(['1/1 updated 1 2 3']);
    expect(bench.told.at(-1)!.changed).toEqual(['circuit-down/i3']);
  });

  it('tells nothing of what is over before the first word', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(alert(1)).tick();
    bench.nowMs += 10_000;
    bench.put(ended(alert(1), bench.nowMs)).tick();
    expect(words(bench.pass(60 * minuteMs))).toEqual([]);
    expect(bench.groups()).toMatchObject([{ closedMs: startMs + 10_000, sequence: 0 }]);
    expect([...bench.machine.alerts()]).toEqual([]);
  });

  it('opens at once what is critical, and says at once that it has become so', () => {
    const bench = new Bench({ routes: [route(1)] });
    expect(words(bench.put(alert(1, grave)).tick())).toEqual(['1/1 opened 1']);
    bench.put(alert(2)).pass(40_000);
    expect(words(bench.put(alert(2, grave)).tick())).toEqual(['1/2 updated 2']);
    // It was so already: with the interval.
    expect(words(bench.put(alert(2, { ...grave, title: 'Two' })).tick())).toEqual([]);
    expect(words(bench.pass(5 * minuteMs))).toEqual(['1/2 updated 2']);
  });

  it('says that it is over at once, and the gravest that it was', () => {
    const bench = new Bench({ routes: [route(1, { group: by('provider') })] });
    bench.put(alert(1, grave)).put(alert(2)).tick();
    bench.put(ended(alert(1, grave), bench.nowMs + 1000)).tick();
    expect(words(bench.pass(5 * minuteMs))).toEqual(['1/1 updated 2 -1']);
    expect(words(bench.put(ended(alert(2), bench.nowMs)).tick())).toEqual(['1/1 resolved -2']);
    expect(bench.told.at(-1)!.group).toMatchObject({ severity: 'critical', closedMs: bench.nowMs, sequence: 3 });
  });

  it('does not say that one of several is over, nor that all are, where that is not asked for', () => {
    const bench = new Bench({ routes: [route(1, { sendResolved: false, group: by('provider') })] });
    bench.put(alert(1, grave)).put(alert(2)).tick();
    bench.put(ended(alert(1, grave), bench.nowMs)).pass(10 * minuteMs);
    bench.put(ended(alert(2), bench.nowMs)).pass(10 * minuteMs);
    expect(words(bench.told)).toEqual(['1/1 opened 1 2']);
    expect(bench.groups()[0]!.closedMs).not.toBeNull();
  });

  it('repeats with the interval after the time to repeat', () => {
    const bench = new Bench({
      routes: [route(1, { group: { by: ['problem'], repeatHours: 1, intervalSeconds: 2500 } })],
    });
    bench.put(alert(1, grave)).tick();
    // 3600 s is no multiple of 2500 s: the next is 5000 s.
    expect(words(bench.pass(4_999_999))).toEqual([]);
    expect(words(bench.pass(1))).toEqual(['1/1 reminder 1']);
    expect(words(bench.pass(5_000_000))).toEqual(['1/1 reminder 1']);
  });

  it('takes each change at once where the interval is 0', () => {
    const bench = new Bench({ routes: [route(1, { group: { intervalSeconds: 0, waitSeconds: 0 } })] });
    bench.put(alert(1)).tick();
    bench.put(alert(1, { title: 'Other' })).tick();
    expect(words(bench.put(alert(1, { title: 'Other' })).tick())).toEqual([]);
    expect(words(bench.told)).toEqual(['1/1 opened 1', '1/1 updated 1']);
  });
});

describe('opening again', () => {
  it('uses the same ticket within the time, and another after it', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(alert(1, grave)).tick();
    bench.put(ended(alert(1, grave), bench.nowMs)).tick();
    bench.nowMs += 30 * minuteMs;
    expect(words(bench.put(alert(1, grave)).tick())).toEqual(['1/1 reopened 1']);
    bench.put(ended(alert(1, grave), bench.nowMs)).tick();
    bench.nowMs += 30 * minuteMs + 1;
    expect(words(bench.put(alert(1, grave)).tick())).toEqual(['1/2 opened 1']);
    expect(bench.told.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 1]);
  });

  it('knows the same line by another incident', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(alert(1, grave)).tick();
    bench.put(ended(alert(1, grave), bench.nowMs)).tick();
    const again = alert(2, { ...grave, circuit: 1, academy: 1 });
    bench.nowMs += 10 * minuteMs;
    expect(words(bench.put(again).tick())).toEqual(['1/1 reopened 2']);
    expect(bench.told.at(-1)!.group.key).toBe('problem=i2');
  });

  it('is closed as before when it is over before it was told again', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(alert(1)).pass(minuteMs);
    bench.put(ended(alert(1), bench.nowMs)).tick();
    const closedMs = bench.nowMs;
    bench.nowMs += minuteMs;
    bench.put(alert(1)).tick();
    bench.nowMs += 1000;
    bench.put(ended(alert(1), bench.nowMs)).tick();
    expect(words(bench.told)).toEqual(['1/1 opened 1', '1/1 resolved -1']);
    expect(bench.groups()).toMatchObject([{ closedMs, sequence: 2 }]);
  });
});

describe('what is held back', () => {
  const silence = (untilMs: number) => ({
    silences: [{ id: 1, trust: 1, matchers: [{ name: 'circuit', op: '=', value: 'line-1' } as const], untilMs }],
  });

  it('is told when the silence ends, if it goes on', () => {
    const bench = new Bench({ routes: [route(1)], ...silence(startMs + 10 * minuteMs) });
    bench
      .put(alert(1, grave))
      .put(alert(3, { circuit: 1, labels: { circuit: 'line-1' } }))
      .tick();
    bench.put(ended(alert(3, { circuit: 1, labels: { circuit: 'line-1' } }), startMs)).tick();
    expect(words(bench.pass(10 * minuteMs - 1))).toEqual([]);
    expect(words(bench.pass(1))).toEqual(['1/1 opened 1']);
  });

  it('is over for who was told, whatever the silence', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(alert(1, grave)).tick();
    bench.configure(silence(Infinity));
    expect(words(bench.put(alert(1, { ...grave, title: 'Other' })).pass(10 * minuteMs))).toEqual([]);
    expect(words(bench.put(ended(alert(1, grave), bench.nowMs)).tick())).toEqual(['1/1 resolved -1']);
  });

  it('does not hold for another trust’s silence', () => {
    const [only] = silence(Infinity).silences;
    const bench = new Bench({ routes: [route(1)], silences: [{ ...only!, trust: 2 }] });
    expect(words(bench.put(alert(1, grave)).tick())).toEqual(['1/1 opened 1']);
  });

  it('is told when quiet ends, and never when it is over by then', () => {
    const bench = new Bench({ routes: [route(1)] });
    const quietUntilMs = startMs + 5 * minuteMs;
    bench
      .put(alert(1, { ...grave, quietUntilMs }))
      .put(alert(2, { ...grave, quietUntilMs }))
      .tick();
    bench.nowMs += 4 * minuteMs;
    bench.put(ended(alert(2, { ...grave, quietUntilMs }), bench.nowMs)).tick();
    expect(words(bench.pass(10 * minuteMs))).toEqual(['1/1 opened 1']);
    expect(bench.told[0]!.atMs).toBe(quietUntilMs);
  });

  it('waits for the hours of the subscription, except what is critical', () => {
    const hours = { weekdays: ['mon' as const, 'wed' as const], from: '08:00', to: '09:00' };
    const bench = new Bench({ routes: [route(1, { hours, group: { waitSeconds: 0 } })] });
    bench.put(alert(1)).put(alert(2, grave)).tick();
    expect(words(bench.told)).toEqual(['1/1 opened 2']);
    // Monday, 9 March, 08:00 in London.
    expect(words(bench.pass(Date.UTC(2026, 2, 9, 8) - bench.nowMs - 1))).toEqual([]);
    expect(words(bench.pass(1))).toEqual(['1/2 opened 1']);
    bench.pass(2 * 3_600_000);
    expect(words(bench.put(ended(alert(1), bench.nowMs)).tick())).toEqual(['1/2 resolved -1']);
  });

  it('escalates what nobody acknowledged, or whose acknowledgement ran out', () => {
    const bench = new Bench({ routes: [route(1, { escalateMinutes: 15, group: { waitSeconds: 0 } })] });
    const acknowledged = { by: 'Ann', atMs: startMs + 1, untilMs: startMs + 60 * minuteMs };
    bench
      .put(alert(1))
      .put(alert(2, { acknowledged }))
      .put(alert(3, { acknowledged: { ...acknowledged, untilMs: null } }));
    expect(words(bench.pass(15 * minuteMs - 1))).toEqual([]);
    expect(words(bench.pass(1))).toEqual(['1/1 opened 1']);
    expect(words(bench.pass(45 * minuteMs))).toEqual(['1/2 opened 2']);
    expect(words(bench.pass(600 * minuteMs))).toEqual([]);
    expect(words(bench.put(alert(3)).tick())).toEqual(['1/3 opened 3']);
    // Who was told hears of the acknowledgement.
    expect(words(bench.put(alert(1, { acknowledged })).tick())).toEqual(['1/1 acknowledged 1']);
  });
});

describe('notes and acknowledgements', () => {
  it('go at once, each note a word of its own', () => {
    const bench = new Bench({ routes: [route(1)] });
    const note = (text: string) => ({ note: { by: 'Ann', text } });
    bench.put(alert(1)).put(alert(1), note('Called them')).tick();
    expect(bench.told).toEqual([]);
    expect(words(bench.pass(30_000))).toEqual(['1/1 opened 1', '1/1 note 1 "Called them"']);
    bench.put(alert(1), note('One')).put(alert(1), note('Two'));
    expect(words(bench.tick())).toEqual(['1/1 note 1 "One"', '1/1 note 1 "Two"']);
    const acknowledged = { by: 'Ann', atMs: bench.nowMs, untilMs: null };
    expect(words(bench.put(alert(1, { acknowledged })).tick())).toEqual(['1/1 acknowledged 1']);
    expect(words(bench.put(alert(1)).tick())).toEqual([]);
    expect(words(bench.pass(5 * minuteMs))).toEqual(['1/1 updated 1']);
    bench.put(alert(1), note('Fixed')).put(ended(alert(1), bench.nowMs));
    expect(words(bench.tick())).toEqual(['1/1 resolved -1 "Fixed"']);
  });
});

describe('inhibition', () => {
  const degraded = (incident: number) =>
    alert(incident, { kind: 'circuit-degraded', severity: 'critical', labels: { circuit: 'line-1' } });

  it('holds while the source fires', () => {
    const bench = new Bench({ routes: [route(1)], inhibitions: defaultInhibitions });
    bench
      .put(alert(1, grave))
      .put(degraded(2))
      .put(alert(3, { ...grave, kind: 'circuit-degraded' }));
    expect(words(bench.tick())).toEqual(['1/1 opened 3', '1/2 opened 1']);
    bench.put(ended(alert(1, grave), bench.nowMs));
    expect(words(bench.tick()).toSorted()).toEqual(['1/2 resolved -1', '1/3 opened 2']);
  });

  it('does not hold for a source that has not lasted long enough', () => {
    const bench = new Bench({ routes: [route(1)], inhibitions: defaultInhibitions });
    bench.put(alert(1, { ...grave, quietUntilMs: startMs + minuteMs })).put(degraded(2));
    expect(words(bench.tick())).toEqual(['1/1 opened 2']);
  });

  it('takes a missing label for an empty one, and two that are both sides do not hush each other', () => {
    const both = [{ name: 'role', op: '=', value: 'x' } as const];
    const bench = new Bench({
      routes: [route(1)],
      inhibitions: [{ source: both, target: both, equal: ['pop', 'role'] }],
    });
    bench
      .put(alert(1, { ...grave, labels: { role: 'x' } }))
      .put(alert(2, { ...grave, labels: { role: 'x', pop: '' } }));
    expect(bench.tick()).toHaveLength(2);
    const apart = new Bench({
      routes: [route(1)],
      inhibitions: [{ source: both, target: [{ name: 'role', op: '=', value: '' }], equal: ['pop'] }],
    });
    apart.put(alert(1, { ...grave, labels: { role: 'x', pop: '' } })).put(alert(2, grave));
    expect(words(apart.tick())).toEqual(['1/1 opened 1']);
  });
});

describe('a parent', () => {
  const parent = (more: Partial<Alert> = {}) =>
    alert(9, {
      kind: 'provider-down',
      severity: 'critical',
      circuit: null,
      academy: null,
      ...more,
      labels: { circuit: '', academy: '' },
    });
  const member = (incident: number, more: Partial<Alert> = {}) => alert(incident, { parent: 'i9', ...more });

  it.each([[['problem']], [['circuit']], [['provider']]])('carries its members, by %j', (names) => {
    const bench = new Bench({ routes: [route(1, { group: by(...names) })] });
    bench.put(member(1, grave)).put(parent()).put(member(2, grave));
    expect(words(bench.tick())).toEqual(['1/1 opened 1 2 9']);
    bench.put(member(3, grave)).tick();
    expect(words(bench.pass(5 * minuteMs))).toEqual(['1/1 updated 1 2 3 9']);
    for (const i of [1, 2, 3]) bench.put(ended(member(i, grave), bench.nowMs));
    bench.put(ended(parent(), bench.nowMs));
    expect(words(bench.tick())).toEqual(['1/1 resolved -1 2 3 9']);
  });

  it.each([[['problem']], [['circuit']]])(
    'takes over the oldest ticket of its members, and ends the others, by %j',
    (names) => {
      const bench = new Bench({ routes: [route(1, { group: by(...names) })] });
      bench.put(alert(1, grave)).tick();
      bench.nowMs += 1000;
      bench.put(alert(2, grave)).put(alert(3)).tick();
      bench.nowMs += 1000;
      bench.put(member(2, grave)).put(parent()).put(member(1, grave)).put(member(3));
      expect(words(bench.tick())).toEqual(['1/1 updated 1 2 9 3', '1/2 resolved 2 "Part of Problem 9"']);
      expect(bench.groups().find(({ id }) => id === 2)).toMatchObject({ mergedInto: 1, closedMs: bench.nowMs });
      expect(bench.groups().find(({ id }) => id === 1)!.key).toBe(`${names[0]!}=${names[0] === 'problem' ? 'i9' : ''}`);
      expect(words(bench.pass(10 * minuteMs))).toEqual([]);
    },
  );

  it('does not carry where the subscription does not see it', () => {
    const matchers = [{ name: 'academy', op: '=~', value: 'academy-[12]' } as const];
    const match: Route['match'] = { atLeast: 'info', rules: [], matchers };
    const bench = new Bench({ routes: [route(1, { match, group: by('circuit') }), route(2, { match })] });
    bench.put(parent()).put(member(1, grave)).put(member(2, grave)).put(member(3, grave));
    expect(words(bench.tick())).toEqual(['1/1 opened 1', '1/3 opened 2', '2/2 opened 1 2']);
  });

  it('joins the tickets of one problem though the subscription does not see what they are part of', () => {
    const match: Route['match'] = { atLeast: 'info', rules: ['circuit-down'], matchers: [] };
    const bench = new Bench({ routes: [route(1, { match })] });
    bench.put(alert(2, grave)).tick();
    bench.put(alert(1, { ...grave, startedMs: startMs - 1 })).tick();
    bench
      .put(member(1, { ...grave, startedMs: startMs - 1 }))
      .put(member(2, grave))
      .put(parent());
    expect(words(bench.tick())).toEqual(['1/1 updated 1 2', '1/2 resolved 1 "Part of Problem 2"']);
  });

  it('of a parent: the highest one carries', () => {
    const bench = new Bench({ routes: [route(1, { group: by('academy') })] });
    const site = (more: Partial<Alert> = {}) =>
      alert(5, { kind: 'site-down', severity: 'critical', academy: 1, ...more, labels: { academy: 'academy-1' } });
    const line = alert(1, { ...grave, parent: 'i5' });
    expect(words(bench.put(line).put(site()).tick())).toEqual(['1/1 opened 1 5']);
    expect(
      words(
        bench
          .put(site({ parent: 'i9' }))
          .put(parent())
          .tick(),
      ),
    ).toEqual(['1/1 updated 1 9 5']);
  });

  it('lets go of what is split from it', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(parent()).put(member(1, grave)).put(member(2, grave)).tick();
    bench.nowMs += minuteMs;
    expect(words(bench.put(alert(1, grave)).tick())).toEqual(['1/2 opened 1']);
    expect(words(bench.pass(5 * minuteMs))).toEqual(['1/1 updated 2 9']);
    expect(words(bench.put(ended(alert(1, grave), bench.nowMs)).tick())).toEqual(['1/2 resolved -1']);
  });

  it('that ends before its members leaves them the problem', () => {
    const bench = new Bench({ routes: [route(1), route(2, { group: by('circuit') })] });
    bench.put(parent()).put(member(1, grave)).put(member(2, grave)).tick();
    bench.nowMs += 10 * minuteMs;
    const told = words(bench.put(ended(parent(), bench.nowMs)).tick());
    expect(told).toEqual(['1/1 updated 1 2 -9', '2/2 updated 2 -9', '2/3 opened 1']);
  });

  it('is told of as one that was merged', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(alert(1, grave)).put(alert(2, grave)).tick();
    expect(words(bench.put(ended({ ...alert(2, grave), parent: 'i1' }, bench.nowMs)).tick())).toEqual([
      '1/2 resolved -2 "Part of Problem 1"',
    ]);
  });

  it('does not go round in circles', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench
      .put(alert(1, { ...grave, parent: 'i2' }))
      .put(alert(2, { ...grave, parent: 'i1' }))
      .put(alert(3, { ...grave, parent: 'i3' }));
    expect(bench.tick().flatMap(({ alerts }) => alerts.map(({ incident }) => incident))).toContain(3);
  });
});

describe('streams', () => {
  const stream = (more = {}) => route(1, { stream: true, group: { waitSeconds: 0, intervalSeconds: 0 }, ...more });

  it('are told each change, in order, though many come at once', () => {
    const bench = new Bench({ routes: [stream()], inhibitions: defaultInhibitions });
    bench
      .put(alert(1))
      .put(alert(1, { title: 'A' }))
      .put(alert(1, { title: 'B' }))
      .put(alert(1), { note: { by: 'Ann', text: 'Hm' } });
    bench
      .put(alert(1, { title: 'B', acknowledged: { by: 'Ann', atMs: 5, untilMs: null } }))
      .put(ended(alert(1), startMs))
      .put(alert(1));
    const told = words(bench.tick());
    const events = [
      'opened 1',
      'updated 1',
      'updated 1',
      'updated 1',
      'note 1 "Hm"',
      'acknowledged 1',
      'resolved -1',
      'reopened 1',
    ];
    // The note came with the alert as it was at first: that is a change, too.
    expect(told).toEqual(events.map((event) => `1/1 ${event}`));
  });

  it('have members in the ticket of their problem, none inhibited', () => {
    const bench = new Bench({ routes: [stream()] });
    const parent = alert(9, { kind: 'provider-down' });
    bench
      .put(parent)
      .put(alert(1, { parent: 'i9' }))
      .put(ended(parent, startMs))
      .put(ended(alert(1, { parent: 'i9' }), startMs));
    expect(words(bench.tick())).toEqual(['1/1 opened 9', '1/1 updated 1 9', '1/1 updated 1 -9', '1/1 resolved -1']);
  });

  it('go on in order when ids ran out', () => {
    const bench = new Bench({ routes: [stream(), route(2, { stream: true })] });
    bench.ids = 1;
    bench
      .put(alert(1))
      .put(alert(2))
      .put(ended(alert(1), startMs))
      .put(ended(alert(2), startMs));
    const told = words(bench.tick(1));
    expect(told.filter((each) => each.startsWith('1/'))).toEqual([
      '1/1 opened 1',
      '1/3 opened 2',
      '1/1 resolved -1',
      '1/3 resolved -2',
    ]);
    expect(told.filter((each) => each.startsWith('2/'))).toHaveLength(4);
  });

  it('catch up with what was silenced', () => {
    const silences = [
      { id: 1, trust: 1, matchers: [{ name: 'rule', op: '!=', value: '' } as const], untilMs: startMs + minuteMs },
    ];
    const bench = new Bench({ routes: [stream()], silences });
    bench.put(alert(1)).put(alert(2)).tick();
    expect(words(bench.pass(minuteMs))).toEqual(['1/1 opened 1', '1/2 opened 2']);
  });
});

describe('a set-up that changes', () => {
  const match = (value: string) =>
    ({ atLeast: 'info', rules: [], matchers: [{ name: 'circuit', op: '=', value }] }) satisfies Route['match'];

  it('resolves to who was told, though it matches no more or the subscription is gone', () => {
    const bench = new Bench({ routes: [route(1), route(2)] });
    bench.put(alert(1, grave)).tick();
    bench.configure({ routes: [route(1, { match: match('other') })] });
    expect(words(bench.put(alert(2, grave)).tick())).toEqual([]);
    expect(words(bench.put(ended(alert(1, grave), bench.nowMs)).tick())).toEqual([
      '1/1 resolved -1',
      '2/2 resolved -1',
    ]);
    bench.restart();
    expect(words(bench.put(alert(1, grave)).pass(minuteMs))).toEqual([]);
  });

  it('that is switched off says nothing, and catches up', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(alert(1, grave)).put(alert(2, grave)).tick();
    bench.configure({ routes: [route(1, { enabled: false })] });
    bench
      .put(ended(alert(1, grave), bench.nowMs))
      .put(alert(3, grave))
      .put(alert(2, { ...grave, title: 'Other' }));
    expect(words(bench.pass(60 * minuteMs))).toEqual([]);
    bench.restart();
    bench.configure({ routes: [route(1)] });
    expect(words(bench.tick())).toEqual(['1/1 resolved -1', '1/2 updated 2', '1/3 opened 3']);
  });

  it('keeps open tickets as they were grouped', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(alert(1, grave)).tick();
    bench.configure({ routes: [route(1, { group: by('provider') })] });
    bench.put(alert(1, { ...grave, title: 'Other' })).put(alert(2, grave));
    expect(words(bench.pass(5 * minuteMs))).toEqual(['1/2 opened 2', '1/1 updated 1']);
  });

  it('says which matchers are no expressions; they match nothing, and the value has to match as a whole', () => {
    const bench = new Bench({});
    const of = (op: '=~' | '!~', value: string) =>
      ({ atLeast: 'info', rules: [], matchers: [{ name: 'circuit', op, value }] }) satisfies Route['match'];
    const problems = bench.configure({
      routes: [
        route(1, { match: of('=~', '(') }),
        route(2, { match: of('!~', '(') }),
        route(3, { match: of('=~', 'line') }),
        route(4, { match: of('=~', 'line-.') }),
        route(5, { match: of('!~', 'line') }),
        route(6, { match: { atLeast: 'info', rules: [], matchers: [{ name: 'pop', op: '=', value: '' }] } }),
        route(7, { match: of('=~', '((a{1,100}){1,100}){1,100}') }),
      ],
    });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(/^Subscription route-1: circuit=~"\(" is not a valid expression/);
    expect(
      bench
        .put(alert(1, grave))
        .tick()
        .map(({ group }) => group.subscription),
    ).toEqual([4, 5, 6]);
  });

  it('never tells of safeguarding, except where nothing else is told', () => {
    const bench = new Bench({ routes: [route(1), route(2, { safeguarding: true })] });
    bench.put(alert(1, { ...grave, kind: 'safeguarding', safeguarding: true })).put(alert(2, grave));
    expect(words(bench.tick())).toEqual(['1/1 opened 2', '2/2 opened 1']);
  });
});

describe('a clock that is set back', () => {
  it('makes nothing be told twice, nor wait for the time that it showed before', () => {
    const bench = new Bench({ routes: [route(1, { group: { repeatHours: 1 } })] });
    bench.put(alert(1, grave)).put(alert(2)).tick();
    bench.put(alert(1, { ...grave, title: 'Other' })).tick();
    bench.nowMs -= 10 * 3_600_000;
    bench.tick();
    expect(words(bench.pass(30_000))).toEqual(['1/2 opened 2']);
    expect(words(bench.pass(270_000))).toEqual(['1/1 updated 1']);
    expect(bench.told.at(-1)!.atMs).toBe(startMs);
    expect(words(bench.pass(50 * minuteMs))).toEqual([]);
  });
});

describe('a new machine', () => {
  it('refuses groups that another version of it kept', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(alert(1, grave)).tick();
    const [group] = bench.groups();
    const memory = { alerts: [], groups: [{ ...group!, memo: { format: 2 } }] };
    expect(() => new Alerting(memory, () => 1)).toThrow('group 1 was kept by another version of the machine (2)');
  });

  it('resolves what it was told of though the alert is known no more', () => {
    const bench = new Bench({ routes: [route(1)] });
    bench.put(alert(1, grave)).tick();
    const machine = new Alerting({ alerts: [], groups: bench.groups() }, () => 9);
    machine.configure({ routes: [route(1)], silences: [], inhibitions: [] });
    machine.tick(bench.nowMs);
    expect(machine.changes().tellings).toMatchObject([{ event: 'resolved', sequence: 2, resolved: 1, alerts: [] }]);
  });
});

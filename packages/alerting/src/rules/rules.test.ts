import { defaultRule } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import { conditionAlert } from './conditions/alert.ts';
import { type RuleInForce, rulesInForce } from './defaults.ts';
import { type IncidentFacts, type IncidentSubject, type Surroundings, alertsOf, wouldHaveFired } from './incidents.ts';
import { thresholdsOf } from './thresholds.ts';

const startMs = Date.UTC(2026, 2, 4, 10);
const minuteMs = 60_000;
const rule = (more: Partial<RuleInForce> = {}): RuleInForce => {
  const { kind = 'circuit-down', slug = kind } = more;
  return { ...defaultRule(kind), slug, ...more };
};
const incident = (more: Partial<IncidentFacts> = {}): IncidentFacts => ({
  ...{ id: 4, trust: 1, kind: 'outage', state: 'open', severity: 'minor', title: 'Oak: main down', cause: 'link' },
  ...{ circuit: 11, academy: 21, provider: 31, parent: null, startedMs: startMs, endedMs: null, flaps: 0 },
  ...{ backupCarried: false, maintenance: false, mergedInto: null },
  ...{ acknowledgedBy: null, acknowledgedMs: null, acknowledgedUntilMs: null },
  ...more,
});
const subject = (more: Partial<IncidentSubject> = {}): IncidentSubject => ({
  trust: 'north',
  circuit: { slug: 'oak-main', role: 'primary', kind: 'leased-line', pop: 'leeds' },
  academy: { row: 21, slug: 'oak', name: 'Oak Academy', cluster: 'west', phase: null },
  provider: { row: 31, slug: 'fibre' },
  pop: null,
  ...more,
});
const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  subject: () => subject(),
  root: ({ id, parent }) => parent ?? id,
  maintenanceUntilMs: () => null,
  openFromMs: (_hours, _incident, atMs) => atMs,
  ...more,
});
const filtering = around({
  subject: () => subject({ circuit: { slug: 'oak-filter', role: 'primary', kind: 'filtering', pop: null } }),
});
const keys = (of: Partial<IncidentFacts>, where = around()): readonly string[] =>
  alertsOf(incident(of), rulesInForce([]), where, startMs).map(({ key }) => key);

describe('rules in force', () => {
  it('are the defaults, what was made of them, and further ones', () => {
    const own = rule({ slug: 'night', name: 'Nights' });
    const changed = rule({ enabled: false });
    const rules = rulesInForce([own, changed]);
    expect(rules[0]).toBe(changed);
    expect(rules.at(-1)).toBe(own);
    expect(rules.map(({ slug }) => slug).filter((slug) => slug === 'circuit-down')).toHaveLength(1);
    expect(rulesInForce([]).every(({ enabled, slug, kind }) => enabled && slug === kind)).toBe(true);
  });
});

describe('thresholds', () => {
  const of = rule({
    kind: 'utilisation',
    settings: { percent: 85, unknown: 3 },
    overrides: [
      { kind: 'circuit', id: 'oak-main', settings: { percent: 50 } },
      { kind: 'academy', id: 'oak', settings: { percent: 60, minutes: 30 } },
      { kind: 'provider', id: 'fibre', settings: { percent: 70, minutes: 5000 } },
    ],
  });

  it('are of the circuit before the academy before the provider before the rule before its kind', () => {
    const about = { circuit: 'oak-main', academy: 'oak', provider: 'fibre' };
    expect(thresholdsOf(of, about)).toEqual({ percent: 50, minutes: 30 });
    expect(thresholdsOf(of, { ...about, circuit: 'oak-second' })).toEqual({ percent: 60, minutes: 30 });
    // 5,000 minutes are more than it takes: passed over.
    expect(thresholdsOf(of, { ...about, circuit: null, academy: 'elm' })).toEqual({ percent: 70, minutes: 15 });
    expect(thresholdsOf(of, { circuit: null, academy: null, provider: null })).toEqual({ percent: 85, minutes: 15 });
    expect(thresholdsOf({ ...of, settings: {}, overrides: [] }, about)).toEqual({ percent: 90, minutes: 15 });
  });
});

describe('alerts of an incident', () => {
  it.each([
    [{ kind: 'outage' }, ['circuit-down']],
    [{ kind: 'outage', backupCarried: true }, ['circuit-down', 'backup-carrying']],
    [{ kind: 'degradation' }, ['circuit-degraded']],
    [{ kind: 'site' }, ['site-down']],
    [{ kind: 'provider' }, ['provider-down']],
    [{ kind: 'device' }, ['provider-down']],
    [{ kind: 'blind', cause: 'silent' }, ['silent']],
    [{ kind: 'blind', cause: 'unseen' }, ['silent']],
    [{ kind: 'blind', cause: 'collector' }, ['collector-trouble']],
    [{ kind: 'blind', cause: 'vantage' }, ['collector-trouble']],
    [{ kind: 'quality' }, ['data-gap']],
  ] as const)('%o are of %j', (of, kinds) => {
    expect(keys(of)).toEqual(kinds.map((kind) => `${kind}/i4`));
  });

  it('carry what they are matched and grouped by', () => {
    const [alert] = alertsOf(incident({ parent: 9 }), [rule()], around({ root: () => 12 }), startMs);
    expect(alert).toMatchObject({ key: 'circuit-down/i4', parent: 'i9', incident: 4, circuit: 11, provider: 31 });
    expect(alert!.labels).toEqual({
      ...{ problem: 'i12', rule: 'circuit-down', severity: 'minor', trust: 'north', academy: 'oak', cluster: 'west' },
      ...{ provider: 'fibre', pop: 'leeds', circuit: 'oak-main', role: 'primary', kind: 'leased-line', cause: 'link' },
      incident: '4',
    });
  });

  it('are as grave as the rule says, else its kind, else the incident; of a line that somebody shut, hardly', () => {
    const severities = (of: Partial<IncidentFacts>, ...rules: readonly RuleInForce[]) =>
      alertsOf(incident(of), rules, around(), startMs).map(({ severity }) => severity);
    expect(severities({}, rule(), rule({ severity: 'critical' }))).toEqual(['minor', 'critical']);
    expect(severities({ kind: 'site' }, rule({ kind: 'site-down' }))).toEqual(['critical']);
    expect(severities({ cause: 'admin', severity: 'critical' }, rule(), rule({ severity: 'major' }))).toEqual([
      'info',
      'major',
    ]);
  });

  it('go on while it recovers, and end with it, or when it became part of another', () => {
    const [alert] = alertsOf(incident({ state: 'recovering', endedMs: startMs + 1 }), [rule()], around(), startMs);
    expect(alert!.endedMs).toBeNull();
    const [over] = alertsOf(incident({ state: 'resolved', endedMs: startMs + 90_000 }), [rule()], around(), startMs);
    expect(over).toMatchObject({
      endedMs: startMs + 90_000,
      text: 'Since 4 Mar 2026 10:00. Over since 4 Mar 2026 10:01:30, after 1 min 30 s.',
    });
    const [merged] = alertsOf(incident({ mergedInto: 7 }), [rule()], around(), startMs + 5);
    expect(merged).toMatchObject({ endedMs: startMs + 5, parent: 'i7' });
  });

  it('are only of rules that are on and of what they name', () => {
    const rules = [
      ...[rule({ enabled: false }), rule({ academies: ['elm'] }), rule({ providers: ['other'] })],
      rule({ slug: 'mine', academies: ['oak'], providers: ['fibre', 'other'] }),
    ];
    expect(alertsOf(incident(), rules, around(), startMs).map(({ key }) => key)).toEqual(['mine/i4']);
    const nowhere = around({ subject: () => subject({ academy: null }) });
    expect(alertsOf(incident(), [rule({ academies: ['oak'] })], nowhere, startMs)).toEqual([]);
  });

  it('of a filtering service are for safeguarding only, name nobody, and hang on nothing', () => {
    const of = incident({ parent: 9, backupCarried: true, title: 'Oak filter of Quirk Telecom: down' });
    const alerts = [of, { ...of, kind: 'degradation' as const }].flatMap((each) =>
      alertsOf(each, rulesInForce([]), filtering, startMs),
    );
    expect(alerts.map(({ key, safeguarding }) => [key, safeguarding])).toEqual([
      ['safeguarding/i4', true],
      ['circuit-degraded/i4', true],
    ]);
    for (const alert of alerts)
      expect(alert).toMatchObject({
        ...{ title: 'There is something to look at for Oak Academy', parent: null },
        text: 'There is something to look at for Oak Academy',
      });
    // Without its rule it is told to nobody: it does not become a ticket.
    expect(alertsOf(of, rulesInForce([rule({ kind: 'safeguarding', enabled: false })]), filtering, startMs)).toEqual(
      [],
    );
    expect(wouldHaveFired(rule({ kind: 'circuit-degraded' }), [{ ...of, kind: 'degradation' }], filtering)).toEqual([]);
    // What says nothing of how it works is told as of any other.
    expect(alertsOf({ ...of, kind: 'quality' }, rulesInForce([]), filtering, startMs)).toMatchObject([
      { kind: 'data-gap', safeguarding: false },
    ]);
  });

  it('of several lines that all filter are for safeguarding, too', () => {
    for (const kind of ['site', 'provider', 'device'] as const)
      for (const filters of [true, false])
        expect(
          alertsOf(
            incident({ kind, circuit: null }),
            rulesInForce([]),
            around({ subject: () => subject({ circuit: null, filters }) }),
            startMs,
          ).map(({ safeguarding }) => safeguarding),
        ).toEqual([filters]);
  });

  it.each([
    ['fix-due', true],
    ['sla-breach', true],
    ['budget-burn', true],
    ['breach-forecast', true],
    ['dates', false],
    ['utilisation', false],
  ] as const)('of the kind %s tell of a filtering service: for safeguarding %s', (kind, safeguarding) => {
    const place = { trust: 1, root: null, openFromMs: (atMs: number) => atMs };
    const about = { circuit: 11, academy: null, provider: null, incident: null };
    const finding = { ...about, subject: 'c11', startedMs: startMs, title: 'Oak filter', text: '' };
    const told = (of: IncidentSubject) => conditionAlert(rule({ kind }), finding, { ...place, subject: of }, startMs);
    expect(told(filtering.subject(incident())).safeguarding).toBe(safeguarding);
    expect(told(subject()).safeguarding).toBe(false);
  });

  it('are quiet until they have lasted, maintenance is over, and the hours are open', () => {
    const quiet = (
      of: Partial<IncidentFacts>,
      by: Partial<RuleInForce>,
      where: Partial<Surroundings> = {},
      atMs = startMs,
    ) => alertsOf(incident(of), [rule(by)], around(where), atMs)[0]!.quietUntilMs;
    expect(quiet({}, {})).toBeNull();
    expect(quiet({}, { forMinutes: 5 })).toBe(startMs + 5 * minuteMs);
    expect(quiet({}, { forMinutes: 5 }, {}, startMs + 5 * minuteMs)).toBeNull();
    const covered = { maintenanceUntilMs: () => startMs + 30 * minuteMs };
    expect(quiet({ maintenance: true }, { forMinutes: 5 }, covered)).toBe(startMs + 30 * minuteMs);
    expect(quiet({ maintenance: false }, {}, covered)).toBeNull();
    // Beyond its end, it fires.
    expect(quiet({ maintenance: true }, {}, covered, startMs + 31 * minuteMs)).toBeNull();
    const opensAt = startMs + 60 * minuteMs;
    const shut = { openFromMs: (_hours: string, _of: IncidentFacts, atMs: number) => Math.max(atMs, opensAt) };
    expect(quiet({}, { hours: 'school', forMinutes: 5 }, shut)).toBe(opensAt);
    expect(quiet({}, { hours: 'always' }, shut)).toBeNull();
    expect(quiet({}, { hours: 'school' }, { openFromMs: () => null })).toBeNull();
    expect(quiet({ state: 'resolved', endedMs: startMs + 1 }, { forMinutes: 5 })).toBeNull();
  });
});

describe('what a rule would have made of the past', () => {
  it('is what lasted long enough, newest first, though the rule is off', () => {
    const of = (id: number, minutes: number | null, more: Partial<IncidentFacts> = {}) =>
      incident({
        ...{ id, startedMs: startMs + id * minuteMs, state: minutes === null ? 'open' : 'resolved' },
        endedMs: minutes === null ? null : startMs + (id + minutes) * minuteMs,
        ...more,
      });
    const past = [of(1, 5), of(2, 6), of(3, 4), of(4, null), of(5, 60, { kind: 'site' })];
    const fired = wouldHaveFired(rule({ forMinutes: 5, enabled: false }), past, around());
    expect(fired.map(({ incident: id, fromMs, toMs }) => [id, fromMs, toMs])).toEqual([
      [4, startMs + 9 * minuteMs, null],
      [2, startMs + 7 * minuteMs, startMs + 8 * minuteMs],
    ]);
  });
});

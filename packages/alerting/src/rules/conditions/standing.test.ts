/** Rules on contracts, over standings that figures make of real intervals. */
import { type CircuitStanding, type SlaCircuit, type StandingFacts, circuitStanding, fixDue } from '@linewatch/figures';
import type { Incident } from '@linewatch/contract';
import type { Terms } from '@linewatch/sla';
import { describe, expect, it } from 'vitest';
import { breachForecast } from './breach-forecast.ts';
import { budgetBurn } from './budget-burn.ts';
import type { Known } from './finding.ts';
import { fixNears } from './fix-due.ts';
import { slaBreach } from './sla-breach.ts';

const minute = 60_000;
const hour = 60 * minute;
/** 30 days of 24 h in London: 720 h. */
const june = Date.parse('2026-05-31T23:00:00Z');
const at = (day: number, hours = 0): number => june + (day - 1) * 24 * hour + hours * hour;

const lineOf = (terms: Terms): SlaCircuit =>
  ({
    ...{ row: 7, id: 'ash-1', name: 'Ash primary', role: 'primary', site: null, calendar: undefined },
    ...{ academy: { id: 'ash', name: 'Ash', pupils: 900 }, provider: { id: 'fibre', name: 'Example Fibre' } },
    contract: { id: 'lines', name: 'Lines', terms, record: {} },
    ...{ validity: { fromMs: -Infinity, toMs: Infinity }, planned: {}, record: {} },
  }) as unknown as SlaCircuit;

/** Up but for these outages. */
function factsOf(...outages: readonly (readonly [fromMs: number, toMs: number])[]): StandingFacts {
  const edges = outages.flatMap(([from, to]) => [
    { fromMs: from, state: 'down' as const },
    { fromMs: to, state: 'up' as const },
  ]);
  const all = [{ fromMs: june - 90 * 24 * hour, state: 'up' as const }, ...edges];
  const intervals = all.map((each, i) => ({
    ...{ ...each, circuit: 7, toMs: all[i + 1]?.fromMs ?? null, cause: 'link', evidence: [], seenMs: Infinity },
  }));
  return {
    intervals: new Map([[7, intervals]]),
    seenMs: new Map(),
    annotations: new Map(),
    works: { key: '', of: () => [] },
  };
}

function input(nowMs: number, facts: StandingFacts, target: number) {
  const circuit = lineOf({ target });
  const earlier = (ms: number): CircuitStanding | null => circuitStanding(circuit, facts, ms);
  return { circuit, standing: earlier(nowMs)!, earlier };
}
const none: Known = new Map();

describe('a broken contract', () => {
  // 99.9 % of 720 h allow 43 min 12 s.
  const facts = factsOf([at(5), at(5) + 30 * minute], [at(9, 8), at(9, 9)]);

  it('is so from the minute in which more was lost than the period allows', () => {
    expect(slaBreach(input(at(9, 8) + 13 * minute, facts, 99.9), none)).toBeUndefined();
    const found = slaBreach(input(at(20), facts, 99.9), none);
    // 30 min, and 13 min 12 s of the second.
    expect(found).toMatchObject({ subject: 'c7/2026-05-31', startedMs: at(9, 8) + 14 * minute, circuit: 7 });
    expect(found!.text).toBe('99.9 % is promised, which allows 43 min 12 s until 30 June 2026. More was lost already.');
  });

  it('is the same whenever it is looked at, and not of the next period', () => {
    const looks = [at(9, 10), at(12), at(30, 23)].map((ms) => slaBreach(input(ms, facts, 99.9), none));
    expect(new Set(looks.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(slaBreach(input(at(31, 1), facts, 99.9), none)).toBeUndefined();
  });
});

describe('a contract that will be broken', () => {
  const facts = factsOf([at(3), at(3) + 35 * minute]);
  // 35 of 43.2 min are 81 %.
  it('is told of while the pace is too high, and enough is spent', () => {
    expect(breachForecast(input(at(10), facts, 99.9), { spentPercent: 75 }, none)).toMatchObject({
      subject: 'c7/2026-05-31',
      startedMs: at(3) + 33 * minute, // 32 min 24 s are 75 %
    });
    expect(breachForecast(input(at(10), facts, 99.9), { spentPercent: 82 }, none)).toBeUndefined();
    // 35 min in 25 days are 42 in 30.
    expect(breachForecast(input(at(26), facts, 99.9), { spentPercent: 75 }, none)).toBeUndefined();
  });

  it('goes on while a little less is spent than it takes to begin', () => {
    const known = new Map([['c7/2026-05-31', 5]]);
    expect(breachForecast(input(at(10), facts, 99.9), { spentPercent: 85 }, known)).toMatchObject({ startedMs: 5 });
    expect(breachForecast(input(at(10), facts, 99.9), { spentPercent: 90 }, known)).toBeUndefined();
  });

  it('is another rule’s once it is broken', () => {
    const broken = factsOf([at(3), at(4)]);
    expect(breachForecast(input(at(10), broken, 99.9), { spentPercent: 75 }, none)).toBeUndefined();
  });
});

describe('an error budget that burns', () => {
  // 99.9 %: 14.4 times too fast over an hour are 51.84 s of it.
  const facts = factsOf([at(10, 8), at(10, 8) + 60_000]);

  it('is one alert, from when it began to burn', () => {
    const found = budgetBurn(input(at(10, 8) + 2 * minute, facts, 99.9), none)!;
    expect(found).toMatchObject({ subject: 'c7', startedMs: at(10, 8) + minute });
    expect(found.text).toContain('In 1 h time was lost at least 14.4 times as fast');
    expect(budgetBurn(input(at(10, 7), facts, 99.9), none)).toBeUndefined();
  });

  it('ends with its short windows', () => {
    // Over 6 h a minute is 2.8 times too fast, over 3 days less than once: nothing else burns.
    expect(budgetBurn(input(at(10, 8) + 7 * minute, facts, 99.9), new Map([['c7', 5]]))).toBeUndefined();
  });

  it('that burns already needs a little less', () => {
    const short = factsOf([at(10, 8), at(10, 8) + 45_000]); // 12.5 times
    const look = (known: Known) => budgetBurn(input(at(10, 8) + 2 * minute, short, 99.9), known);
    expect(look(none)).toBeUndefined();
    expect(look(new Map([['c7', 5]]))).toMatchObject({ startedMs: 5 });
  });
});

describe('a fix time', () => {
  const circuit = lineOf({ fixHours: { total: 5 }, starts: 'detected' } as unknown as Terms);
  const incident = {
    ...{ id: 12, kind: 'outage', state: 'open', severity: 'critical', title: 'Down', cause: 'link', circuit: null },
    ...{ academies: [], provider: null, parent: null, members: 0, startedMs: at(2), endedMs: null, detectedMs: at(2) },
    ...{ resolvedMs: null, flaps: 0, backupCarried: false, maintenance: false, acknowledged: null, assignee: null },
    supplier: { reportedMs: null, how: null, by: null, reference: null, startedMs: null, fixedMs: null, stops: [] },
    ...{
      ticket: null,
      faultClass: null,
      exclusion: null,
      mergedInto: null,
      backdated: false,
      reopened: 0,
      revision: 1,
    },
  } as unknown as Incident;
  const look = (nowMs: number) => {
    const due = fixDue(incident, circuit, factsOf([at(2), at(3)]), nowMs);
    return due ? fixNears({ incident: 12, circuit, due }, { beforeMinutes: 60 }, nowMs) : undefined;
  };

  it('is told of an hour before, and when it is over', () => {
    expect(look(at(2, 3))).toBeUndefined();
    expect(look(at(2, 4))).toMatchObject({
      subject: 'i12',
      startedMs: at(2, 4),
      incident: 12,
      title: 'Ash primary: the fix time is about to be exceeded',
      text: 'The contract wants it fixed within 5 h: by 2 Jun 2026 05:00.',
    });
    expect(look(at(2, 6))).toMatchObject({ startedMs: at(2, 4), title: 'Ash primary: the fix time is exceeded' });
  });
});

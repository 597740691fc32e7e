import { describe, expect, test } from 'vitest';
import { status } from '../testing/exporters.ts';
import { type Described, exporterOf } from './exporter.ts';

const nowMs = Date.now();

const shown = (over: Parameters<typeof status>[0] = {}, described: Partial<Described> = {}) =>
  exporterOf(
    { collector: 'main', address: '192.0.2.9', status: status(over) },
    { decision: undefined, name: '', circuits: [], nowMs, ...described },
  );

const about = (exporter: ReturnType<typeof shown>): string[] => exporter.advice.map((each) => each.about);
const none = { flows: 0, datagrams: 0, records: 0, samples: 0 };

describe('the state of an exporter', () => {
  test('is reporting while it was heard in the last 5 minutes, then silent', () => {
    expect(shown({ lastMs: nowMs - 299_000 }).state).toBe('reporting');
    expect(shown({ lastMs: nowMs - 301_000 }).state).toBe('silent');
  });

  test('is what the collector does with it', () => {
    expect(shown({ admission: 'awaiting' }).state).toBe('awaiting');
    expect(shown({ admission: 'refused' }).state).toBe('refused');
  });

  test('follows a decision at once', () => {
    const approved = { decision: 'approved', atMs: nowMs } as const;
    const refused = { decision: 'refused', atMs: nowMs } as const;
    expect(shown({ admission: 'awaiting' }, { decision: approved }).state).toBe('reporting');
    expect(shown({ admission: 'refused', atMs: nowMs - 1 }, { decision: approved }).state).toBe('reporting');
    expect(shown({}, { decision: refused })).toMatchObject({ state: 'refused', decision: 'refused' });
  });

  test('stays refused when it is approved and in no allowed network, as its collector then says', () => {
    const earlier = { decision: 'approved', atMs: nowMs - 60_000 } as const;
    expect(shown({ admission: 'refused', atMs: nowMs }, { decision: earlier }).state).toBe('refused');
  });
});

describe('the share that was lost upstream', () => {
  const lost = (over: Partial<typeof none>, flows = 2000) =>
    shown({ lostUpstream: { ...none, ...over }, flows }).lostUpstream.ratio;

  test('is of what was sent, in the unit of the protocol', () => {
    expect(lost({ datagrams: 100 })).toBe(0.5);
    expect(lost({ records: 500 })).toBe(0.2);
    expect(lost({ flows: 500 })).toBe(0.2);
    expect(lost({ samples: 2000 })).toBe(0.5);
  });

  test('is nothing that can be told before anything was read', () => {
    const nothing = { decoded: 0, held: 0, rejected: 4 };
    expect(shown({ datagrams: nothing, flows: 0 }).lostUpstream.ratio).toBeNull();
  });
});

test('a protocol without numbers or a clock tells nothing of losses or time', () => {
  const traps = shown({ versions: { snmp: nowMs }, skewMs: 0, flows: 0 });
  expect(traps).toMatchObject({ clockSkewMs: null, lostUpstream: { ratio: null }, lostLastHour: { ratio: null } });
  expect(shown({ versions: { '105': nowMs } })).toMatchObject({ clockSkewMs: null, lostUpstream: { ratio: 0 } });
  expect(shown({ skewMs: 700 }).clockSkewMs).toBe(700);
});

describe('advice', () => {
  test('is not given to an exporter that is well', () => {
    expect(about(shown())).toEqual([]);
  });

  test('says how far a clock is off, and which way', () => {
    expect(shown({ skewMs: -180_000 }).advice).toMatchObject([{ about: 'clock', action: 'Set NTP on the device.' }]);
    expect(shown({ skewMs: -180_000 }).advice[0]!.text).toContain('3 min fast');
    expect(shown({ skewMs: 7_300_000 }).advice[0]!.text).toContain('2 h slow');
    expect(about(shown({ skewMs: 3000 }))).toEqual([]);
  });

  test('names a sampling rate that was assumed, long time-outs, held data and losses of the last hour', () => {
    expect(about(shown({ sampling: [] }))).toEqual(['sampling']);
    expect(shown({ sampling: [] }).sampling).toEqual([{ rate: 1, stated: false }]);
    expect(shown({ activeTimeoutMs: 1_800_000 }).advice[0]!.text).toContain('30 min');
    expect(about(shown({ setsHeld: 1 }))).toEqual(['templates']);
    const lastHour = { fromMs: nowMs, lost: { ...none, datagrams: 25 }, datagrams: 75, flows: 0 };
    expect(shown({ lastHour }).advice[0]!.text).toContain('25% of what it sent');
  });

  test('tells who is held off why', () => {
    expect(shown({ admission: 'refused' }).advice[0]!.action).toContain('exporters.allow');
    expect(about(shown({ admission: 'awaiting' }))).toContain('admission');
  });
});

test('rates are not shown on when the collector has fallen silent', () => {
  expect(shown()).toMatchObject({ datagramsPerS: 1.5, flowsPerS: 30 });
  expect(shown({ atMs: nowMs - 180_000 })).toMatchObject({ datagramsPerS: 0, flowsPerS: 0 });
});

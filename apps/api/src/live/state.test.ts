import { decodeSignalBatch, labelKey } from '@linewatch/record';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { academy, circuit, snapshot } from '../testing/estate.ts';
import { type BatchOptions, type Sum, exporter, sumsMessage } from '../testing/sums.ts';
import { LiveInterfaces, sourceKey } from './interfaces.ts';
import { Names } from './names.ts';
import { planOf } from './plan.ts';
import { cellOf } from './ring.ts';
import { LiveView, round3 } from './view.ts';

/** The end of a cell, so that the last minute is six whole cells. */
const nowMs = 1_800_000_000_000;
const nowS = nowMs / 1000;

function liveState(limit = 100, estate = snapshot()) {
  const counts = { outside: 0, evicted: 0 };
  const interfaces = new LiveInterfaces(limit, {
    onOutside: (rows) => (counts.outside += rows),
    onEvicted: () => (counts.evicted += 1),
  });
  const names = new Names(1000);
  const view = new LiveView(interfaces, names);
  view.plan = planOf(estate, 'north');
  const hear = (sums: readonly Sum[], heardMs = nowMs, options?: BatchOptions, atMs = nowMs): void =>
    interfaces.add(decodeSignalBatch(sumsMessage(sums, options)), heardMs, atMs);
  return { counts, interfaces, names, view, hear, ash: () => view.academies(nowMs)[0]! };
}

/** 60 s of the same rate, ending now. */
const minute = (octetsPerSecond: number, over: Partial<Sum> = {}): Sum[] =>
  Array.from({ length: 60 }, (_, i) => ({ timeS: nowS - 60 + i, octets: octetsPerSecond, ...over }));

describe('the live rate', () => {
  test('is the mean of the last 60 seconds', () => {
    const { hear, ash } = liveState();
    hear([...minute(1000), ...minute(250, { side: 1 })]);
    expect(ash()).toMatchObject({ inBps: 8000, outBps: 2000, state: 'reporting', lastSeenMs: nowMs });
  });

  test('counts of the oldest cell only the part that lies within the minute', () => {
    const { view, hear } = liveState();
    hear([{ timeS: nowS - 60, widthS: 10, octets: 60_000 }]);
    const at = (laterS: number): number => view.academies(nowMs + laterS * 1000)[0]!.inBps;
    expect([at(0), at(5), at(10)]).toEqual([8000, 4000, 0]);
  });

  test('multiplies each sum by its own sampling rate', () => {
    const { hear, ash } = liveState();
    hear([...minute(10, { samplingRate: 100 }), ...minute(1, { samplingRate: 1000 })]);
    expect(ash().inBps).toBe(16_000);
  });

  test('uses what was inferred only while nothing was observed at the interface itself', () => {
    const { hear, ash } = liveState();
    hear(minute(500, { basis: 1 }));
    expect(ash().inBps).toBe(4000);
    hear(minute(1000, { basis: 0 }));
    expect(ash().inBps).toBe(8000);
  });

  test('uses counters where there are no flows, as of their last reading', () => {
    const { hear, view } = liveState();
    // Read 25 s ago, in the middle of a cell, after a minute; the cell that it cut is not whole.
    const cells = Array.from({ length: 7 }, (_, i) => ({ timeS: nowS - 90 + 10 * i, widthS: 10, octets: 10_000 }));
    cells[6]!.octets = 5000;
    hear(cells.map((cell) => ({ ...cell, basis: 2 })));
    expect(view.academies(nowMs)[0]!.inBps).toBe(8000);
    expect([...view.academies(nowMs)[0]!.cellsIn].slice(-9)).toEqual(Array.from({ length: 9 }, () => 8000));
    // One that is not read any more does not go on for ever.
    expect(view.academies(nowMs + 301_000)[0]!.inBps).toBe(0);
    hear(minute(500, { basis: 1 }));
    expect(view.academies(nowMs)[0]!.inBps).toBe(4000);
  });

  test('returns to what was inferred when the last observation has left the window', () => {
    const { hear, ash } = liveState();
    hear([{ timeS: nowS - 1200, octets: 5 }], nowMs - 1_190_000, {}, nowMs - 1_190_000);
    hear(minute(500, { basis: 1 }));
    expect(ash().inBps).toBe(4000);
  });

  test('takes the side that the circuit calls download', () => {
    const { hear, ash } = liveState(100, snapshot(undefined, [circuit(1, 'ash-1', { downloadSide: 'out' })]));
    hear([...minute(1000), ...minute(250, { side: 1 })]);
    expect(ash()).toMatchObject({ inBps: 2000, outBps: 8000 });
  });

  test('adds up the circuits that are valid now', () => {
    const circuits = [
      circuit(1, 'a'),
      circuit(2, 'b', { interface: { kind: 'index', value: 2 } }),
      circuit(3, 'c', { interface: { kind: 'index', value: 3 }, validToMs: nowMs }),
      circuit(4, 'd', { interface: { kind: 'index', value: 4 }, validFromMs: nowMs + 1 }),
    ];
    const { hear, ash } = liveState(100, snapshot(undefined, circuits));
    hear([1, 2, 3, 4].flatMap((index) => minute(1000, { interface: index })));
    expect(ash().inBps).toBe(16_000);
  });

  test('keeps exporters of different collectors and trusts apart', () => {
    const { hear, ash } = liveState();
    hear(minute(1000), nowMs, { collector: 'other' });
    hear(minute(1000), nowMs, { trust: 'south' });
    expect(ash()).toMatchObject({ inBps: 0, state: 'awaiting', lastSeenMs: null });
  });

  test('holds sums beyond 2^32 octets', () => {
    const { hear, ash } = liveState();
    hear([{ timeS: nowS - 60, widthS: 60, octets: 60 * 12_500_000_000 }]);
    expect(ash().inBps).toBe(100_000_000_000);
  });
});

describe('cells', () => {
  test('share a longer sum evenly', () => {
    const { hear, ash } = liveState();
    hear([{ timeS: nowS - 60, widthS: 60, octets: 6000 }]);
    // The cell that begins now is the last of the twelve and still empty.
    expect([...ash().cellsIn]).toEqual([0, 0, 0, 0, 0, 800, 800, 800, 800, 800, 800, 0]);
  });

  test('outside the window are counted and left out', () => {
    const { hear, counts, ash } = liveState();
    hear([
      { timeS: nowS - 901, octets: 1 },
      { timeS: nowS + 120, octets: 1 },
    ]);
    expect(counts.outside).toBe(2);
    expect(ash().inBps).toBe(0);
  });

  test('hold every octet of any sums within the window, whatever their order', () => {
    const sum = fc.record({
      timeS: fc.integer({ min: nowS - 840, max: nowS - 60 }),
      widthS: fc.constantFrom(1, 10, 60),
      octets: fc.integer({ min: 0, max: 1_000_000 }),
      samplingRate: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(sum, { maxLength: 40 }), (sums) => {
        const { hear, interfaces } = liveState();
        hear(sums);
        const ring = interfaces.exporter(sourceKey(labelKey('north'), labelKey('main'), exporter))?.interfaces.get(1)
          ?.rings[0];
        let held = 0;
        for (let cell = cellOf(nowMs) - 89; cell <= cellOf(nowMs); cell++) held += ring?.octets(cell) ?? 0;
        expect(held).toBeCloseTo(
          sums.reduce((all, { octets, samplingRate }) => all + octets * samplingRate, 0),
          0,
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('the state of an academy', () => {
  test('is reporting for five minutes after it was heard, then silent', () => {
    const { hear, view } = liveState();
    hear([{ timeS: nowS - 1, octets: 1 }]);
    const at = (laterMs: number) => view.academies(nowMs + laterMs)[0]!.state;
    expect([at(0), at(300_000), at(300_001)]).toEqual(['reporting', 'reporting', 'silent']);
  });

  test('is silent when only stored telemetry knows it, awaiting when nothing does', () => {
    const { view, ash } = liveState();
    expect(ash()).toMatchObject({ state: 'awaiting', lastSeenMs: null });
    view.stored = new Map([[1, nowMs - 3_600_000]]);
    expect(ash()).toMatchObject({ state: 'silent', lastSeenMs: nowMs - 3_600_000 });
  });

  test('is not told of one that has ended', () => {
    const { view } = liveState(100, snapshot([academy(1, 'ash', { endedMs: nowMs }), academy(2, 'oak')], []));
    expect(view.academies(nowMs).map(({ id }) => id)).toEqual(['oak']);
  });
});

describe('interfaces', () => {
  const source = sourceKey(labelKey('north'), labelKey('main'), exporter);

  test('are found by the name or alias told last, once it is told', () => {
    const circuits = [
      circuit(1, 'a', { interface: { kind: 'name', value: 'Gi0/1' } }),
      circuit(2, 'b', { interface: { kind: 'alias', value: 'WAN backup' } }),
    ];
    const { hear, names, ash } = liveState(100, snapshot(undefined, circuits));
    hear([...minute(1000, { interface: 7 }), ...minute(10, { interface: 8 })]);
    expect(ash().inBps).toBe(0);
    names.set(source, 7, 'name', 'Gi0/1', 1);
    names.set(source, 8, 'alias', 'WAN backup', 1);
    expect(ash().inBps).toBe(8080);
    names.set(source, 8, 'name', 'Gi0/1', 2);
    names.set(source, 7, 'name', 'Gi0/2', 2);
    expect(ash().inBps).toBe(160);
  });

  test('of exporters that no circuit is on are listed, busiest first; the inside of a mapped one is not', () => {
    const rows = [
      ...minute(10, { interface: 2 }),
      ...minute(1000, { interface: 3, side: 1 }),
      ...minute(9, { interface: 0 }),
    ];
    const mapped = liveState();
    mapped.hear([...minute(1), ...rows]);
    expect(mapped.view.unmapped(nowMs)).toEqual([]);
    const { hear, names, view } = liveState(100, snapshot(undefined, []));
    names.set(source, 3, 'name', 'Gi0/3', 1);
    hear(rows);
    expect(view.unmapped(nowMs)).toEqual([
      { exporter, interface: 3, name: 'Gi0/3', lastSeenMs: nowMs, inBps: 0, outBps: 8000 },
      { exporter, interface: 2, name: '', lastSeenMs: nowMs, inBps: 80, outBps: 0 },
    ]);
  });

  test('heard longest ago give way beyond the limit, those of circuits last', () => {
    const { hear, counts, interfaces, view, ash } = liveState(10);
    hear(minute(1000), nowMs - 5000);
    view.academies(nowMs);
    for (let index = 2; index <= 40; index++) hear([{ timeS: nowS - 5, octets: 1, interface: index }]);
    expect(interfaces.size).toBe(10);
    expect(counts.evicted).toBe(30);
    expect(ash().inBps).toBe(8000);
  });

  test('stay within the limit in one batch that tells of many', () => {
    const { hear, interfaces } = liveState(10);
    hear(
      Array.from({ length: 500 }, (_, i) => ({
        timeS: nowS - 5,
        octets: 1,
        interface: i + 1,
        exporter: `198.51.100.${i % 9}`,
      })),
    );
    expect(interfaces.size).toBe(10);
    const live = [...interfaces.all()];
    expect(live.every((each) => interfaces.exporter(each.exporter.key)?.interfaces.get(each.index) === each)).toBe(
      true,
    );
  });

  test('are not made known by history that is put in later', () => {
    const { hear, interfaces, view, ash } = liveState();
    hear([{ timeS: nowS - 86_400, widthS: 60, octets: 1 }]);
    expect(interfaces.size).toBe(0);
    expect(ash().state).toBe('awaiting');
    expect(view.latenessMs([...view.plan!.circuitById.values()], nowMs)).toBe(0);
  });

  test('are forgotten when the window has passed', () => {
    const { hear, interfaces } = liveState();
    hear([{ timeS: nowS - 1, octets: 1 }]);
    hear([{ timeS: nowS + 1000, octets: 1, interface: 2 }], nowMs + 1_001_000, {}, nowMs + 1_001_000);
    expect([...interfaces.all()].map(({ index }) => index)).toEqual([2]);
  });

  test('tell how late their exporter is', () => {
    const { hear, view } = liveState();
    hear([{ timeS: nowS - 240, widthS: 60, octets: 1 }]);
    const circuits = [...view.plan!.circuitById.values()];
    expect(view.latenessMs(circuits, nowMs)).toBe(180_000);
    expect(view.latenessMs(circuits, nowMs + 20 * 60_000)).toBe(0);
  });
});

test('figures have three significant digits', () => {
  expect([0, 1.4, 999.4, 1234, 45_678, 123_456_789].map(round3)).toEqual([0, 1, 999, 1230, 45_700, 123_000_000]);
});

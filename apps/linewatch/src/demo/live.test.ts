import { expect, test } from 'vitest';
import { demoAcademies, lan } from './academies.ts';
import { AcademyTraffic, type LiveFlow, shareFlows } from './live.ts';
import { createModel, minuteMs, momentAt, newRates } from './model.ts';

const startedMs = Date.parse('2026-11-18T10:00:00Z');
const model = createModel(startedMs);
const academies = demoAcademies(12);

/** Octets by interface and direction over some minutes, and the flows. */
function play(index: number, flowsPerSecond: number, minutes: number) {
  const academy = academies[index]!;
  const traffic = new AcademyTraffic(academy, model, flowsPerSecond, startedMs);
  const flows: LiveFlow[] = [];
  for (let ms = 0; ms < minutes * minuteMs; ms += 250)
    flows.push(...traffic.advance(startedMs + ms, startedMs + ms + 250));
  const octets = (wan: number, download: boolean): number =>
    flows.reduce((sum, f) => sum + (f.wan === wan && f.download === download ? f.octets * academy.samplingRate : 0), 0);
  return { academy, flows, octets };
}

test.each([0, 1, 3, 7, 8])('academy %i exports the octets that the model says', (index) => {
  const minutes = 20;
  const { academy, octets } = play(index, 15, minutes);
  const expected = { primaryIn: 0, primaryOut: 0, backupIn: 0, backupOut: 0 };
  const rates = newRates();
  for (let minute = 0; minute < minutes; minute++) {
    model.rates(academy, momentAt(startedMs / minuteMs + minute), rates);
    for (const key of ['primaryIn', 'primaryOut', 'backupIn', 'backupOut'] as const)
      expected[key] += (rates[key] * 60) / 8;
  }
  const [primary, backup] = academy.circuits;
  // The last step's remainder and half a minute of interpolation at the edges.
  for (const [got, want] of [
    [octets(primary.ifIndex, true), expected.primaryIn],
    [octets(primary.ifIndex, false), expected.primaryOut],
    ...(backup ? [[octets(backup.ifIndex, true), expected.backupIn]] : []),
  ] as const) {
    expect(got).toBeGreaterThan(want * 0.97 - 1);
    expect(got).toBeLessThan(want * 1.03 + 1);
  }
});

test('few flows carry as much as many', () => {
  const many = play(0, 40, 10).octets(2, true);
  const few = play(0, 0.4, 10).octets(2, true);
  expect(few / many).toBeGreaterThan(0.93);
  expect(few / many).toBeLessThan(1.05);
});

test('as many flows as asked for, half of them uploads, when there is enough to carry', () => {
  const { flows } = play(0, 10, 5);
  expect(flows.length).toBeGreaterThan(10 * 300 * 0.9);
  expect(flows.length).toBeLessThan(10 * 300 * 1.05);
  const downloads = flows.filter(({ download }) => download).length;
  expect(downloads / flows.length).toBeCloseTo(0.5, 1);
});

test('no flow lasts longer than the active time-out, ends in the future or begins before the demo', () => {
  for (const index of [0, 2, 5])
    for (const { startMs, endMs, octets, packets, wan } of play(index, 0.5, 10).flows) {
      expect(endMs - startMs).toBeLessThanOrEqual(60_000);
      expect(startMs).toBeGreaterThanOrEqual(startedMs - 1);
      expect(octets).toBeGreaterThan(0);
      expect(packets).toBeGreaterThan(0);
      expect(wan).not.toBe(lan.ifIndex);
    }
});

test('shares of the flows add up', () => {
  expect(shareFlows(academies, 200).reduce((a, b) => a + b)).toBeCloseTo(200);
});

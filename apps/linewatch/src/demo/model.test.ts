import { expect, test } from 'vitest';
import { type DemoAcademy, demoAcademies } from './academies.ts';
import { createModel, incidentAcademies, minuteMs, momentAt, newRates } from './model.ts';

const academies = demoAcademies(36);
const anchorMs = Date.parse('2026-11-20T14:00:00Z'); // a Friday in term; London is on UTC
const model = createModel(anchorMs);

const at = (academy: DemoAcademy, time: string, of = model) => {
  const rates = newRates();
  of.rates(academy, momentAt(Date.parse(time) / minuteMs), rates);
  return rates;
};

/** Mean of all academies' download over an hour, bit/s. */
function meanIn(from: string): number {
  let sum = 0;
  const rates = newRates();
  const first = Date.parse(from) / minuteMs;
  for (let minute = first; minute < first + 60; minute++)
    for (const academy of academies) {
      model.rates(academy, momentAt(minute), rates);
      sum += rates.primaryIn + rates.backupIn;
    }
  return sum / 60 / academies.length;
}

test('a line never carries more than its committed rate, and never less than nothing', () => {
  const rates = newRates();
  const first = Date.parse('2026-11-16T00:00Z') / minuteMs;
  for (const academy of academies) {
    const [primary, backup] = academy.circuits;
    for (let minute = first; minute < first + 7 * 1440; minute += 19) {
      model.rates(academy, momentAt(minute), rates);
      expect(rates.primaryIn).toBeGreaterThanOrEqual(0);
      expect(rates.primaryOut).toBeGreaterThanOrEqual(0);
      expect(rates.primaryIn).toBeLessThanOrEqual(primary.committedDownBps);
      expect(rates.primaryOut).toBeLessThanOrEqual(primary.committedUpBps);
      expect(rates.backupIn).toBeLessThanOrEqual(backup?.committedDownBps ?? 0);
      expect(rates.backupOut).toBeLessThanOrEqual(backup?.committedUpBps ?? 0);
      expect(rates.backupShare).toBeLessThan(1);
    }
  }
});

test('lessons are busier than lunch, after school, nights, weekends, half term and exams', () => {
  const lessons = meanIn('2026-11-18T10:00Z');
  expect(meanIn('2026-11-18T12:15Z')).toBeLessThan(lessons * 0.9);
  expect(meanIn('2026-11-18T16:30Z')).toBeLessThan(lessons * 0.4);
  expect(meanIn('2026-11-18T00:00Z')).toBeLessThan(lessons * 0.1);
  expect(meanIn('2026-11-21T10:00Z')).toBeLessThan(lessons * 0.15);
  expect(meanIn('2026-10-28T10:00Z')).toBeLessThan(lessons * 0.25);
  expect(meanIn('2026-06-09T09:00Z')).toBeLessThan(lessons * 0.92);
});

test('bells follow the clock on the wall, summer and winter', () => {
  // 08:30 to 09:30 in London: half an hour of arriving, then lessons.
  expect(meanIn('2026-09-16T07:30Z') / meanIn('2026-11-18T08:30Z')).toBeCloseTo(1, 0);
  expect(meanIn('2026-09-16T06:30Z')).toBeLessThan(meanIn('2026-09-16T07:30Z') / 2);
});

test('download is far above upload in lessons, and the nightly backup turns that round', () => {
  let reversed = 0;
  for (const academy of academies) {
    const lesson = at(academy, '2026-11-18T10:15Z');
    expect(lesson.primaryIn + lesson.backupIn).toBeGreaterThan(4 * (lesson.primaryOut + lesson.backupOut));
    for (let hour = 21; hour < 24; hour++) {
      const night = at(academy, `2026-11-18T${hour}:45Z`);
      if (night.primaryOut > night.primaryIn && night.backupShare > 0.5) {
        reversed++;
        break;
      }
    }
  }
  expect(reversed).toBeGreaterThan(academies.length / 2);
});

test('the same minute always has the same answer', () => {
  const other = createModel(anchorMs);
  for (const academy of demoAcademies(12))
    expect(at(academy, '2026-11-18T10:15Z', other)).toEqual(at(academies[academy.index]!, '2026-11-18T10:15Z'));
});

test('one academy is silent for an hour of the day before', () => {
  const academy = academies[incidentAcademies.silent]!;
  expect(at(academy, '2026-11-19T09:59Z').heard).toBe(true);
  expect(at(academy, '2026-11-19T10:00Z')).toMatchObject({ heard: false, primaryIn: 0, primaryOut: 0, backupIn: 0 });
  expect(at(academy, '2026-11-19T10:59Z').heard).toBe(false);
  expect(at(academy, '2026-11-19T11:00Z').primaryIn).toBeGreaterThan(0);
});

test('one academy fills its line at eleven on school days', () => {
  const academy = academies[incidentAcademies.saturated]!;
  const line = academy.circuits[0].committedDownBps;
  expect(at(academy, '2026-11-18T11:15Z').primaryIn).toBeGreaterThan(0.95 * line);
  expect(at(academy, '2026-11-18T10:45Z').primaryIn).toBeLessThan(0.8 * line);
  expect(at(academy, '2026-11-21T11:15Z').primaryIn).toBeLessThan(0.3 * line);
});

test('one academy has been on its backup line since yesterday', () => {
  const academy = academies[incidentAcademies.onBackup]!;
  expect(academy.circuits).toHaveLength(2);
  expect(at(academy, '2026-11-19T11:00Z').primaryIn).toBeGreaterThan(1e6);
  const now = at(academy, '2026-11-20T14:00Z');
  expect(now.primaryIn).toBe(0);
  expect(now.backupIn).toBeGreaterThan(1e6);
});

/**
 * How much each academy's circuits carry, for any minute, past or to come: the school week's shape, the academy's size,
 * noise, and a few incidents. Pure: the same minute always has the same answer.
 */
import type { DemoAcademy, SchoolKind } from './academies.ts';
import { type DayKind, dayKind, londonTime } from './calendar.ts';
import { smoothNoise } from './random.ts';

export const minuteMs = 60_000;

/** [hour, level] of a day's download, between which it is straight; 1 is the busiest. */
type Points = readonly (readonly [number, number])[];

// prettier-ignore
const schoolDay: Record<SchoolKind, Points> = {
  primary: [[0, 0.02], [6.5, 0.02], [7.75, 0.12], [8.5, 0.4], [9.1, 0.85], [10.4, 0.95], [10.6, 0.6], [10.9, 0.95], [11.9, 1],
    [12.1, 0.45], [13, 0.45], [13.2, 0.95], [14.8, 0.8], [15.3, 0.4], [16.5, 0.25], [18, 0.08], [20, 0.03], [24, 0.02]],
  secondary: [[0, 0.03], [6.5, 0.03], [7.75, 0.15], [8.5, 0.55], [8.9, 0.85], [10.8, 1], [11, 0.72], [11.3, 1], [12.9, 0.95],
    [13.1, 0.58], [13.7, 0.6], [13.9, 0.95], [15, 0.85], [15.4, 0.5], [16.5, 0.3], [18, 0.12], [20, 0.06], [24, 0.03]],
  'all-through': [[0, 0.03], [6.5, 0.03], [7.75, 0.14], [8.5, 0.5], [9, 0.88], [10.8, 1], [11, 0.75], [11.3, 1], [12.2, 0.8],
    [13.6, 0.6], [13.9, 0.95], [15, 0.82], [15.4, 0.48], [16.5, 0.3], [18, 0.11], [20, 0.05], [24, 0.03]],
  special: [[0, 0.02], [7, 0.03], [8.5, 0.35], [9.3, 0.9], [11.9, 1], [12.2, 0.5], [13, 0.55], [13.3, 0.9], [14.8, 0.75],
    [15.3, 0.35], [17, 0.12], [20, 0.03], [24, 0.02]],
};
/** Offices, builders, clubs. */
const holiday: Points = [[0, 0.02], [7, 0.02], [9, 0.1], [11, 0.14], [13, 0.11], [15, 0.1], [17, 0.04], [24, 0.02]]; // prettier-ignore
/** Lettings and a few teachers at home on the school's line. */
const weekend: Points = [[0, 0.02], [8, 0.02], [10, 0.05], [13, 0.06], [18, 0.045], [22, 0.03], [24, 0.02]]; // prettier-ignore

function levels(points: Points): Float64Array {
  const out = new Float64Array(1440);
  let segment = 0;
  for (let minute = 0; minute < 1440; minute++) {
    const hour = minute / 60;
    while (points[segment + 1]![0] <= hour) segment++;
    const [from, a] = points[segment]!;
    const [to, b] = points[segment + 1]!;
    out[minute] = a + ((b - a) * (hour - from)) / (to - from);
  }
  // Devices fetch updates at night.
  for (let minute = 120; minute < 270; minute++) out[minute]! += 0.05 * Math.sin((Math.PI * (minute - 120)) / 150);
  return out;
}

/** Exam halls are off line while pupils sit, and the year groups that have finished are gone. */
function inExams(day: Float64Array): Float64Array {
  return day.map(
    (level, minute) => level * ((minute >= 540 && minute < 630) || (minute >= 810 && minute < 900) ? 0.68 : 0.84),
  );
}

const shapes: Record<SchoolKind, Record<DayKind, Float64Array>> = (() => {
  const make = (kind: SchoolKind): Record<DayKind, Float64Array> => {
    const term = levels(schoolDay[kind]);
    const sitting = kind === 'secondary' || kind === 'all-through';
    return { term, exams: sitting ? inExams(term) : term, holiday: levels(holiday), weekend: levels(weekend) };
  };
  return {
    primary: make('primary'),
    secondary: make('secondary'),
    'all-through': make('all-through'),
    special: make('special'),
  };
})();

/** What is the same for every academy in a minute. */
export interface Moment {
  /** Minutes since 1970, UTC. */
  readonly minute: number;
  readonly kind: DayKind;
  /** Kind of the day at noon of which the current night began. */
  readonly eveningKind: DayKind;
  readonly localMinute: number;
  readonly day: number;
  readonly weekday: number;
}

export function momentAt(minute: number): Moment {
  const { day, minute: localMinute, weekday } = londonTime(minute * minuteMs);
  const kind = dayKind(day);
  return { minute, kind, eveningKind: localMinute < 720 ? dayKind(day - 1) : kind, localMinute, day, weekday };
}

/** What an academy carries in a minute, bit/s. Zero on every line when its exporter was silent. */
export interface MinuteRates {
  primaryIn: number;
  primaryOut: number;
  backupIn: number;
  backupOut: number;
  /** Share of the upload that is the nightly backup. */
  backupShare: number;
  /** False: nothing was exported. */
  heard: boolean;
}

export const newRates = (): MinuteRates => ({
  primaryIn: 0,
  primaryOut: 0,
  backupIn: 0,
  backupOut: 0,
  backupShare: 0,
  heard: true,
});

/** Incidents, by the academy's place in the demo. */
export const incidentAcademies = { saturated: 1, silent: 2, onBackup: 7 } as const;

const isSchoolDay = (kind: DayKind): boolean => kind === 'term' || kind === 'exams';

export interface TrafficModel {
  /** Writes the rates of that minute into `out`. */
  readonly rates: (academy: DemoAcademy, moment: Moment, out: MinuteRates) => void;
}

/** `anchorMs` is the demo's now: yesterday's incidents are before it. */
export function createModel(anchorMs: number): TrafficModel {
  const today = londonTime(anchorMs).day;
  const onBackupFrom = Math.floor(anchorMs / minuteMs) - 26 * 60;

  const silent = (academy: DemoAcademy, at: Moment): boolean =>
    academy.index === incidentAcademies.silent && at.day === today - 1 && Math.floor(at.localMinute / 60) === 10;

  function rates(academy: DemoAcademy, at: Moment, out: MinuteRates): void {
    out.heard = !silent(academy, at);
    out.primaryIn = out.primaryOut = out.backupIn = out.backupOut = out.backupShare = 0;
    if (!out.heard) return;
    const { seed } = academy;
    const [primary, backup] = academy.circuits;

    const shifted = at.localMinute - academy.bellShift;
    const level = shapes[academy.kind][at.kind][shifted < 0 ? 0 : shifted > 1439 ? 1439 : shifted]!;
    const friday = at.weekday === 4 && at.localMinute > 780 ? 0.88 : 1;
    const slow = 1 + 0.07 * smoothNoise(seed, at.day) + 0.09 * smoothNoise(seed + 1, at.minute / 23);
    const wobble = slow + 0.09 * smoothNoise(seed + 2, at.minute / 6) + 0.07 * smoothNoise(seed + 3, at.minute);
    const base = 150_000 + academy.pupils * 400;
    let inBps = base * slow + academy.peakInBps * level * friday * wobble;
    let outBps = base * 0.6 * slow + inBps * academy.outShare * (1 + 0.12 * smoothNoise(seed + 4, at.minute / 3));

    const fromNoon = (at.localMinute + 720) % 1440;
    let night = 0;
    if (at.eveningKind !== 'weekend' && fromNoon >= academy.backupFrom) {
      const minutes = academy.backupMinutes * (isSchoolDay(at.eveningKind) ? 1 : 0.3);
      if (fromNoon < academy.backupFrom + minutes)
        night = academy.backupBps * (0.85 + 0.15 * smoothNoise(seed + 5, at.minute / 2));
    }
    outBps += night;
    inBps += night * 0.015;

    if (academy.index === incidentAcademies.saturated && isSchoolDay(at.kind)) {
      // Every device fetches the same update at eleven.
      const into = at.localMinute - 660;
      const swell = into < 0 || into > 38 ? 0 : Math.min(1, (into + 1) / 4, (39 - into) / 4);
      inBps += swell * (primary.committedDownBps * 1.2 - inBps);
    }

    const onBackup = backup !== undefined && academy.index === incidentAcademies.onBackup && at.minute >= onBackupFrom;
    const line = onBackup ? backup : primary;
    const limit = 0.985 - 0.01 * Math.abs(smoothNoise(seed + 6, at.minute));
    inBps = Math.min(inBps, line.committedDownBps * limit);
    outBps = Math.min(outBps, line.committedUpBps * limit);
    out.backupShare = Math.min(0.95, night / outBps);
    if (onBackup) {
      out.backupIn = inBps;
      out.backupOut = outBps;
      return;
    }
    out.primaryIn = inBps;
    out.primaryOut = outBps;
    if (backup) {
      // Keepalives and the provider's own checks.
      out.backupIn = 24_000 + 6000 * smoothNoise(seed + 7, at.minute);
      out.backupOut = 18_000 + 5000 * smoothNoise(seed + 8, at.minute);
    }
  }
  return { rates };
}

/** A line's weekly 95th percentile grows towards a share of its committed rate. */
import { type Finding, type Known, about } from './finding.ts';
import { rateText } from './rate-text.ts';
import { trendOf } from './trend.ts';
import { type Direction, committedOf, directions } from './utilisation.ts';

const dayMs = 86_400_000;
export const weekMs = 7 * dayMs;
/** Weeks that are looked at, and how many of them have to be known. */
export const trendWeeks = 13;
const leastWeeks = 6;
/** A rise that chance makes in one case of twenty is none. What fires goes on while it is more likely than not. */
const leastScore = 1.645;
const keptScore = 0.674;
/** What fires goes on until it is so much further away. */
const keptDays = 14;

const month = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'Europe/London' });

export interface Weekly {
  /** Of the first week, Unix ms. */
  readonly startMs: number;
  /** 95th percentile of each week's 5-minute means, bit/s, oldest first; null: too little was seen. */
  readonly down: readonly (number | null)[];
  readonly up: readonly (number | null)[];
}

export interface CapacityInput {
  readonly circuit: number;
  readonly name: string;
  readonly committedDownBps: number | null;
  readonly committedUpBps: number | null;
  readonly weekly: Weekly;
}

export interface CapacitySettings {
  /** Of the committed rate, %. */
  readonly percent: number;
  readonly days: number;
}

/** When a rising trend reaches a rate, Unix ms; undefined: it does not rise, or too little is known. A week stands for its middle. */
export function reachedMs(weekly: Weekly, direction: Direction, bps: number, least = leastScore): number | undefined {
  const values = weekly[direction];
  if (values.filter((value) => value !== null).length < leastWeeks) return undefined;
  const trend = trendOf(values);
  if (!trend || trend.slope <= 0 || trend.score < least) return undefined;
  return weekly.startMs + ((bps - trend.intercept) / trend.slope + 0.5) * weekMs;
}

/** Looked at as weeks end: what is told changes by the week at most. */
export function capacityForecast(
  input: CapacityInput,
  { percent, days }: CapacitySettings,
  nowMs: number,
  known: Known,
): readonly Finding[] {
  const { weekly, circuit, name } = input;
  return directions.flatMap((direction): Finding[] => {
    const committed = committedOf(input, direction);
    if (committed === null || committed <= 0) return [];
    const subject = `c${circuit}/${direction}`;
    const knownMs = known.get(subject);
    const isKnown = knownMs !== undefined;
    const atMs = reachedMs(weekly, direction, (committed * percent) / 100, isKnown ? keptScore : leastScore);
    if (atMs === undefined || atMs > nowMs + (days + (isKnown ? keptDays : 0)) * dayMs) return [];
    const endMs = weekly.startMs + weekly[direction].length * weekMs;
    const when = atMs <= endMs ? 'has reached' : 'reaches';
    const then = atMs <= endMs ? '' : ` about ${month.format(atMs)}`;
    return [
      {
        subject,
        startedMs: knownMs ?? endMs,
        title: `${name} will be full (${direction === 'down' ? 'download' : 'upload'})`,
        text:
          `By the trend of the last ${weekly[direction].length} weeks its 95th percentile ${when} ${percent} % of the committed ` +
          `${rateText(committed)}${then}.`,
        ...about.circuit(circuit),
      },
    ];
  });
}

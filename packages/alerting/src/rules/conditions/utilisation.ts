/** Use of a line stays above a share of its committed rate. */
import type { Span } from '@linewatch/sla';
import { type Finding, type Known, about } from './finding.ts';
import { rateText } from './rate-text.ts';

const minuteMs = 60_000;
/** What fires ends when it was below for so long. */
const belowMs = 5 * minuteMs;
/** So long without any word, and what was counted begins anew; what fires has ended: nobody knows that it is full. */
const brokenMs = 5 * minuteMs;
const lostMs = 15 * minuteMs;

export interface Rates {
  /** Of the first step, Unix ms. */
  readonly startMs: number;
  readonly stepMs: number;
  /** bit/s; null or NaN: not known. */
  readonly bps: ArrayLike<number | null>;
}

/**
 * When use was above a limit for long enough: from its first minute to the last before it was below. Minutes that are not known are
 * not above, and not below. `firing`: it fired before all of this. The last may go on: it ends at Infinity.
 */
export function overSpans(
  { startMs, stepMs, bps }: Rates,
  limitBps: number,
  forMs: number,
  firing: boolean,
): readonly Span[] {
  const spans: Span[] = [];
  let fromMs: number | undefined = firing ? startMs : undefined;
  let isOn = firing;
  let over = 0;
  let below = 0;
  let unknown = 0;
  let quietMs = startMs;
  const end = (toMs: number): void => {
    if (isOn) spans.push({ fromMs: fromMs!, toMs });
    isOn = false;
    fromMs = undefined;
    over = 0;
  };
  for (let i = 0; i < bps.length; i++) {
    const atMs = startMs + i * stepMs;
    const rate = bps[i];
    const isKnown = rate !== null && rate !== undefined && !Number.isNaN(rate);
    if (isKnown && rate > limitBps) {
      fromMs ??= atMs;
      over += stepMs;
      below = unknown = 0;
      if (over >= forMs) isOn = true;
      continue;
    }
    if (below + unknown === 0) quietMs = atMs;
    if (isKnown) {
      below += stepMs;
      unknown = 0;
    } else unknown += stepMs;
    if (isOn ? below >= belowMs || unknown >= lostMs : below > 0 || unknown >= brokenMs) end(quietMs);
  }
  if (isOn) spans.push({ fromMs: fromMs!, toMs: Infinity });
  return spans;
}

export interface UseInput {
  /** Row. */
  readonly circuit: number;
  readonly name: string;
  readonly committedDownBps: number | null;
  readonly committedUpBps: number | null;
  readonly down: Rates;
  readonly up: Rates;
}

export interface UseSettings {
  readonly percent: number;
  readonly minutes: number;
}

export const directions = ['down', 'up'] as const;
export type Direction = (typeof directions)[number];
const useSubject = (circuit: number, direction: Direction): string => `c${circuit}/${direction}`;

export const committedOf = (
  { committedDownBps, committedUpBps }: Pick<UseInput, 'committedDownBps' | 'committedUpBps'>,
  direction: Direction,
): number | null => (direction === 'down' ? committedDownBps : committedUpBps);

export function useFinding(
  input: Omit<UseInput, 'down' | 'up'>,
  direction: Direction,
  { percent, minutes }: UseSettings,
  startedMs: number,
): Finding {
  const committed = committedOf(input, direction) ?? 0;
  return {
    subject: useSubject(input.circuit, direction),
    startedMs,
    title: `${input.name} is full (${direction === 'down' ? 'download' : 'upload'})`,
    text: `It carries more than ${percent} % of its committed ${rateText(committed)} for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} or longer.`,
    ...about.circuit(input.circuit),
  };
}

/** One for each direction. A line without a committed rate is never full. */
export function utilisation(input: UseInput, settings: UseSettings, known: Known): readonly Finding[] {
  return directions.flatMap((direction) => {
    const committed = committedOf(input, direction);
    if (committed === null || committed <= 0) return [];
    const knownMs = known.get(useSubject(input.circuit, direction));
    const last = overSpans(
      input[direction],
      (committed * settings.percent) / 100,
      settings.minutes * minuteMs,
      knownMs !== undefined,
    ).at(-1);
    // It ended, and may have begun again.
    if (last?.toMs !== Infinity) return [];
    const goesOn = knownMs !== undefined && last.fromMs === input[direction].startMs;
    return [useFinding(input, direction, settings, goesOn ? knownMs : last.fromMs)];
  });
}

/** What the traffic chart and its table draw: spans with their rates, in order, the last ones from the live stream. */
import type { Traffic } from '@linewatch/contract';
import { type Cell, cellS, meanOfCells } from './cells.ts';

export interface Series {
  readonly startS: readonly number[];
  readonly endS: readonly number[];
  /** null = nothing was recorded. */
  readonly inBps: readonly (number | null)[];
  readonly outBps: readonly (number | null)[];
}

/**
 * The answer's steps, and after them what the stream has told since: cell by cell beside steps of a minute, by the minute
 * beside longer ones (a 10-second peak beside 5-minute means would look like a rise). The stream takes over at the first
 * step whose beginning its cells cover.
 */
export function buildSeries(traffic: Traffic, cells: readonly Cell[]): Series {
  const { stepS } = traffic;
  const startS: number[] = [];
  const endS: number[] = [];
  const inBps: (number | null)[] = [];
  const outBps: (number | null)[] = [];
  const first = cells[0]?.[0] ?? Number.POSITIVE_INFINITY;
  const takeOverS = Math.ceil(first / stepS) * stepS;

  traffic.timesS.forEach((s, i) => {
    if (s >= takeOverS) return;
    startS.push(s);
    endS.push(s + stepS);
    inBps.push(traffic.inBps[i] ?? null);
    outBps.push(traffic.outBps[i] ?? null);
  });

  const last = cells.at(-1)?.[0];
  if (last === undefined || last < takeOverS) return { startS, endS, inBps, outBps };
  const binS = stepS <= 60 ? cellS : 60;
  for (let s = takeOverS; s <= last; s += binS) {
    const mean = meanOfCells(cells, s, binS);
    startS.push(s);
    endS.push(Math.min(s + binS, last + cellS));
    inBps.push(mean?.inBps ?? null);
    outBps.push(mean?.outBps ?? null);
  }
  return { startS, endS, inBps, outBps };
}

export interface Summary {
  readonly peakInBps: number | null;
  readonly peakOutBps: number | null;
  readonly meanInBps: number | null;
  readonly meanOutBps: number | null;
  /** Share of the time up to `untilMs` for which something was recorded; null when no time has passed. */
  readonly coverage: number | null;
}

/** Figures over the answer's own steps, not over the live end. */
export function summarise(traffic: Traffic, untilMs: number): Summary {
  let passed = 0;
  let recorded = 0;
  traffic.timesS.forEach((s, i) => {
    if ((s + traffic.stepS) * 1000 > untilMs) return;
    passed += 1;
    if ((traffic.inBps[i] ?? null) !== null || (traffic.outBps[i] ?? null) !== null) recorded += 1;
  });
  return {
    ...{ peakInBps: peak(traffic.inBps), peakOutBps: peak(traffic.outBps) },
    ...{ meanInBps: mean(traffic.inBps), meanOutBps: mean(traffic.outBps) },
    coverage: passed === 0 ? null : recorded / passed,
  };
}

function peak(values: readonly (number | null)[]): number | null {
  let most: number | null = null;
  for (const value of values) if (value !== null && (most === null || value > most)) most = value;
  return most;
}

function mean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? null : sum / count;
}

/** The chart's axes in words, and how far the vertical one reaches. */
import { formatClock, formatDay, formatDayMonth, formatMinutes, formatMonth } from '../../lib/time.ts';

const dayS = 86_400;

/** Labels of times, `incrementS` apart: the day stands below the first label of each day. */
export function timeLabels(splitsS: readonly number[], incrementS: number): string[] {
  if (incrementS >= 27 * dayS) return splitsS.map((s) => formatMonth(s * 1000));
  if (incrementS >= dayS) return splitsS.map((s) => formatDayMonth(s * 1000));
  let day = '';
  return splitsS.map((s) => {
    const ms = s * 1000;
    const time = incrementS < 60 ? formatClock(ms) : formatMinutes(ms);
    const own = formatDay(ms);
    if (own === day) return time;
    day = own;
    return `${time}\n${own}`;
  });
}

export interface Reach {
  /** Greatest download in view; 0 when there is none. */
  readonly peakIn: number;
  readonly peakOut: number;
  readonly percentileIn: number | null;
  readonly percentileOut: number | null;
  readonly committedIn: number | null;
  readonly committedOut: number | null;
  /** Whether the committed rates must be in view, however small the traffic is beside them. */
  readonly fitCommitted: boolean;
}

/** A committed rate this many times the traffic would leave the traffic flat: then it is told in words only. */
const worthSeeing = 1.7;
/** Room for a line's label beyond it, as a share of the whole height. */
const headroom = 0.08;
/** Least height of a side beside the other one: room for its name. */
const leastSide = 0.08;

/** From below (upload, negative) to above (download), bit/s. */
export function reachOf(of: Reach): [low: number, high: number] {
  const side = (peak: number, percentile: number | null, committed: number | null): number => {
    const traffic = Math.max(peak, percentile ?? 0);
    const seen = committed !== null && (of.fitCommitted || committed <= traffic * worthSeeing);
    return Math.max(traffic, seen ? committed : 0);
  };
  const up = side(of.peakIn, of.percentileIn, of.committedIn);
  const down = side(of.peakOut, of.percentileOut, of.committedOut);
  const least = Math.max(up, down, 1000) * leastSide;
  const room = headroom * (Math.max(up, least) + Math.max(down, least));
  return [-(Math.max(down, least) + room), Math.max(up, least) + room];
}

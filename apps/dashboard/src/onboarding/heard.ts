/** When something was heard, to the second while it is news. */
import { formatAge } from '../lib/format.ts';

export function heardWords(thenMs: number | null, nowMs: number): string {
  if (thenMs === null) return 'not heard yet';
  const s = Math.max(0, Math.round((nowMs - thenMs) / 1000));
  return `heard ${s < 60 ? `${s} s ago` : formatAge(thenMs, nowMs)}`;
}

/** Began to send in this hour, which is as well as stored data tells it; what is not stored yet just began. */
export const isNew = (firstSeenMs: number | null, nowMs: number): boolean =>
  firstSeenMs === null || nowMs - firstSeenMs < 3_600_000;

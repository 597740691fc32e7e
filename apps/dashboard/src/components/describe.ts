/** What a tile says to those who do not see it. */
import type { TelemetryState } from '@linewatch/contract';
import { formatAge, formatNominalRate, formatRate, formatShare } from '../lib/format.ts';

export const stateWords: Record<TelemetryState, string> = {
  reporting: 'Reporting',
  silent: 'Silent',
  awaiting: 'Awaiting data',
};

export interface Described {
  readonly name: string;
  readonly state: TelemetryState;
  readonly inBps: number;
  readonly outBps: number;
  readonly inShare: number | null;
  readonly outShare: number | null;
  readonly committedInBps: number | null;
  readonly committedOutBps: number | null;
  readonly lastSeenMs: number | null;
}

export function describeAcademy(of: Described, nowMs: number): string {
  const parts = [`${of.name}: ${stateWords[of.state].toLowerCase()}`];
  if (of.state === 'reporting') {
    parts.push(`download ${formatRate(of.inBps)}${shareOf(of.inShare, of.committedInBps)}`);
    parts.push(`upload ${formatRate(of.outBps)}${shareOf(of.outShare, of.committedOutBps)}`);
  }
  parts.push(seenWords(of.lastSeenMs, nowMs).toLowerCase());
  return parts.join(', ');
}

const shareOf = (share: number | null, committedBps: number | null): string =>
  share === null ? '' : `, ${formatShare(share)} of ${formatNominalRate(committedBps)}`;

export function seenWords(lastSeenMs: number | null, nowMs: number): string {
  return lastSeenMs === null ? 'Never heard' : `Heard ${formatAge(lastSeenMs, nowMs)}`;
}

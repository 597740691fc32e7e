/** What a tile says to those who do not see it. */
import type { TelemetryState } from '@linewatch/contract';
import { formatAge, formatNominalRate, formatRate, formatShare } from '../lib/format.ts';
import { type LineShown, lineWords } from '../watch/lib/lines.ts';

export const stateWords: Record<TelemetryState, string> = {
  reporting: 'Reporting',
  silent: 'Silent',
  awaiting: 'Awaiting data',
};

export interface Described {
  readonly name: string;
  readonly state: TelemetryState;
  readonly shown: LineShown;
  readonly lineSinceMs: number | null;
  readonly inBps: number;
  readonly outBps: number;
  readonly inShare: number | null;
  readonly outShare: number | null;
  readonly committedInBps: number | null;
  readonly committedOutBps: number | null;
  readonly lastSeenMs: number | null;
}

export function describeAcademy(of: Described, nowMs: number): string {
  const parts = [`${of.name}: ${lineLabel(of, nowMs)}${stateWords[of.state].toLowerCase()}`];
  if (of.state === 'reporting') {
    parts.push(`download ${formatRate(of.inBps)}${shareOf(of.inShare, of.committedInBps)}`);
    parts.push(`upload ${formatRate(of.outBps)}${shareOf(of.outShare, of.committedOutBps)}`);
  }
  parts.push(seenWords(of.lastSeenMs, nowMs).toLowerCase());
  return parts.join(', ');
}

const lineLabel = ({ shown, lineSinceMs }: Described, nowMs: number): string =>
  shown === 'unwatched' ? '' : `${`${lineWords[shown].toLowerCase()} ${forWords(lineSinceMs, nowMs)}`.trim()}, `;

/** How long a state has held: `for 5 min`; empty while that is not known. */
export function forWords(sinceMs: number | null, nowMs: number): string {
  if (sinceMs === null) return '';
  const age = formatAge(sinceMs, nowMs);
  return age.endsWith(' ago') ? `for ${age.slice(0, -4)}` : age;
}

const shareOf = (share: number | null, committedBps: number | null): string =>
  share === null ? '' : `, ${formatShare(share)} of ${formatNominalRate(committedBps)}`;

export function seenWords(lastSeenMs: number | null, nowMs: number): string {
  return lastSeenMs === null ? 'Never heard' : `Heard ${formatAge(lastSeenMs, nowMs)}`;
}

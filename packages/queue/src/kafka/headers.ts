/** What a message says beside its key and value, as Kafka's record headers. */
import type { Uncertain } from '../port.ts';

/** Two decimal numbers, Unix ms: the first copy may have been appended between them. */
const uncertainHeader = 'linewatch-uncertain';
const uncertainPattern = /^(\d{1,15}) (\d{1,15})$/;

export interface RecordHeaders {
  readonly [uncertainHeader]?: string;
}

export const encodeHeaders = (uncertain: Uncertain | undefined): RecordHeaders =>
  uncertain
    ? { [uncertainHeader]: `${Math.max(0, Math.floor(uncertain.sinceMs))} ${Math.ceil(uncertain.untilMs)}` }
    : {};

/** Undefined when there is none, or none that we wrote. */
export function decodeUncertain(
  headers: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>> | undefined,
): Uncertain | undefined {
  const stored = headers?.[uncertainHeader];
  if (stored === undefined || Array.isArray(stored)) return undefined;
  const found = uncertainPattern.exec(stored.toString('latin1'));
  return found ? { sinceMs: Number(found[1]), untilMs: Number(found[2]) } : undefined;
}

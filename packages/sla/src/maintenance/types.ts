import type { Span } from '../model.ts';

/** A maintenance as the estate keeps it. */
export interface MaintenanceRule {
  /** Of the first, or only, occurrence. */
  readonly startMs: number;
  readonly endMs: number;
  /** RFC 5545; null = it takes place once. */
  readonly rrule: string | null;
  /** IANA name; null = Europe/London. */
  readonly timeZone: string | null;
  /** Occurrences that begin then or later do not take place. */
  readonly cancelledMs: number | null;
}

export const maintenanceErrorCodes = ['rrule_invalid', 'times_invalid', 'too_many'] as const;
/**
 * - `rrule_invalid`: the rule cannot be read, is not allowed, or names no day that comes.
 * - `times_invalid`: it ends before it begins, lasts too long, or its time zone is none.
 * - `too_many`: more occurrences than one answer holds.
 */
export type MaintenanceErrorCode = (typeof maintenanceErrorCodes)[number];

/** The message is for the person who wrote the rule: what is wrong, and where. */
export class MaintenanceError extends Error {
  readonly code: MaintenanceErrorCode;

  constructor(code: MaintenanceErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'MaintenanceError';
    this.code = code;
  }
}

export interface NoticeInput {
  readonly occurrence: Span;
  readonly code: 'planned' | 'emergency-works';
  readonly notifiedMs: number | null;
  /** Hours of maintenance of the contract earlier in the same calendar year: of what it allows a year. */
  readonly usedMs?: number;
}

/** Contract `MaintenanceOccurrence.notice`, but for which contract. */
export interface Notice {
  readonly neededHours: number | null;
  /** From the notice to the beginning; below zero = afterwards; null = none was noted. */
  readonly givenHours: number | null;
  /** null = the contract asks for none, or the works are emergency works. */
  readonly ok: boolean | null;
  readonly outsideWindow: boolean;
  /** What of the occurrence the contract lets excuse time: with enough notice, in its window, within its hours a year. By time. */
  readonly excused: readonly Span[];
  readonly text: string;
}

/** Down beyond the end of an occurrence that it began in. */
export interface Overrun extends Span {
  /** When it went down. */
  readonly downMs: number;
}

/** The words that everything here is said in. All times are Unix ms, all spans half-open, nothing reads a clock. */

/** Half-open: `fromMs` belongs to it, `toMs` does not. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export const lineStates = ['up', 'degraded', 'down', 'unknown'] as const;
/** `unknown`: we could not see. It is never counted as up or as down. */
export type LineState = (typeof lineStates)[number];

/**
 * Why a circuit is in its state.
 * - `link`: its interface. `admin`: its interface was shut. `path`: tunnel, BFD, BGP or SD-WAN path. `probe`: a probe through it.
 * - `silent`: neither its device nor its far end answers. `quality`: loss, latency or jitter beyond the limit.
 * - `collector`: nobody watched (its collector or the queue was away). `unseen`: nothing tells of it.
 * - `corrected`: a person said so.
 */
export const causes = [
  'link',
  'admin',
  'path',
  'probe',
  'silent',
  'quality',
  'collector',
  'unseen',
  'corrected',
  'none',
] as const;
export type Cause = (typeof causes)[number];

export interface StateInterval extends Span {
  readonly state: LineState;
  /** `none` while up. */
  readonly cause: Cause;
}

export const exclusionCodes = [
  'planned',
  'emergency-works',
  'customer-caused',
  'customer-equipment',
  'site-power',
  'no-access',
  'refused-visit',
  'with-customer',
  'force-majeure',
  'third-party-tail',
  'suspended',
] as const;
export type ExclusionCode = (typeof exclusionCodes)[number];

/** A stretch of time that a person, or a maintenance, put under a code. What the code excuses, the contract says. */
export interface Exclusion extends Span {
  readonly code: ExclusionCode;
  readonly reason: string;
}

/** A stretch whose state a person corrected. Later ones go before earlier ones. */
export interface Correction extends Span {
  readonly state: LineState;
  readonly reason: string;
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** So many hours of so many days a week, local time; `to` below or equal to `from` ends on the next day; 24:00 is midnight. */
export interface WeekHours {
  readonly days: readonly Weekday[];
  /** `08:30` */
  readonly from: string;
  readonly to: string;
}

export const faultClasses = ['total', 'partial', 'intermittent', 'fibreBreak'] as const;
export type FaultClass = (typeof faultClasses)[number];

/** What a contract says of its service level: the same shape as the estate's contract records hold (`sla`). */
export interface Terms {
  readonly target?: number;
  readonly period?: 'month' | 'quarter' | 'year';
  readonly timeZone?: string;
  readonly serviceHours?: WeekHours;
  readonly careHours?: WeekHours;
  readonly starts?: 'detected' | 'reported' | 'ticket';
  readonly responseMinutes?: number;
  readonly fixHours?: Partial<Readonly<Record<FaultClass, number>>>;
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  readonly lossPercent?: number;
  readonly performanceMinutes?: number;
  readonly excuses?: readonly {
    readonly code: ExclusionCode;
    readonly availability: boolean;
    readonly fixClock: boolean;
  }[];
  /** What unknown time is to the contract: left out (without it), or counted as up or down. */
  readonly unknown?: 'left-out' | 'up' | 'down';
  readonly maintenance?: { readonly window?: WeekHours; readonly noticeHours?: number; readonly hoursAYear?: number };
  readonly credits?: {
    readonly unit?: 'percent-of-monthly-charge' | 'days-of-charge' | 'days-per-hour';
    readonly bands?: readonly { readonly below: number; readonly credit: number }[];
    /** Beyond the lowest band: so much more credit for each further step, or part of one, below the target, %. */
    readonly step?: { readonly percent: number; readonly credit: number };
    readonly capPercent?: number;
    /** What the cap is a share of. */
    readonly capOf?: 'month' | 'quarter' | 'year';
    readonly claimDays?: number;
    /** Day of the next month by which a claim must be in; goes before `claimDays`. */
    readonly claimDayOfNextMonth?: number;
    /** An outage counts only when it was reported to the supplier within so many days. */
    readonly reportWithinDays?: number;
  };
  readonly percentile?: {
    readonly rule?: 'greater' | 'combined' | 'separate';
    readonly burstPrice?: number;
    /** What a missing 5-minute sample is: left out (without it), or zero. */
    readonly gaps?: 'left-out' | 'zero';
  };
  /** Credits for a line that comes late, by working days after the promised one, % of the install charge. */
  readonly lateDelivery?: readonly { readonly fromWorkingDay: number; readonly percent: number }[];
}

/** Terms and school days of an academy, in the shape of the estate's calendar records. Days are inclusive, `2026-09-01`. */
export interface SchoolCalendar {
  readonly timeZone?: string;
  readonly schoolDay?: { readonly from: string; readonly to: string };
  readonly weekdays?: readonly Weekday[];
  readonly terms?: readonly { readonly from: string; readonly to: string; readonly name: string }[];
  readonly inset?: readonly { readonly from: string; readonly to: string; readonly name: string }[];
  readonly holidays?: readonly { readonly from: string; readonly to: string; readonly name: string }[];
}

export const defaultTimeZone = 'Europe/London';

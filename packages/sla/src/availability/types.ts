import type {
  Cause,
  Correction,
  Exclusion,
  ExclusionCode,
  LineState,
  SchoolCalendar,
  Span,
  StateInterval,
  Terms,
} from '../model.ts';

/** What is known of a circuit. Open ends are `toMs: Infinity`: time after `nowMs` never counts. */
export interface AvailabilityInput {
  /** Half-open; what of it lies after `nowMs` is not counted. */
  readonly period: Span;
  /** When the circuit was in service. Outside of it nothing is counted, up or down. */
  readonly validity: Span;
  /**
   * In any order, overlapping, with holes. Overlaps: unknown > down > degraded > up. Holes: unknown, unseen. What lies before and
   * after the period tells when an outage at its edges began and ended.
   */
  readonly intervals: readonly StateInterval[];
  /** In any order. Maintenances among them only where their notice was enough. */
  readonly exclusions: readonly Exclusion[];
  /** Oldest first: later ones go before earlier ones. */
  readonly corrections: readonly Correction[];
  readonly terms: Terms;
  readonly calendar?: SchoolCalendar;
  readonly nowMs: number;
}

/** Times that add up over parts of a period; all ms, none negative. */
export interface AvailabilityTimes {
  /** In service, in the period, and over by now. = up + down + unknown. */
  readonly totalMs: number;
  /** Of it, within the service hours. */
  readonly serviceMs: number;
  /** All, degraded time included. */
  readonly upMs: number;
  readonly degradedMs: number;
  readonly downMs: number;
  readonly unknownMs: number;
  /** Of the service time, whatever the line did in it. */
  readonly excusedMs: number;
  /** Down, in service hours, not excused. */
  readonly countedDownMs: number;
  /** What the contractual figure is a share of: service time less excused time, less unknown time where the contract leaves it out. */
  readonly countedMs: number;
  /** Of `countedMs`, what is lost: `countedDownMs`, and unknown time where the contract counts it as down. */
  readonly lostMs: number;
}

/** Percentages 0 to 100, never rounded; null when there is nothing that they could be a share of. */
export interface AvailabilityFigures extends AvailabilityTimes {
  /** Up of what could be seen (up and down), around the clock, nothing excused. */
  readonly rawPercent: number | null;
  /** As the contract counts: (counted − lost) / counted. */
  readonly contractualPercent: number | null;
  /** Seen of all. */
  readonly coveragePercent: number | null;
}

export interface OutageExclusion extends Span {
  readonly code: ExclusionCode;
  readonly reason: string;
  /** The contract lets it excuse availability. */
  readonly excuses: boolean;
}

/** One contiguous stretch down, after corrections. */
export interface Outage {
  /** Where it really began and ended, in the period or not. */
  readonly fromMs: number;
  /** null = it goes on. */
  readonly toMs: number | null;
  /** Of it in the period, */
  readonly inPeriodMs: number;
  /** in the period, in service hours and not excused. */
  readonly countedMs: number;
  /** What it began with. */
  readonly cause: Cause;
  /** Before the period: then it is an incident of an earlier one. */
  readonly beganBefore: boolean;
  /** It ended and the line was seen up: false while it goes on, when nobody saw its end, and when the circuit ceased. */
  readonly restored: boolean;
  /** All of it, in the period or not, lies under exclusions that excuse. */
  readonly excused: boolean;
  /** What overlaps it, clipped to it, by time. */
  readonly exclusions: readonly OutageExclusion[];
  /** In the period and in school hours; null = no calendar that could tell. */
  readonly teachingMs: number | null;
}

export interface Availability {
  readonly figures: AvailabilityFigures;
  /** That overlap the period, by time. */
  readonly outages: readonly Outage[];
  /** Outages that began in the period and are not wholly excused. */
  readonly failures: number;
  /** Mean time from beginning to end, the whole of it, of outages that were restored in the period and are not wholly excused. */
  readonly mttrMs: number | null;
  /** Time up in the period for each failure. */
  readonly mtbfMs: number | null;
  /** The most time in the period of one outage that is not wholly excused. */
  readonly longestMs: number | null;
  /** Down in the period in school hours, excused or not; null = no calendar that could tell. */
  readonly teachingMs: number | null;
  /** How the figures were made, a line a step, for people. */
  readonly working: readonly string[];
}

export interface SiteInput {
  readonly period: Span;
  readonly circuits: readonly {
    readonly validity: Span;
    readonly intervals: readonly StateInterval[];
    readonly corrections: readonly Correction[];
  }[];
  readonly calendar?: SchoolCalendar;
  readonly nowMs: number;
}

/** Of a site: up while any of its circuits is; unknown while none is up and one at least is unknown; else down. */
export interface SiteAvailability {
  /** While a circuit at least was in service. */
  readonly totalMs: number;
  readonly upMs: number;
  readonly downMs: number;
  readonly unknownMs: number;
  /** Up of what could be seen. */
  readonly upPercent: number | null;
  readonly coveragePercent: number | null;
  /** With no line up, in the period, by time. */
  readonly down: readonly Span[];
  /** Of it in school hours; null = no calendar that could tell. */
  readonly teachingMs: number | null;
  /** The site's own states. They partition the time that counts. */
  readonly states: readonly (Span & { readonly state: LineState })[];
}

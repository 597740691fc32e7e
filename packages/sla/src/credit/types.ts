import type { Span, Terms } from '../model.ts';

export interface CreditInput {
  readonly terms: Terms;
  /** What the contract is judged over: a month, quarter or year. */
  readonly period: Span;
  /** As the estate holds it, without VAT: `1234.50`. null = none is known. */
  readonly monthlyCharge: string | null;
  /** What the contractual figure is a share of, and what of it is lost: `AvailabilityTimes` of the period. */
  readonly countedMs: number;
  readonly lostMs: number;
  /** Counted time of each outage, and when it was reported (null = not): only used where the contract asks for a report. */
  readonly outages: readonly {
    readonly fromMs: number;
    readonly countedMs: number;
    readonly reportedMs: number | null;
  }[];
  /** Time over a performance limit (`performance().breachedMs`): counts where the contract credits hours. */
  readonly performanceBreachMs?: number;
  /** Credits already due in what the cap is a share of (the same quarter or year), pounds and pence. */
  readonly earlier?: string;
}

/** Contract `SlaCredit`, but for where to claim. */
export interface Credit {
  /** Pounds and pence; null = none is due, or there is no price to reckon by (then `percent` tells). */
  readonly due: string | null;
  /** Of one month's charge, after the cap; null = none is due. Rounded to 0.0001. */
  readonly percent: number | null;
  readonly working: readonly string[];
  /** Last day on which it can be claimed, in London; null = none is due, or the contract names no day. */
  readonly claimBy: string | null;
}

export interface LateDeliveryInput {
  readonly terms: Terms;
  /** Days, `2026-09-01`. */
  readonly promised: string;
  /** null = not delivered yet: reckoned as if it were today. */
  readonly delivered: string | null;
  readonly today: string;
  readonly bankHolidays: readonly string[];
  /** `1234.50`; null = none is known. */
  readonly installCharge: string | null;
}

export interface LateDelivery {
  /** Monday to Friday but for bank holidays, after the promised day, up to and with the day of delivery. */
  readonly workingDays: number;
  /** Of the install charge; null = none. */
  readonly percent: number | null;
  readonly due: string | null;
  readonly working: readonly string[];
}

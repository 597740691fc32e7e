import type { Exclusion, FaultClass, Span, Terms } from '../model.ts';

/** What a fix took, by one clock: contract `FixClock`. */
export interface FixFigures {
  /** null = the clock has not started. */
  readonly startMs: number | null;
  /** null = it runs, or never started. */
  readonly endMs: number | null;
  /** How long it stood still, of the hours of care. */
  readonly stoppedMs: number;
  /** Within the hours of care, less what it stood still; up to now while it runs. null = not started. */
  readonly tookMs: number | null;
  readonly limitMs: number | null;
  /** When the limit is, or was, used up, as things stand; null without a limit or a start, and where no hours of care lead there. */
  readonly dueMs: number | null;
  /** null = there is no limit, or it cannot be said yet. */
  readonly met: boolean | null;
  readonly working: readonly string[];
}

/** How soon somebody answered, of the minutes that the contract allows; care hours count, nothing stops it. */
export interface FixResponse {
  readonly startMs: number;
  readonly dueMs: number | null;
  readonly tookMs: number | null;
  readonly met: boolean | null;
}

export interface FixInput {
  readonly terms: Terms;
  /** Of the outage or degradation; null = it goes on. */
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly state: 'down' | 'degraded';
  /** How often it came back within the hold-down. */
  readonly flaps: number;
  /** A person's; goes before ours. */
  readonly faultClass: FaultClass | null;
  readonly detectedMs: number;
  /** When the ticket was opened. */
  readonly ticketMs: number | null;
  /** When the supplier answered; without it the response is not judged. */
  readonly respondedMs?: number | null;
  /** Contract `SupplierReport`: what it was told, and what it claims. */
  readonly supplier: {
    readonly reportedMs: number | null;
    readonly startedMs: number | null;
    readonly fixedMs: number | null;
    readonly stops: readonly (Span & { readonly reason: string })[];
  };
  /** Of the circuit; those whose code stops the clock count. In any order, overlapping. */
  readonly exclusions: readonly Exclusion[];
  readonly nowMs: number;
}

export interface FixResult {
  readonly faultClass: FaultClass;
  readonly ours: FixFigures;
  /** null = it claims nothing. */
  readonly suppliers: FixFigures | null;
  /** Ours less the supplier's; null = one of them took no time yet. */
  readonly differenceMs: number | null;
  /** null = the contract says nothing of it, or the clock has not started. */
  readonly response: FixResponse | null;
}

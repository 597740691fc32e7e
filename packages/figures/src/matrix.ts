/** A cell of the matrix: an academy's month, by its worst line. Pure. */
import type { SlaCell } from '@linewatch/contract';
import { type AvailabilityFigures, type Span, defaultTimeZone, overlap, periodSpan, targetMet } from '@linewatch/sla';
import { judge, monthOfCircuit } from './circuit.ts';
import type { SlaCircuit } from './estate.ts';
import type { SpanFacts } from './facts.ts';

/** Of one circuit and month. */
export interface CircuitCell {
  readonly figures: Pick<AvailabilityFigures, 'rawPercent' | 'contractualPercent' | 'coveragePercent'>;
  readonly target: number | null;
  readonly breached: boolean;
  readonly outages: number;
}

export const inService = ({ validity }: SlaCircuit, span: Span): boolean => {
  const { fromMs, toMs } = overlap(validity, span);
  return fromMs < toMs;
};

/** A cell tells neither when an outage began nor when it ended: what does not touch its time need not be gone through. */
function touching(facts: SpanFacts, row: number, { fromMs, toMs }: Span): SpanFacts {
  const near = (facts.intervals.get(row) ?? []).filter((each) => each.fromMs <= toMs && each.toMs >= fromMs);
  return { ...facts, intervals: new Map([[row, near]]) };
}

/** Undefined: it was not in service. Judged over a quarter or year, it is in breach in the month that ends it. */
export function circuitCell(
  circuit: SlaCircuit,
  month: string,
  facts: SpanFacts,
  nowMs: number,
): CircuitCell | undefined {
  const span = monthOfCircuit(circuit, month);
  if (!inService(circuit, { fromMs: span.fromMs, toMs: Math.min(span.toMs, nowMs) })) return undefined;
  const terms = circuit.contract?.terms ?? {};
  const { figures, outages } = judge(circuit, span, touching(facts, circuit.row, span), nowMs).result;
  const { rawPercent, contractualPercent, coveragePercent } = figures;
  const longer = terms.target !== undefined && terms.period !== undefined && terms.period !== 'month';
  const period = longer ? periodSpan(terms.period, span.fromMs, terms.timeZone ?? defaultTimeZone) : span;
  const judged = !longer
    ? figures
    : period.toMs === span.toMs
      ? judge(circuit, period, touching(facts, circuit.row, period), nowMs).result.figures
      : null;
  return {
    figures: { rawPercent, contractualPercent, coveragePercent },
    target: terms.target ?? null,
    breached: judged !== null && targetMet(judged, terms) === false,
    outages: outages.filter(({ beganBefore }) => !beganBefore).length,
  };
}

/** Lines with a target go before those without; where nothing counts, before nothing. */
export function cellOf(month: string, circuits: readonly CircuitCell[], running: boolean): SlaCell {
  const withTarget = circuits.filter(({ target }) => target !== null);
  const [worst] = (withTarget.length > 0 ? withTarget : circuits).toSorted(
    (a, b) => (a.figures.contractualPercent ?? 101) - (b.figures.contractualPercent ?? 101),
  );
  return {
    month,
    rawPercent: worst?.figures.rawPercent ?? null,
    contractualPercent: worst?.figures.contractualPercent ?? null,
    coveragePercent: worst?.figures.coveragePercent ?? null,
    target: worst?.target ?? null,
    breaches: circuits.filter(({ breached }) => breached).length,
    outages: circuits.reduce((sum, { outages }) => sum + outages, 0),
    running,
  };
}

/** Cells of the matrix that were made before: one is made again only when something that it rests on has changed. */
import { type CircuitCell, type SlaCircuit, type SpanFacts, circuitCell, spanOf } from '@linewatch/figures';
import { monthSpan } from '@linewatch/sla';

/** A large trust's lines over three years. */
const maxCells = 100_000;

export class Cells {
  readonly #made = new Map<string, { readonly from: string; readonly cell: CircuitCell | undefined }>();

  get(circuit: SlaCircuit, month: string, facts: SpanFacts, version: number, nowMs: number): CircuitCell | undefined {
    const key = `${circuit.row} ${month}`;
    const from = `${version} ${basisOf(circuit, month, facts, nowMs)}`;
    const known = this.#made.get(key);
    if (known?.from === from) return known.cell;
    const cell = circuitCell(circuit, month, facts, nowMs);
    this.#made.delete(key);
    this.#made.set(key, { from, cell });
    const [oldest] = this.#made.keys();
    if (this.#made.size > maxCells) this.#made.delete(oldest!);
    return cell;
  }
}

/** All that a cell rests on, beside the estate: what touches its time, and now as long as that goes on. */
function basisOf(circuit: SlaCircuit, month: string, facts: SpanFacts, nowMs: number): string {
  const { fromMs, toMs } = spanOf(circuit, month);
  const touching = (each: { readonly fromMs: number; readonly toMs: number | null }): boolean =>
    each.fromMs <= toMs && (each.toMs ?? Infinity) >= fromMs;
  const parts = [nowMs < Math.max(toMs, monthSpan(month).toMs) ? String(nowMs) : '', facts.maintenanceKey];
  for (const each of facts.intervals.get(circuit.row) ?? [])
    if (touching(each)) parts.push(`${each.fromMs} ${Math.min(each.toMs, toMs + 1)} ${each.state}`);
  for (const each of facts.annotations.get(circuit.row) ?? [])
    if (touching(each)) parts.push(`${each.id} ${each.fromMs} ${each.toMs}`);
  return parts.join();
}

/** What the figures of a time rest on, by circuit: read from PostgreSQL in one go. */
import type { Incident } from '@linewatch/contract';
import type { Annotation, Facts, Maintenances } from '@linewatch/estate';
import type { Correction, Exclusion, ExclusionCode, Span, StateInterval } from '@linewatch/sla';
import { Occurrences } from './occurrences.ts';
import { stateIntervals } from './intervals.ts';

/** An outage at the edge of the time began before it, or ends after it, perhaps under another cause. */
const edgeMs = 14 * 86_400_000;

export interface SpanFacts {
  readonly span: Span;
  readonly intervals: ReadonlyMap<number, readonly StateInterval[]>;
  readonly annotations: ReadonlyMap<number, readonly Annotation[]>;
  readonly incidents: ReadonlyMap<number, readonly Incident[]>;
  readonly occurrences: Occurrences;
  /** Another one when a maintenance was entered or changed. */
  readonly maintenanceKey: string;
}

export interface FactsSource {
  readonly facts: Facts;
  readonly maintenance: Pick<Maintenances, 'list'>;
}

const byCircuit = <T>(all: readonly T[], rowOf: (each: T) => number): Map<number, T[]> => Map.groupBy(all, rowOf);

/** @param rows of circuits; without them, of all */
export async function readFacts(
  { facts, maintenance }: FactsSource,
  trust: string,
  span: Span,
  nowMs: number,
  rows?: readonly number[],
): Promise<SpanFacts> {
  const [fromMs, toMs] = [span.fromMs - edgeMs, span.toMs + edgeMs];
  const [intervals, annotations, incidents, maintenances] = await Promise.all([
    facts.intervals(trust, fromMs, toMs, rows, false),
    facts.annotations(trust, fromMs, toMs),
    facts.incidents(trust, fromMs, toMs),
    maintenance.list(trust),
  ]);
  return {
    span,
    intervals: stateIntervals(intervals, nowMs),
    annotations: byCircuit(annotations, ({ circuit }) => circuit),
    incidents: byCircuit(incidents, ({ circuitRow }) => circuitRow),
    maintenanceKey: maintenances.map(({ id, revision }) => `${id}.${revision}`).join(' '),
    occurrences: new Occurrences(maintenances, span),
  };
}

/** What people took out of the count, oldest first. One that goes on ends at Infinity. */
export const exclusionsBy = (annotations: readonly Annotation[]): Exclusion[] =>
  annotations
    .filter(({ kind }) => kind === 'exclusion')
    .map(({ fromMs, toMs, code, reason }) => ({ fromMs, toMs: toMs ?? Infinity, code: code as ExclusionCode, reason }));

/** What people said the state was, oldest first: later ones go before earlier ones. */
export const correctionsBy = (annotations: readonly Annotation[]): Correction[] =>
  annotations
    .filter(({ kind, state }) => kind === 'correction' && state !== null)
    .toSorted((a, b) => a.atMs - b.atMs || a.id - b.id)
    .map(({ fromMs, toMs, state, reason }) => ({ fromMs, toMs: toMs ?? Infinity, state: state!, reason }));

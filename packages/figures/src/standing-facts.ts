/** What standings rest on, of all circuits of a trust: read in one go, then asked for any moment of a stretch. */
import type { Annotation, CircuitInterval, Facts, Maintenances } from '@linewatch/estate';
import { type Span, burnRules, monthAfter, monthOf, monthSpan, periodSpan } from '@linewatch/sla';
import { type JudgedBy, zoneOf } from './circuit.ts';
import type { SlaCircuit } from './estate.ts';
import { stateIntervals } from './intervals.ts';
import { type NoticedOccurrence, Occurrences } from './occurrences.ts';

const dayMs = 86_400_000;
/** An outage that goes on is told of with what people said of it, and a maintenance stopped its clock, so long ago at most. */
const saidMs = 400 * dayMs;
const plannedMonths = 3;
const always: Span = { fromMs: -Infinity, toMs: Infinity };

/** How far back from a moment its burn rules look, ms. */
export const burnMs = Math.max(...burnRules.map(({ longMs }) => longMs));

export interface StandingFacts {
  /** As stored, by the circuit's row and time. */
  readonly intervals: ReadonlyMap<number, readonly CircuitInterval[]>;
  /** Up to when each row's circuit was seen, Unix ms; goes before what its intervals say, which may have been read earlier. */
  readonly seenMs: ReadonlyMap<number, number>;
  readonly annotations: ReadonlyMap<number, readonly Annotation[]>;
  readonly works: Works;
}

export interface StandingSource {
  readonly facts: Pick<Facts, 'intervals' | 'annotations'>;
  readonly maintenance: Pick<Maintenances, 'list'>;
}

/**
 * All the time that standings at moments of a stretch look at: contract periods that it touches, and what burn rules look back on.
 * Whole months of London, so that it stays the same for as long as it can.
 */
export function standingSpan(circuits: readonly SlaCircuit[], over: Span): Span {
  const kinds = new Map(
    circuits.map((each) => {
      const kind = each.contract?.terms.period ?? 'month';
      const zone = zoneOf(each);
      return [`${kind} ${zone}`, { kind, zone }] as const;
    }),
  );
  let fromMs = monthSpan(monthOf(over.fromMs - burnMs)).fromMs;
  let { toMs } = monthSpan(monthOf(over.toMs));
  for (const { kind, zone } of kinds.values()) {
    fromMs = Math.min(fromMs, periodSpan(kind, over.fromMs, zone).fromMs);
    toMs = Math.max(toMs, periodSpan(kind, over.toMs, zone).toMs);
  }
  return { fromMs, toMs };
}

/** Planned works, as each circuit's contract takes them. */
export interface Works {
  /** Another one when a maintenance was entered or changed, or for another time. */
  readonly key: string;
  /** That overlap a part of the time. */
  of(circuit: SlaCircuit, part: Span): NoticedOccurrence[];
}

/**
 * Works of a time, and of three months before it: they may have stopped the clock of an outage that goes on.
 * @param known of the same estate: given back where nothing of it has changed
 */
export async function readWorks(
  { maintenance }: StandingSource,
  trust: string,
  { fromMs, toMs }: Span,
  known?: Works,
): Promise<Works> {
  const span = { fromMs: monthSpan(monthAfter(monthOf(fromMs), -plannedMonths)).fromMs, toMs };
  const maintenances = await maintenance.list(trust);
  const key = [span.fromMs, toMs, ...maintenances.map(({ id, revision }) => `${id}.${revision}`)].join(' ');
  if (known?.key === key) return known;
  const occurrences = new Occurrences(maintenances, span);
  // What hours a contract has left of a year takes all works of the year to tell: once for a circuit, not at each moment.
  const byRow = new Map<number, readonly NoticedOccurrence[]>();
  return {
    key,
    of: (circuit, part) => {
      const all = byRow.get(circuit.row) ?? occurrences.of(circuit, always);
      byRow.set(circuit.row, all);
      return all.filter((each) => Math.max(each.fromMs, part.fromMs) < Math.min(each.toMs, part.toMs));
    },
  };
}

/** Of long outages too. */
export const readAnnotations = async (
  { facts }: StandingSource,
  trust: string,
  { fromMs, toMs }: Span,
): Promise<StandingFacts['annotations']> =>
  Map.groupBy(await facts.annotations(trust, Math.min(fromMs, toMs - saidMs), toMs), ({ circuit }) => circuit);

/**
 * For standings at any moment of a stretch, as a preview over past days asks: one reading for all of them.
 * @param over the first and the last moment. Rejects with EstateError.
 */
export async function readStandingFacts(
  source: StandingSource,
  trust: string,
  circuits: readonly SlaCircuit[],
  over: Span,
): Promise<StandingFacts> {
  const span = standingSpan(circuits, over);
  const [stored, annotations, works] = await Promise.all([
    source.facts.intervals(trust, span.fromMs, span.toMs, undefined, false),
    readAnnotations(source, trust, span),
    readWorks(source, trust, span),
  ]);
  return {
    intervals: Map.groupBy(stored, ({ circuit }) => circuit),
    seenMs: new Map(stored.flatMap(({ circuit, seenMs }) => (seenMs === null ? [] : [[circuit, seenMs] as const]))),
    annotations,
    works,
  };
}

/**
 * What was known of a circuit at a moment: without what people entered later. What was superseded, changed or taken back since is
 * not to be had any more, so the past is told as it turned out, not as it seemed.
 * @param fromMs what ended before is left out of the intervals
 */
export function knownAt(circuit: SlaCircuit, facts: StandingFacts, nowMs: number, fromMs: number): JudgedBy {
  const { row } = circuit;
  const seenMs = facts.seenMs.get(row);
  const stored = (facts.intervals.get(row) ?? [])
    .filter((each) => each.fromMs < nowMs && (each.toMs ?? Infinity) > fromMs)
    .map((each) => (each.toMs === null && seenMs !== undefined ? { ...each, seenMs } : each));
  return {
    intervals: stateIntervals(stored, nowMs),
    annotations: new Map([[row, (facts.annotations.get(row) ?? []).filter(({ atMs }) => atMs <= nowMs)]]),
    occurrences: {
      of: (of, part) => facts.works.of(of, part).filter(({ maintenance }) => maintenance.enteredMs <= nowMs),
    },
  };
}

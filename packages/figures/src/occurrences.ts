/** When maintenances take place, for which circuits, and what of it their contracts let excuse time. */
import type { Maintenance } from '@linewatch/contract';
import {
  type Exclusion,
  MaintenanceError,
  type Notice,
  type Span,
  defaultTimeZone,
  expand,
  notice,
  overlap,
  periodSpan,
  total,
  union,
} from '@linewatch/sla';
import type { SlaCircuit, SlaContract } from './estate.ts';

export interface Occurrence extends Span {
  readonly maintenance: Maintenance;
}

/** Whether it is for a circuit. */
export function covers({ scope }: Pick<Maintenance, 'scope'>, circuit: SlaCircuit): boolean {
  const ids = {
    circuit: circuit.id,
    academy: circuit.academy.id,
    site: circuit.site,
    provider: circuit.provider.id,
    trust: scope.id,
  };
  return ids[scope.kind] === scope.id;
}

/** That overlap a span, by time and number. What cannot be read of a rule has no occurrences: it is refused where it is entered. */
export const occurrencesIn = (maintenances: readonly Maintenance[], span: Span): Occurrence[] =>
  maintenances
    .flatMap((maintenance) => taking(maintenance, span).map((each) => ({ ...each, maintenance })))
    .sort((a, b) => a.fromMs - b.fromMs || a.maintenance.id - b.maintenance.id);

function taking(maintenance: Maintenance, span: Span): readonly Span[] {
  try {
    return expand(maintenance, span);
  } catch (error) {
    if (error instanceof MaintenanceError) return [];
    throw error;
  }
}

export interface NoticedOccurrence extends Occurrence {
  /** Null: the circuit has no contract, so nothing is asked of it. */
  readonly notice: Notice | null;
}

/** Occurrences of a span and of what comes before it in the calendar year, for whoever asks by circuit. */
export class Occurrences {
  readonly #all: readonly Occurrence[];
  readonly #span: Span;
  /** Of contracts without hours a year: the same for all of their circuits. */
  readonly #notices = new Map<Occurrence, Map<SlaContract, Notice>>();

  constructor(maintenances: readonly Maintenance[], span: Span) {
    this.#span = span;
    // Wherever the contract's year begins, a day before is early enough.
    const fromMs = periodSpan('year', span.fromMs).fromMs - 86_400_000;
    this.#all = occurrencesIn(maintenances, { fromMs, toMs: span.toMs });
  }

  /** That overlap a part of the span. Of the hours a year that a contract may allow, what came before is used. */
  of(circuit: SlaCircuit, part: Span = this.#span): NoticedOccurrence[] {
    const { contract } = circuit;
    const limited = contract?.terms.maintenance?.hoursAYear !== undefined;
    const found: NoticedOccurrence[] = [];
    let year: Span | undefined;
    let used: readonly Span[] = [];
    for (const each of this.#all) {
      const shared = overlap(each, part);
      const within = shared.fromMs < shared.toMs;
      if ((!limited && !within) || !covers(each.maintenance, circuit)) continue;
      if (limited && (!year || each.fromMs >= year.toMs)) {
        year = periodSpan('year', each.fromMs, contract.terms.timeZone ?? defaultTimeZone);
        used = [];
      }
      const told = contract && this.#notice(each, contract, limited ? total(used) : undefined);
      if (limited && told && each.maintenance.code === 'planned') used = union([...used, ...told.excused]);
      if (within) found.push({ ...each, notice: told });
    }
    return found;
  }

  #notice(occurrence: Occurrence, contract: SlaContract, usedMs: number | undefined): Notice {
    const { maintenance, fromMs, toMs } = occurrence;
    const { code, notifiedMs } = maintenance;
    const input = { occurrence: { fromMs, toMs }, code, notifiedMs };
    if (usedMs !== undefined) return notice(contract.terms, { ...input, usedMs });
    const known = this.#notices.get(occurrence) ?? new Map<SlaContract, Notice>();
    this.#notices.set(occurrence, known);
    const told = known.get(contract) ?? notice(contract.terms, input);
    known.set(contract, told);
    return told;
  }
}

/** What of them is an exclusion: of a circuit without a contract, all. */
export const exclusionsOf = (occurrences: readonly NoticedOccurrence[]): Exclusion[] =>
  occurrences.flatMap(({ fromMs, toMs, maintenance: { code, title }, notice: told }) =>
    (told?.excused ?? [{ fromMs, toMs }]).map((each) => ({ ...each, code, reason: title })),
  );

/** What rules ask of what is around incidents: the estate, planned maintenance, hours. */
import type { IncidentFacts, IncidentSubject, RuleHours, Surroundings } from '@linewatch/alerting';
import type { StoredMaintenance } from '@linewatch/estate';
import { MaintenanceError, type SchoolCalendar, type Span, expand, schoolSpans, serviceSpans } from '@linewatch/sla';
import type { CircuitSubject, Subjects } from './subjects.ts';

export interface SurroundingsOptions {
  readonly subjects: () => Subjects;
  readonly maintenances: () => readonly StoredMaintenance[];
  /** As it was told last. */
  readonly incident: (id: number) => IncidentFacts | undefined;
}

type About = Pick<IncidentFacts, 'trust' | 'circuit' | 'academy' | 'provider'>;

const dayMs = 86_400_000;
/** Longest that hours are looked for: summer holidays are shorter. */
const aheadMs = 75 * dayMs;
/** Incidents above one another; more is none that is meant. */
const mostAbove = 10;

const placeOf = (circuit: CircuitSubject | undefined): IncidentSubject['circuit'] =>
  circuit
    ? {
        slug: circuit.planned.slug,
        role: circuit.planned.role,
        kind: circuit.planned.kind,
        pop: circuit.planned.pop,
      }
    : null;

/** What something is about, by rows. */
export function subjectOf(
  subjects: Subjects,
  { trust, circuit: row, academy: of, provider: by }: About,
): IncidentSubject {
  const circuit = subjects.circuit(row);
  const academy = subjects.academy(of) ?? circuit?.academy;
  const provider = subjects.provider(by) ?? circuit?.provider;
  return {
    trust: subjects.trust(trust)?.id ?? '',
    circuit: placeOf(circuit),
    academy: academy
      ? {
          row: academy.planned.id,
          slug: academy.planned.slug,
          name: academy.planned.name,
          cluster: academy.record?.cluster ?? null,
          phase: academy.planned.phase,
        }
      : null,
    provider: provider ? { row: provider.planned.id, slug: provider.planned.slug } : null,
    pop: circuit?.planned.pop ?? null,
    ...(!circuit && { filters: allFilter(subjects, trust, academy?.planned.id, provider?.planned.id) }),
  };
}

/** Whether all lines of an academy, or a supplier, filter: what is said of them together is said of filtering. */
function allFilter(
  { snapshot }: Subjects,
  trust: number,
  academy: number | undefined,
  provider: number | undefined,
): boolean {
  if (academy === undefined && provider === undefined) return false;
  const lines = snapshot.circuits.filter(
    (each) =>
      each.trust === trust &&
      (academy === undefined || each.academy === academy) &&
      (provider === undefined || each.providerRow === provider),
  );
  return lines.length > 0 && lines.every(({ kind }) => kind === 'filtering');
}

/** The time, or the next at which hours are open; null: it cannot be said. */
export function openFromMs(subjects: Subjects, hours: RuleHours, about: About, atMs: number): number | null {
  const circuit = subjects.circuit(about.circuit);
  const span = { fromMs: atMs, toMs: atMs + aheadMs };
  let spans: readonly Span[] | undefined;
  try {
    if (hours === 'school') {
      const academy = subjects.academy(about.academy) ?? circuit?.academy;
      const calendar = subjects.record(about.trust, 'calendar', academy?.record?.calendar);
      spans = calendar && schoolSpansWithin(calendar, span);
    } else {
      const contract = subjects.record(about.trust, 'contract', circuit?.planned.contract);
      const { serviceHours, timeZone } = contract?.sla ?? {};
      spans = serviceHours && serviceSpans(serviceHours, timeZone, span);
    }
  } catch (error) {
    // Of a calendar or contract with a time that is none.
    if (!(error instanceof RangeError)) throw error;
  }
  const next = spans?.find(({ toMs }) => toMs > atMs);
  return next ? Math.max(atMs, next.fromMs) : null;
}

/** As far ahead as its terms are known: next year's may not be entered yet. */
const schoolSpansWithin = (calendar: SchoolCalendar, span: Span): readonly Span[] | undefined =>
  schoolSpans(calendar, span) ?? schoolSpans(calendar, { ...span, toMs: span.fromMs + 7 * dayMs });

export function createSurroundings({ subjects, maintenances, incident: told }: SurroundingsOptions): Surroundings {
  const isFor = ({ scope, trust }: StoredMaintenance, of: IncidentFacts): boolean => {
    if (trust !== of.trust) return false;
    const circuit = subjects().circuit(of.circuit);
    const rows = {
      trust: null,
      circuit: of.circuit,
      academy: of.academy ?? circuit?.planned.academy,
      site: circuit?.planned.site,
      provider: of.provider ?? circuit?.planned.providerRow,
    };
    return scope.kind === 'trust' || (scope.row !== null && rows[scope.kind] === scope.row);
  };
  return {
    subject: (incident) => subjectOf(subjects(), incident),

    root: (incident) => {
      let top: IncidentFacts = incident;
      for (let i = 0; i < mostAbove; i++) {
        const above = top.mergedInto ?? top.parent;
        const next = above === null ? undefined : told(above);
        if (!next) return above ?? top.id;
        top = next;
      }
      return top.id;
    },

    maintenanceUntilMs: (incident, atMs) => {
      let untilMs: number | null = null;
      for (const maintenance of maintenances()) {
        if (!isFor(maintenance, incident)) continue;
        try {
          for (const { fromMs, toMs } of expand(maintenance, { fromMs: atMs, toMs: atMs + 1 }))
            if (fromMs <= atMs && toMs > (untilMs ?? atMs)) untilMs = toMs;
        } catch (error) {
          // A rule that cannot be read covers nothing: it is refused where it is entered.
          if (!(error instanceof MaintenanceError)) throw error;
        }
      }
      return untilMs;
    },

    openFromMs: (hours, incident, atMs) => openFromMs(subjects(), hours, incident, atMs),
  };
}

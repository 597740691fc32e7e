/** What is around incidents of the past, by the estate as it is now. */
import type { IncidentFacts, Surroundings } from '@linewatch/alerting';
import type { Incident } from '@linewatch/contract';
import type { Snapshot, StoredMaintenance } from '@linewatch/estate';
import type { SlaEstate } from '@linewatch/figures';
import { MaintenanceError, expand, schoolSpans, serviceSpans } from '@linewatch/sla';

const aheadMs = 75 * 86_400_000;
const mostAbove = 10;

export interface PastIncidents {
  readonly incidents: readonly IncidentFacts[];
  readonly around: Surroundings;
}

export function pastIncidents(
  all: readonly Incident[],
  estate: SlaEstate,
  snapshot: Snapshot,
  maintenances: readonly StoredMaintenance[],
): PastIncidents {
  const trust = snapshot.trusts.find(({ label }) => label === estate.trust.id)?.id ?? 0;
  const academies = new Map(estate.academies.map((each) => [each.id, each]));
  const providers = new Map(snapshot.providers.filter((each) => each.trust === trust).map((each) => [each.slug, each]));
  const factsOf = (incident: Incident): IncidentFacts => ({
    ...{ ...incident, trust },
    circuit: incident.circuit === null ? null : (estate.circuitById.get(incident.circuit.id)?.row ?? null),
    academy: incident.kind === 'site' ? (academies.get(incident.academies[0]?.id ?? '')?.row ?? null) : null,
    provider: incident.kind === 'provider' ? (providers.get(incident.provider?.id ?? '')?.id ?? null) : null,
    acknowledgedBy: null,
    acknowledgedMs: null,
    acknowledgedUntilMs: null,
  });
  const incidents = all.map(factsOf);
  const byId = new Map(incidents.map((each) => [each.id, each]));
  const rowsOf = (of: IncidentFacts) => {
    const planned = of.circuit === null ? undefined : estate.circuitByRow.get(of.circuit)?.planned;
    return {
      trust: null,
      circuit: of.circuit,
      academy: of.academy ?? planned?.academy ?? null,
      site: planned?.site ?? null,
      provider: of.provider ?? planned?.providerRow ?? null,
    };
  };
  const around: Surroundings = {
    subject: (incident) => {
      const rows = rowsOf(incident);
      const line = rows.circuit === null ? undefined : estate.circuitByRow.get(rows.circuit)?.planned;
      const academy = snapshot.academies.find(({ id }) => id === rows.academy);
      const provider = snapshot.providers.find(({ id }) => id === rows.provider);
      return {
        trust: estate.trust.id,
        circuit: line ? { slug: line.slug, role: line.role, kind: line.kind, pop: line.pop } : null,
        academy: academy
          ? { row: academy.id, slug: academy.slug, name: academy.name, cluster: null, phase: academy.phase }
          : null,
        provider: provider ? { row: provider.id, slug: provider.slug } : null,
        pop: line?.pop ?? null,
      };
    },
    root: (incident) => {
      let top = incident;
      for (let i = 0; i < mostAbove; i++) {
        const next = top.parent === null ? undefined : byId.get(top.parent);
        if (!next) break;
        top = next;
      }
      return top.id;
    },
    maintenanceUntilMs: (incident, atMs) => {
      const rows = rowsOf(incident);
      const ends = maintenances
        .filter(({ scope }) => scope.kind === 'trust' || (scope.row !== null && rows[scope.kind] === scope.row))
        .flatMap((each) => occurrences(each, atMs));
      return ends.length === 0 ? null : Math.max(...ends);
    },
    openFromMs: (hours, incident, atMs) => {
      const { circuit, academy } = rowsOf(incident);
      const line = circuit === null ? undefined : estate.circuitByRow.get(circuit);
      const calendar = line?.calendar ?? estate.academies.find(({ row }) => row === academy)?.calendar;
      const { serviceHours, timeZone } = line?.contract?.terms ?? {};
      const span = { fromMs: atMs, toMs: atMs + aheadMs };
      const spans =
        hours === 'school'
          ? calendar && schoolSpans(calendar, span)
          : serviceHours && serviceSpans(serviceHours, timeZone, span);
      const next = spans?.find(({ toMs }) => toMs > atMs);
      return next ? Math.max(atMs, next.fromMs) : null;
    },
  };
  return { incidents, around };
}

/** Ends of those that cover a time. */
function occurrences(maintenance: StoredMaintenance, atMs: number): number[] {
  try {
    return expand(maintenance, { fromMs: atMs, toMs: atMs + 1 })
      .filter(({ fromMs, toMs }) => fromMs <= atMs && toMs > atMs)
      .map(({ toMs }) => toMs);
  } catch (error) {
    if (error instanceof MaintenanceError) return [];
    throw error;
  }
}

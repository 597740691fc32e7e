/** Incidents as each asker sees them, and what people do to them. */
import type {
  Incident,
  IncidentAction,
  IncidentDetail,
  IncidentList,
  IncidentQuery,
  Permission,
} from '@linewatch/contract';
import type { Incidents, Seen } from '@linewatch/estate';
import {
  type FactsSource,
  type SlaCircuit,
  type SlaEstate,
  bothClocks,
  fixOf,
  judge,
  readFacts,
  seenIntervals,
} from '@linewatch/figures';
import { type Principal, type Scope, within } from '../access/principal.ts';
import { covers } from '../estate/sight.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { askedOfWatch } from './asked.ts';

/** What an incident shows of the time around it, ms. */
const aroundMs = 3_600_000;
/** Of a group: circuits whose intervals are shown. */
const maxCircuits = 20;
const maxShownMs = 400 * 86_400_000;

export interface IncidentsOptions extends FactsSource {
  readonly incidents: Incidents;
  readonly estate: () => Promise<SlaEstate>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

/** What people tell the team and the supplier; all else changes figures. */
const written: readonly IncidentAction['action'][] = [
  'acknowledge',
  'unacknowledge',
  'assign',
  'note',
  'ticket',
  'report',
  'supplier',
];

const seenOf = (scope: Scope): Seen => (scope === 'all' ? undefined : scope);

interface Seeing {
  readonly incident: Incident;
  /** Ids of all of them, seen or not. */
  readonly academies: readonly string[];
  readonly timeline: IncidentDetail['timeline'];
  readonly members: Incident[];
  readonly estate: SlaEstate;
}

export class WatchIncidents {
  readonly #options: IncidentsOptions;

  constructor(options: IncidentsOptions) {
    this.#options = options;
  }

  async list(principal: Principal, query: IncidentQuery): Promise<IncidentList> {
    const { incidents, trust, clock } = this.#options;
    const scope = principal.scope('telemetry.read');
    const { incidents: found, next } = await asked(incidents.list(trust, query, seenOf(scope)));
    const estate = await asked(this.#options.estate());
    return { nowMs: clock(), incidents: found.flatMap((each) => shown(each, scope, estate) ?? []), next };
  }

  /** @throws ApiError `incident_unknown`, the same for one that there is not and one out of scope */
  async detail(principal: Principal, id: number): Promise<IncidentDetail> {
    const { clock } = this.#options;
    const scope = principal.scope('telemetry.read');
    const { incident, timeline, members, estate } = await this.#get(scope, id);
    const nowMs = clock();
    const circuits = [incident, ...members]
      .flatMap((each) => (each.circuit ? (estate.circuitById.get(each.circuit.id) ?? []) : []))
      .slice(0, maxCircuits);
    const own = incident.circuit ? estate.circuitById.get(incident.circuit.id) : undefined;
    return {
      nowMs,
      incident,
      timeline,
      members,
      intervals: await this.#intervals(incident, circuits, nowMs),
      ...(own ? await this.#judged(incident, own, nowMs) : { teachingHoursLost: null, fix: null }),
    };
  }

  /** @throws ApiError `forbidden`, `incident_unknown`, `record_changed`, `change_refused` */
  async act(principal: Principal, id: number, action: IncidentAction): Promise<Incident> {
    const { incidents, trust } = this.#options;
    const permission: Permission = written.includes(action.action) ? 'incidents.write' : 'incidents.classify';
    if (!principal.may(permission)) throw new ApiError('forbidden', `This takes the permission "${permission}".`);
    const concerned = [id, ...(action.action === 'merge' ? [action.into] : [])];
    for (const each of concerned) {
      const { academies } = await this.#get(principal.scope('telemetry.read'), each);
      if (!covers(principal.scope(permission), academies))
        throw new ApiError(
          'forbidden',
          `This takes the permission "${permission}" for every academy of incident ${each}.`,
        );
    }
    const changed = await askedOfWatch(incidents.act(principal.actor, trust, id, action), 'incident_unknown');
    const estate = await asked(this.#options.estate());
    return shown(changed, principal.scope('telemetry.read'), estate) ?? changed;
  }

  /** Read as a whole: whether all of it may be seen depends on what may not. */
  async #get(scope: Scope, id: number): Promise<Seeing> {
    const { incidents, trust } = this.#options;
    const found = await asked(incidents.get(trust, id, undefined));
    const estate = await asked(this.#options.estate());
    const incident = found && shown(found.incident, scope, estate);
    if (!found || !incident) throw new ApiError('incident_unknown', `There is no incident ${id}.`);
    const whole = incident.academies.length === found.incident.academies.length;
    const members = found.members.flatMap((each) => shown(each, scope, estate) ?? []);
    return {
      incident: whole ? incident : { ...incident, members: members.length },
      academies: found.incident.academies.map((each) => each.id),
      // What was written of a group may name the academies of others.
      timeline: whole ? [...found.timeline] : [],
      members,
      estate,
    };
  }

  async #intervals(
    { startedMs, endedMs }: Incident,
    circuits: readonly SlaCircuit[],
    nowMs: number,
  ): Promise<IncidentDetail['intervals']> {
    const { facts, trust } = this.#options;
    if (circuits.length === 0) return [];
    const toMs = (endedMs ?? nowMs) + aroundMs;
    const fromMs = Math.max(startedMs - aroundMs, toMs - maxShownMs);
    const byRow = new Map(circuits.map((each) => [each.row, each]));
    const intervals = await asked(facts.intervals(trust, fromMs, toMs, [...byRow.keys()]));
    return seenIntervals(intervals, nowMs)
      .filter((each) => each.fromMs < toMs)
      .map(({ circuit, fromMs, toMs: endMs, state, cause, evidence }) => ({
        circuit: byRow.get(circuit)!.id,
        fromMs,
        toMs: endMs,
        state,
        cause,
        evidence: [...evidence],
      }));
  }

  async #judged(
    incident: Incident,
    circuit: SlaCircuit,
    nowMs: number,
  ): Promise<Pick<IncidentDetail, 'teachingHoursLost' | 'fix'>> {
    const span = { fromMs: incident.startedMs, toMs: Math.max(incident.endedMs ?? nowMs, incident.startedMs + 1) };
    const facts = await asked(readFacts(this.#options, this.#options.trust, span, nowMs, [circuit.row]));
    const { exclusions, result } = judge(circuit, span, facts, nowMs);
    const fix = fixOf(incident, circuit, exclusions, nowMs);
    // Of what was down and seen to be: what is slow, or not watched, is not lost.
    const lostMs = incident.kind === 'outage' ? result.teachingMs : null;
    return {
      teachingHoursLost: lostMs === null ? null : lostMs / 3_600_000,
      fix: fix ? { ...bothClocks(fix), differenceMs: fix.differenceMs } : null,
    };
  }
}

/** Undefined: it is not the asker's. A group is told to who sees one of its academies, without the others. */
function shown(incident: Incident, scope: Scope, { circuitById }: SlaEstate): Incident | undefined {
  if (scope === 'all') return incident;
  const academies = incident.academies.filter(({ id }) => within(scope, id));
  const { circuit } = incident;
  const own = circuit ? within(scope, circuitById.get(circuit.id)?.academy.id ?? '') : academies.length > 0;
  return own ? { ...incident, academies } : undefined;
}

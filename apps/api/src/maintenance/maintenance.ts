/** Planned maintenance as each asker sees it: what it is for has to be theirs, or to concern what is. */
import type { Maintenance, MaintenanceBody, MaintenanceOccurrence } from '@linewatch/contract';
import type { Facts, Maintenances } from '@linewatch/estate';
import {
  type Occurrence,
  Occurrences,
  type SlaCircuit,
  type SlaEstate,
  covers,
  occurrencesIn,
  stateIntervals,
} from '@linewatch/figures';
import {
  MaintenanceError,
  type Span,
  type StateInterval,
  checkRrule,
  expand,
  overruns,
  total,
  union,
} from '@linewatch/sla';
import { type Principal, type Scope, within } from '../access/principal.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { askedOfWatch } from '../watch/asked.ts';

const maxSpanMs = 400 * 86_400_000;
/** How long a line may be down beyond the end of a maintenance and still be told of as its overrun. */
const overrunMs = 7 * 86_400_000;
const maxOccurrences = 5000;
/** What takes place is worked out for so long ahead. */
const aheadMs = 3_600_000;

export interface MaintenanceOptions {
  readonly maintenance: Maintenances;
  readonly facts: Facts;
  readonly estate: () => Promise<SlaEstate>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

export class PlannedMaintenance {
  readonly #options: MaintenanceOptions;
  #ahead:
    | {
        readonly key: string;
        readonly untilMs: number;
        readonly spans: readonly (Span & { readonly rows: readonly number[] })[];
      }
    | undefined;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  async list(principal: Principal): Promise<{ nowMs: number; maintenances: Maintenance[] }> {
    const { estate, all } = await this.#read();
    const scope = principal.scope('telemetry.read');
    return { nowMs: this.#options.clock(), maintenances: all.filter((each) => sees(scope, each, estate)) };
  }

  /** @throws ApiError `request_invalid`, `forbidden`, `change_refused` */
  async create(principal: Principal, body: MaintenanceBody): Promise<Maintenance> {
    const { maintenance, trust } = this.#options;
    await this.#check(principal, body);
    return askedOfWatch(maintenance.create(principal.actor, trust, body), 'maintenance_unknown');
  }

  /** @throws ApiError `request_invalid`, `forbidden`, `maintenance_unknown`, `record_changed`, `change_refused` */
  async update(
    principal: Principal,
    id: number,
    body: MaintenanceBody,
    revision: number | undefined,
  ): Promise<Maintenance> {
    const { maintenance, trust } = this.#options;
    await this.#own(principal, id);
    await this.#check(principal, body);
    return askedOfWatch(maintenance.update(principal.actor, trust, id, body, revision), 'maintenance_unknown');
  }

  /** @throws ApiError `forbidden`, `maintenance_unknown`, `change_refused` */
  async cancel(principal: Principal, id: number, atMs: number | undefined): Promise<Maintenance> {
    const { maintenance, trust, clock } = this.#options;
    await this.#own(principal, id);
    return askedOfWatch(maintenance.cancel(principal.actor, trust, id, atMs ?? clock()), 'maintenance_unknown');
  }

  /** @throws ApiError `request_invalid` */
  async occurrences(
    principal: Principal,
    { from, to }: { readonly from: number; readonly to: number },
  ): Promise<{ nowMs: number; occurrences: MaintenanceOccurrence[] }> {
    if (from >= to) throw new ApiError('request_invalid', 'query.from is not before query.to');
    if (to - from > maxSpanMs) throw new ApiError('request_invalid', 'at most 400 days are given at once');
    const { facts, trust, clock } = this.#options;
    const { estate, all } = await this.#read();
    const scope = principal.scope('telemetry.read');
    const nowMs = clock();
    const seen = all.filter((each) => sees(scope, each, estate));
    const span = { fromMs: from, toMs: to };
    const found = occurrencesIn(seen, span);
    if (found.length > maxOccurrences)
      throw new ApiError('request_invalid', `there are more than ${maxOccurrences} in this time: ask for less of it`);
    const circuits = estate.circuits.filter((each) => within(scope, each.academy.id));
    const covered = new Set(found.flatMap((each) => circuits.filter((circuit) => covers(each.maintenance, circuit))));
    const past = { fromMs: from, toMs: Math.min(to + overrunMs, nowMs) };
    const intervals = new Map<number, StateInterval[]>();
    if (past.fromMs < past.toMs && covered.size > 0) {
      const rows = [...covered].map(({ row }) => row);
      const stored = await asked(facts.intervals(trust, past.fromMs, past.toMs, rows, false));
      for (const [row, each] of stateIntervals(stored, nowMs)) intervals.set(row, each);
    }
    const noticed = new Occurrences(seen, span);
    return { nowMs, occurrences: found.map((each) => tell(each, [...covered], noticed, intervals)) };
  }

  /** Rows of circuits that one covers now. @param key another one when maintenances or circuits have changed */
  async covered(nowMs: number, key: string): Promise<ReadonlySet<number>> {
    if (!this.#ahead || this.#ahead.key !== key || nowMs >= this.#ahead.untilMs) {
      const { estate, all } = await this.#read();
      const untilMs = nowMs + aheadMs;
      const spans = occurrencesIn(all, { fromMs: nowMs, toMs: untilMs }).map(({ fromMs, toMs, maintenance }) => ({
        fromMs,
        toMs,
        rows: estate.circuits.filter((each) => covers(maintenance, each)).map(({ row }) => row),
      }));
      this.#ahead = { key, untilMs, spans };
    }
    const now = this.#ahead.spans.filter(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
    return new Set(now.flatMap(({ rows }) => rows));
  }

  async #read(): Promise<{ estate: SlaEstate; all: readonly Maintenance[] }> {
    const { maintenance, trust, estate } = this.#options;
    const [read, all] = await asked(Promise.all([estate(), maintenance.list(trust)]));
    return { estate: read, all };
  }

  /** One that the asker may change. */
  async #own(principal: Principal, id: number): Promise<void> {
    const { estate, all } = await this.#read();
    const found = all.find((each) => each.id === id);
    if (!found || !sees(principal.scope('telemetry.read'), found, estate))
      throw new ApiError('maintenance_unknown', `There is no maintenance ${id}.`);
    may(principal, found, estate);
  }

  async #check(principal: Principal, body: MaintenanceBody): Promise<void> {
    may(principal, body, await asked(this.#options.estate()));
    try {
      expand({ ...body, cancelledMs: null }, { fromMs: body.startMs, toMs: body.endMs });
      if (body.rrule !== null) checkRrule(body.rrule, body);
    } catch (error) {
      if (!(error instanceof MaintenanceError)) throw error;
      throw new ApiError('request_invalid', `body: ${error.message}`);
    }
  }
}

const academiesOf = ({ scope }: Pick<Maintenance, 'scope'>, estate: SlaEstate): string[] => {
  if (scope.kind === 'academy') return [scope.id];
  const circuits = estate.circuits.filter((each) => covers({ scope }, each));
  if (scope.kind === 'site' && circuits.length === 0) return estate.academyOfSite(scope.id);
  return circuits.map((each) => each.academy.id);
};

/** What is for a supplier or the trust concerns everyone who has a circuit of it. */
const sees = (scope: Scope, maintenance: Pick<Maintenance, 'scope'>, estate: SlaEstate): boolean =>
  scope === 'all' || academiesOf(maintenance, estate).some((id) => within(scope, id));

/** @throws ApiError `forbidden`, in the same words for what is not there and what is another's */
function may(principal: Principal, maintenance: Pick<Maintenance, 'scope'>, estate: SlaEstate): void {
  const scope = principal.scope('maintenance.write');
  if (scope === 'all') return;
  const { kind } = maintenance.scope;
  const academies = kind === 'provider' || kind === 'trust' ? [] : academiesOf(maintenance, estate);
  if (academies.length === 0 || !academies.every((id) => scope.has(id)))
    throw new ApiError(
      'forbidden',
      'This takes the permission "maintenance.write" for all that the maintenance is for.',
    );
}

const downOf = (intervals: readonly StateInterval[]): readonly Span[] =>
  union(intervals.filter(({ state }) => state === 'down'));

function tell(
  occurrence: Occurrence,
  circuits: readonly SlaCircuit[],
  noticed: Occurrences,
  intervals: ReadonlyMap<number, readonly StateInterval[]>,
): MaintenanceOccurrence {
  const { maintenance, fromMs, toMs } = occurrence;
  const covered = circuits.filter((each) => covers(maintenance, each));
  const notices = new Map<
    string,
    { readonly told: MaintenanceOccurrence['notice'][number]; readonly excusedMs: number }
  >();
  for (const circuit of covered) {
    const { contract } = circuit;
    const own = noticed
      .of(circuit, occurrence)
      .find((each) => each.maintenance === maintenance && each.fromMs === fromMs);
    if (!contract || !own?.notice) continue;
    const { excused, ...notice } = own.notice;
    // Of several lines of a contract, the one that has used most of its hours.
    const known = notices.get(contract.id);
    const excusedMs = total(excused);
    if (!known || excusedMs < known.excusedMs)
      notices.set(contract.id, { told: { contract: contract.id, name: contract.name, ...notice }, excusedMs });
  }
  return {
    maintenance: maintenance.id,
    title: maintenance.title,
    scope: maintenance.scope,
    scopeName: maintenance.scopeName,
    fromMs,
    toMs,
    circuits: covered.length,
    after: maintenance.enteredMs > fromMs,
    notice: [...notices.values()].map(({ told }) => told),
    overruns: covered.flatMap((circuit) =>
      overruns(occurrence, downOf(intervals.get(circuit.row) ?? [])).map((each) => ({
        circuit: circuit.id,
        name: circuit.name,
        fromMs: each.fromMs,
        toMs: each.toMs === Infinity ? null : each.toMs,
      })),
    ),
  };
}

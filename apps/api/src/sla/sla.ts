/** Service levels: figures made from what PostgreSQL keeps, with bandwidth and performance from stored telemetry beside them. */
import type { AcademySla, CircuitIntervals, CircuitSla, SlaCell, SlaMatrix } from '@linewatch/contract';
import { setImmediate } from 'node:timers/promises';
import type { Incidents } from '@linewatch/estate';
import {
  type CircuitCell,
  type FactsSource,
  type SlaAcademy,
  type SlaCircuit,
  type SlaEstate,
  type SpanFacts,
  type Telemetry,
  cellOf,
  circuitSla,
  correctionsBy,
  inService,
  incidentOf,
  monthOfCircuit,
  readFacts,
  seenIntervals,
  spanOf,
} from '@linewatch/figures';
import { type Span, monthAfter, monthOf, monthSpan, siteAvailability } from '@linewatch/sla';
import { type Scope, within } from '../access/principal.ts';
import { ShortCache } from '../cache.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { Cells } from './cells.ts';
import { academyWithoutMoney, withoutMoney } from './money.ts';
import type { SlaTelemetry } from './telemetry.ts';

const minuteMs = 60_000;
const maxIntervalsMs = 400 * 86_400_000;
/** Answers that are kept while nothing changes: whole months with all their lines are large. */
const maxMatrices = 8;
const keepMs = 600_000;
/** Of the matrix, worked out in one go. */
const academiesAtOnce = 10;

export interface SlaOptions extends FactsSource {
  readonly incidents: Pick<Incidents, 'version'>;
  readonly estate: () => Promise<SlaEstate>;
  readonly telemetry: SlaTelemetry;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

/** Whose money is shown, too. */
export interface Sees {
  readonly scope: Scope;
  readonly prices: Scope;
}

export class Sla {
  readonly #options: SlaOptions;
  readonly #matrices: ShortCache<ReadonlyMap<string, readonly SlaCell[]>>;

  readonly #made = new Cells();

  constructor(options: SlaOptions) {
    this.#options = options;
    this.#matrices = new ShortCache(maxMatrices, keepMs, options.clock);
  }

  /** Months up to and with one. @throws ApiError `request_invalid` */
  async matrix(scope: Scope, to: string | undefined, count: number): Promise<SlaMatrix> {
    const { incidents, clock } = this.#options;
    const nowMs = clock();
    const last = to ?? monthOf(nowMs);
    checkMonth(last, nowMs, 'query.to');
    const months = Array.from({ length: count }, (_, i) => monthAfter(last, i + 1 - count));
    const [estate, version] = await asked(Promise.all([this.#options.estate(), incidents.version()]));
    // What goes on grows by the minute.
    const atMs = Math.floor(nowMs / minuteMs) * minuteMs;
    const rows = await this.#matrices.get(`${estate.version} ${version} ${last} ${count} ${atMs}`, () =>
      this.#cells(estate, months, atMs),
    );
    return {
      nowMs,
      months,
      academies: estate.academies
        .filter(({ id }) => within(scope, id) && rows.has(id))
        .map(({ id, name }) => ({ id, name, cells: [...rows.get(id)!] })),
    };
  }

  async #cells(
    estate: SlaEstate,
    months: readonly string[],
    nowMs: number,
  ): Promise<ReadonlyMap<string, readonly SlaCell[]>> {
    const facts = await this.#facts(estate.circuits, months, nowMs);
    const rows = new Map<string, SlaCell[]>();
    for (const [i, { id, circuits }] of estate.academies.entries()) {
      // Others are served meanwhile.
      if (i % academiesAtOnce === 0) await setImmediate();
      const cells = months.map((month) => {
        const found = circuits.flatMap(
          (each): CircuitCell | CircuitCell[] => this.#made.get(each, month, facts, estate.version, nowMs) ?? [],
        );
        return { cell: cellOf(month, found, nowMs < monthSpan(month).toMs), found: found.length };
      });
      // One that had no line in all of the time is none of these.
      if (cells.some(({ found }) => found > 0))
        rows.set(
          id,
          cells.map(({ cell }) => cell),
        );
    }
    return rows;
  }

  /** @throws ApiError `academy_unknown`, `request_invalid` */
  async academy(sees: Sees, id: string, month: string | undefined): Promise<AcademySla> {
    const nowMs = this.#options.clock();
    const of = month ?? monthOf(nowMs);
    checkMonth(of, nowMs, 'query.month');
    const estate = await asked(this.#options.estate());
    const academy = estate.academies.find((each) => each.id === id);
    if (!academy || !within(sees.scope, id))
      throw new ApiError('academy_unknown', `The estate has no academy "${id}".`);
    const [made] = await this.month([academy], estate, of, nowMs);
    return within(sees.prices, id) ? made! : academyWithoutMoney(made!);
  }

  /** @throws ApiError `circuit_unknown`, `request_invalid` */
  async circuit(sees: Sees, id: string, month: string | undefined): Promise<CircuitSla> {
    const nowMs = this.#options.clock();
    const of = month ?? monthOf(nowMs);
    checkMonth(of, nowMs, 'query.month');
    const { circuit, estate } = await this.#circuit(sees.scope, id);
    const facts = await this.#facts([circuit], [of], nowMs);
    const made = await this.#make(circuit, estate, of, facts, nowMs);
    return within(sees.prices, circuit.academy.id) ? made : withoutMoney(made);
  }

  /** Academies in a month, with their lines, money included. Those that had no line in it are left out. */
  async month(
    academies: readonly SlaAcademy[],
    estate: SlaEstate,
    month: string,
    nowMs: number,
  ): Promise<AcademySla[]> {
    const circuitsOf = ({ circuits }: SlaAcademy): readonly SlaCircuit[] =>
      circuits.filter((each) => inService(each, monthOfCircuit(each, month)));
    const facts = await this.#facts(academies.flatMap(circuitsOf), [month], nowMs);
    return Promise.all(
      academies.map(async (academy) => {
        const circuits = circuitsOf(academy);
        const period = monthSpan(month);
        const { upPercent, teachingMs } = siteAvailability({
          period,
          circuits: circuits.map(({ row, validity }) => ({
            validity,
            intervals: facts.intervals.get(row) ?? [],
            corrections: correctionsBy(facts.annotations.get(row) ?? []),
          })),
          ...(academy.calendar && { calendar: academy.calendar }),
          nowMs,
        });
        return {
          nowMs,
          academy: { id: academy.id, name: academy.name },
          month,
          circuits: await Promise.all(circuits.map((each) => this.#make(each, estate, month, facts, nowMs))),
          siteUpPercent: upPercent,
          teachingHoursLost: teachingMs === null ? null : teachingMs / 3_600_000,
        };
      }),
    );
  }

  /** What a circuit's figures rest on. @throws ApiError `circuit_unknown`, `request_invalid` */
  async intervals(scope: Scope, id: string, fromMs: number, toMs: number): Promise<CircuitIntervals> {
    const { facts, trust, clock } = this.#options;
    const nowMs = clock();
    if (fromMs >= toMs) throw new ApiError('request_invalid', 'query.from is not before query.to');
    if (toMs - fromMs > maxIntervalsMs) throw new ApiError('request_invalid', 'at most 400 days are given at once');
    const { circuit } = await this.#circuit(scope, id);
    const span = { fromMs, toMs };
    const [stored, all] = await asked(
      Promise.all([
        facts.intervals(trust, fromMs, toMs, [circuit.row]),
        readFacts(this.#options, trust, span, nowMs, [circuit.row]),
      ]),
    );
    const incidents = all.incidents.get(circuit.row) ?? [];
    return {
      nowMs,
      circuit: { id: circuit.id, name: circuit.name },
      fromMs,
      toMs,
      intervals: seenIntervals(stored, nowMs)
        .filter((each) => each.fromMs < toMs)
        .map((each) => ({
          fromMs: each.fromMs,
          toMs: each.toMs,
          state: each.state,
          cause: each.cause,
          incident: each.state === 'down' ? (incidentOf(each, incidents, nowMs)?.id ?? null) : null,
          evidence: [...each.evidence],
        })),
      exclusions: saidOf(circuit, span, all),
    };
  }

  async #circuit(scope: Scope, id: string): Promise<{ circuit: SlaCircuit; estate: SlaEstate }> {
    const estate = await asked(this.#options.estate());
    const circuit = estate.circuitById.get(id);
    if (!circuit || !within(scope, circuit.academy.id))
      throw new ApiError('circuit_unknown', `The estate has no circuit "${id}".`);
    return { circuit, estate };
  }

  /** Of all the time that the figures of these months look at. */
  #facts(circuits: readonly SlaCircuit[], months: readonly string[], nowMs: number): Promise<SpanFacts> {
    const spans = [
      ...months.map((month) => monthSpan(month)),
      ...circuits.flatMap((each) => [spanOf(each, months[0]!), spanOf(each, months.at(-1)!)]),
    ];
    const span = {
      fromMs: spans.reduce((least, { fromMs }) => Math.min(least, fromMs), Infinity),
      toMs: spans.reduce((most, { toMs }) => Math.max(most, toMs), -Infinity),
    };
    const { trust } = this.#options;
    return asked(
      readFacts(
        this.#options,
        trust,
        span,
        nowMs,
        circuits.map(({ row }) => row),
      ),
    );
  }

  async #make(
    circuit: SlaCircuit,
    estate: SlaEstate,
    month: string,
    facts: SpanFacts,
    nowMs: number,
  ): Promise<CircuitSla> {
    const span: Span = monthOfCircuit(circuit, month);
    const telemetry: Telemetry = await this.#options.telemetry.of(circuit, span, nowMs);
    const beside = estate.circuits.filter(
      (each) => each.contract?.id === circuit.contract?.id && inService(each, span),
    ).length;
    return circuitSla({ circuit, month, facts, telemetry, beside, nowMs });
  }
}

/** @throws ApiError `request_invalid` for a month that has not begun */
export function checkMonth(month: string, nowMs: number, what: string): void {
  if (month > monthOf(nowMs)) throw new ApiError('request_invalid', `${what}: ${month} has not begun`);
}

/** What people and maintenance put over its time, whether it excuses anything or not. */
function saidOf(circuit: SlaCircuit, span: Span, facts: SpanFacts): CircuitIntervals['exclusions'] {
  const annotations = (facts.annotations.get(circuit.row) ?? [])
    .filter(({ fromMs, toMs }) => fromMs < span.toMs && (toMs ?? Infinity) > span.fromMs)
    .map(({ fromMs, toMs, kind, code, state, reason, by, atMs }) => ({
      fromMs,
      toMs: toMs ?? span.toMs,
      code: kind === 'exclusion' ? code! : `corrected to ${state}`,
      reason,
      by,
      atMs,
      maintenance: null,
    }));
  const planned = facts.occurrences.of(circuit, span).map(({ fromMs, toMs, maintenance, notice }) => ({
    fromMs,
    toMs,
    code: maintenance.code,
    reason: notice ? `${maintenance.title}. ${notice.text}` : maintenance.title,
    by: maintenance.by,
    atMs: maintenance.enteredMs,
    maintenance: maintenance.id,
  }));
  return [...annotations, ...planned].sort((a, b) => a.fromMs - b.fromMs || a.atMs - b.atMs);
}

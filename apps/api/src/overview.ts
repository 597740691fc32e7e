import type { AcademyDetail, AcademyLine, AcademyList, AcademyNow, CircuitNow } from '@linewatch/contract';
import { describeInterface } from '@linewatch/estate';
import { type Logger, describe } from '@linewatch/service';
import { type Scope, within } from './access/principal.ts';
import { ShortCache } from './cache.ts';
import type { Live } from './live/live.ts';
import { type Plan, type PlannedAcademy, type PlannedCircuit, isOpen, isValid } from './live/plan.ts';
import type { AcademyRates } from './live/view.ts';
import type { ApiMetrics } from './metrics.ts';
import type { Lines } from './watch/follow.ts';
import type { Series, Telemetry } from './ports.ts';
import { ApiError } from './problems.ts';
import { committedOf } from './traffic.ts';

const sparklineMs = 10_000;
/** A page of live figures does not wait longer than this for its sparklines. */
const sparklineWaitMs = 3000;
/** How long the last sparklines are shown when ClickHouse does not answer; then they are left empty. */
const keepSparklinesMs = 5 * 60_000;

export interface OverviewOptions {
  readonly live: Live;
  readonly lines: Lines;
  readonly store: Telemetry;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
  readonly clock: () => number;
}

type Sparklines = ReadonlyMap<number, Series>;

/** Academies as they are now: live figures, with the last hour as stored. */
export class Overview {
  readonly #options: OverviewOptions;
  readonly #cache: ShortCache<Sparklines>;
  #last: { readonly atMs: number; readonly sparklines: Sparklines } = { atMs: 0, sparklines: new Map() };

  constructor(options: OverviewOptions) {
    this.#options = options;
    this.#cache = new ShortCache(1, sparklineMs, options.clock);
  }

  /** @throws ApiError `estate_unavailable` */
  plan(): Plan {
    const { plan } = this.#options.live;
    if (!plan)
      throw new ApiError('estate_unavailable', 'The estate has not been read from PostgreSQL yet.', { retryAfterS: 2 });
    return plan;
  }

  /** An academy of the asker's. @throws ApiError `academy_unknown`, the same for one that there is not and one out of scope. */
  academy(id: string, scope: Scope): PlannedAcademy {
    const planned = this.plan().academyById.get(id);
    if (!planned || !within(scope, id)) throw new ApiError('academy_unknown', `The estate has no academy "${id}".`);
    return planned;
  }

  /** @throws ApiError `circuit_unknown`, the same for one that there is not and one of an academy out of scope. */
  circuit(id: string, scope: Scope): PlannedCircuit {
    const { circuitById, academies } = this.plan();
    const planned = circuitById.get(id);
    const academy = planned && academies.find(({ academy: { id: row } }) => row === planned.circuit.academy);
    if (!planned || (scope !== 'all' && (!academy || !within(scope, academy.academy.slug))))
      throw new ApiError('circuit_unknown', `The estate has no circuit "${id}".`);
    return planned;
  }

  /** Of the academies in a scope. @throws ApiError `estate_unavailable` */
  async list(scope: Scope): Promise<AcademyList> {
    const { live, lines, clock } = this.#options;
    const plan = this.plan();
    const sparklines = await this.#sparklines();
    const nowMs = clock();
    return {
      nowMs,
      trust: { id: plan.trust.label, name: plan.trust.name },
      academies: plan.academies
        .filter((each) => within(scope, each.academy.slug) && isOpen(each, nowMs))
        .map((each) =>
          academyNow(each, live.academy(each, nowMs), lines.academy(each.academy.slug), sparklines, nowMs),
        ),
      // Whose they are is not known: they are for those who see everything.
      unmapped: scope === 'all' ? live.unmapped(nowMs) : [],
      collecting: live.collecting(nowMs),
    };
  }

  /** @throws ApiError `academy_unknown`, `estate_unavailable` */
  async detail(id: string, scope: Scope): Promise<AcademyDetail> {
    const { live, lines, clock } = this.#options;
    const planned = this.academy(id, scope);
    const sparklines = await this.#sparklines();
    const nowMs = clock();
    return {
      nowMs,
      academy: academyNow(planned, live.academy(planned, nowMs), lines.academy(id), sparklines, nowMs),
      circuits: planned.circuits
        .filter((each) => isValid(each, nowMs))
        .map((each) => ({ ...circuitNow(each, live, nowMs), line: lines.circuit(each) })),
    };
  }

  /** From ClickHouse, asked once for everyone; the last answer, for a while, when there is no new one. */
  async #sparklines(): Promise<Sparklines> {
    const { store, metrics, logger, clock } = this.#options;
    return this.#cache.get('all', async () => {
      try {
        const sparklines = await store.sparklines(clock(), AbortSignal.timeout(sparklineWaitMs));
        this.#last = { atMs: clock(), sparklines };
        metrics.queries.inc({ outcome: 'answered' });
        return sparklines;
      } catch (error) {
        metrics.queries.inc({ outcome: 'failed' });
        logger.warn({ reason: describe(error) }, 'sparklines cannot be read');
        // Kept like an answer, so that a server in trouble is not asked again by every page.
        return clock() - this.#last.atMs < keepSparklinesMs ? this.#last.sparklines : new Map<number, Series>();
      }
    });
  }
}

function academyNow(
  planned: PlannedAcademy,
  now: AcademyRates,
  line: AcademyLine,
  sparklines: Sparklines,
  nowMs: number,
): AcademyNow {
  const { academy } = planned;
  const committed = committedOf(planned.circuits, nowMs);
  const sparkline = sparklines.get(academy.id);
  return {
    id: academy.slug,
    name: academy.name,
    phase: academy.phase,
    pupils: academy.pupils,
    committedInBps: committed.in,
    committedOutBps: committed.out,
    inBps: now.inBps,
    outBps: now.outBps,
    state: now.state,
    lastSeenMs: now.lastSeenMs,
    line,
    sparkline: sparkline
      ? { startS: sparkline.startS, stepS: sparkline.stepS, inBps: [...sparkline.inBps], outBps: [...sparkline.outBps] }
      : { startS: 0, stepS: 60, inBps: [], outBps: [] },
  };
}

function circuitNow(planned: PlannedCircuit, live: Live, nowMs: number): Omit<CircuitNow, 'line'> {
  const { circuit } = planned;
  return {
    id: circuit.slug,
    name: circuit.name,
    provider: circuit.provider,
    role: circuit.role,
    committedInBps: circuit.committedDownBps,
    committedOutBps: circuit.committedUpBps,
    exporter: circuit.exporter ?? '',
    interface: circuit.interface ? describeInterface(circuit.interface) : '',
    ...live.circuit(planned, nowMs),
  };
}

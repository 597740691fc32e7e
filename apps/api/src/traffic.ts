import { type Traffic, type TrafficQuery, maxPoints, stepsS } from '@linewatch/contract';
import { StoreError, type TrafficRange } from '@linewatch/store';
import { ShortCache, Turnstile } from './cache.ts';
import type { ApiLimits } from './config.ts';
import type { Live } from './live/live.ts';
import { type PlannedCircuit, isValid } from './live/plan.ts';
import type { ApiMetrics } from './metrics.ts';
import type { Percentile, Series, Telemetry, TrafficScope } from './ports.ts';
import { ApiError } from './problems.ts';

/** Without a step, the finest that gives no more points than this. */
const defaultPoints = 750;
/** Earliest time that is taken: 1 January 2000. */
const earliestMs = Date.UTC(2000, 0, 1);
/** The end may lie this far ahead: a page rounds it up. */
const aheadMs = 2 * 86_400_000;
/** Flows are told of late; nothing younger than this is taken as final. */
const fillingMs = 60_000;
const cacheMs = 3000;
const cachedAnswers = 200;

/** The range in whole steps that covers what is asked for. @throws ApiError `request_invalid` */
function rangeOf({ from, to, step }: TrafficQuery, nowMs: number): TrafficRange {
  const problems: string[] = [];
  if (from < earliestMs)
    problems.push(`query.from is before ${new Date(earliestMs).toISOString()}; it is in Unix milliseconds`);
  if (to > nowMs + aheadMs) problems.push('query.to lies in the future; it is in Unix milliseconds');
  if (from >= to) problems.push('query.from is not before query.to');
  if (step !== undefined && !stepsS.includes(step as never))
    problems.push(`query.step is not one of ${stepsS.join(', ')}`);
  if (problems.length > 0) throw new ApiError('request_invalid', problems.join('; '));
  const spanS = (to - from) / 1000;
  const stepS = step ?? stepsS.find((each) => spanS / each <= defaultPoints) ?? stepsS.at(-1)!;
  const fromS = Math.floor(from / 1000 / stepS) * stepS;
  const toS = Math.ceil(to / 1000 / stepS) * stepS;
  const points = (toS - fromS) / stepS;
  if (points > maxPoints)
    throw new ApiError(
      'request_invalid',
      `query.step of ${stepS} s gives ${points} points over this range; at most ${maxPoints} are given`,
    );
  return { fromS, toS, stepS };
}

const sumOrNull = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) : null;
};

/** Committed rate towards and from an academy: the sum over its primary circuits of now that state one. */
export function committedOf(
  circuits: readonly PlannedCircuit[],
  nowMs: number,
): { in: number | null; out: number | null } {
  const primary = circuits.filter((each) => each.circuit.role === 'primary' && isValid(each, nowMs));
  return {
    in: sumOrNull(primary.map(({ circuit }) => circuit.committedDownBps)),
    out: sumOrNull(primary.map(({ circuit }) => circuit.committedUpBps)),
  };
}

const shares = (rates: readonly (number | null)[], committedBps: number | null): (number | null)[] =>
  rates.map((rate) => (rate === null || committedBps === null || committedBps === 0 ? null : rate / committedBps));

/** A series with a place for every step of the range. */
function padded(series: Series | undefined, { fromS, toS, stepS }: TrafficRange): Series {
  const fill = (values: readonly (number | null)[] = []): (number | null)[] =>
    Array.from({ length: (toS - fromS) / stepS }, (_, i) => values[i] ?? null);
  return { startS: fromS, stepS, inBps: fill(series?.inBps), outBps: fill(series?.outBps) };
}

export interface TrafficAsked {
  readonly scope: TrafficScope;
  readonly circuits: readonly PlannedCircuit[];
  readonly committed: { readonly in: number | null; readonly out: number | null };
}

/** An error of the store as what the asker is told. */
function telemetryError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreError && error.code === 'query_timeout')
    return new ApiError('timed_out', 'Reading this much history took too long: ask for a shorter range.', {
      cause: error,
    });
  if (error instanceof StoreError && (error.code === 'query_too_large' || error.code === 'memory_limit'))
    return new ApiError('busy', 'This range is more than can be read now: ask for a shorter one.', {
      cause: error,
      retryAfterS: 5,
    });
  if (error instanceof StoreError)
    return new ApiError('telemetry_unavailable', 'The telemetry database does not answer.', {
      cause: error,
      retryAfterS: 5,
    });
  throw error;
}

export interface HistoryOptions {
  readonly store: Telemetry;
  readonly live: Live;
  readonly limits: ApiLimits;
  readonly metrics: ApiMetrics;
  readonly clock: () => number;
}

/** Stored traffic: few queries at once, the same one asked once, answers kept for a few seconds. */
export class History {
  readonly #options: HistoryOptions;
  readonly #turnstile: Turnstile;
  readonly #cache: ShortCache<readonly [Series, Percentile]>;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#turnstile = new Turnstile(options.limits.queries, options.limits.waitingQueries);
    this.#cache = new ShortCache(cachedAnswers, cacheMs, options.clock);
  }

  /** @throws ApiError */
  async traffic({ scope, circuits, committed }: TrafficAsked, query: TrafficQuery): Promise<Traffic> {
    const { live, clock } = this.#options;
    const nowMs = clock();
    const range = rangeOf(query, nowMs);
    const [series, percentile] = await this.#cache.get(JSON.stringify([scope, range]), () => this.#read(scope, range));
    const timesS = series.inBps.map((_, i) => series.startS + i * series.stepS);
    return {
      fromMs: range.fromS * 1000,
      toMs: range.toS * 1000,
      stepS: range.stepS,
      timesS,
      inBps: [...series.inBps],
      outBps: [...series.outBps],
      inUtilisation: shares(series.inBps, committed.in),
      outUtilisation: shares(series.outBps, committed.out),
      committedInBps: committed.in,
      committedOutBps: committed.out,
      percentile95: {
        inBps: percentile.inBps,
        outBps: percentile.outBps,
        samples: percentile.samples,
        estimate: percentile.counted < percentile.samples || percentile.samples === 0,
      },
      fillingFromMs: nowMs - Math.max(fillingMs, live.latenessMs(circuits, nowMs)),
    };
  }

  async #read(scope: TrafficScope, range: TrafficRange): Promise<readonly [Series, Percentile]> {
    const { store, limits, metrics, clock } = this.#options;
    // A step that goes on is a mean over the part that has been; what lies ahead is not asked for.
    const toS = Math.min(range.toS, Math.floor(clock() / 1000));
    if (toS <= range.fromS) return [padded(undefined, range), { inBps: null, outBps: null, samples: 0, counted: 0 }];
    const running = this.#turnstile.run(async () => {
      const signal = AbortSignal.timeout(limits.queryMs);
      return Promise.all([
        store.series(scope, { ...range, toS }, signal),
        store.percentile95(scope, range.fromS, toS, signal),
      ] as const);
    });
    if (!running) {
      metrics.queries.inc({ outcome: 'refused' });
      throw new ApiError('busy', 'Every place for a query of history is taken.', { retryAfterS: 2 });
    }
    try {
      const [series, percentile] = await running;
      metrics.queries.inc({ outcome: 'answered' });
      return [padded(series, range), percentile];
    } catch (error) {
      metrics.queries.inc({ outcome: 'failed' });
      throw telemetryError(error);
    }
  }
}

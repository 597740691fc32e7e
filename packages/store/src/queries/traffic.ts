import { StoreError } from '../errors.ts';
import { type CallOptions, type Store } from '../store.ts';
import { type Scope, heardBy, octetsOf, rollUpFor, scopeParams } from './scope.ts';

export interface TrafficRange {
  /** Unix s, a multiple of the step. */
  readonly fromS: number;
  /** Unix s, exclusive; the last step ends at or after it. */
  readonly toS: number;
  /** A multiple of 60. */
  readonly stepS: number;
}

/** Steps from `startS`, evenly spaced, none left out. Bit/s, multiplied by the sampling rate. */
export interface TrafficSeries {
  readonly startS: number;
  readonly stepS: number;
  /** Download. null = no exporter of it was heard in the step; 0 = heard, and nothing carried. */
  readonly inBps: (number | null)[];
  readonly outBps: (number | null)[];
}

/** Most steps in one answer. */
export const maxSteps = 20_000;

function checkRange({ fromS, toS, stepS }: TrafficRange): number {
  const bad = (message: string): never => {
    throw new StoreError('input_invalid', `traffic range: ${message}`);
  };
  if (![fromS, toS, stepS].every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32))
    bad('not whole seconds');
  if (stepS < 60 || stepS % 60 !== 0) bad(`a step of ${stepS} s is not whole minutes`);
  if (fromS % stepS !== 0) bad('it does not begin at a step');
  if (toS <= fromS) bad('it ends before it begins');
  const steps = Math.ceil((toS - fromS) / stepS);
  if (steps > maxSteps) bad(`${steps} steps are over ${maxSteps}`);
  return steps;
}

/**
 * Mean rates of a circuit, or of an academy's circuits added up, from the coarsest roll-up that the step allows. Data of
 * a time at which an interface was mapped to it counts, whenever the mapping was made. The last step's mean is over the
 * part of it before `toS`.
 * @throws StoreError `input_invalid`, or the server's
 */
export async function trafficSeries(
  store: Store,
  scope: Scope,
  range: TrafficRange,
  options?: CallOptions,
): Promise<TrafficSeries> {
  const steps = checkRange(range);
  const { fromS, toS, stepS } = range;
  const table = rollUpFor(stepS);
  const params = { ...scopeParams(scope, fromS, toS), step: stepS };
  const index = 'toFloat64(intDiv(toUnixTimestamp(time) - {from:UInt32}, {step:UInt32}))';
  const [octets, heard] = await Promise.all([
    store.query<{ i: number; inbound: number; total: number }>(
      `SELECT ${index} AS i, inbound, sum(octets) AS total FROM (${octetsOf(table, scope)}) GROUP BY i, inbound`,
      params,
      options,
    ),
    store.query<{ i: number }>(`SELECT DISTINCT ${index} AS i FROM (${heardBy(table, scope)})`, params, options),
  ]);
  const inBps = new Array<number | null>(steps).fill(null);
  const outBps = new Array<number | null>(steps).fill(null);
  for (const { i } of heard) inBps[i] = outBps[i] = 0;
  for (const { i, inbound, total } of octets) {
    const startS = fromS + i * stepS;
    const bps = (total * 8) / (Math.min(startS + stepS, toS) - startS);
    (inbound ? inBps : outBps)[i] = bps;
    (inbound ? outBps : inBps)[i] ??= 0;
  }
  return { startS: fromS, stepS, inBps, outBps };
}

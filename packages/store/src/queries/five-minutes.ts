/** Means of 5 minutes of circuits, for figures of a month that carriers bill on. */
import { StoreError } from '../errors.ts';
import type { CallOptions, Store } from '../store.ts';
import { heardBy, octetsOf, scopeParams } from './scope.ts';
import { maxSteps } from './traffic.ts';

const stepS = 300;

/** Steps one after another, none left out. */
export interface FiveMinuteMeans {
  /** Number in the estate's map. */
  readonly circuit: number;
  /** Beginning of the first step. */
  readonly startMs: number;
  /** Download, bit/s, multiplied by the sampling rate. NaN = no exporter of it was heard in the step; 0 = heard, and nothing carried. */
  readonly inBps: Float64Array;
  readonly outBps: Float64Array;
  /** 1 = made from interface counters alone, 0 = from flows, wholly or in part, or nothing was told. */
  readonly counted: Uint8Array;
}

function checkRange(fromS: number, toS: number): number {
  const bad = (message: string): never => {
    throw new StoreError('input_invalid', `5-minute means: ${message}`);
  };
  if (![fromS, toS].every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32))
    bad('not whole seconds');
  if (fromS % stepS !== 0 || toS % stepS !== 0) bad('it does not begin and end at a step of 5 minutes');
  if (toS <= fromS) bad('it ends before it begins');
  const steps = (toS - fromS) / stepS;
  if (steps > maxSteps) bad(`${steps} steps are over ${maxSteps}`);
  return steps;
}

/**
 * Circuit by circuit, in the order asked, each read when it is asked for: whatever their number, one month of one circuit is in memory.
 * @throws StoreError `input_invalid`, or the server's
 */
export async function* fiveMinuteMeans(
  store: Store,
  trust: number,
  circuits: readonly number[],
  fromS: number,
  toS: number,
  options?: CallOptions,
): AsyncGenerator<FiveMinuteMeans, void, undefined> {
  const steps = checkRange(fromS, toS);
  const index = `toFloat64(intDiv(toUnixTimestamp(time) - {from:UInt32}, ${stepS}))`;
  for (const circuit of circuits) {
    const scope = { trust, circuit };
    const params = scopeParams(scope, fromS, toS);
    const [data] = await store.query<{ at: number[]; ins: number[]; outs: number[]; whole: number[] }>(
      `SELECT groupArray(i) AS at, groupArray(bps_in) AS ins, groupArray(bps_out) AS outs, groupArray(whole) AS whole
       FROM (
         SELECT ${index} AS i, sumIf(octets, inbound) * 8 / ${stepS} AS bps_in, sumIf(octets, NOT inbound) * 8 / ${stepS} AS bps_out,
           min(counted) AS whole
         FROM (${octetsOf('interface_5m', scope)}) GROUP BY i
       )`,
      params,
      options,
    );
    // Whatever else its exporter told of in a month is much to read: only where its own data leave a step open.
    const isWhole = data?.at.length === steps;
    const [heard] = isWhole
      ? []
      : await store.query<{ at: number[] }>(
          `SELECT groupArray(${index}) AS at FROM (${heardBy('interface_5m', scope)})`,
          params,
          options,
        );
    const inBps = new Float64Array(steps).fill(Number.NaN);
    const outBps = new Float64Array(steps).fill(Number.NaN);
    const counted = new Uint8Array(steps);
    for (const i of heard?.at ?? []) inBps[i] = outBps[i] = 0;
    data?.at.forEach((i, n) => {
      inBps[i] = data.ins[n]!;
      outBps[i] = data.outs[n]!;
      counted[i] = data.whole[n]!;
    });
    yield { circuit, startMs: fromS * 1000, inBps, outBps, counted };
  }
}

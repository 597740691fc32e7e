/** What an exporter's rows show of its configuration: the active time-out and the sampling. One row of a set is looked at. */
import { type FlowColumns, counterCodes } from '@linewatch/record';

/** Active time-outs that are configured, s. Flows between two of them last for the longer one at most. */
const customary = [60, 120, 180, 300, 600, 900, 1200, 1800, 3600] as const;
/** Exporters look for flows that are due now and then, so some last a little longer. */
const overshoot = 1.1;
/** So many flows of a length tell it; fewer may have a wrong time. */
const enough = 3;
/** What was seen in the present window and the one before counts. */
const windowMs = 30 * 60_000;
const maxRates = 16;
const liveMs = 60_000;
const totalCounters: readonly number[] = [counterCodes.total, counterCodes.repeated];
const word = 4_294_967_296;

export class Habits {
  readonly sampling = new Map<number, boolean>();
  #windowFromMs = 0;
  #now = new Uint32Array(customary.length);
  #before = new Uint32Array(customary.length);
  #rate = 0;
  #stated = 2;
  #statedTimeoutMs = 0;
  #toldTimeoutMs = 0;
  #changed = false;

  see({ arrays }: FlowColumns, row: number, nowMs: number): void {
    const { start_ms: start, end_ms: end, sampling_rate: rates, sampling_stated: stated, reverse, counter } = arrays;
    if (rates[row] !== this.#rate || stated[row] !== this.#stated) this.#rates(rates[row]!, stated[row]!);
    const d = 2 * row;
    const ms = (end[d + 1]! - start[d + 1]!) * word + end[d]! - start[d]!;
    // Of a biflow, and of a firewall's connection, the one half is enough. A running total was sent before, in parts.
    if (ms >= 1000 && reverse[row] === 0 && !totalCounters.includes(counter[row]!)) this.#duration(ms, nowMs);
  }

  #rates(rate: number, stated: number): void {
    this.#rate = rate;
    this.#stated = stated;
    this.sampling.delete(rate);
    this.sampling.set(rate, stated === 1);
    if (this.sampling.size > maxRates) this.sampling.delete(this.sampling.keys().next().value!);
  }

  #duration(ms: number, nowMs: number): void {
    this.#changed = true;
    const age = nowMs - this.#windowFromMs;
    if (age >= windowMs || age < 0) {
      const last = this.#before;
      this.#before = this.#now;
      this.#now = last.fill(0);
      if (age >= 2 * windowMs || age < 0) this.#before.fill(0);
      this.#windowFromMs = nowMs;
    }
    for (let i = 0; i < customary.length; i++)
      if (ms <= customary[i]! * 1000 * overshoot) {
        this.#now[i]!++;
        return;
      }
  }

  /** Options data states the active time-out (element 36). */
  stateTimeout(ms: number): void {
    this.#statedTimeoutMs = ms;
    this.#changed = true;
  }

  /** Stated, else inferred; 0 = nothing known. Longer than an hour is a connection's length and no time-out's. */
  get activeTimeoutMs(): number {
    if (this.#statedTimeoutMs > 0) return this.#statedTimeoutMs;
    for (let i = customary.length - 1; i >= 0; i--)
      if (this.#now[i]! + this.#before[i]! >= enough) return customary[i]! * 1000;
    return 0;
  }

  /** The active time-out when it has become another one, else -1. Up to a minute is as good as live and is not told. */
  newTimeoutMs(): number {
    if (!this.#changed) return -1;
    this.#changed = false;
    const ms = this.activeTimeoutMs;
    if (ms === this.#toldTimeoutMs || Math.max(ms, this.#toldTimeoutMs) <= liveMs) return -1;
    this.#toldTimeoutMs = ms;
    return ms;
  }
}

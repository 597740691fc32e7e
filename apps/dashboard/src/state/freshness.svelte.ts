/** Whether what is shown can be believed to be of now. */
import { formatAge } from '../lib/format.ts';
import type { Clock } from './clock.svelte.ts';
import type { Live } from './live.svelte.ts';
import type { Overview } from './overview.svelte.ts';

/** A moment without connection is not worth a word. */
const graceMs = 3000;
/** While anything reports, something changes every 10 s. */
const quietMs = 25_000;

export class Freshness {
  readonly #live: Live;
  readonly #clock: Clock;
  readonly #overview: Overview;

  constructor(live: Live, clock: Clock, overview: Overview) {
    this.#live = live;
    this.#clock = clock;
    this.#overview = overview;
  }

  /** Since something last came over the stream; null = nothing ever did. By this device's clock, as `heardMs` is. */
  readonly ageMs = $derived.by(() => {
    const { heardMs } = this.#live;
    // The clock's second hand makes it move.
    return heardMs === null || this.#clock.nowMs === 0 ? null : Math.max(0, Date.now() - heardMs);
  });
  readonly connected = $derived.by(() => this.#live.status === 'open');
  /** There never was a connection, and an attempt failed. */
  readonly never = $derived.by(() => this.#live.heardMs === null && this.#live.status === 'lost');
  readonly stale = $derived.by(() => {
    if (this.ageMs === null) return false;
    if (!this.connected) return this.ageMs > graceMs;
    return this.ageMs > quietMs && this.#overview.counts.reporting > 0;
  });
  /** How old what is shown is, in words: `12 s`, `3 min`. */
  readonly age = $derived.by(() => {
    if (this.ageMs === null) return '';
    if (this.ageMs < 90_000) return `${Math.round(this.ageMs / 1000)} s`;
    return formatAge(0, this.ageMs).replace(' ago', '');
  });
}

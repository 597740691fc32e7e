/** Hours in which a subscription is told, Europe/London. */
import { type Span, serviceSpans } from '@linewatch/sla';
import type { Route } from './model.ts';

const dayMs = 86_400_000;
type Hours = NonNullable<Route['hours']>;

/** Beginnings and ends of a route's hours; what was asked for is kept, for it is asked again for every alert. */
export class OpenHours {
  readonly #hours: Hours;
  #known: Span = { fromMs: 0, toMs: 0 };
  #spans: readonly Span[] = [];

  constructor(hours: Hours) {
    this.#hours = hours;
  }

  /** Until when it is shut; undefined: it is open. */
  shutUntilMs(atMs: number): number | undefined {
    if (atMs < this.#known.fromMs || atMs >= this.#known.toMs - 8 * dayMs) {
      this.#known = { fromMs: atMs - dayMs, toMs: atMs + 16 * dayMs };
      const { weekdays, from, to } = this.#hours;
      this.#spans = serviceSpans({ days: weekdays, from, to }, undefined, this.#known);
    }
    const next = this.#spans.find(({ toMs }) => toMs > atMs);
    // A week without any hour there is none of: each has a weekday. Should it be, it is looked at again.
    if (!next) return atMs + dayMs;
    return next.fromMs <= atMs ? undefined : next.fromMs;
  }
}

/** The clock of a fix: it runs in hours of care, and not while it is stopped. */
import { serviceSpans } from '../calendar.ts';
import { type Span, type Terms, defaultTimeZone } from '../model.ts';
import { clip, subtract, total } from '../spans.ts';

const dayMs = 86_400_000;
/** Longest limit is 2,000 h: at 8 h a week it is used up in 5 years. */
const horizonMs = 6 * 366 * dayMs;
const lookMs = 28 * dayMs;
const lastMs = Date.UTC(2199, 0, 1);

export class CareClock {
  readonly #terms: Terms;
  /** Sorted, apart from each other. */
  readonly #stops: readonly Span[];

  constructor(terms: Terms, stops: readonly Span[]) {
    this.#terms = terms;
    this.#stops = stops;
  }

  /** Hours of care in a span. */
  care(span: Span): readonly Span[] {
    return serviceSpans(this.#terms.careHours, this.#terms.timeZone ?? defaultTimeZone, span);
  }

  /** How long it stood still in the hours of care of a span. */
  stoppedMs(span: Span): number {
    const care = this.care(span);
    return total(care) - total(subtract(care, clip(this.#stops, span)));
  }

  /** How long it ran in a span. */
  ranMs(span: Span): number {
    return total(subtract(this.care(span), clip(this.#stops, span)));
  }

  /** When it has run so long; null when there are not enough hours of care in six years. */
  dueMs(startMs: number, limitMs: number): number | null {
    let left = limitMs;
    const endMs = Math.min(startMs + horizonMs, lastMs);
    for (let fromMs = startMs; fromMs < endMs; fromMs += lookMs) {
      const span = { fromMs, toMs: Math.min(fromMs + lookMs, endMs) };
      for (const runs of subtract(this.care(span), clip(this.#stops, span))) {
        if (left <= runs.toMs - runs.fromMs) return runs.fromMs + left;
        left -= runs.toMs - runs.fromMs;
      }
    }
    return null;
  }
}

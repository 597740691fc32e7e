/** Which maintenance covers a line at a time. */
import type { StoredMaintenance } from '@linewatch/estate';
import { type Span, expand } from '@linewatch/sla';
import type { Line } from './plan.ts';

const dayMs = 86_400_000;

export class Maintenances {
  readonly #all: readonly StoredMaintenance[];
  /** Occurrences of a day, as they were asked for. */
  readonly #ofDay = new Map<number, readonly { readonly span: Span; readonly of: StoredMaintenance }[]>();

  constructor(all: readonly StoredMaintenance[]) {
    this.#all = all;
  }

  at({ circuit }: Line, atMs: number): StoredMaintenance | undefined {
    return this.#on(Math.floor(atMs / dayMs)).find(
      ({ span, of: { trust, scope } }) =>
        span.fromMs <= atMs &&
        atMs < span.toMs &&
        trust === circuit.trust &&
        (scope.kind === 'trust' || scope.row === rowOf(circuit)[scope.kind]),
    )?.of;
  }

  #on(day: number): readonly { readonly span: Span; readonly of: StoredMaintenance }[] {
    let found = this.#ofDay.get(day);
    if (!found) {
      if (this.#ofDay.size > 100) this.#ofDay.clear();
      const span = { fromMs: day * dayMs, toMs: (day + 1) * dayMs };
      found = this.#all.flatMap((of) => occurrences(of, span).map((each) => ({ span: each, of })));
      this.#ofDay.set(day, found);
    }
    return found;
  }
}

/** One that cannot be expanded covers nothing: the API refuses such rules. */
function occurrences(maintenance: StoredMaintenance, span: Span): readonly Span[] {
  try {
    return expand(maintenance, span);
  } catch {
    return [];
  }
}

const rowOf = (
  circuit: Line['circuit'],
): Readonly<Record<'circuit' | 'academy' | 'site' | 'provider', number | null>> => ({
  circuit: circuit.id,
  academy: circuit.academy,
  site: circuit.site,
  provider: circuit.providerRow,
});

/**
 * Compiled layouts, shared by all templates that have the same. They are large (7 KB for 20 fields, over 100 KB for 512),
 * so they alone are bounded over all exporters, and forgotten where templates are not: a template then has it compiled
 * again with its next data.
 */
import type { FlowColumns } from '@linewatch/record';
import { type Compilable, type Program, compile } from './compile.ts';
import type { Keeping } from './kept.ts';
import type { Limits } from './port.ts';

export interface Compiled {
  /** Undefined once it was forgotten. */
  program: Program | undefined;
  /** Asked for since the last search for one to forget. */
  used: boolean;
  readonly cost: number;
}

/** What a layout costs to compile and to keep, in layouts of usual size. */
const costOf = (layout: Compilable): number => 1 + (layout.fields.length >> 5);

export class Programs {
  readonly #columns: FlowColumns;
  readonly #limits: Limits;
  readonly #keeping: Keeping | undefined;
  readonly #all = new Map<string, Compiled>();
  #cost = 0;
  #second = -1;
  #spent = 0;

  constructor(columns: FlowColumns, limits: Limits, keeping?: Keeping) {
    this.#columns = columns;
    this.#limits = limits;
    this.#keeping = keeping;
  }

  /** Equal signatures share one. Undefined when too many were new in this second. */
  of(layout: Compilable, signature: string, nowMs: number): Compiled | undefined {
    const known = this.#all.get(signature);
    if (known) {
      known.used = true;
      return known;
    }
    const cost = costOf(layout);
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#spent = 0;
    }
    // The first of a second may cost more than there is, or it would never be compiled.
    if (this.#spent > 0 && this.#spent + cost > this.#limits.compilesPerSecond) return undefined;
    this.#spent += cost;
    while (this.#all.size > 0 && this.#cost + cost > this.#limits.programs) this.#forget();
    const compiled = { program: compile(this.#columns, layout, this.#keeping), used: false, cost };
    this.#all.set(signature, compiled);
    this.#cost += cost;
    return compiled;
  }

  /** Second chance: the first in line that was not asked for since it was last looked at. */
  #forget(): void {
    for (const [signature, compiled] of this.#all) {
      this.#all.delete(signature);
      if (compiled.used) {
        compiled.used = false;
        this.#all.set(signature, compiled);
        continue;
      }
      compiled.program = undefined;
      this.#cost -= compiled.cost;
      return;
    }
  }
}

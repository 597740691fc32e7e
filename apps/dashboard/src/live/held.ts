/** The latest of every academy, put together from snapshots and updates: what a page that joins late is given. */
import type { StreamAcademy, StreamEvent } from '@linewatch/contract';
import { type Cell, mergeCells } from '../lib/cells.ts';
import type { LiveEvent } from './protocol.ts';

/** Cells are kept for as long as the stream may still change them. */
const keptS = 180;

export class Held {
  #nowMs = 0;
  #known = false;
  readonly #academies = new Map<string, StreamAcademy>();

  add({ kind, event }: LiveEvent): void {
    if (kind === 'snapshot') {
      this.#academies.clear();
      this.#known = true;
    }
    this.#nowMs = event.nowMs;
    const fromS = event.nowMs / 1000 - keptS;
    for (const academy of event.academies) {
      const before = this.#academies.get(academy.id)?.cells ?? [];
      const cells = mergeCells(before, academy.cells, fromS).map(([s, inBps, outBps]): Mutable<Cell> => [
        s,
        inBps,
        outBps,
      ]);
      this.#academies.set(academy.id, { ...academy, cells });
    }
  }

  /** Null until the first snapshot. */
  snapshot(): StreamEvent | null {
    return this.#known ? { nowMs: this.#nowMs, academies: [...this.#academies.values()] } : null;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

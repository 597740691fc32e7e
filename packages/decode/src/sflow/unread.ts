/** Counts the structures that have no column and no metric, and shows them to a sink that asks. */
import type { Exporter } from '../exporter.ts';
import type { Memory } from '../memory.ts';
import { type Counters, type StructureKind, structureKinds } from '../port.ts';
import type { RowWriter } from '../rows.ts';

/** Kinds counted apart for one exporter. */
const maxKinds = 256;
const word = 4_294_967_296;

const structureKey = (of: StructureKind, tag: number): number => structureKinds.indexOf(of) * word + tag;

/** The kind, enterprise and format that a key of `Exporter.structures` stands for. */
export function structureOf(key: number): { of: StructureKind; enterprise: number; format: number } {
  const tag = key % word;
  return { of: structureKinds[Math.floor(key / word)] ?? 'sample', enterprise: tag >>> 12, format: tag & 0xfff };
}

export class Unread {
  readonly #rows: RowWriter;
  readonly #memory: Memory;
  readonly #counters: Counters;

  constructor(rows: RowWriter, memory: Memory, counters: Counters) {
    this.#rows = rows;
    this.#memory = memory;
    this.#counters = counters;
  }

  count(
    exporter: Exporter,
    of: StructureKind,
    tag: number,
    view: DataView,
    at: number,
    end: number,
    nowMs: number,
  ): void {
    this.#counters.sflow.structuresUnread++;
    const { structures } = exporter;
    const key = structureKey(of, tag);
    const known = structures.get(key);
    if (known === undefined && structures.size < maxKinds) this.#memory.weigh(exporter, undefined, 1);
    if (known !== undefined || structures.size < maxKinds) structures.set(key, (known ?? 0) + 1);
    this.#rows.structure(() => ({
      timeMs: nowMs,
      exporter,
      of,
      enterprise: tag >>> 12,
      format: tag & 0xfff,
      octets: new Uint8Array(view.buffer, view.byteOffset + at, end - at),
    }));
  }
}

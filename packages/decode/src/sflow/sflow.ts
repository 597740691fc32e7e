/** sFlow version 5 (https://sflow.org/sflow_version_5.txt). */
import type { Sample } from '@linewatch/record';
import type { Exporter } from '../exporter.ts';
import { lose } from '../losses.ts';
import type { Memory } from '../memory.ts';
import type { Counters, Limits, LossReason } from '../port.ts';
import type { RowWriter } from '../rows.ts';

export interface SflowParts {
  readonly rows: RowWriter;
  readonly memory: Memory;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly emit: (sample: Sample) => void;
}

export class SflowReader {
  readonly #parts: SflowParts;

  constructor(parts: SflowParts) {
    this.#parts = parts;
  }

  /** Reads a datagram whose first word is 5. */
  read(exporter: Exporter, _view: DataView, _nowMs: number): LossReason | 'decoded' {
    lose(this.#parts.counters, exporter, 'sample_malformed');
    return 'sample_malformed';
  }
}

/** What a host's TCP knows of a sampled packet's connection (flow structure 2209). */
import type { MetricName } from '@linewatch/record';
import type { Exporter } from '../exporter.ts';
import { flowFormats } from './formats.ts';
import type { Measured } from './measured.ts';

/** Where it is in the structure, all of 32 bits. */
const fields: readonly (readonly [at: number, metric: MetricName])[] = [
  [12, 'tcp.unacknowledged.packets'],
  [16, 'tcp.lost.packets'],
  [20, 'tcp.retransmitted.packets'],
  [28, 'tcp.rtt.us'],
  [32, 'tcp.rtt.variance.us'],
  [44, 'tcp.rtt.min.us'],
];
const unknown = 0xffffffff;

export class TcpInfo {
  readonly #measured: Measured;

  constructor(measured: Measured) {
    this.#measured = measured;
  }

  /** The structure's 48 octets at `at`. */
  read(exporter: Exporter, index: number, view: DataView, at: number, nowMs: number): void {
    if (!this.#measured.due(exporter, flowFormats.tcpInfo * 2 ** 40 + index, nowMs)) return;
    for (const [offset, metric] of fields) {
      const value = view.getUint32(at + offset);
      if (value !== unknown) this.#measured.number(exporter, index, metric, value, nowMs);
    }
  }
}

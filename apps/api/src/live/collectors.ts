import type { SignalBatch } from '@linewatch/record';
import { windowS } from './ring.ts';

/** A port is listed while its collector still says that it listens. */
const listeningMs = 30_000;
/** Most collectors and ports that are remembered. */
const maxCollectors = 1000;
const maxPorts = 64;

interface Collector {
  epoch: number;
  heardMs: number;
  datagrams: number;
  readonly ports: Map<string, { protocol: string; port: number; heardMs: number }>;
}

export interface Collecting {
  readonly listening: { protocol: string; port: number }[];
  readonly datagrams: number;
}

/** What the collectors say of themselves: each once a second, in its heartbeat's batch. */
export class Collectors {
  readonly #all = new Map<string, Collector>();

  add(batch: SignalBatch, heardMs: number): void {
    let own: Collector | undefined;
    for (const { metric, value, text } of batch.samples) {
      if (!metric.startsWith('collector.')) continue;
      own ??= this.#of(batch, heardMs);
      if (!own) return;
      if (metric === 'collector.datagrams.received') own.datagrams = value;
      else if (metric === 'collector.listening' && Number.isInteger(value) && value > 0 && value < 65_536) {
        const protocol = text.slice(0, 40);
        const key = `${protocol} ${value}`;
        if (own.ports.has(key) || own.ports.size < maxPorts) own.ports.set(key, { protocol, port: value, heardMs });
      }
    }
  }

  collecting(nowMs: number): Collecting {
    const listening = new Map<string, { protocol: string; port: number }>();
    let datagrams = 0;
    for (const [key, each] of this.#all) {
      if (each.heardMs < nowMs - windowS * 1000) {
        this.#all.delete(key);
        continue;
      }
      datagrams += each.datagrams;
      for (const [name, { protocol, port, heardMs }] of each.ports)
        if (heardMs >= nowMs - listeningMs) listening.set(name, { protocol, port });
    }
    return { listening: [...listening.values()].sort((a, b) => a.port - b.port), datagrams };
  }

  #of(batch: SignalBatch, heardMs: number): Collector | undefined {
    const key = `${batch.trust}/${batch.collector}`;
    let own = this.#all.get(key);
    if (own && batch.epoch < own.epoch) return undefined;
    if (!own || batch.epoch > own.epoch) {
      if (!own && this.#all.size >= maxCollectors) return undefined;
      own = { epoch: batch.epoch, heardMs, datagrams: 0, ports: new Map() };
      this.#all.set(key, own);
    }
    own.heardMs = heardMs;
    return own;
  }
}

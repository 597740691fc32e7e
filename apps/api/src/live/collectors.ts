import type { SignalBatch } from '@linewatch/record';
import { windowS } from './ring.ts';

/** A port is listed while its collector still says that it listens. */
const listeningMs = 30_000;
/** Most collectors and ports that are remembered. */
const maxCollectors = 1000;
const maxPorts = 64;

/** Most reasons of a loss that are remembered of one collector. */
const maxReasons = 100;

interface SocketNow {
  readonly protocol: string;
  readonly port: number;
  received: number;
  kernelDropped: number;
  bufferBytes: number;
  heardMs: number;
}

/** Since the collector started. */
interface Counts {
  received: number;
  decoded: number;
  held: number;
  rejected: number;
  flows: number;
}

interface Collector {
  readonly trust: string;
  readonly label: string;
  epoch: number;
  heardMs: number;
  readonly counts: Counts;
  /** The counts when it last told of its sockets and losses, which it does less often: side by side they agree. */
  account: Readonly<Counts> | undefined;
  readonly sockets: Map<string, SocketNow>;
  /** Lost since it started, by reason: not read, and not queued. */
  readonly lost: Map<string, number>;
  readonly ports: Map<string, { protocol: string; port: number; heardMs: number }>;
}

export type CollectorState = Readonly<Omit<Collector, 'ports' | 'account'>>;

export interface Collecting {
  readonly listening: { protocol: string; port: number }[];
  readonly datagrams: number;
}

const countOf: Readonly<Record<string, keyof Counts>> = {
  'collector.datagrams.received': 'received',
  'collector.datagrams.decoded': 'decoded',
  'collector.datagrams.held': 'held',
  'collector.datagrams.rejected': 'rejected',
  'collector.flows.decoded': 'flows',
};

/** What the collectors say of themselves: each once a second, in its heartbeat's batch. */
export class Collectors {
  readonly #all = new Map<string, Collector>();

  add(batch: SignalBatch, heardMs: number): void {
    let own: Collector | undefined;
    let accounts = false;
    for (const { metric, value, text } of batch.samples) {
      if (!metric.startsWith('collector.')) continue;
      own ??= this.#of(batch, heardMs);
      if (!own) return;
      const count = countOf[metric];
      if (count) own.counts[count] = value;
      else if (metric === 'collector.lost' || metric === 'collector.flows.unqueued') {
        if (own.lost.has(text) || own.lost.size < maxReasons) own.lost.set(text.slice(0, 40), value);
      } else if (metric.startsWith('collector.socket.')) {
        accounts = true;
        addSocket(own, metric, value, text, heardMs);
      } else if (metric === 'collector.listening' && Number.isInteger(value) && value > 0 && value < 65_536) {
        const protocol = text.slice(0, 40);
        const key = `${protocol} ${value}`;
        if (own.ports.has(key) || own.ports.size < maxPorts) own.ports.set(key, { protocol, port: value, heardMs });
      }
    }
    if (own && accounts) own.account = { ...own.counts };
  }

  /** Those of a trust, heard lately, with the sockets that they still have. */
  all(trust: string, nowMs: number): CollectorState[] {
    return [...this.#all.values()]
      .filter((each) => each.trust === trust && each.heardMs >= nowMs - windowS * 1000)
      .map(({ account, ...each }) => ({
        ...each,
        counts: account ?? each.counts,
        sockets: new Map([...each.sockets].filter(([, { heardMs }]) => heardMs >= each.heardMs - listeningMs)),
      }))
      .sort((a, b) => (a.label < b.label ? -1 : 1));
  }

  collecting(nowMs: number): Collecting {
    const listening = new Map<string, { protocol: string; port: number }>();
    let datagrams = 0;
    for (const [key, each] of this.#all) {
      if (each.heardMs < nowMs - windowS * 1000) {
        this.#all.delete(key);
        continue;
      }
      datagrams += each.counts.received;
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
      own = {
        trust: batch.trust,
        label: batch.collector,
        epoch: batch.epoch,
        heardMs,
        counts: { received: 0, decoded: 0, held: 0, rejected: 0, flows: 0 },
        account: undefined,
        sockets: new Map(),
        lost: new Map(),
        ports: new Map(),
      };
      this.#all.set(key, own);
    }
    own.heardMs = heardMs;
    return own;
  }
}

/** The text is protocol:port. */
function addSocket(own: Collector, metric: string, value: number, text: string, heardMs: number): void {
  const [, protocol = '', digits = ''] = /^([^:]{1,40}):(\d{1,5})$/.exec(text) ?? [];
  if (protocol === '' || value < 0) return;
  let socket = own.sockets.get(text);
  if (!socket) {
    if (own.sockets.size >= maxPorts) return;
    socket = { protocol, port: Number(digits), received: 0, kernelDropped: 0, bufferBytes: 0, heardMs };
    own.sockets.set(text, socket);
  }
  socket.heardMs = heardMs;
  if (metric === 'collector.socket.received') socket.received = value;
  else if (metric === 'collector.socket.kernel_dropped') socket.kernelDropped = value;
  else if (metric === 'collector.socket.buffer_bytes') socket.bufferBytes = value;
}

import { type SignalBatch, workerOf } from '@linewatch/record';
import { windowS } from './ring.ts';

/** A port is listed while its collector still says that it listens. */
const listeningMs = 30_000;
/** Most workers of collectors, and ports, that are remembered. */
const maxWorkers = 4000;
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

/** Since it started. */
interface Counts {
  received: number;
  decoded: number;
  held: number;
  rejected: number;
  flows: number;
}

/** One process of a collector: all that share its label are added up. */
interface Worker {
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

/** All workers of a collector together; its epoch is the earliest of theirs. */
export type CollectorState = Readonly<Omit<Worker, 'ports' | 'account'>>;

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
  readonly #all = new Map<string, Worker>();

  add(batch: SignalBatch, heardMs: number): void {
    let own: Worker | undefined;
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
  all(ofTrust: string, nowMs: number): CollectorState[] {
    const found = new Map<string, CollectorState>();
    for (const each of this.#all.values()) {
      if (each.trust !== ofTrust || each.heardMs < nowMs - windowS * 1000) continue;
      const sockets = [...each.sockets].filter(([, socket]) => socket.heardMs >= each.heardMs - listeningMs);
      const { trust, label, epoch, heardMs, lost } = each;
      const counts = each.account ?? each.counts;
      const state: CollectorState = { trust, label, epoch, heardMs, counts, sockets: new Map(sockets), lost };
      const other = found.get(each.label);
      found.set(each.label, other ? together(other, state) : state);
    }
    return [...found.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
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

  #of(batch: SignalBatch, heardMs: number): Worker | undefined {
    const key = `${batch.trust}/${batch.collector}/${workerOf(batch.epoch)}`;
    let own = this.#all.get(key);
    if (own && batch.epoch < own.epoch) return undefined;
    if (!own || batch.epoch > own.epoch) {
      if (!own && this.#all.size >= maxWorkers) return undefined;
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

/** Two workers of a collector. A port has a socket of each: they count together, and the smallest buffer is told. */
function together(a: CollectorState, b: CollectorState): CollectorState {
  const lost = new Map(a.lost);
  for (const [reason, count] of b.lost) lost.set(reason, (lost.get(reason) ?? 0) + count);
  const sockets = new Map(a.sockets);
  for (const [name, socket] of b.sockets) {
    const other = sockets.get(name);
    sockets.set(name, !other ? socket : addedUp(other, socket));
  }
  const sum = (name: keyof Counts): number => a.counts[name] + b.counts[name];
  return {
    trust: a.trust,
    label: a.label,
    epoch: Math.min(a.epoch, b.epoch),
    heardMs: Math.max(a.heardMs, b.heardMs),
    counts: {
      received: sum('received'),
      decoded: sum('decoded'),
      held: sum('held'),
      rejected: sum('rejected'),
      flows: sum('flows'),
    },
    sockets,
    lost,
  };
}

const addedUp = (a: SocketNow, b: SocketNow): SocketNow => ({
  ...a,
  received: a.received + b.received,
  kernelDropped: a.kernelDropped + b.kernelDropped,
  bufferBytes: Math.min(a.bufferBytes, b.bufferBytes),
  heardMs: Math.max(a.heardMs, b.heardMs),
});

/** The text is protocol:port. */
function addSocket(own: Worker, metric: string, value: number, text: string, heardMs: number): void {
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

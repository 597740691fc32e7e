/** FNV-1a, 32 bits, of some octets. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/**
 * Numeric key of a trust's or collector's label: FNV-1a, 32 bits. Both the collector's configuration and the estate name
 * the label; the key is derived, so neither has to ask the other for a number. The estate refuses two trusts whose keys
 * collide. Of a probe's target it is where its samples are found; the text says whose they are.
 */
export const labelKey = (label: string): number => fnv1a(new TextEncoder().encode(label));

/** Names of the topics on the queue. The number is the major version of the messages on it. */
export const topics = {
  /** FlowBatch messages. Any partition: batches spread. */
  flows: 'linewatch.flows.v1',
  /** SignalBatch messages: samples and events. Partition by exporter, so that one exporter's stay in order. */
  signals: 'linewatch.signals.v1',
  /** Messages that the writer could not validate, keyed by their place. */
  dead: 'linewatch.dead.v1',
  /** Control state by key, latest wins. Compacted. */
  state: 'linewatch.state.v1',
} as const;

/** Consumer groups that retention waits for. */
export const groups = { writer: 'linewatch-writer', watcher: 'linewatch-watcher' } as const;

/** Most workers that a collector's epochs can tell apart. */
export const epochWorkers = 64;

/**
 * Epoch of a worker of a collector that started at `startMs`: its start, whose last six bits are the worker's number. Two
 * workers share a label, so that the keys of what is stored do not change with their number, and never an epoch.
 */
export const epochOf = (startMs: number, worker: number): number => startMs - (startMs % epochWorkers) + worker;

export const workerOf = (epoch: number): number => epoch % epochWorkers;

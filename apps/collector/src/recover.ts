/**
 * After a crash: flows that were accepted, but whose interface sums were not. Every signal batch says how many flow
 * batches of its epoch it covers; those beyond are summed again here, from the queue, before anything new is read.
 */
import type { Exporter } from '@linewatch/decode';
import type { Producer, Queue } from '@linewatch/queue';
import {
  type ColumnBatch,
  MessageError,
  columnWidth,
  createFlowColumns,
  decodeFlowBatch,
  decodeSignalBatch,
  encodeSignalBatch,
  flowColumns,
  formatAddress,
  topics,
} from '@linewatch/record';
import { partitionOf } from './publisher.ts';
import { InterfaceSums } from './sums.ts';

export interface RecoverOptions {
  readonly queue: Queue;
  readonly producer: Producer;
  readonly trust: string;
  readonly collector: string;
  /** Whether what an epoch left is to be summed here; other workers see to theirs. */
  readonly isOurs: (epoch: number) => boolean;
  /** Messages before this are not looked at, Unix ms: a little before the time up to which all was covered. */
  readonly sinceMs: number;
  /** Ends it early, with an error. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads what is on a topic now, from `sinceMs` on. */
async function readTopic(
  { queue, sinceMs, signal }: Pick<RecoverOptions, 'queue' | 'sinceMs' | 'signal'>,
  topic: string,
  take: (partition: number, value: Uint8Array) => void,
): Promise<void> {
  let finish: (error?: unknown) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    finish = (error) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('the queue could not be read', { cause: error }));
    };
  });
  const abort = (): void => finish(new Error('stopped'));
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  const tail = await queue.tail({
    topic,
    from: { timeMs: sinceMs },
    onMessages: (partition, messages) => {
      for (const message of messages) {
        try {
          take(partition, message.value);
        } catch (error) {
          // The writer puts it with the dead letters and says so.
          if (!(error instanceof MessageError)) throw error;
        }
      }
    },
    onError: (error) => finish(error),
    onCaughtUp: () => finish(),
  });
  try {
    await finished;
  } finally {
    signal?.removeEventListener('abort', abort);
    await tail.close();
  }
}

/** The batch's rows as columns again, every constant written out. */
function expand(batch: ColumnBatch): ReturnType<typeof createFlowColumns> {
  const columns = createFlowColumns(batch.rows);
  flowColumns.forEach((column, i) => {
    const bytes = batch.columns[i];
    if (!bytes) return;
    const whole = Buffer.from(columns.bytes[i]!.buffer);
    if (bytes.length === batch.rows * columnWidth[column.type]) whole.set(bytes);
    else whole.fill(bytes);
  });
  return columns;
}

/** @returns how many flow batches were summed. */
export async function recoverSums(options: RecoverOptions): Promise<number> {
  const { producer, trust, collector, isOurs } = options;
  const mine = (batch: ColumnBatch): boolean => batch.trust === trust && batch.collector === collector;
  // By epoch: batches covered, by partition. A collector says it on every partition that it has.
  const covered = new Map<number, number[]>();
  let lastSequence = 0;
  await readTopic(options, topics.signals, (partition, value) => {
    const batch = decodeSignalBatch(value);
    if (!mine(batch)) return;
    // Of every message: what is made here must not bear the name of one that is there.
    lastSequence = Math.max(lastSequence, batch.sequence);
    if (batch.coversFlowBatches === undefined || !isOurs(batch.epoch)) return;
    let counts = covered.get(batch.epoch);
    if (!counts) covered.set(batch.epoch, (counts = []));
    counts[partition] = Math.max(counts[partition] ?? 0, batch.coversFlowBatches);
  });
  // By epoch and sequence: what was appended again after an unknown outcome counts once.
  const found = new Map<number, { batches: Map<number, ColumnBatch>; end: number }>();
  await readTopic(options, topics.flows, (_partition, value) => {
    const batch = decodeFlowBatch(value);
    const counts = covered.get(batch.epoch);
    // `some` passes over partitions that said nothing.
    if (!mine(batch) || !counts?.some((count) => batch.sequence >= count)) return;
    let list = found.get(batch.epoch);
    if (!list) found.set(batch.epoch, (list = { batches: new Map(), end: 0 }));
    list.batches.set(batch.sequence, batch);
    list.end = Math.max(list.end, batch.sequence + 1);
  });
  let recovered = 0;
  for (const [epoch, { batches, end }] of found) {
    const counts = covered.get(epoch)!;
    for (const [partition, from] of counts.entries()) {
      if ((from as number | undefined) === undefined) continue;
      const messages: Uint8Array[] = [];
      const sums = new InterfaceSums((set) => {
        const identity = { trust, collector, epoch, sequence: ++lastSequence };
        messages.push(encodeSignalBatch(identity, set, [], [], end));
      });
      const exporters: Exporters = new Map();
      for (const batch of batches.values()) {
        if (batch.sequence < from) continue;
        // As many partitions as that collector had: the configuration may say more by now.
        addBatch(sums, exporters, batch, (address) => partitionOf(address, counts.length) === partition);
        recovered++;
      }
      sums.flush();
      if (messages.length > 0)
        await producer.append(
          topics.signals,
          partition,
          messages.map((value) => ({ value })),
        );
    }
  }
  return recovered;
}

/** One object for each exporter, by its address in text. */
type Exporters = Map<string, Pick<Exporter, 'address'>>;

function addBatch(
  sums: InterfaceSums,
  exporters: Exporters,
  batch: ColumnBatch,
  isOurs: (address: Uint8Array) => boolean,
): void {
  const columns = expand(batch);
  const { received_ms } = columns.arrays;
  const addresses = columns.bytes[flowColumns.findIndex((column) => column.name === 'exporter')]!;
  for (let row = 0; row < batch.rows; row++) {
    const address = addresses.subarray(16 * row, 16 * row + 16);
    if (!isOurs(address)) continue;
    const text = formatAddress(address);
    let exporter = exporters.get(text);
    if (!exporter) exporters.set(text, (exporter = { address }));
    sums.add(exporter, columns, row, row + 1, received_ms[2 * row]! + received_ms[2 * row + 1]! * 2 ** 32);
  }
}

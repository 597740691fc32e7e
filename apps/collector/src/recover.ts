/**
 * After a crash: flows that were accepted, but whose interface sums were not. Every signal batch says how many flow
 * batches of its epoch it covers; those beyond are summed again here, from the queue, before anything new is read.
 */
import type { Producer, Queue } from '@linewatch/queue';
import {
  type ColumnBatch,
  MessageError,
  columnWidth,
  createFlowColumns,
  createSumColumns,
  decodeFlowBatch,
  decodeSignalBatch,
  encodeSignalBatch,
  flowColumns,
  formatAddress,
  topics,
} from '@linewatch/record';
import { partitionOf } from './publisher.ts';
import { InterfaceSums, type SumSet } from './sums.ts';

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
  const left = new Map<number, Left>();
  await readTopic(options, topics.flows, (_partition, value) => {
    const batch = decodeFlowBatch(value);
    const { epoch } = batch;
    const counts = covered.get(epoch);
    // `some` passes over partitions that said nothing.
    if (!mine(batch) || !counts?.some((count) => batch.sequence >= count)) return;
    let of = left.get(epoch);
    if (!of) {
      const encode = (set: SumSet, covers?: number): Uint8Array =>
        encodeSignalBatch({ trust, collector, epoch, sequence: ++lastSequence }, set, [], [], covers);
      left.set(epoch, (of = new Left(counts, encode)));
    }
    of.add(batch);
  });
  let recovered = 0;
  for (const of of left.values()) {
    recovered += of.batches;
    for (const [partition, values] of of.messages()) {
      const messages = values.map((value) => ({ value }));
      await producer.append(topics.signals, partition, messages);
    }
  }
  return recovered;
}

/** Addresses can be made up; who comes again after a clearing begins with new rows, which add up. */
const maxExporters = 8192;

type Encode = (set: SumSet, covers?: number) => Uint8Array;

/** What an epoch left, summed as it is read: there may be hours of it. */
class Left {
  readonly #counts: readonly number[];
  readonly #encode: Encode;
  readonly #sums: readonly InterfaceSums[];
  readonly #values: readonly Uint8Array[][];
  /** What was appended again after an unknown outcome counts once. */
  readonly #sequences = new Set<number>();
  /** One object for each exporter, by its address in text. */
  readonly #exporters = new Map<string, { readonly address: Uint8Array; readonly partition: number }>();
  #end = 0;

  /** `counts`: how many batches each partition covers; those that said nothing are not there. */
  constructor(counts: readonly number[], encode: Encode) {
    this.#counts = counts;
    this.#encode = encode;
    const values = Array.from(counts, (): Uint8Array[] => []);
    this.#sums = values.map((own) => new InterfaceSums((set) => own.push(encode(set))));
    this.#values = values;
  }

  get batches(): number {
    return this.#sequences.size;
  }

  add(batch: ColumnBatch): void {
    const { sequence, rows } = batch;
    if (this.#sequences.has(sequence)) return;
    this.#sequences.add(sequence);
    this.#end = Math.max(this.#end, sequence + 1);
    const columns = expand(batch);
    const { received_ms } = columns.arrays;
    const addresses = columns.bytes[exporterAt]!;
    for (let row = 0; row < rows; row++) {
      const exporter = this.#exporterOf(addresses.subarray(16 * row, 16 * row + 16));
      const { partition } = exporter;
      // False for a partition that said nothing, too.
      if (!(sequence >= this.#counts[partition]!)) continue;
      const nowMs = received_ms[2 * row]! + received_ms[2 * row + 1]! * 2 ** 32;
      this.#sums[partition]!.add(exporter, columns, row, row + 1, nowMs);
    }
  }

  #exporterOf(address: Uint8Array): { readonly address: Uint8Array; readonly partition: number } {
    const text = formatAddress(address);
    let exporter = this.#exporters.get(text);
    if (!exporter) {
      if (this.#exporters.size >= maxExporters) this.#exporters.clear();
      // As many partitions as that collector had: the configuration may say more by now.
      exporter = { address: address.slice(), partition: partitionOf(address, this.#counts.length) };
      this.#exporters.set(text, exporter);
    }
    return exporter;
  }

  /** By partition, what is to be appended together: the sums, and at the end how many batches are covered now. */
  *messages(): Iterable<[partition: number, values: Uint8Array[]]> {
    for (const [partition, values] of this.#values.entries()) {
      if (!(this.#end > this.#counts[partition]!)) continue;
      this.#sums[partition]!.flush();
      values.push(this.#encode(noSums, this.#end));
      yield [partition, values];
    }
  }
}

const exporterAt = flowColumns.findIndex((column) => column.name === 'exporter');
const noSums: SumSet = { columns: createSumColumns(1), rows: 0 };

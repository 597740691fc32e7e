/**
 * One partition of the queue into ClickHouse, each message exactly once:
 *
 *   read first…last → commit the intent {first, last} at the unmoved offset → insert under the token
 *   "topic@log:partition:first-last" → commit last + 1
 *
 * After a crash the intent says which range was under way: the same messages are read again and inserted under the same
 * token, and ClickHouse drops what it already has, in the table and in every roll-up behind it. A refused insert is tried
 * again, unchanged, for as long as it takes; the next range is read meanwhile and grows.
 *
 * A collector that does not learn whether an append was done sends the same message again, so a batch may be on the queue
 * twice: it is stored once, by its identity. What came before this partition was taken up is not known, so a range that
 * is finished after a crash may have batches in it again that had been left out. Where the insert was done that changes
 * nothing: ClickHouse drops a block by its token, whatever is in it. Where it was not, a batch whose first copy is in an
 * earlier range is stored twice.
 */
import { type Message, type PartitionReader, type Producer } from '@linewatch/queue';
import { type BatchIdentity, MessageError, topics } from '@linewatch/record';
import { type Logger, LinewatchError, backoffMs, describe, sleep } from '@linewatch/service';
import type { WriterMetrics } from './metrics.ts';
import { RecentBatches } from './recent-batches.ts';

/** What a topic's messages are and how they are stored. */
export interface Kind<Batch> {
  /** @throws MessageError */
  readonly decode: (value: Uint8Array) => Batch;
  readonly rows: (batch: Batch) => number;
  /** Without it every message is a batch of its own. */
  readonly identity?: (batch: Batch) => BatchIdentity;
  /** Idempotent under its token. */
  readonly insert: (
    batches: readonly Batch[],
    places: readonly Place[],
    token: string,
    signal: AbortSignal,
  ) => Promise<void>;
}

/** How much goes into one insert, and how long it waits to fill up. */
interface Limits {
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
}

export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export interface IngestOptions {
  readonly limits: Limits;
  readonly producer: Producer;
  readonly metrics: WriterMetrics;
  readonly logger: Logger;
  /** Told of the state of inserts: empty when they go through. */
  readonly onProblem: (text: string) => void;
}

interface Range<Batch> {
  readonly first: number;
  readonly last: number;
  readonly batches: readonly Batch[];
  readonly places: readonly Place[];
  readonly rows: number;
}

interface Intent {
  readonly first: number;
  readonly last: number;
}

const firstRetryMs = 100;
const maxRetryMs = 5000;
const readBytes = 8 * 1024 * 1024;

function parseIntent(metadata: string): Intent | undefined {
  if (metadata === '') return undefined;
  const value = JSON.parse(metadata) as Partial<Intent>;
  if (!Number.isSafeInteger(value.first) || !Number.isSafeInteger(value.last))
    throw new Error(`the offset's metadata is no intent: ${metadata.slice(0, 100)}`);
  return { first: value.first!, last: value.last! };
}

/** Runs until the partition is taken away or the signal of the reader aborts. */
export async function ingest<Batch>(reader: PartitionReader, kind: Kind<Batch>, options: IngestOptions): Promise<void> {
  const { topic, partition, signal } = reader;
  const { limits, metrics, logger } = options;

  // Of this partition for this time only: when it is taken up again, uncommitted messages are read again and are no repeats.
  const recent = new RecentBatches();

  const isGone = (): boolean => signal.aborted;

  /** Reads until the range is full, or rows have waited long enough, or its given end is reached. */
  const collect = async (until?: number): Promise<Range<Batch> | undefined> => {
    const batches: Batch[] = [];
    const places: Place[] = [];
    let rows = 0;
    let bytes = 0;
    let first = -1;
    let last = -1;
    let deadline = Infinity;
    while (!signal.aborted) {
      const waitMs = until === undefined ? Math.min(1000, deadline - performance.now()) : 1000;
      if (waitMs <= 0) break;
      const messages = await reader.read({ maxBytes: readBytes, waitMs });
      for (const message of messages) {
        if (first < 0) {
          first = message.offset;
          deadline = performance.now() + limits.maxWaitMs;
        }
        if (until !== undefined && message.offset > until) {
          reader.seek(message.offset);
          return { first, last, batches, places, rows };
        }
        const batch = await decode(message);
        const identity = batch === undefined ? undefined : kind.identity?.(batch);
        if (identity && recent.has(identity)) {
          metrics.repeated(topic);
          last = message.offset;
          continue;
        }
        const count = batch === undefined ? 0 : kind.rows(batch);
        const full = rows + count > limits.maxRows || bytes + message.value.length > limits.maxBytes;
        if (until === undefined && rows > 0 && full) {
          reader.seek(message.offset);
          return { first, last, batches, places, rows };
        }
        last = message.offset;
        if (batch === undefined) continue;
        if (identity) recent.add(identity);
        batches.push(batch);
        places.push({ partition, offset: message.offset });
        rows += count;
        bytes += message.value.length;
      }
      if (until !== undefined && last >= until) break;
    }
    if (signal.aborted || first < 0) return undefined;
    return { first, last, batches, places, rows };
  };

  /** A message that is not what it should be goes to the dead letters, under its place; after a crash perhaps twice. */
  const decode = async (message: Message): Promise<Batch | undefined> => {
    try {
      return kind.decode(message.value);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      const place = `${topic}:${partition}:${message.offset}`;
      logger.error({ place, reason: error.message }, 'message goes to the dead letters');
      metrics.dead(topic);
      const head = Buffer.from(`${JSON.stringify({ place, reason: error.message, timeMs: message.timeMs })}\n`);
      await options.producer.append(topics.dead, 0, [{ key: place, value: Buffer.concat([head, message.value]) }]);
      return undefined;
    }
  };

  const insert = async (range: Range<Batch>): Promise<void> => {
    const token = `${topic}@${reader.log}:${partition}:${range.first}-${range.last}`;
    for (let attempt = 0; !isGone() && range.rows > 0; attempt++) {
      const began = performance.now();
      try {
        await kind.insert(range.batches, range.places, token, signal);
        metrics.insert(topic, (performance.now() - began) / 1000);
        metrics.rows(topic, range.rows);
        options.onProblem('');
        return;
      } catch (error) {
        if (isGone()) return;
        const code: string = error instanceof LinewatchError ? String(error.code) : 'unexpected';
        metrics.retry(topic, code);
        options.onProblem(describe(error));
        if (attempt === 0 || attempt % 12 === 0)
          logger.warn({ token, rows: range.rows, attempt, code, reason: describe(error) }, 'insert is tried again');
        await sleep(backoffMs(attempt, firstRetryMs, maxRetryMs), signal);
      }
    }
  };

  const store = async (range: Range<Batch>): Promise<void> => {
    await insert(range);
    if (signal.aborted) return;
    await reader.commit({ offset: range.last + 1, metadata: '' });
    metrics.lost(topic, partition, reader.lost);
    metrics.lag(topic, partition, await reader.lag());
  };

  const intent = parseIntent(reader.committed.metadata);
  if (intent) {
    reader.seek(intent.first);
    const range = await collect(intent.last);
    if (!range) return;
    if (range.first !== intent.first || range.last !== intent.last)
      throw new Error(
        `${topic}:${partition} holds ${range.first}-${range.last} of the range ${intent.first}-${intent.last}`,
      );
    logger.info({ topic, partition, ...intent, rows: range.rows }, 'finishing the range that was under way');
    metrics.recovered(topic);
    await store(range);
  }
  let next = collect();
  // A failure is seen where it is awaited.
  next.catch(() => undefined);
  while (!signal.aborted) {
    const range = await next;
    if (!range) {
      next = collect();
      next.catch(() => undefined);
      continue;
    }
    await reader.commit({ offset: range.first, metadata: JSON.stringify({ first: range.first, last: range.last }) });
    next = collect();
    next.catch(() => undefined);
    await store(range);
  }
  await next.catch(() => undefined);
}

/**
 * One partition of the queue into ClickHouse, each message exactly once:
 *
 *   read first…last → commit the intent {first, last, token} at the unmoved offset → insert under the token →
 *   commit last + 1
 *
 * After a crash, or when the partition has moved, the intent says which range was under way: the same messages are read
 * again and inserted under the same token, and ClickHouse drops what it already has, in the table and in every roll-up
 * behind it. A refused insert is tried again, unchanged, for as long as it takes; the next range is read meanwhile and
 * grows.
 *
 * ClickHouse remembers the tokens of so many blocks. Where that many may have come since the intent, what is stored is
 * looked at first. A batch that is on the queue twice is stored once (`repeats.ts`).
 */
import type { PartitionReader } from '@linewatch/queue';
import { MessageError } from '@linewatch/record';
import { type Logger, LinewatchError, backoffMs, describe, sleep } from '@linewatch/service';
import type { Blocks } from './blocks.ts';
import type { DeadLetters } from './dead-letters.ts';
import { type Intent, derivedToken, formatNotes, newToken, parseNotes } from './intent.ts';
import type { Kind } from './kind.ts';
import type { WriterMetrics } from './metrics.ts';
import { type PaceLimits, Pacing } from './pacing.ts';
import { type Range, RangeReader } from './range.ts';
import { Repeats } from './repeats.ts';

export interface IngestOptions {
  readonly limits: PaceLimits;
  /** Most octets of messages in a range, as it is begun. */
  readonly maxBytes: () => number;
  readonly deadLetters: DeadLetters;
  readonly blocks: Blocks;
  readonly metrics: WriterMetrics;
  readonly logger: Logger;
  /** Told of the state of inserts: empty when they go through. */
  readonly onProblem: (text: string) => void;
  /** Told of what can be asked about how far it is, while it runs. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How far a partition is behind. */
export interface Progress {
  /** Messages on the queue that are not written. */
  readonly lagMessages: () => Promise<number>;
  /** When the oldest of them that is known was appended, Unix ms. */
  readonly oldestMs: () => number | undefined;
}

const firstRetryMs = 100;
const maxRetryMs = 5000;

function identityOf<Batch>(kind: Kind<Batch>) {
  return ({ value }: { readonly value: Uint8Array }) => {
    try {
      return kind.identity?.(kind.decode(value));
    } catch (error) {
      if (error instanceof MessageError) return undefined;
      throw error;
    }
  };
}

/** Runs until the partition is taken away or the signal of the reader aborts. */
export async function ingest<Batch>(reader: PartitionReader, kind: Kind<Batch>, options: IngestOptions): Promise<void> {
  const { topic, partition, signal } = reader;
  const { limits, blocks, deadLetters, metrics, logger } = options;
  const isGone = (): boolean => signal.aborted;

  const notes = parseNotes(reader.committed.metadata);
  const repeats = new Repeats(reader, identityOf(kind));
  await repeats.restore(notes.uncertainFrom, reader.committed.offset);
  if (isGone()) return;
  const pacing = new Pacing(limits);
  const ranges = new RangeReader<Batch>(
    {
      reader,
      kind,
      repeats,
      maxBytes: options.maxBytes,
      onInvalid: (message, reason) => deadLetters.add(topic, partition, message, reason, signal),
      onRepeated: () => metrics.repeated(topic),
    },
    notes.uncertainFrom,
  );

  let writing: Range<Batch> | undefined;
  let written = reader.committed.offset;
  options.onProgress?.({
    lagMessages: async () => (await reader.lag()) + Math.max(0, ranges.next - written),
    oldestMs: () => writing?.oldestMs ?? ranges.oldestMs,
  });

  /** What the offset says while a range is inserted. */
  const position = (range: Range<Batch>, intent: Intent) => ({
    offset: range.first,
    metadata: formatNotes({ intent, uncertainFrom: range.uncertainBefore }),
  });

  const insertOnce = async (range: Range<Batch>, intent: Intent, token: string, again: boolean): Promise<void> => {
    // An intent without a token is from before an update: whatever was under way then is remembered.
    const look = again && intent.token !== undefined && (await blocks.mayHaveLeft(intent.mark));
    if (!look) return kind.insert(range.batches, range.places, token, signal);
    const found = await kind.insertMissing(range.batches, range.places, token, signal);
    metrics.looked(topic, found);
    logger.info({ token, rows: range.rows, found }, 'what is stored of a range was looked at before it was inserted');
  };

  const insert = async (range: Range<Batch>, intent: Intent, isRecovered: boolean): Promise<void> => {
    const token = intent.token ?? derivedToken(topic, reader.log, partition, intent);
    for (let attempt = 0; !isGone() && range.rows > 0; attempt++) {
      const began = performance.now();
      try {
        // It may have stood still for long: somebody else may own the partition, and have done it.
        if (attempt > 0) await reader.commit(position(range, intent));
        await insertOnce(range, intent, token, isRecovered || attempt > 0);
        metrics.insert(topic, (performance.now() - began) / 1000);
        metrics.rows(topic, range.rows);
        pacing.inserted(false);
        options.onProblem('');
        return;
      } catch (error) {
        if (isGone()) return;
        const code: string = error instanceof LinewatchError ? String(error.code) : 'unexpected';
        if (code === 'partition_lost') throw error;
        if (code === 'too_many_parts') pacing.inserted(true);
        metrics.retry(topic, code);
        options.onProblem(describe(error));
        if (attempt === 0 || attempt % 12 === 0)
          logger.warn({ token, rows: range.rows, attempt, code, reason: describe(error) }, 'insert is tried again');
        await sleep(backoffMs(attempt, firstRetryMs, maxRetryMs), signal);
      }
    }
  };

  const store = async (range: Range<Batch>, intent: Intent, isRecovered = false): Promise<void> => {
    writing = range;
    await insert(range, intent, isRecovered);
    if (isGone()) return;
    await reader.commit({
      offset: range.last + 1,
      metadata: formatNotes({ uncertainFrom: range.uncertainAfter }),
    });
    written = range.last + 1;
    writing = undefined;
    metrics.lost(topic, partition, reader.lost);
  };

  const { intent } = notes;
  if (intent && (intent.log === undefined || intent.log === reader.log)) {
    const range = await ranges.exactly(intent.first, intent.last);
    if (!range) return;
    logger.info(
      { topic, partition, first: intent.first, last: intent.last, rows: range.rows },
      'finishing the range that was under way',
    );
    metrics.recovered(topic);
    await store(range, intent, true);
  } else if (intent) {
    logger.warn({ topic, partition, first: intent.first, last: intent.last }, 'the range under way was of another log');
  }

  let closedAt = performance.now();
  const collect = async (): Promise<Range<Batch> | undefined> => {
    const range = await ranges.collect(pacing.next(), () => writing !== undefined);
    if (range) {
      const now = performance.now();
      const behind = (await reader.lag()) + Math.max(0, ranges.next - range.last - 1);
      pacing.read({ rows: range.rows, messages: range.last - range.first + 1, tookMs: now - closedAt, behind });
      metrics.pace(topic, partition, pacing.state);
      closedAt = now;
    }
    return range;
  };
  /** A failure is seen where it is awaited. */
  const begin = (): Promise<Range<Batch> | undefined> => {
    const reading = collect();
    reading.catch(() => undefined);
    return reading;
  };
  let next = begin();
  while (!isGone()) {
    const range = await next;
    if (!range) {
      next = begin();
      continue;
    }
    writing = range;
    const intended: Intent = {
      first: range.first,
      last: range.last,
      token: newToken(topic, partition, range.first, range.last),
      log: reader.log === '' ? undefined : reader.log,
      mark: blocks.latest,
    };
    await reader.commit(position(range, intended));
    next = begin();
    await store(range, intended);
  }
  await next.catch(() => undefined);
}

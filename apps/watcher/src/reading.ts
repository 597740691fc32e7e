/** One partition of the signals, read into the core. */
import type { WatcherPosition } from '@linewatch/estate';
import type { Message, PartitionReader } from '@linewatch/queue';
import { MessageError, type SignalBatch, decodeSignalBatch } from '@linewatch/record';
import type { Logger } from '@linewatch/service';
import type { Committer } from './committer.ts';
import type { Core } from './core.ts';
import type { WatcherMetrics } from './metrics.ts';

export interface ReadingOptions {
  readonly core: Core;
  readonly committer: Committer;
  readonly commitEveryMs: number;
  /** Where the core's memory says that it stands. */
  readonly stored: WatcherPosition | undefined;
  readonly metrics: WatcherMetrics;
  readonly logger: Logger;
  readonly now: () => number;
  /** Told of what was read: when the queue had it; 0: nothing waits. */
  readonly onRead: (partition: number, appendedMs: number) => void;
}

const maxBytes = 8 * 1024 * 1024;
const waitMs = 1000;
/** What changed is kept before this many messages more are taken: a transition waits for no long backlog. */
const messagesATurn = 256;

/** Where to begin: where the stored state ends, when it is of this log. */
function seek(reader: PartitionReader, { stored, logger }: ReadingOptions): void {
  const { topic, partition, log } = reader;
  if (!stored) return;
  if (stored.log === log) {
    reader.seek(stored.offset);
    return;
  }
  logger.warn({ topic, partition, stored: stored.log, log }, 'the queue was made anew; beginning with what is there');
  reader.seek(0);
}

function decode(message: Message): SignalBatch | undefined {
  try {
    return decodeSignalBatch(message.value);
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}

/** Runs until the partition is taken away or the signal of the reader aborts. */
export async function follow(reader: PartitionReader, options: ReadingOptions): Promise<void> {
  const { core, committer, metrics, now } = options;
  const { topic, partition, log, signal } = reader;
  const isGone = (): boolean => signal.aborted;
  seek(reader, options);
  let lost = 0;
  let keptMs = performance.now();
  let readerAt = -1;

  const keep = async (): Promise<void> => {
    await committer.commit(true);
    keptMs = performance.now();
    const kept = core.keptOffset(partition);
    // The queue may let go of what the stored state holds.
    if (kept === undefined || kept === readerAt || isGone()) return;
    await reader.commit({ offset: kept, metadata: '' });
    readerAt = kept;
  };

  while (!isGone()) {
    const left = keptMs + options.commitEveryMs - performance.now();
    const messages = await reader.read({ maxBytes, waitMs: Math.max(1, Math.min(waitMs, left)) });
    if (reader.lost > lost) {
      metrics.lost(reader.lost - lost);
      options.logger.error(
        { topic, partition, messages: reader.lost - lost },
        'messages were gone before they were read',
      );
      lost = reader.lost;
    }
    for (let at = 0; at < messages.length && !isGone(); at += messagesATurn) {
      for (const message of messages.slice(at, at + messagesATurn)) {
        const place = { topic, partition, log, offset: message.offset, appendedMs: message.timeMs };
        const batch = decode(message);
        // The writer puts it with the dead letters.
        if (batch) core.take(place, batch);
        else core.pass(place);
        options.onRead(partition, message.timeMs);
      }
      if (core.hasChanges) await committer.commit(false);
    }
    if (messages.length === 0 || (await reader.lag()) === 0) {
      core.caughtUp(partition, now());
      options.onRead(partition, 0);
      if (core.hasChanges && !isGone()) await committer.commit(false);
    }
    if (performance.now() - keptMs >= options.commitEveryMs && !isGone()) await keep();
  }
  // Another one goes on from here: the less it has to do again.
  await keep().catch(() => undefined);
}

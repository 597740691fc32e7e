/** Messages that cannot be validated: kept whole, with their place and the reason, while the stream goes on. */
import type { Message, Producer } from '@linewatch/queue';
import { maxMessageBytes, topics } from '@linewatch/record';
import { type Logger, LinewatchError, backoffMs, describe, sleep } from '@linewatch/service';
import type { WriterMetrics } from './metrics.ts';

/** What stands before a dead message: a line of JSON. */
export interface DeadHead {
  /** `topic:partition:offset` */
  readonly place: string;
  readonly reason: string;
  /** Unix ms when the message was appended to its topic. */
  readonly timeMs: number;
  /** It may be a repeat of one that came before. */
  readonly again?: true;
  /** Octets that the message had, where it was too large to be kept with its head. */
  readonly cutFrom?: number;
}

/** Longest head, octets with its line break: a character of the reason may take six. */
export const maxHeadBytes = 4096;
const maxReason = 500;
/** The oldest dead letters make room within seconds; one that finds none for longer is given up, and counted. */
const patienceMs = 10_000;

export function encodeDeadLetter(head: DeadHead, value: Uint8Array): Buffer {
  const line = (more: Partial<DeadHead>): Buffer =>
    Buffer.from(`${JSON.stringify({ ...head, reason: head.reason.slice(0, maxReason), ...more })}\n`);
  const whole = line({});
  if (whole.length + value.length <= maxMessageBytes) return Buffer.concat([whole, value]);
  const cut = line({ cutFrom: value.length });
  return Buffer.concat([cut, value.subarray(0, maxMessageBytes - cut.length)]);
}

export interface DeadLettersOptions {
  readonly producer: Producer;
  readonly metrics: WriterMetrics;
  readonly logger: Logger;
  /** Told of each, for people. */
  readonly onDead: (place: string, reason: string) => void;
}

export class DeadLetters {
  readonly #options: DeadLettersOptions;
  #failing = false;

  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /** Resolves when it is kept, or given up. After a crash the same one may come again. */
  async add(topic: string, partition: number, message: Message, reason: string, signal: AbortSignal): Promise<void> {
    const { producer, metrics, logger, onDead } = this.#options;
    const place = `${topic}:${partition}:${message.offset}`;
    logger.error({ place, reason }, 'message goes to the dead letters');
    metrics.dead(topic);
    onDead(place, reason);
    const value = encodeDeadLetter(
      { place, reason, timeMs: message.timeMs, ...(message.uncertain && { again: true }) },
      message.value,
    );
    const deadline = performance.now() + (this.#failing ? 0 : patienceMs);
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await producer.append(topics.dead, 0, [{ key: place, value }]);
        this.#failing = false;
        return;
      } catch (error) {
        const code: string = error instanceof LinewatchError ? String(error.code) : 'unexpected';
        // Closing: whoever takes the partition up finds the message again.
        if (code === 'queue_closed') throw error;
        if (performance.now() > deadline) {
          this.#failing = true;
          metrics.deadLost(topic, code);
          logger.error({ place, code, reason: describe(error) }, 'dead letter could not be kept');
          return;
        }
        await sleep(backoffMs(attempt, 100, 1000), signal);
      }
    }
  }
}

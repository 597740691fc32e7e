import type { Consumer, Message } from '@linewatch/queue';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import type { LiveQueue } from '../ports.ts';

/** Longest a follower holds the event loop before others have their turn, ms. */
const sliceMs = 10;

export interface FollowOptions {
  readonly queue: Pick<LiveQueue, 'tail'>;
  readonly topic: string;
  /** Where to begin, asked at each try. */
  readonly from: () => 'oldest' | { readonly timeMs: number };
  readonly take: (message: Message) => void;
  readonly logger: Logger;
}

/** Reads a topic for as long as it runs. Nothing is committed: it has no group. */
export class Follower {
  readonly #options: FollowOptions;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #trouble = 'the queue is not read yet';

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** Empty when the topic is being read. */
  get trouble(): string {
    return this.#trouble;
  }

  /** Resolves when the topic is being read, or could not be at first: it goes on trying. */
  start(): Promise<unknown> {
    const tried = Promise.withResolvers<undefined>();
    this.#running = this.#run(() => tried.resolve(undefined));
    return tried.promise;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #take(messages: readonly Message[]): Promise<void> {
    let since = performance.now();
    for (const message of messages) {
      this.#options.take(message);
      if (performance.now() - since < sliceMs) continue;
      await new Promise(setImmediate);
      if (this.#stopped.signal.aborted) return;
      since = performance.now();
    }
  }

  async #run(tried: () => void): Promise<void> {
    const { queue, topic, from, logger } = this.#options;
    const { signal } = this.#stopped;
    let consumer: Consumer | undefined;
    for (let attempt = 0; !consumer && !signal.aborted; attempt++) {
      try {
        consumer = await queue.tail({
          topic,
          from: from(),
          onMessages: (_partition, messages) => this.#take(messages),
          onError: (error) =>
            logger.warn({ topic, reason: describe(error) }, 'live tail failed; the queue tries again'),
        });
        this.#trouble = '';
      } catch (error) {
        this.#trouble = `the queue cannot be read: ${describe(error)}`;
        logger.warn({ topic, reason: describe(error) }, 'live tail did not start; trying again');
        tried();
        await sleep(backoffMs(attempt, 200, 5000), signal);
      }
    }
    tried();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await consumer?.close();
  }
}

import type { Appender } from './appender.ts';
import { checkAppend } from './checks.ts';
import { QueueError } from './errors.ts';
import type { Partition } from './partition.ts';
import type { NewMessage, Producer } from './port.ts';
import { prepare } from './records.ts';
import type { Space } from './space.ts';

export interface Place {
  readonly partition: Partition;
  /** Shared by the producers of this process. */
  readonly appender: Appender;
  readonly space: Space;
}

export interface ProducerOptions {
  readonly maxMessageBytes: number;
  /** @throws QueueError `unknown_topic`. */
  readonly find: (topic: string, partition: number) => Place;
  /** Called with the environment's name when an append was refused for want of space, or taken again. */
  readonly onSpace: (environment: string, isFull: boolean) => void;
}

export class LmdbProducer implements Producer {
  readonly #options: ProducerOptions;
  readonly #pending = new Set<Promise<void>>();
  #closed = false;

  constructor(options: ProducerOptions) {
    this.#options = options;
  }

  append(topic: string, partition: number, messages: readonly NewMessage[]): Promise<void> {
    const appended = this.#append(topic, partition, messages);
    this.#pending.add(appended);
    const forget = (): void => void this.#pending.delete(appended);
    appended.then(forget, forget);
    return appended;
  }

  /** Resolves when what was being appended is settled. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#pending);
  }

  async #append(topic: string, number: number, messages: readonly NewMessage[]): Promise<void> {
    if (this.#closed) throw new QueueError('queue_closed', 'the producer is closed');
    const { partition, appender, space } = this.#options.find(topic, number);
    if (messages.length === 0) return;
    const { topic: name, compacted, environment } = partition;
    checkAppend({ topic: name, compacted, maxMessageBytes: this.#options.maxMessageBytes }, messages);
    const prepared = messages.map((message) => prepare(message, environment.store.pageBytes));
    const cost = prepared.reduce((sum, message) => sum + message.cost, 0);
    const { onSpace } = this.#options;
    try {
      await space.take(cost, () => appender.append(prepared, cost));
      onSpace(environment.name, false);
    } catch (error) {
      if (error instanceof QueueError && error.code === 'queue_full') onSpace(environment.name, true);
      throw error;
    }
  }
}

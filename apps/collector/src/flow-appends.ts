/**
 * Closed flow batches on their way to the queue. Those that are closed soon after each other are appended together: a
 * commit to disk costs nearly as much for one of them as for many.
 */
import { type Producer, QueueError } from '@linewatch/queue';
import { topics } from '@linewatch/record';

/** So many octets wait for each other at most. */
const gatherBytes = 4 * 1024 * 1024;

interface Closed {
  readonly partition: number;
  readonly value: Uint8Array;
  readonly rows: number;
}

export interface FlowAppendsOptions {
  readonly producer: Pick<Producer, 'append'>;
  readonly partitions: number;
  readonly onAccepted: (rows: number, bytes: number) => void;
  readonly onRefused: (error: unknown, rows: number) => void;
}

export class FlowAppends {
  readonly #options: FlowAppendsOptions;
  readonly #pending = new Set<Promise<void>>();
  #closed: Closed[] = [];
  #closedBytes = 0;
  #inFlightBytes = 0;

  constructor(options: FlowAppendsOptions) {
    this.#options = options;
  }

  /** Octets taken and not yet accepted or refused. */
  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Takes a batch; it goes to the queue with the next ones: when there are enough, or with `release`. */
  add(partition: number, value: Uint8Array, rows: number): void {
    this.#closed.push({ partition, value, rows });
    this.#closedBytes += value.length;
    this.#inFlightBytes += value.length;
    if (this.#closedBytes >= gatherBytes) this.release();
  }

  /** Hands all that was taken to the queue. */
  release(): void {
    const closed = this.#closed;
    this.#closed = [];
    this.#closedBytes = 0;
    for (let partition = 0; partition < this.#options.partitions; partition++) {
      const batches = closed.filter((each) => each.partition === partition);
      if (batches.length === 0) continue;
      const append = this.#append(partition, batches).finally(() => this.#pending.delete(append));
      this.#pending.add(append);
    }
  }

  /** Resolves when all that was released so far is accepted or refused. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** Never rejects. */
  async #append(partition: number, batches: readonly Closed[]): Promise<void> {
    const rows = batches.reduce((sum, each) => sum + each.rows, 0);
    const bytes = batches.reduce((sum, { value }) => sum + value.length, 0);
    const { producer, onAccepted, onRefused } = this.#options;
    try {
      await producer.append(
        topics.flows,
        partition,
        batches.map(({ value }) => ({ value })),
      );
    } catch (error) {
      // One that can never be taken must not cost the others.
      if (batches.length > 1 && error instanceof QueueError && error.code === 'message_too_large') {
        await Promise.all(batches.map((each) => this.#append(partition, [each])));
        return;
      }
      this.#inFlightBytes -= bytes;
      onRefused(error, rows);
      return;
    }
    this.#inFlightBytes -= bytes;
    onAccepted(rows, bytes);
  }
}

import { sleep } from '@linewatch/service';
import { maxReadMessages } from '../limits.ts';
import type { Message } from '../port.ts';
import type { Cluster } from './cluster.ts';
import type { Fetcher, Source } from './fetcher.ts';
import { type Link, listOffset } from './link.ts';
import type { Fetched } from './messages.ts';

/** Where reading could not go on as it was. */
export interface Loss {
  /** By its name on the brokers. */
  readonly topic: string;
  readonly partition: number;
  readonly why: 'removed before they were read' | 'the log was made anew' | 'the log was cut short';
  /** Messages that were not read, as far as is known. */
  readonly messages: number;
  /** The offset that was to be read, and the one that is read instead. */
  readonly wanted: number;
  readonly next: number;
}

export interface FeedOptions {
  readonly link: Link;
  readonly fetcher: Fetcher;
  readonly topic: string;
  readonly partition: number;
  /** The first offset to read. */
  readonly from: number;
  readonly onLoss: (loss: Loss) => void;
  /** Evidence that the topic was removed and made again, where there is any; offsets may have passed ours since. */
  readonly wasRemade?: () => Promise<boolean>;
}

/** One partition's messages, fetched ahead of who reads them. */
export class Feed implements Source {
  readonly topic: string;
  readonly partition: number;
  readonly #options: FeedOptions;
  readonly #closing = new AbortController();
  #messages: readonly Message[] = [];
  /** How many of them were read, and how many before the last read: who takes it back need not wait for the brokers. */
  #taken = 0;
  #kept = 0;
  #bufferedBytes = 0;
  #next: number;
  #position: number | undefined;
  #end: number | undefined;
  /** When the last message that was fetched had been appended, Unix ms. */
  #lastMs: number | undefined;
  #lost = 0;
  #isExhausted = false;
  #arrived: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(options: FeedOptions) {
    this.#options = options;
    this.topic = options.topic;
    this.partition = options.partition;
    this.#next = options.from;
    this.#position = options.from;
    options.fetcher.add(this);
  }

  get position(): number | undefined {
    return this.#position;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Offset of the next message to be read. */
  get next(): number {
    return this.#next;
  }

  /** The partition's end as last heard. */
  get end(): number | undefined {
    return this.#end;
  }

  get lost(): number {
    return this.#lost;
  }

  /** Whether the last look found nothing more to read, though the log may end further on: compaction leaves holes. */
  get isExhausted(): boolean {
    return this.#isExhausted && this.#messages.length === this.#taken;
  }

  /** What is there, up to `maxBytes` of values but not less than one message; empty when there is nothing yet. */
  take(maxBytes: number): readonly Message[] {
    let until = this.#taken;
    let bytes = 0;
    while (until < this.#messages.length && until - this.#taken < maxReadMessages) {
      const { length } = this.#messages[until]!.value;
      if (until > this.#taken && bytes + length > maxBytes) break;
      bytes += length;
      until += 1;
    }
    const taken = this.#messages.slice(this.#taken, until);
    if (taken.length > 0) this.#kept = this.#taken;
    this.#taken = until;
    this.#bufferedBytes -= bytes;
    const last = taken.at(-1);
    if (last) this.#next = last.offset + 1;
    // Behind the last message there may be offsets that hold nothing.
    if (until === this.#messages.length && this.#position !== undefined)
      this.#next = Math.max(this.#next, this.#position);
    if (last) this.#options.fetcher.wake();
    return taken;
  }

  /** Resolves when messages have come, the time is over, or `signal` aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#messages.length > this.#taken) return;
    const done = new AbortController();
    void this.#arrived.promise.then(() => done.abort());
    await sleep(ms, AbortSignal.any([signal, done.signal]));
    done.abort();
  }

  seek(offset: number): void {
    const index = this.#messages.findIndex((message) => message.offset >= offset);
    const first = this.#messages[0];
    if (first && index >= 0 && first.offset <= offset) {
      this.#taken = index;
      this.#kept = index;
      this.#bufferedBytes = this.#messages.slice(index).reduce((sum, { value }) => sum + value.length, 0);
    } else {
      this.#drop();
      this.#position = offset;
    }
    this.#next = offset;
    this.#options.fetcher.wake();
  }

  #drop(): void {
    this.#messages = [];
    this.#taken = 0;
    this.#kept = 0;
    this.#bufferedBytes = 0;
  }

  deliver({ messages, bytes, next }: Fetched, end: number): void {
    this.#end = end;
    this.#isExhausted = next === this.#position;
    this.#position = next;
    if (messages.length > 0) {
      this.#messages = this.#messages.slice(this.#kept).concat(messages);
      this.#taken -= this.#kept;
      this.#kept = 0;
      this.#bufferedBytes += bytes;
      this.#lastMs = messages.at(-1)!.timeMs;
    }
    this.#tell();
  }

  #tell(): void {
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }

  doubt(isOutOfRange: boolean): void {
    const wanted = this.#position;
    if (wanted === undefined) return;
    this.#position = undefined;
    const { link, onLoss } = this.#options;
    const isOver = (): boolean => this.#closing.signal.aborted || this.#position !== undefined;
    const find = async (cluster: Cluster): Promise<Loss | undefined> =>
      isOver() ? undefined : this.#judge(cluster, wanted, isOutOfRange);
    void link
      .retrying(find, () => isOver())
      .then((loss) => {
        // A seek meanwhile knows better.
        if (isOver()) return;
        this.#position = loss?.next ?? wanted;
        if (this.#taken === this.#messages.length) this.#next = this.#position;
        if (!loss) return;
        this.#lost += loss.messages;
        onLoss(loss);
      })
      .catch(() => undefined)
      .finally(() => {
        this.#options.fetcher.wake();
        this.#tell();
      });
  }

  /** What became of the log that had, or was to have, the offset `wanted`; undefined when it is there after all. */
  async #judge(cluster: Cluster, wanted: number, isOutOfRange: boolean): Promise<Loss | undefined> {
    const { topic, partition, wasRemade } = this.#options;
    if (!isOutOfRange) await cluster.refreshMetadata();
    const low = await listOffset(cluster, topic, partition, 'oldest');
    const end = await listOffset(cluster, topic, partition, 'end');
    const remade = (await wasRemade?.()) ?? false;
    const unread = Math.max(0, (this.#end ?? wanted) - wanted);
    const loss = { topic, partition, wanted };
    if (remade) return { ...loss, why: 'the log was made anew', messages: unread, next: low };
    if (wanted < low) return { ...loss, why: 'removed before they were read', messages: low - wanted, next: low };
    if (wanted <= end) return undefined;
    // A new log is younger than all that was read of the old one; one that was cut short still has some of it.
    const isCut =
      this.#lastMs !== undefined && (await listOffset(cluster, topic, partition, { timeMs: this.#lastMs + 1 })) > low;
    return isCut
      ? { ...loss, why: 'the log was cut short', messages: unread, next: end }
      : { ...loss, why: 'the log was made anew', messages: unread, next: low };
  }

  close(): void {
    this.#closing.abort();
    this.#options.fetcher.remove(this);
    this.#drop();
    this.#tell();
  }
}

/** Reads a partition in ranges: what one insert stores. */
import type { Message, PartitionReader } from '@linewatch/queue';
import { type BatchIdentity, MessageError } from '@linewatch/record';
import type { Kind, Place } from './kind.ts';
import type { Pace } from './pacing.ts';
import type { Candidate, Repeats } from './repeats.ts';

export interface Range<Batch> {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  readonly batches: readonly Batch[];
  readonly places: readonly Place[];
  readonly rows: number;
  /** When its first message was appended, Unix ms. */
  readonly oldestMs: number;
  /** `Notes.uncertainFrom` for a reader that begins with it, and for one that goes on after it. */
  readonly uncertainBefore: number | undefined;
  readonly uncertainAfter: number | undefined;
}

export interface RangeReaderOptions<Batch> {
  readonly reader: PartitionReader;
  readonly kind: Kind<Batch>;
  readonly repeats: Repeats;
  /** Asked at each range. */
  readonly maxBytes: () => number;
  readonly onInvalid: (message: Message, reason: string) => Promise<void>;
  readonly onRepeated: () => void;
}

interface Entry<Batch> {
  readonly message: Message;
  readonly batch: Batch;
  readonly rows: number;
  readonly identity: BatchIdentity | undefined;
}

const readBytes = 8 * 1024 * 1024;
/** Most messages in a range, whatever is in them. */
const maxRangeMessages = 100_000;
/** How long a read waits at most, and while an insert is under way, after which the range is closed, ms. */
const readWaitMs = 1000;
const busyWaitMs = 25;

/** What stands ready in a range that is being read. */
class Gathering<Batch> {
  readonly entries: Entry<Batch>[] = [];
  messages = 0;
  rows = 0;
  bytes = 0;
  first = -1;
  last = -1;
  oldestMs = 0;
  newestMs = 0;

  begin(message: Message): void {
    if (this.first >= 0) return;
    this.first = message.offset;
    this.oldestMs = message.timeMs;
  }

  pass(message: Message): void {
    this.messages++;
    this.last = message.offset;
    this.newestMs = message.timeMs;
  }

  add(entry: Entry<Batch>): void {
    this.entries.push(entry);
    this.rows += entry.rows;
    this.bytes += entry.message.value.length;
  }
}

export class RangeReader<Batch> {
  readonly #options: RangeReaderOptions<Batch>;
  /** Read and not in a range yet, in order. */
  #ready: Message[] = [];
  #next: number;
  #uncertainFrom: number | undefined;
  /** When the first message that is in no finished range was appended; undefined while there is none. */
  oldestMs: number | undefined;

  constructor(options: RangeReaderOptions<Batch>, uncertainFrom: number | undefined) {
    this.#options = options;
    this.#next = options.reader.committed.offset;
    this.#uncertainFrom = uncertainFrom;
  }

  /** The first offset that was not taken from the reader. */
  get next(): number {
    return this.#next;
  }

  /** Reads exactly what is there of a range; undefined when the partition is taken away, empty when all of it is gone. */
  async exactly(first: number, last: number): Promise<Range<Batch> | undefined> {
    this.#options.reader.seek(first);
    this.#next = first;
    const gathering = new Gathering<Batch>();
    while (!this.#isGone() && gathering.last < last) {
      const message = await this.#peek(readWaitMs);
      if (!message) continue;
      if (message.offset > last) break;
      gathering.begin(message);
      await this.#take(message, gathering);
    }
    if (this.#isGone()) return undefined;
    return this.#finish(gathering, first, last);
  }

  /**
   * Reads until the range is full, or has waited long enough and `isBusy` does not keep it open.
   * @returns undefined when nothing came for a while, or the partition is taken away.
   */
  async collect(pace: Pace, isBusy: () => boolean): Promise<Range<Batch> | undefined> {
    const maxBytes = this.#options.maxBytes();
    const gathering = new Gathering<Batch>();
    let deadline = Infinity;
    while (!this.#isGone()) {
      const left = deadline - performance.now();
      const mayWait = isBusy() || (gathering.rows < pace.enoughRows && left > 0);
      if (!mayWait && gathering.rows >= pace.enoughRows) break;
      const message = await this.#peek(mayWait ? Math.min(readWaitMs, Math.max(busyWaitMs, left)) : 0);
      if (!message) {
        if (gathering.first < 0) return undefined;
        if (!mayWait) break;
        continue;
      }
      if (gathering.first < 0) deadline = performance.now() + pace.waitMs;
      gathering.begin(message);
      this.oldestMs ??= message.timeMs;
      if (!(await this.#take(message, gathering, pace.maxRows, maxBytes))) break;
    }
    if (this.#isGone() || gathering.first < 0) return undefined;
    return this.#finish(gathering, gathering.first, gathering.last);
  }

  #isGone(): boolean {
    return this.#options.reader.signal.aborted;
  }

  async #peek(waitMs: number): Promise<Message | undefined> {
    if (this.#ready.length === 0) {
      this.#ready = [...(await this.#options.reader.read({ maxBytes: readBytes, waitMs }))].reverse();
      const [last] = this.#ready;
      if (last) this.#next = last.offset + 1;
    }
    return this.#ready.at(-1);
  }

  /** Takes the next message; false when it has no room in this range. */
  async #take(
    message: Message,
    gathering: Gathering<Batch>,
    maxRows = Infinity,
    maxBytes = Infinity,
  ): Promise<boolean> {
    const { kind, repeats, onInvalid, onRepeated } = this.#options;
    if (gathering.messages >= maxRangeMessages && maxRows < Infinity) return false;
    let entry: Entry<Batch> | undefined;
    try {
      const batch = kind.decode(message.value);
      entry = { message, batch, rows: kind.rows(batch), identity: kind.identity?.(batch) };
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      await onInvalid(message, error.message);
    }
    if (entry && gathering.entries.length > 0) {
      if (gathering.rows + entry.rows > maxRows) return false;
      if (gathering.bytes + message.value.length > maxBytes) return false;
    }
    this.#ready.pop();
    gathering.pass(message);
    if (!entry) return true;
    if (entry.identity && repeats.isLateCopy(candidateOf(message, entry.identity))) onRepeated();
    else gathering.add(entry);
    return true;
  }

  async #finish(gathering: Gathering<Batch>, first: number, last: number): Promise<Range<Batch> | undefined> {
    const { reader, repeats, onRepeated } = this.#options;
    const uncertain = gathering.entries.flatMap(({ message, identity }) =>
      message.uncertain && identity ? [candidateOf(message, identity)] : [],
    );
    const found = uncertain.length > 0 ? await repeats.find(uncertain, this.#next) : undefined;
    if (this.#isGone()) return undefined;
    for (let i = 0; i < (found?.size ?? 0); i++) onRepeated();
    const entries = gathering.entries.filter(({ message }) => !found?.has(message.offset));
    const uncertainBefore = this.#uncertainFrom;
    this.#uncertainFrom = repeats.uncertainFrom(gathering.newestMs);
    this.oldestMs = this.#ready.at(-1)?.timeMs;
    return {
      first,
      last,
      batches: entries.map(({ batch }) => batch),
      places: entries.map(({ message }) => ({
        partition: reader.partition,
        offset: message.offset,
        timeMs: message.timeMs,
      })),
      rows: entries.reduce((sum, { rows }) => sum + rows, 0),
      oldestMs: gathering.oldestMs,
      uncertainBefore,
      uncertainAfter: this.#uncertainFrom,
    };
  }
}

const candidateOf = ({ offset, timeMs, uncertain }: Message, identity: BatchIdentity): Candidate => ({
  offset,
  timeMs,
  uncertain,
  identity,
});

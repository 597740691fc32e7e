import type { Environment } from './environment.ts';
import { QueueError } from './errors.ts';
import { maxReadMessages } from './limits.ts';
import type { Message } from './port.ts';
import {
  type Head,
  type IndexRecord,
  type Prepared,
  chunkBytes,
  decodeHead,
  decodeRecord,
  encodeDoubles,
  encodeHead,
  headKey,
  keyOffset,
  nameKey,
  offsetKey,
  stampTime,
  writeOffsetKey,
} from './records.ts';

/** A clock that went back by less than this does not: times in a partition do not decrease. */
const clockSlackMs = 3_600_000;

export interface Batch {
  readonly messages: readonly Message[];
  /** Where the next read goes on. */
  readonly next: number;
  /** The environment's count of appends at this reading. */
  readonly appends: number;
}

/** One partition's messages in its environment. Every method is synchronous; those that change run inside a write. */
export class Partition {
  readonly environment: Environment;
  readonly topic: string;
  readonly number: number;
  readonly compacted: boolean;
  /** Its number in the environment's keys. */
  readonly id: number;
  readonly #headKey: Buffer;
  readonly #key = Buffer.allocUnsafe(12);
  readonly #chunkKey = Buffer.allocUnsafe(14);

  constructor(environment: Environment, topic: string, number: number, compacted: boolean, id: number) {
    this.environment = environment;
    this.topic = topic;
    this.number = number;
    this.compacted = compacted;
    this.id = id;
    this.#headKey = headKey(id);
  }

  head(): Head {
    return decodeHead(this.environment.heads.get(this.#headKey));
  }

  /** Appends all or none. Only inside a write. @throws QueueError `queue_full`. */
  append(messages: readonly Prepared[], cost: number): void {
    const { environment } = this;
    const usage = environment.usage();
    if (usage.bytes + cost > environment.options.quotaBytes)
      throw new QueueError(
        'queue_full',
        `queue "${environment.name}" holds ${usage.bytes} of ${environment.options.quotaBytes} octets`,
      );
    const head = this.head();
    const now = Date.now();
    const timeMs = now < head.lastTimeMs && head.lastTimeMs - now < clockSlackMs ? head.lastTimeMs : now;
    for (const message of messages) {
      this.#put(message, head.next, timeMs);
      head.next += 1;
    }
    head.bytes += cost;
    head.messages += messages.length;
    head.lastTimeMs = timeMs;
    environment.changeUsage({ bytes: usage.bytes + cost, appends: usage.appends + 1 });
    if (this.compacted)
      for (const [i, message] of messages.entries())
        this.#supersede(message.key, head.next - messages.length + i, head);
    // Last: what stands beyond `next` does not exist.
    this.#putHead(head);
  }

  #putHead(head: Head): void {
    void this.environment.heads.put(this.#headKey, encodeHead(head));
  }

  #put({ record, value, chunks }: Prepared, offset: number, timeMs: number): void {
    const { body, index } = this.environment;
    for (let chunk = 0; chunk < chunks; chunk++) {
      // A view: the octets go from the caller's memory into LMDB's pages.
      const part = Buffer.from(
        value.buffer,
        value.byteOffset + chunk * chunkBytes,
        Math.min(chunkBytes, value.length - chunk * chunkBytes),
      );
      void body.put(this.#bodyKey(offset, chunk), part);
    }
    stampTime(record, timeMs);
    void index.put(writeOffsetKey(this.#key, this.id, offset), record);
  }

  #bodyKey(offset: number, chunk: number): Buffer {
    writeOffsetKey(this.#chunkKey, this.id, offset);
    this.#chunkKey.writeUInt16BE(chunk, 12);
    return this.#chunkKey;
  }

  /** Removes the message that this one with the same key replaces. */
  #supersede(key: string, offset: number, head: Head): void {
    const { latest } = this.environment;
    const place = nameKey(this.id, key);
    const before = latest.get(place)?.readDoubleLE(0);
    void latest.put(place, encodeDoubles(offset));
    if (before !== undefined && before !== offset) this.#removeOne(before, head);
  }

  #removeOne(offset: number, head: Head): void {
    const { environment } = this;
    const found = environment.index.get(writeOffsetKey(this.#key, this.id, offset));
    if (!found) return;
    const record = decodeRecord(found, environment.pageBytes);
    for (let chunk = 0; chunk < record.chunks; chunk++) void environment.body.remove(this.#bodyKey(offset, chunk));
    void environment.index.remove(writeOffsetKey(this.#key, this.id, offset));
    head.bytes -= record.cost;
    head.messages -= 1;
    environment.changeUsage({ bytes: environment.usage().bytes - record.cost });
  }

  /** Index records from `from` on, in order, at most `limit`. */
  records(from: number, limit: number): { offset: number; record: IndexRecord }[] {
    const range = this.environment.index.getRange({
      start: offsetKey(this.id, from),
      end: headKey(this.id + 1),
      limit,
    });
    return Array.from(range, ({ key, value }) => ({
      offset: keyOffset(key),
      record: decodeRecord(value, this.environment.pageBytes),
    }));
  }

  /** Removes these messages, the oldest of the partition up to `through`. Only inside a write. */
  removeOldest(offsets: readonly number[], through: number): void {
    const head = this.head();
    for (const offset of offsets) this.#removeOne(offset, head);
    head.first = Math.max(head.first, Math.min(through + 1, head.next));
    this.#putHead(head);
  }

  /** Removes deletions of a compacted topic that everyone has had time to see. Only inside a write. */
  removeDeletion(offset: number, key: string): void {
    const head = this.head();
    const place = nameKey(this.id, key);
    if (this.environment.latest.get(place)?.readDoubleLE(0) !== offset) return;
    void this.environment.latest.remove(place);
    this.#removeOne(offset, head);
    this.#putHead(head);
  }

  /** Messages from `from` on, up to `maxBytes` of values, at least one if there is any. @throws QueueError `queue_corrupt`. */
  read(from: number, maxBytes: number): Batch {
    const { environment } = this;
    const head = this.head();
    const { appends } = environment.usage();
    const messages: Message[] = [];
    let next = Math.max(from, head.first);
    let bytes = 0;
    const range = environment.index.getRange({
      start: offsetKey(this.id, next),
      end: offsetKey(this.id, Math.max(next, head.next)),
    });
    for (const { key, value } of range) {
      const record = decodeRecord(value, environment.pageBytes);
      if (messages.length > 0 && (bytes + record.valueBytes > maxBytes || messages.length >= maxReadMessages))
        return { messages, next, appends };
      const offset = keyOffset(key);
      if (offset !== next && !this.compacted) throw this.#corrupt(next, 'is missing');
      messages.push({ offset, key: record.key, value: this.#value(offset, record), timeMs: record.timeMs });
      bytes += record.valueBytes;
      next = offset + 1;
    }
    if (next < head.next) {
      if (!this.compacted) throw this.#corrupt(next, 'is missing');
      next = head.next;
    }
    return { messages, next, appends };
  }

  #corrupt(offset: number, what: string): QueueError {
    return new QueueError('queue_corrupt', `${this.topic}[${this.number}] offset ${offset} ${what}`);
  }

  #value(offset: number, record: IndexRecord): Uint8Array {
    if (record.value) return record.value;
    const value = Buffer.allocUnsafeSlow(record.valueBytes);
    for (let chunk = 0, at = 0; chunk < record.chunks; chunk++) {
      const size = Math.min(chunkBytes, record.valueBytes - at);
      // Valid until the next get: copied at once.
      const part = this.environment.body.getBinaryFast(this.#bodyKey(offset, chunk));
      if (part?.length !== size) throw this.#corrupt(offset, `lacks part ${chunk}`);
      value.set(part.subarray(0, size), at);
      at += size;
    }
    return value;
  }

  /** The first offset whose message is not older than this. */
  offsetAt(timeMs: number): number {
    const head = this.head();
    let low = head.first;
    let high = head.next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [at] = this.records(middle, 1);
      if (!at || at.offset >= high) high = middle;
      else if (at.record.timeMs < timeMs) low = at.offset + 1;
      else high = middle;
    }
    return low;
  }

  oldestMs(): number | undefined {
    const [at] = this.records(this.head().first, 1);
    return at?.record.timeMs;
  }
}

import { findRecord, getValue } from './bodies.ts';
import type { Environment } from './environment.ts';
import { QueueError } from './errors.ts';
import { maxReadMessages } from './limits.ts';
import type { Message } from './port.ts';
import {
  type Head,
  type IndexRecord,
  type Removed,
  decodeHead,
  decodeRecord,
  decodeRemoved,
  headKey,
  keyOffset,
  offsetKey,
} from './records.ts';

export interface Batch {
  readonly messages: readonly Message[];
  /** Where the next read goes on. */
  readonly next: number;
  /** The environment's token of appends at this reading. */
  readonly appends: number;
}

export interface Extent {
  /** The oldest offset that may be stored. */
  readonly first: number;
  /** The offset of the next message appended. */
  readonly next: number;
  readonly bytes: number;
  readonly messages: number;
}

/** One partition's messages, as the snapshot of this turn of the event loop (or the write that runs) shows them. */
export class Partition {
  readonly environment: Environment;
  readonly topic: string;
  readonly number: number;
  readonly compacted: boolean;
  /** Its number in the environment's keys. */
  readonly id: number;
  readonly key: Buffer;
  readonly log: string;

  constructor(environment: Environment, topic: string, number: number, compacted: boolean, id: number, log: string) {
    this.log = log;
    this.environment = environment;
    this.topic = topic;
    this.number = number;
    this.compacted = compacted;
    this.id = id;
    this.key = headKey(id);
  }

  corrupt(offset: number, what: string): QueueError {
    return new QueueError('queue_corrupt', `${this.topic}[${this.number}] offset ${offset} ${what}`);
  }

  head(): Head {
    const stored = this.environment.store.heads.get(this.key);
    if (!stored) throw this.corrupt(0, 'has no head');
    return decodeHead(stored);
  }

  removed(): Removed {
    const stored = this.environment.store.removals.get(this.key);
    if (!stored) throw this.corrupt(0, 'has no record of removals');
    return decodeRemoved(stored);
  }

  extent(): Extent {
    const head = this.head();
    const removed = this.removed();
    return {
      first: removed.first,
      next: head.next,
      bytes: head.bytes - removed.bytes,
      messages: head.messages - removed.messages,
    };
  }

  record(offset: number): IndexRecord | undefined {
    return findRecord(this.environment, this.id, offset);
  }

  /** Index records from `from` on, in order, at most `limit`. */
  records(from: number, limit: number): { offset: number; record: IndexRecord }[] {
    const { index, pageBytes } = this.environment.store;
    const range = index.getRange({ start: offsetKey(this.id, from), end: headKey(this.id + 1), limit });
    return Array.from(range, ({ key, value }) => ({ offset: keyOffset(key), record: decodeRecord(value, pageBytes) }));
  }

  /** Messages from `from` on, up to `maxBytes` of values, at least one if there is any. @throws QueueError `queue_corrupt`. */
  read(from: number, maxBytes: number): Batch {
    const { environment } = this;
    const { first, next: end } = this.extent();
    const appends = environment.store.token('appends');
    const messages: Message[] = [];
    let next = Math.max(from, first);
    let bytes = 0;
    const range = environment.store.index.getRange({
      start: offsetKey(this.id, next),
      end: offsetKey(this.id, Math.max(next, end)),
    });
    for (const { key, value: stored } of range) {
      const record = decodeRecord(stored, environment.store.pageBytes);
      if (messages.length > 0 && (bytes + record.valueBytes > maxBytes || messages.length >= maxReadMessages))
        return { messages, next, appends };
      const offset = keyOffset(key);
      if (offset !== next && !this.compacted) throw this.corrupt(next, 'is missing');
      const value = getValue(environment, this.id, offset, record);
      if (!value) throw this.corrupt(offset, 'is not whole');
      const { key: name, timeMs, uncertain } = record;
      messages.push({ offset, key: name, value, timeMs, ...(uncertain && { uncertain }) });
      bytes += record.valueBytes;
      next = offset + 1;
    }
    if (next < end && !this.compacted) throw this.corrupt(next, 'is missing');
    return { messages, next: Math.max(next, this.compacted ? end : next), appends };
  }

  /** The first offset whose message is not older than this. */
  offsetAt(timeMs: number): number {
    const extent = this.extent();
    let low = extent.first;
    let high = extent.next;
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
    const [at] = this.records(this.removed().first, 1);
    return at?.record.timeMs;
  }
}

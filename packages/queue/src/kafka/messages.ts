import type { Message } from '../port.ts';
import type { FetchedMessage } from './cluster.ts';
import { decodeUncertain } from './headers.ts';
import { toOffset } from './link.ts';

const nothing = new Uint8Array(0);

const toMessage = ({ key, value, timestamp, headers }: FetchedMessage, offset: number): Message => {
  const uncertain = decodeUncertain(headers);
  return {
    offset,
    key: key?.toString('utf8') ?? '',
    value: value ?? nothing,
    timeMs: Number(timestamp),
    ...(uncertain && { uncertain }),
  };
};

export interface Fetched {
  readonly messages: readonly Message[];
  /** Octets of their values. */
  readonly bytes: number;
  /** Where the next fetch goes on. */
  readonly next: number;
}

/** What a broker answered, from an offset on: batches come whole, so earlier messages may stand before it. */
export function readFetched(from: number, records: readonly FetchedMessage[]): Fetched {
  const messages: Message[] = [];
  let next = from;
  let bytes = 0;
  for (const record of records) {
    const offset = toOffset(record.offset);
    // The rest of a batch may have been compacted away, up to its end.
    const { firstOffset, lastOffsetDelta } = record.batchContext ?? { firstOffset: record.offset, lastOffsetDelta: 0 };
    next = Math.max(next, offset + 1, toOffset(firstOffset) + lastOffsetDelta + 1);
    if (offset < from || record.isControlRecord) continue;
    messages.push(toMessage(record, offset));
    bytes += record.value?.length ?? 0;
  }
  return { messages, bytes, next };
}

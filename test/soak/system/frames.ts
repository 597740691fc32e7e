/** Messages in a stream of octets: "PARTITION OFFSET LENGTH\n", then the message. As kcat writes them when told to. */
import type { Readable } from 'node:stream';
import type { RawMessage } from './tally.ts';

/** For kcat's option -f. */
export const kcatFormat = '%p %o %S\n%s';

export const frame = (partition: number, offset: number, value: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${partition} ${offset} ${value.length}\n`), value]);

const maxHeadOctets = 64;
const maxValueOctets = 64 * 1024 * 1024;

/** @throws when the stream is not of such messages, or ends in one. */
export async function readFrames(
  stream: Readable,
  topic: RawMessage['topic'],
  take: (message: RawMessage) => void,
): Promise<void> {
  let chunks: Buffer[] = [];
  let held = 0;
  /** Octets that must be there before it is worth looking again. */
  let needed = 1;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    held += chunk.length;
    if (held < needed) continue;
    const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, held);
    let at = 0;
    needed = 1;
    for (;;) {
      const end = all.indexOf(10, at);
      if (end < 0 || end - at > maxHeadOctets) {
        if (all.length - at > maxHeadOctets) throw new Error(`${topic}: no message begins here`);
        break;
      }
      const [partition, offset, length] = all.toString('latin1', at, end).split(' ').map(Number);
      if (![partition, offset, length].every((n) => Number.isSafeInteger(n) && n! >= 0) || length! > maxValueOctets)
        throw new Error(`${topic}: "${all.toString('latin1', at, end)}" begins no message`);
      const begin = end + 1;
      if (all.length - begin < length!) {
        needed = begin + length! - at;
        break;
      }
      take({ topic, partition: partition!, offset: offset!, value: all.subarray(begin, begin + length!) });
      at = begin + length!;
    }
    chunks = at < all.length ? [all.subarray(at)] : [];
    held = all.length - at;
  }
  if (held > 0) throw new Error(`${topic}: the stream ends in a message`);
}

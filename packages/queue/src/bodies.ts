/** Where messages stand in the tables: an index record each, and the chunks of those that are larger. */
import type { Environment } from './environment.ts';
import { type IndexRecord, type Prepared, chunkBytes, decodeRecord, stampTime, writeOffsetKey } from './records.ts';

const offsetScratch = Buffer.alloc(12);
const chunkScratch = Buffer.alloc(14);

/** Keys are copied by every call of the adapter: one memory serves all. */
const indexKey = (partition: number, offset: number): Buffer => writeOffsetKey(offsetScratch, partition, offset);

function bodyKey(partition: number, offset: number, chunk: number): Buffer {
  writeOffsetKey(chunkScratch, partition, offset);
  chunkScratch.writeUInt16BE(chunk, 12);
  return chunkScratch;
}

/** Inside a write. The value's own memory is handed over: it goes into the file's pages without another copy. */
export function putMessage(
  environment: Environment,
  partition: number,
  offset: number,
  timeMs: number,
  message: Prepared,
): void {
  const { record, value, chunks } = message;
  for (let chunk = 0; chunk < chunks; chunk++) {
    const at = chunk * chunkBytes;
    const part = Buffer.from(value.buffer, value.byteOffset + at, Math.min(chunkBytes, value.length - at));
    void environment.store.body.put(bodyKey(partition, offset, chunk), part);
  }
  stampTime(record, timeMs);
  void environment.store.index.put(indexKey(partition, offset), record);
}

/** Inside a write. */
export function removeMessage(environment: Environment, partition: number, offset: number, chunks: number): void {
  for (let chunk = 0; chunk < chunks; chunk++) void environment.store.body.remove(bodyKey(partition, offset, chunk));
  void environment.store.index.remove(indexKey(partition, offset));
}

export function findRecord(environment: Environment, partition: number, offset: number): IndexRecord | undefined {
  const stored = environment.store.index.get(indexKey(partition, offset));
  return stored && decodeRecord(stored, environment.store.pageBytes);
}

/** The message's value as a copy; undefined when a part is missing. */
export function getValue(
  environment: Environment,
  partition: number,
  offset: number,
  record: IndexRecord,
): Uint8Array | undefined {
  if (record.value) return record.value;
  const value = Buffer.allocUnsafeSlow(record.valueBytes);
  for (let chunk = 0, at = 0; chunk < record.chunks; chunk++) {
    const size = Math.min(chunkBytes, record.valueBytes - at);
    // Valid until the next get: copied at once.
    const part = environment.store.body.getBinaryFast(bodyKey(partition, offset, chunk));
    if (part?.length !== size) return undefined;
    value.set(part.subarray(0, size), at);
    at += size;
  }
  return value;
}

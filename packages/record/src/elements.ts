/**
 * Elements of flows that have no column, by name: for each row any number of (name, value) pairs of text. On the wire
 * and in a ClickHouse Native block of `Map(String, String)` they are the same octets:
 *
 *   offsets = u64 a row: pairs of this row and all before it
 *   names   = (length:varint octets)*         one a pair
 *   values  = (length:varint octets)*         one a pair
 */
import type protobuf from 'protobufjs/minimal.js';
import { MessageError } from './batch.ts';

export interface ElementColumn {
  readonly offsets: Uint8Array;
  readonly names: Uint8Array;
  readonly values: Uint8Array;
  /** All of them. */
  readonly pairs: number;
}

/** Fields of a FlowBatch. */
export const elementFields = { offsets: 100, names: 101, values: 102 } as const;

/** Names that exporters make up, too: more than any of them have in use. */
const maxCachedNames = 4096;

/** Gathers the pairs of rows as they come, in rising order of rows. */
export class ElementColumnBuilder {
  #ends: number[] = [];
  #names: Buffer[] = [];
  #values: Buffer[] = [];
  /** Octets of text so far. */
  octets = 0;
  readonly #nameCache = new Map<string, Buffer>();

  add(row: number, name: string, value: string): void {
    let named = this.#nameCache.get(name);
    if (named === undefined) this.#nameCache.set(name, (named = text(name)));
    const valued = text(value);
    this.#names.push(named);
    this.#values.push(valued);
    while (this.#ends.length < row) this.#ends.push(this.#ends.at(-1) ?? 0);
    this.#ends[row] = this.#names.length;
    this.octets += named.length + valued.length;
  }

  /** Of the first `rows` rows, and begins anew. Undefined when there are none. */
  take(rows: number): ElementColumn | undefined {
    const pairs = this.#names.length;
    if (pairs === 0) return undefined;
    const offsets = Buffer.alloc(8 * rows);
    for (let row = 0; row < rows; row++) {
      const end = this.#ends[row] ?? pairs;
      offsets.writeUInt32LE(end, 8 * row);
    }
    const column = { offsets, names: Buffer.concat(this.#names), values: Buffer.concat(this.#values), pairs };
    this.#ends = [];
    this.#names = [];
    this.#values = [];
    this.octets = 0;
    if (this.#nameCache.size > maxCachedNames) this.#nameCache.clear();
    return column;
  }
}

export function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  while (rest > 127) {
    out.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
  return Buffer.from(out);
}

/** Length and UTF-8, as a Native block has text. */
export function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([varint(bytes.length), bytes]);
}

export function writeElements(writer: protobuf.Writer, { offsets, names, values }: ElementColumn): void {
  const tag = (field: number): number => (field << 3) | 2;
  writer.uint32(tag(elementFields.offsets)).bytes(offsets);
  writer.uint32(tag(elementFields.names)).bytes(names);
  writer.uint32(tag(elementFields.values)).bytes(values);
}

/** How many texts there are, each within its octets. */
function countTexts(octets: Uint8Array, what: string): number {
  let at = 0;
  let count = 0;
  while (at < octets.length) {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const octet = octets[at++];
      if (octet === undefined || shift > 21) throw new MessageError(`${what} has a length that is none`);
      length += (octet & 127) << shift;
      if (octet < 128) break;
    }
    at += length;
    if (at > octets.length) throw new MessageError(`${what} has a text that overruns it`);
    count++;
  }
  return count;
}

/** @throws MessageError when offsets, names and values do not fit each other and the rows. */
export function checkElements(
  rows: number,
  offsets: Uint8Array | undefined,
  names: Uint8Array | undefined,
  values: Uint8Array | undefined,
): ElementColumn | undefined {
  if (offsets === undefined && names === undefined && values === undefined) return undefined;
  if (offsets === undefined || names === undefined || values === undefined)
    throw new MessageError('elements are not whole: offsets, names or values are missing');
  if (offsets.length !== 8 * rows)
    throw new MessageError(`elements_offsets has ${offsets.length} octets, not ${8 * rows}`);
  const pairs = countTexts(names, 'elements_names');
  if (countTexts(values, 'elements_values') !== pairs) throw new MessageError('elements have other names than values');
  const view = new DataView(offsets.buffer, offsets.byteOffset, offsets.length);
  let before = 0;
  for (let at = 0; at < offsets.length; at += 8) {
    const end = view.getUint32(at, true);
    if (end < before || end > pairs || view.getUint32(at + 4, true) !== 0)
      throw new MessageError('elements_offsets do not rise to the number of pairs');
    before = end;
  }
  if (before !== pairs) throw new MessageError('elements_offsets do not rise to the number of pairs');
  return { offsets, names, values, pairs };
}

/** The column `elements` of a Native block over batches, of which some may have none. */
export function nativeElements(
  batches: readonly { readonly rows: number; readonly elements?: ElementColumn | undefined }[],
): Uint8Array[] {
  if (batches.every(({ elements }) => elements === undefined)) return [];
  const out: Uint8Array[] = [text('elements'), text('Map(String, String)')];
  let base = 0;
  for (const { rows, elements } of batches) {
    const offsets = Buffer.alloc(8 * rows);
    const own = elements && new DataView(elements.offsets.buffer, elements.offsets.byteOffset, 8 * rows);
    for (let at = 0; at < offsets.length; at += 8)
      offsets.writeBigUInt64LE(BigInt(base + (own?.getUint32(at, true) ?? 0)), at);
    out.push(offsets);
    base += elements?.pairs ?? 0;
  }
  for (const { elements } of batches) if (elements) out.push(elements.names);
  for (const { elements } of batches) if (elements) out.push(elements.values);
  return out;
}

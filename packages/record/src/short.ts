/**
 * The short form of a column of 8 or 16 octets whose rows share all of a value but 4 octets:
 *
 *     u64   [low word]*            high word           u32, little-endian
 *     ip    [last 4 octets]*       first 12 octets     IPv4: ::ffff:
 *
 * Of one row it would be as long as the value itself, so it is of two rows or more.
 */

/** Octets of a row in the short form. */
export const shortWidth = 4;

export const shortLength = (rows: number, width: number): number => rows * shortWidth + width - shortWidth;

const wordsOf = (bytes: Uint8Array): Uint32Array =>
  new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / Uint32Array.BYTES_PER_ELEMENT);

/** Whether the rows of a column in memory share what the short form has once. */
export function isShort(bytes: Uint8Array, width: number): boolean {
  if (width <= shortWidth) return false;
  const words = wordsOf(bytes);
  if (width === 8) {
    const high = words[1];
    for (let at = 3; at < words.length; at += 2) if (words[at] !== high) return false;
    return true;
  }
  const [first, second, third] = words;
  for (let at = 4; at < words.length; at += 4)
    if (words[at] !== first || words[at + 1] !== second || words[at + 2] !== third) return false;
  return true;
}

/** Writes the short form of a column in memory at `out[at]` and on. */
export function writeShort(out: Uint8Array, at: number, bytes: Uint8Array, rows: number): void {
  const words = wordsOf(bytes);
  const view = new DataView(out.buffer, out.byteOffset + at);
  const step = words.length / rows;
  const differs = step === 2 ? 0 : 3;
  for (let row = 0, from = differs; row < rows; row++, from += step) view.setUint32(4 * row, words[from]!, true);
  out.set(step === 2 ? bytes.subarray(4, 8) : bytes.subarray(0, 12), at + rows * shortWidth);
}

/** The column's octets, of `shortLength` octets in short form. */
export function readShort(bytes: Uint8Array, rows: number, width: number): Uint8Array {
  const words = new Uint32Array((rows * width) / 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shared = rows * shortWidth;
  if (width === 8) {
    const high = view.getUint32(shared, true);
    for (let row = 0; row < rows; row++) {
      words[2 * row] = view.getUint32(4 * row, true);
      words[2 * row + 1] = high;
    }
  } else {
    const [first, second, third] = [0, 4, 8].map((at) => view.getUint32(shared + at, true)) as [number, number, number];
    for (let row = 0, at = 0; row < rows; row++, at += 4) {
      words[at] = first;
      words[at + 1] = second;
      words[at + 2] = third;
      words[at + 3] = view.getUint32(4 * row, true);
    }
  }
  return new Uint8Array(words.buffer);
}

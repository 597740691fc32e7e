/**
 * Which worker an exporter belongs to: a hash of its source address, and of nothing else, so that all its datagrams reach
 * one process whatever its ports are. The kernel computes the same as it hands them out; templates and sequence numbers
 * are then known to one worker only.
 */

/** Odd constants of the hash, which the kernel's program has too. All arithmetic is of 32 bits. */
export const ownerHash = { fold: 0x9e3779b1, first: 0x7feb352d, second: 0x846ca68b } as const;

/** The worker, from 0 on, that takes what comes from a 16-octet address. */
export function ownerOf(address: Uint8Array, workers: number): number {
  if (workers === 1) return 0;
  const word = (at: number): number =>
    (address[at]! << 24) | (address[at + 1]! << 16) | (address[at + 2]! << 8) | address[at + 3]!;
  const mapped = word(0) === 0 && word(4) === 0 && word(8) === 0xffff;
  let h = word(12);
  if (!mapped) {
    h = word(0);
    for (let at = 4; at < 16; at += 4) h = Math.imul(h, ownerHash.fold) ^ word(at);
  }
  h = Math.imul(h ^ (h >>> 16), ownerHash.first);
  h = Math.imul(h ^ (h >>> 15), ownerHash.second);
  return ((h ^ (h >>> 16)) >>> 0) % workers;
}

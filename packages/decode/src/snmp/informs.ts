/** Informs of late: one that was answered and comes again, because the answer was lost, is answered and told no more. */
import { createHash } from 'node:crypto';
import type { Pdu } from './pdu.ts';

/** Longest that a v3 inform is timely: 150 s behind our clock and 150 s before it (RFC 3414 section 3.2 step 7a). */
const rememberMs = 301_000;
const maxInforms = 8192;

export class Informs {
  /** When each first came, the oldest first. */
  readonly #seen = new Map<string, number>();

  /** A repeat has the same request-id, time and values, from the same sender. */
  isRepeat(sender: string, { bytes, from, to }: Pdu, nowMs: number): boolean {
    const digest = createHash('sha256').update(bytes.subarray(from, to)).digest('base64');
    const key = `${sender} ${digest}`;
    for (const [oldest, atMs] of this.#seen) {
      if (this.#seen.size < maxInforms && nowMs - atMs < rememberMs) break;
      this.#seen.delete(oldest);
    }
    if (this.#seen.has(key)) return true;
    this.#seen.set(key, nowMs);
    return false;
  }
}

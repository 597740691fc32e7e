/** Certificates that probes were shown: kept when they differ from what is kept, and now and then for that they are still seen. */
import type { CertificateRow } from '@linewatch/estate';
import type { Line } from './plan.ts';

/** It was seen at that time is kept anew after so long. */
const againMs = 6 * 3_600_000;
const dayMs = 86_400_000;
const secondMs = 1000;
/** Beyond the year 9999, or before 1950, there is no notAfter (RFC 5280, 4.1.2.5). */
const [leastMs, mostMs] = [Date.UTC(1950, 0, 1), Date.UTC(9999, 11, 31, 23, 59, 59)];

export class Certificates {
  readonly #seen = new Map<string, CertificateRow>();
  readonly #kept = new Map<string, CertificateRow>();

  /** @param days left at `atMs`, as samples have it */
  add({ circuit }: Line, target: string, atMs: number, days: number): void {
    // notAfter is of whole seconds.
    const expiresMs = Math.round((atMs + days * dayMs) / secondMs) * secondMs;
    if (!(expiresMs >= leastMs && expiresMs <= mostMs)) return;
    const key = `${circuit.id} ${target}`;
    if (atMs < (this.#seen.get(key)?.seenMs ?? 0)) return;
    this.#seen.set(key, { circuit: circuit.id, target, expiresMs, seenMs: atMs });
  }

  /** Lines as the estate has them now. */
  follow(lines: ReadonlyMap<number, Line>): void {
    for (const [key, { circuit, target }] of this.#seen)
      if (!lines.get(circuit)?.probes.some(({ url }) => url === target)) {
        this.#seen.delete(key);
        this.#kept.delete(key);
      }
  }

  /** What is to be kept now. */
  due(): CertificateRow[] {
    return [...this.#seen].flatMap(([key, row]) => {
      const kept = this.#kept.get(key);
      return kept?.expiresMs === row.expiresMs && row.seenMs - kept.seenMs < againMs ? [] : [row];
    });
  }

  kept(rows: readonly CertificateRow[]): void {
    for (const row of rows) this.#kept.set(`${row.circuit} ${row.target}`, row);
  }
}

/** What passes between the soak's thread and the one that watches it. */
import type { Phase, PhaseResult } from './soak.ts';

export interface SoakTask {
  readonly seed: number;
  readonly mutations: number;
  readonly generated: number;
  readonly seconds: number;
  readonly captures: string | undefined;
  /** CPU time for one datagram. */
  readonly callLimitMs: number;
  /** Octets that memory in use may grow by. */
  readonly growthLimit: number;
  readonly shared: SharedArrayBuffer;
}

export type SoakMessage =
  | { readonly kind: 'progress'; readonly phase: Phase; readonly done: number; readonly inUse: number }
  | { readonly kind: 'result'; readonly phase: Phase; readonly result: PhaseResult; readonly cpuSeconds: number }
  | {
      readonly kind: 'failure';
      readonly message: string;
      readonly stack: string;
      readonly datagram: Uint8Array | undefined;
    }
  | { readonly kind: 'done' };

const phases: readonly Phase[] = ['truncations', 'mutations', 'generated'];
const headOctets = 16;

/** The datagram under way, in memory that both threads see: how one that never ends is known. */
export class Watch {
  static readonly octets = headOctets + 65_536;
  readonly #words: Int32Array;
  readonly #octets: Uint8Array;

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared, 0, headOctets / 4);
    this.#octets = new Uint8Array(shared, headOctets);
  }

  begin(phase: Phase, ordinal: number, datagram: Uint8Array): void {
    this.#words[0] = phases.indexOf(phase);
    this.#words[1] = datagram.length;
    this.#octets.set(datagram);
    Atomics.store(this.#words, 2, ordinal);
  }

  /** Changes with each datagram. */
  get mark(): string {
    return `${phases[this.#words[0]!]}, datagram ${Atomics.load(this.#words, 2)}`;
  }

  get datagram(): Uint8Array {
    return this.#octets.slice(0, this.#words[1]);
  }
}

import type { BatchIdentity } from '@linewatch/record';

const maxEpochs = 64;
const maxSequences = 4096;

/** Which batches came lately: of the epochs heard last, the sequences that came last. */
export class RecentBatches {
  readonly #epochs = new Map<string, Set<number>>();

  has(batch: BatchIdentity): boolean {
    return this.#epochs.get(keyOf(batch))?.has(batch.sequence) ?? false;
  }

  add(batch: BatchIdentity): void {
    const key = keyOf(batch);
    const sequences = this.#epochs.get(key) ?? new Set();
    // Last in the order is heard last.
    this.#epochs.delete(key);
    this.#epochs.set(key, sequences);
    sequences.add(batch.sequence);
    dropOldest(sequences, maxSequences);
    dropOldest(this.#epochs, maxEpochs);
  }
}

const keyOf = ({ trust, collector, epoch }: BatchIdentity): string => JSON.stringify([trust, collector, epoch]);

function dropOldest<T>(from: Set<T> | Map<T, unknown>, limit: number): void {
  if (from.size <= limit) return;
  const [oldest] = from.keys();
  from.delete(oldest!);
}

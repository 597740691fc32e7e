import type { BatchIdentity } from '@linewatch/record';

/** Of one epoch of a collector. A repeat comes soon after the first. */
const maxSequences = 4096;
const maxEpochs = 10_000;

/** Batches that were taken: one that is on the queue twice is taken once. */
export class Taken {
  readonly #epochs = new Map<string, Set<number>>();

  /** False when it was taken before. */
  add({ trust, collector, epoch, sequence }: BatchIdentity, partition: number): boolean {
    const key = `${trust}/${collector}/${epoch}/${partition}`;
    let taken = this.#epochs.get(key);
    if (!taken) {
      this.#epochs.set(key, (taken = new Set()));
      if (this.#epochs.size > maxEpochs) this.#epochs.delete(this.#epochs.keys().next().value!);
    }
    if (taken.has(sequence)) return false;
    taken.add(sequence);
    if (taken.size > maxSequences) taken.delete(taken.values().next().value!);
    return true;
  }
}

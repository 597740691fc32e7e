import { statfs } from 'node:fs/promises';

/** How old a figure of free space may be, ms. */
const freshMs = 1000;

/** Free space of the disk that holds the queue, asked for at most once a second. */
export class Disk {
  readonly #directory: string;
  readonly #floorBytes: number;
  #freeBytes = Infinity;
  #askedAt = -Infinity;
  #asking: Promise<void> | undefined;

  constructor(directory: string, floorBytes: number) {
    this.#directory = directory;
    this.#floorBytes = floorBytes;
  }

  /** Octets free for us, at most a second old. */
  async freeBytes(): Promise<number> {
    await this.refresh();
    return this.#freeBytes;
  }

  /** Undefined when the figure is fresh: then there is nothing to wait for. */
  refresh(): Promise<void> | undefined {
    if (performance.now() - this.#askedAt < freshMs) return undefined;
    this.#asking ??= statfs(this.#directory)
      .then(({ bavail, bsize }) => {
        this.#freeBytes = bavail * bsize;
        this.#askedAt = performance.now();
      })
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  /** By the latest figure. */
  get isBelowFloor(): boolean {
    return this.#freeBytes < this.#floorBytes;
  }
}

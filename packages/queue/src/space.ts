import type { Disk } from './disk.ts';
import type { Environment } from './environment.ts';
import { QueueError } from './errors.ts';

/** How old the figure of what is used may be, ms: other processes append meanwhile. */
const freshMs = 50;

/** Whether an environment has room, asked before each append so that a full queue is not written to at all. */
export class Space {
  readonly #environment: Environment;
  readonly #disk: Disk;
  #usedBytes = 0;
  #countedAt = -Infinity;
  #underway = 0;

  constructor(environment: Environment, disk: Disk) {
    this.#environment = environment;
    this.#disk = disk;
  }

  /** Runs an append of `cost` octets on disk. @throws QueueError `queue_full` before anything is written. */
  async take(cost: number, append: () => Promise<void>): Promise<void> {
    const { name, options } = this.#environment;
    await this.#disk.refresh();
    if (this.#disk.isBelowFloor)
      throw new QueueError('queue_full', `queue "${name}": the disk has less free space than its floor`);
    if (performance.now() - this.#countedAt > freshMs) {
      this.#usedBytes = this.#environment.usedBytes();
      this.#countedAt = performance.now();
    }
    const used = this.#usedBytes + this.#underway;
    if (used + cost > options.quotaBytes)
      throw new QueueError('queue_full', `queue "${name}" holds ${used} of ${options.quotaBytes} octets`);
    this.#underway += cost;
    try {
      await append();
      this.#usedBytes += cost;
    } finally {
      this.#underway -= cost;
    }
  }
}

import path from 'node:path';
import type { Logger } from '@linewatch/service';
import type { EnvironmentOptions } from './options.ts';
import { decodeHead, decodeRemoved } from './records.ts';
import { type Store, closeStore, openStore } from './store.ts';

/** Address space to map for each octet of quota: room for a fragmented file. */
const mapFactor = 4;
const minMapBytes = 2 ** 30;

/** Topics with a quota of their own, and the files they are in. */
export class Environment {
  readonly name: string;
  readonly options: EnvironmentOptions;
  readonly store: Store;

  private constructor(options: EnvironmentOptions, store: Store) {
    this.name = options.name;
    this.options = options;
    this.store = store;
  }

  /** @throws QueueError when the files cannot be opened or are not ours. */
  static async open(
    directory: string,
    options: EnvironmentOptions,
    patienceMs: number,
    logger: Logger,
  ): Promise<Environment> {
    const mapBytes = Math.ceil(Math.max(minMapBytes, mapFactor * options.quotaBytes) / minMapBytes) * minMapBytes;
    const store = await openStore({ directory: path.join(directory, options.name), mapBytes, patienceMs, logger });
    return new Environment(options, store);
  }

  /** What the environment holds, octets on disk as accounted. */
  usedBytes(): number {
    let bytes = 0;
    for (const { value } of this.store.heads.getRange()) bytes += decodeHead(value).bytes;
    for (const { value } of this.store.removals.getRange()) bytes -= decodeRemoved(value).bytes;
    return bytes;
  }

  close(): Promise<void> {
    return closeStore(this.store);
  }
}

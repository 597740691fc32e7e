/** What is under test: the whole system, its queue's broker where it has one, and a hand on each process of them. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe } from '@linewatch/service';
import { type Broker, createBroker } from '../../support/kafka/broker.ts';
import { System, partNames, temporaryDirectory } from '../../support/system.ts';
import { SmallDisk } from './disk.ts';
import type { QueuePlace } from './read.ts';

export type Victim = (typeof partNames)[number] | 'broker';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
const partitions = { flows: 4, signals: 2 };
const prefix = 'soak.';
/** Free disk below which nothing is accepted: the small disks have more. */
const diskFloorBytes = 32 * MiB;
/** A quarter of it takes the ballast longer than a few looks of the guard. */
const clickhouseFloorBytes = 192 * MiB;

export interface WorldOptions {
  readonly queue: 'kafka' | 'lmdb';
  /** Of the small disks, which take memory as they fill. */
  readonly clickhouseDiskBytes: number;
  readonly queueDiskBytes: number;
  readonly say: (line: string) => void;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}

export class World {
  readonly system: System;
  readonly place: QueuePlace;
  /** The disks that can be filled, or why there are none; the queue's is the spill's where a broker is the queue. */
  readonly disks: { readonly clickhouse: SmallDisk | string; readonly queue: SmallDisk | string };
  readonly victims: readonly Victim[];
  /** Kept when something does not hold. */
  readonly directories: readonly string[];
  readonly #broker: Broker | undefined;
  #brokerStart: Promise<void> = Promise.resolve();
  #brokerWanted = true;
  /** Why the broker did not come back; empty when it did. */
  brokerFailure = '';

  private constructor(
    system: System,
    broker: Broker | undefined,
    disks: World['disks'],
    directories: readonly string[],
  ) {
    this.system = system;
    this.disks = disks;
    this.directories = directories;
    this.#broker = broker;
    this.victims = broker ? [...partNames, 'broker'] : partNames;
    this.place = {
      kind: broker ? 'kafka' : 'lmdb',
      where: broker?.address ?? path.join(system.dataDir, 'queue'),
      prefix: broker ? prefix : '',
      partitions,
    };
  }

  static async start({ queue, clickhouseDiskBytes, queueDiskBytes, say }: WorldOptions): Promise<World> {
    const undo: (() => Promise<unknown>)[] = [];
    try {
      let broker: Broker | undefined;
      const directories: string[] = [];
      if (queue === 'kafka') {
        const directory = temporaryDirectory('soak-kafka');
        directories.push(directory);
        undo.push(() => rm(directory, { recursive: true, force: true }));
        const made = await createBroker({ directory, say });
        broker = made;
        await made.start();
        undo.push(() => made.kill());
      }
      const { directory, ports, file } = await System.configure({
        ...(broker && { kafka: { brokers: broker.address, prefix } }),
        queue: {
          // Kafka keeps the whole run, to be read at its end. The embedded queue lets go of what is stored and was read.
          flows: { partitions: partitions.flows, quotaBytes: broker ? 32 * GiB : queueDiskBytes / 2 },
          signals: { partitions: partitions.signals, quotaBytes: broker ? 8 * GiB : queueDiskBytes / 4 },
          diskFloorBytes,
        },
        clickhouse: { diskFloorBytes: clickhouseFloorBytes },
      });
      directories.push(directory);
      undo.push(() => rm(directory, { recursive: true, force: true }));
      const small = async (name: string, octets: number): Promise<SmallDisk | string> => {
        const disk = await SmallDisk.mount(path.join(directory, 'data', name), octets);
        if (typeof disk !== 'string') undo.push(() => disk.unmount());
        return disk;
      };
      const disks = {
        clickhouse: await small('clickhouse', clickhouseDiskBytes),
        queue: await small(broker ? 'spill' : 'queue', queueDiskBytes),
      };
      return new World(await System.startIn(directory, ports, file), broker, disks, directories);
    } catch (error) {
      for (const step of undo.reverse()) await step();
      throw error;
    }
  }

  pids(victim: Victim): readonly number[] {
    if (victim !== 'broker') return this.system.parts(victim);
    return this.#broker?.pid === undefined ? [] : [this.#broker.pid];
  }

  /** kill -9 of one process; who supervises it starts it again. */
  kill(victim: Victim, pid: number): void {
    if (victim === 'broker') void this.#broker?.kill().then(() => this.#startBroker());
    else signal(pid, 'SIGKILL');
  }

  /** Whether it has started as far as can be told from outside. */
  isBack(victim: Victim, killed: number | undefined): boolean {
    const [pid] = this.pids(victim);
    return pid !== undefined && pid !== killed && (victim !== 'broker' || !this.#starting);
  }

  #starting = false;
  #startBroker(): void {
    const broker = this.#broker;
    if (!broker || this.#starting || broker.pid !== undefined || !this.#brokerWanted) return;
    this.#starting = true;
    this.#brokerStart = broker
      .start()
      .catch((error: unknown) => void (this.brokerFailure = describe(error)))
      .finally(() => (this.#starting = false));
  }

  /** Ends the broker, in order or not, until it is asked back. */
  async brokerAway(): Promise<void> {
    this.#brokerWanted = false;
    await this.#brokerStart;
    await this.#broker?.kill();
  }

  async brokerBack(): Promise<void> {
    this.#brokerWanted = true;
    this.#startBroker();
    await this.#brokerStart;
  }

  /** Ends everything; without `keep` nothing is left of it. */
  async end(keep: boolean): Promise<void> {
    // What is frozen does not hear.
    for (const line of this.system.leftovers()) signal(Number(line.split(' ')[0]), 'SIGCONT');
    this.#broker?.thaw();
    await this.system.halt();
    this.#brokerWanted = false;
    await this.#brokerStart;
    await this.#broker?.kill();
    if (keep) return;
    for (const disk of [this.disks.clickhouse, this.disks.queue]) if (typeof disk !== 'string') await disk.unmount();
    for (const directory of this.directories) await rm(directory, { recursive: true, force: true });
  }
}

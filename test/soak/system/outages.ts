/** Planned outages: an engine away, frozen, or with a full disk, while everything else goes on and is killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SmallDisk } from './disk.ts';
import type { Victim, World } from './world.ts';

export interface Outage {
  readonly name: string;
  /** Not killed meanwhile. */
  readonly holds: Victim;
  readonly ms: number;
  readonly run: (world: World, ms: number, signal: AbortSignal) => Promise<void>;
  /** Why it cannot be here. */
  readonly skip?: (world: World) => string | undefined;
}

const pollMs = 50;
const refillMs = 1000;
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);

/** The supervisor starts it again and again; each start ends before it serves. */
async function clickhouseAway(world: World, ms: number, signal: AbortSignal): Promise<void> {
  for (const until = Date.now() + ms; Date.now() < until && !signal.aborted;) {
    for (const pid of world.pids('clickhouse')) world.kill('clickhouse', pid);
    await pause(pollMs, signal);
  }
}

async function frozen(victim: Victim, world: World, ms: number, signal: AbortSignal): Promise<void> {
  const pids = world.pids(victim);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await pause(ms, signal);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
}

async function brokerAway(world: World, ms: number, signal: AbortSignal): Promise<void> {
  await world.brokerAway();
  await pause(ms, signal);
  await world.brokerBack();
}

async function full(disk: SmallDisk, ms: number, signal: AbortSignal): Promise<void> {
  try {
    // What merges and retention give back is taken, too.
    for (const until = Date.now() + ms; Date.now() < until && !signal.aborted;) {
      await disk.fill();
      await pause(refillMs, signal);
    }
  } finally {
    disk.free();
  }
}

const noBroker = ({ place }: World): string | undefined =>
  place.kind === 'kafka' ? undefined : 'the embedded queue has no broker';
const noDisk = (disk: SmallDisk | string): string | undefined => (typeof disk === 'string' ? disk : undefined);

/** In which nothing is refused: what waits finds its place. */
export const outages = (ms: number): readonly Outage[] => [
  { name: 'broker away', holds: 'broker', ms, run: brokerAway, skip: noBroker },
  { name: 'ClickHouse away', holds: 'clickhouse', ms, run: clickhouseAway },
  {
    name: 'ClickHouse frozen',
    holds: 'clickhouse',
    ms: ms / 2,
    run: (...args) => frozen('clickhouse', ...args),
  },
  {
    name: "ClickHouse's disk full",
    holds: 'clickhouse',
    ms: ms / 2,
    run: ({ disks }, ...args) => full(disks.clickhouse as SmallDisk, ...args),
    skip: ({ disks }) => noDisk(disks.clickhouse),
  },
  { name: 'broker frozen', holds: 'broker', ms: ms / 3, run: (...args) => frozen('broker', ...args), skip: noBroker },
];

/** In which flows are refused, and counted. A broker has to be away for the spill to be of use. */
export const queueFull = (ms: number): Outage => ({
  name: "queue's or spill's disk full",
  holds: 'broker',
  ms,
  run: async (world, forMs, signal) => {
    const { place, disks } = world;
    if (place.kind === 'kafka') await world.brokerAway();
    try {
      await full(disks.queue as SmallDisk, forMs, signal);
    } finally {
      if (place.kind === 'kafka') await world.brokerBack();
    }
  },
  skip: ({ disks }) => noDisk(disks.queue),
});

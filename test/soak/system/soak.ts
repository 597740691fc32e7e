/**
 * The whole system under steady load while its processes are killed at random and its engines have outages; then what the
 * queue accepted is compared with what is stored.
 *
 *   load    ════════════════════════════════════════════════╗ ════════╗
 *   kills    x  x x   x  x  x   x x  x x   x x  x            ║         ║
 *   outages    ▓▓▓▓    ▓▓▓▓   ▓▓    ▓▓    ▓▓                 ║   ▓▓▓▓   ║
 *                                               └─ quiet ──┘ compare  compare
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from '@linewatch/service';
import type { Store } from '@linewatch/store';
import { until } from '../../support/system.ts';
import { findTool } from '../../support/tools.ts';
import { Random } from '../random.ts';
import { killAtRandom } from './kills.ts';
import { type Load, startLoad } from './load.ts';
import { type MemoryTrend, trend } from './memory.ts';
import { type Counter, Observer, kernelDrops } from './observe.ts';
import { type Outage, outages, queueFull } from './outages.ts';
import { readQueue } from './read.ts';
import { Tally } from './tally.ts';
import { countStored, differences } from './verify.ts';
import { type Victim, World } from './world.ts';

export interface SoakOptions {
  readonly queue: 'kafka' | 'lmdb';
  /** Of load, without the comparisons. */
  readonly minutes: number;
  readonly kills: number;
  /** Longest planned outage. */
  readonly outageMs: number;
  readonly seed: number;
  /** Flows a second, of all exporters. */
  readonly rate: number;
  readonly exporters: number;
  /** Names of planned outages to leave out. */
  readonly without?: readonly string[];
  readonly say: (line: string) => void;
  /** Ends it early: without a verdict. */
  readonly signal: AbortSignal;
}

interface OutageReport {
  readonly name: string;
  readonly seconds: number;
  /** From its end until the newest row of every partition was fresh again. */
  readonly recoverySeconds?: number;
  readonly skipped?: string;
}

export interface SoakReport {
  readonly kills: ReadonlyMap<Victim, number>;
  readonly outages: readonly OutageReport[];
  readonly sent: number;
  readonly accepted: bigint;
  readonly stored: bigint;
  readonly batches: number;
  readonly kernelDroppedDatagrams: number;
  readonly counters: ReadonlyMap<Counter, number>;
  readonly mostAgeSeconds: number;
  /** From the end of the load until all that was accepted was stored. */
  readonly settleSeconds: number;
  /** Over the whole run, and over its last, quiet part. */
  readonly memory: ReadonlyMap<string, { readonly run: MemoryTrend; readonly quiet: MemoryTrend }>;
  readonly problems: readonly string[];
  /** False when it was ended early. */
  readonly compared: boolean;
  /** Where the data was left, when there are problems. */
  readonly kept: readonly string[];
}

/** The API's live view fills up with its 15 minutes first, ms. */
const fillMs = (part: string): number => (part === 'api' ? 16 * 60_000 : 0);
/** Shares of the run: kills and outages take the first, the rest is quiet. */
const busyShare = 0.85;
/** A row is fresh below this: collector, queue and writer have their usual delays, and a kill may be under way. */
const freshMs = 10_000;
const recoveryLimitMs = 180_000;
const settleLimitMs = 180_000;
/** How often what is on the embedded queue is read, for it lets go of what is stored. */
const lookMs = 20_000;
/** Most of what was sent that may be lost before it was accepted: batches in memory at a kill, full socket buffers. */
const mostLostShare = 0.2;
const MiB = 1024 * 1024;
/** In a shorter run memory says nothing: processes are still growing to their size. */
const flatFromMinutes = 10;
const warmMs = 60_000;
/**
 * What memory may grow by over the time it was watched: at 4,000 flows a second for 25 minutes, 64 MiB is 11 octets a
 * flow; the quiet part is shorter. ClickHouse fills caches, whose bound is far above.
 */
const growthLimit = (part: string, when: 'run' | 'quiet'): number =>
  (part === 'clickhouse' ? 512 : when === 'run' ? 64 : 24) * MiB;

/** The broker is one of our own even where KAFKA_BROKERS names others: it is killed. */
export function whyNotKafka(): string | undefined {
  const missing = ['java', 'mvn', 'kcat'].filter((command) => !findTool(command));
  return missing.length > 0 ? `Apache Kafka and its independent reader need ${missing.join(' and ')}` : undefined;
}

export async function soakSystem(options: SoakOptions): Promise<SoakReport> {
  const { queue, minutes, seed, rate, exporters, say, signal } = options;
  const rows = minutes * 60 * rate;
  const world = await World.start({
    queue,
    // Rows take some 40 octets, and merges as much again.
    clickhouseDiskBytes: 512 * MiB + rows * 100,
    queueDiskBytes: 512 * MiB,
    say,
  });
  const store = world.system.store();
  let sound = false;
  try {
    const load = await startLoad({ ports: world.system.ports, exporters, rate, seed });
    try {
      const report = await new Soak(world, store, load, await Tally.open(), options).run();
      sound = report.problems.length === 0 || signal.aborted;
      return report;
    } finally {
      await load.close().catch(() => undefined);
    }
  } finally {
    await store.close().catch(() => undefined);
    await world.end(!sound && !signal.aborted);
  }
}

class Soak {
  readonly #world: World;
  readonly #store: Store;
  readonly #load: Load;
  readonly #tally: Tally;
  readonly #options: SoakOptions;
  readonly #random: Random;
  readonly #held = new Set<Victim>();
  readonly #kills = new Map<Victim, number>();
  readonly #outages: OutageReport[] = [];
  readonly #problems: string[] = [];
  readonly #observer: Observer;
  #lookedMs = 0;

  constructor(world: World, store: Store, load: Load, tally: Tally, options: SoakOptions) {
    this.#world = world;
    this.#store = store;
    this.#load = load;
    this.#tally = tally;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#observer = new Observer(world, store);
  }

  async run(): Promise<SoakReport> {
    const { minutes, kills, outageMs } = this.#options;
    const runMs = minutes * 60_000;
    const full = queueFull(outageMs / 2);
    const fullKills = Math.round(kills / 20);
    try {
      this.#load.go();
      await this.#busy(
        runMs * busyShare,
        kills - fullKills,
        outages(outageMs).filter(({ name }) => !this.#options.without?.includes(name)),
      );
      this.#say('quiet: load without kills');
      const quietFrom = Date.now();
      await this.#pause(runMs * (1 - busyShare));
      const quietTo = Date.now();
      const settleSeconds = await this.#compare(false);
      this.#checkLost();
      if (!this.#skipped(full)) {
        this.#load.go();
        await this.#busy(full.ms * 1.5, fullKills, [full]);
        await this.#pause(2000);
        await this.#compare(true);
      }
      await this.#observer.stop();
      return await this.#report(settleSeconds, quietFrom, quietTo);
    } finally {
      await this.#observer.stop();
    }
  }

  #say(line: string): void {
    this.#options.say(line);
  }

  get #aborted(): boolean {
    return this.#options.signal.aborted;
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#options.signal }).catch(() => undefined);
  }

  #skipped({ name, skip }: Outage): boolean {
    const why = skip?.(this.#world);
    if (why === undefined) return false;
    this.#outages.push({ name, seconds: 0, skipped: why });
    this.#say(`${name}: skipped, ${why}`);
    return true;
  }

  /** Kills at random, with the outages one after the other spread over the time, and looks at the queue meanwhile. */
  async #busy(forMs: number, kills: number, planned: readonly Outage[]): Promise<void> {
    const end = new AbortController();
    const signal = AbortSignal.any([end.signal, this.#options.signal]);
    const began = Date.now();
    const looking = this.#world.place.kind === 'lmdb' ? this.#look(signal) : Promise.resolve();
    try {
      const killing = killAtRandom(this.#world, { kills, forMs, random: this.#random, held: this.#held, signal });
      const possible = planned.filter((outage) => !this.#skipped(outage));
      const breaking = (async () => {
        const freeMs = Math.max(0, forMs - possible.reduce((sum, { ms }) => sum + ms, 0));
        for (const outage of possible) {
          await sleep(freeMs / (possible.length + 1), undefined, { signal }).catch(() => undefined);
          if (!signal.aborted) await this.#break(outage, signal);
        }
      })();
      const [done] = await Promise.all([killing, breaking]);
      for (const [victim, count] of done) this.#kills.set(victim, (this.#kills.get(victim) ?? 0) + count);
      await this.#pause(Math.max(0, began + forMs - Date.now()));
    } finally {
      end.abort();
      await looking;
    }
  }

  async #break({ name, holds, ms, run }: Outage, signal: AbortSignal): Promise<void> {
    this.#say(`${name}: ${(ms / 1000).toFixed(0)} s`);
    this.#held.add(holds);
    try {
      await run(this.#world, ms, signal);
    } finally {
      this.#held.delete(holds);
    }
    const ended = Date.now();
    const fresh = (): boolean => (this.#observer.ageMs ?? Infinity) < freshMs;
    const recovered = await until(
      `${name}: rows are fresh again`,
      () => this.#aborted || fresh(),
      recoveryLimitMs,
    ).then(
      () => true,
      (error: unknown) => void this.#problems.push(String(error)),
    );
    const recoverySeconds = (Date.now() - ended) / 1000;
    this.#outages.push({ name, seconds: ms / 1000, ...(recovered && { recoverySeconds }) });
    this.#say(`${name}: rows are fresh ${recoverySeconds.toFixed(0)} s after it`);
  }

  async #look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#readQueue();
      await sleep(lookMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #readQueue(): Promise<void> {
    const sinceMs = this.#lookedMs;
    const now = Date.now();
    await readQueue(this.#world.place, this.#tally, sinceMs);
    this.#lookedMs = now;
  }

  /** @returns how long it took until what was accepted was stored, s. */
  async #compare(refused: boolean): Promise<number> {
    await this.#load.pause();
    if (this.#aborted) return 0;
    const began = Date.now();
    this.#say('the load has ended: waiting for what is under way');
    await until('everything is ready', () => this.#world.system.ready(), settleLimitMs);
    let found: readonly string[] = [];
    let settledMs = began;
    const what = 'what was accepted is stored';
    await until(
      what,
      async () => {
        if (this.#aborted) return true;
        await this.#readQueue();
        found = await differences(this.#store, this.#tally, refused);
        settledMs = Date.now();
        // Sums come half a second after their flows: agreement has to last.
        if (found.length > 0) return false;
        await sleep(3000);
        await this.#readQueue();
        found = await differences(this.#store, this.#tally, refused);
        return found.length === 0;
      },
      settleLimitMs,
    ).catch((error: unknown) => {
      this.#problems.push(...(found.length > 0 ? found : [describe(error)]));
    });
    this.#say(`compared: ${this.#tally.rows} flows accepted, ${this.#problems.length} problems so far`);
    return (settledMs - began) / 1000;
  }

  /** Before anything was refused on purpose. */
  #checkLost(): void {
    const { sent } = this.#load;
    if (!this.#aborted && Number(this.#tally.rows) < (1 - mostLostShare) * sent)
      this.#problems.push(`only ${this.#tally.rows} flows of ${sent} that were sent were accepted`);
  }

  async #report(settleSeconds: number, quietFrom: number, quietTo: number): Promise<SoakReport> {
    const { system, brokerFailure } = this.#world;
    const { sent } = this.#load;
    const accepted = this.#tally.rows;
    const killed = [...this.#kills.values()].reduce((sum, count) => sum + count, 0);
    const problems = this.#problems;
    if (!this.#aborted) {
      if (brokerFailure) problems.push(`the broker did not come back: ${brokerFailure}`);
      if (killed < this.#options.kills) problems.push(`only ${killed} of ${this.#options.kills} kills were possible`);
      if (accepted > sent) problems.push(`${accepted} flows accepted, ${sent} sent`);
    }
    const memory = new Map<string, { run: MemoryTrend; quiet: MemoryTrend }>();
    for (const [part, points] of this.#observer.memory) {
      const of = {
        run: trend(points.filter(({ timeMs }) => timeMs >= points[0]!.timeMs + fillMs(part))),
        quiet: trend(points.filter(({ timeMs }) => timeMs >= quietFrom + warmMs && timeMs <= quietTo)),
      };
      memory.set(part, of);
      // What is killed every half minute lives longer once the kills end: that is no growth of one process.
      const judged = this.#kills.has(part as Victim) ? (['quiet'] as const) : (['run', 'quiet'] as const);
      for (const when of judged) {
        const grownBytes = of[when].bytesPerMinute * of[when].minutes;
        if (!this.#aborted && this.#options.minutes >= flatFromMinutes && grownBytes > growthLimit(part, when))
          problems.push(`${part}: memory grew by ${(grownBytes / MiB).toFixed(0)} MiB (${when})`);
      }
    }
    return {
      kills: this.#kills,
      outages: this.#outages,
      sent,
      accepted,
      stored: await countStored(this.#store).catch(() => -1n),
      batches: this.#tally.batches.size,
      kernelDroppedDatagrams: kernelDrops([system.ports.netflow, system.ports.ipfix]),
      counters: this.#observer.totals,
      mostAgeSeconds: this.#observer.mostAgeMs / 1000,
      settleSeconds,
      memory,
      problems,
      compared: !this.#aborted,
      kept: problems.length > 0 && !this.#aborted ? this.#world.directories : [],
    };
  }
}

/** Looks at the running system every few seconds: counters over their processes' lives, memory, how old the newest row is. */
import { readFileSync } from 'node:fs';
import type { Store } from '@linewatch/store';
import { type MemoryPoint, ownBytes } from './memory.ts';
import type { World } from './world.ts';

const everyMs = 2000;
const memoryEveryMs = 5000;
/** A process this young is still growing to its size. */
const youngMs = 3000;

/** What is added up over restarts; what was counted between the last look and a kill is not seen. */
const counters = {
  repeats: /^linewatch_writer_batches_repeated_total\b/,
  recovered: /^linewatch_writer_ranges_recovered_total\b/,
  retries: /^linewatch_writer_insert_retries_total\b/,
  dead: /^linewatch_writer_messages_dead_total\b/,
  refused: /^linewatch_collector_flows_unqueued_total\b/,
  spilled: /^linewatch_collector_queue_messages_total\{kind="spilled"\}/,
} as const;
export type Counter = keyof typeof counters;
export const counterNames = Object.keys(counters) as Counter[];

/** Sums of the counters in a page of metrics. */
export function readCounters(text: string): Record<Counter, number> {
  const lines = text.split('\n');
  return Object.fromEntries(
    Object.entries(counters).map(([name, pattern]) => [
      name,
      lines
        .filter((line) => pattern.test(line))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0),
    ]),
  ) as Record<Counter, number>;
}

/** What a counter that begins again with each process grew by. */
export const grown = (before: number, now: number): number => (now >= before ? now - before : now);

/** Datagrams that the kernel dropped at UDP ports: /proc/net/udp, last column. The sockets live as long as the supervisor. */
export function kernelDrops(ports: readonly number[]): number {
  let drops = 0;
  for (const file of ['/proc/net/udp', '/proc/net/udp6'])
    for (const line of readFileSync(file, 'latin1').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (ports.includes(Number.parseInt(fields[1]?.split(':')[1] ?? '', 16))) drops += Number(fields.at(-1));
    }
  return drops;
}

export class Observer {
  readonly #world: World;
  readonly #store: Store;
  readonly #stop = new AbortController();
  readonly totals = new Map<Counter, number>();
  readonly memory = new Map<string, MemoryPoint[]>();
  /** How old the newest row of the partition that is furthest behind is; undefined while nobody answers. */
  ageMs: number | undefined;
  mostAgeMs = 0;
  #last = new Map<Counter, number>();
  #seen = new Map<number, number>();
  #running: Promise<void>;

  constructor(world: World, store: Store) {
    this.#world = world;
    this.#store = store;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    let memoryAt = 0;
    while (!this.#stop.signal.aborted) {
      const began = Date.now();
      // The API may be the one that was killed, and so may what is behind it.
      await this.#counters().catch(() => undefined);
      await this.#age().catch(() => (this.ageMs = undefined));
      if (began >= memoryAt) {
        memoryAt = began + memoryEveryMs;
        try {
          this.#memory(began);
        } catch {
          // The supervisor itself is ending.
        }
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(100, began + everyMs - Date.now())));
    }
  }

  async #counters(): Promise<void> {
    const response = await fetch(`${this.#world.system.url}/metrics`, { signal: AbortSignal.timeout(everyMs) });
    const text = await response.text();
    // A component that is away has no lines: its counters are not zero, they are unknown.
    for (const [name, now] of Object.entries(readCounters(text)) as [Counter, number][]) {
      const component = counters[name].source.includes('writer') ? 'writer' : 'collector';
      if (!text.includes(`linewatch_component_up{component="${component}"} 1`)) continue;
      this.totals.set(name, (this.totals.get(name) ?? 0) + grown(this.#last.get(name) ?? 0, now));
      this.#last.set(name, now);
    }
  }

  async #age(): Promise<void> {
    const [row] = await this.#store.query<{ ms: string | null }>(
      `SELECT toString(min(m)) AS ms FROM (SELECT max(toUnixTimestamp64Milli(received_ms)) AS m FROM flows
       WHERE received_ms > now() - 900 GROUP BY queue_partition)`,
      {},
      { maxSeconds: 5, signal: AbortSignal.timeout(5000) },
    );
    const newest = Number(row?.ms ?? 0);
    this.ageMs = newest > 0 ? Date.now() - newest : undefined;
    if (this.ageMs !== undefined) this.mostAgeMs = Math.max(this.mostAgeMs, this.ageMs);
  }

  #memory(nowMs: number): void {
    const seen = new Map<number, number>();
    for (const part of ['supervisor', ...this.#world.victims] as const) {
      const pids = part === 'supervisor' ? [this.#world.system.supervisor()] : this.#world.pids(part);
      let bytes = 0;
      let old = pids.length > 0;
      for (const pid of pids) {
        const since = this.#seen.get(pid) ?? nowMs;
        seen.set(pid, since);
        old &&= nowMs - since >= youngMs;
        bytes += ownBytes(pid) ?? 0;
      }
      let points = this.memory.get(part);
      if (!points) this.memory.set(part, (points = []));
      if (old && bytes > 0) points.push({ timeMs: nowMs, bytes });
    }
    this.#seen = seen;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

/** Lines that go down and come back, as a collector would tell of them; its time goes on faster than ours. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Event, createSumColumns, encodeSignalBatch, parseAddress, topics } from '@linewatch/record';
import type { Random } from '../random.ts';
import { type World, address } from './world.ts';

export interface StormOptions {
  readonly world: World;
  readonly random: Random;
  readonly lines: number;
  /** Until so many changes of incidents are told by the watcher. */
  readonly changes: number;
  /** Of a simulated second. */
  readonly secondMs: number;
  readonly signal: AbortSignal;
}

const own = new Uint8Array(16);
const noSums = { columns: createSumColumns(1), rows: 0 };
const human = { account: null, name: 'Ann', via: 'session', address: null } as const;
/** Simulated: the time of all of it has passed when it ends. */
const agoMs = 20 * 3_600_000;

export async function storm({ world, random, lines, changes, secondMs, signal }: StormOptions): Promise<number> {
  let sequence = 0;
  let nowMs = Date.now() - agoMs;
  /** Of a line that is down: when it comes back. */
  const down = new Map<number, number>();
  const restMs = new Map<number, number>();
  const tell = async (events: readonly Event[]): Promise<void> => {
    const beat = { timeMs: nowMs, exporter: own, interface: 0, metric: 'collector.heartbeat', value: 64, text: '' };
    const identity = { trust: 'main', collector: 'main', epoch: 64, sequence: sequence++ };
    await world.producer.append(topics.signals, 0, [{ value: encodeSignalBatch(identity, noSums, [beat], events) }]);
  };
  const event = (line: number, kind: 'link.down' | 'link.up'): Event => ({
    ...{ timeMs: nowMs, exporter: parseAddress(address(line + 1)), interface: 2, kind, detail: '{}' },
  });
  const made = async (): Promise<number> =>
    Number((await world.sql('SELECT count(*)::integer AS n FROM incident_change'))[0]!['n']);
  const step = async (events: readonly Event[]): Promise<void> => {
    await tell(events);
    nowMs += 1000;
    // What comes while the watcher is away would be one change of many.
    while (!world.isBack('watcher') && !signal.aborted) await sleep(50);
    await sleep(secondMs);
  };
  for (let i = 0; i < 3; i++) await step([]);
  let count = 0;
  for (let second = 0; count < changes && !signal.aborted; second++) {
    const events: Event[] = [];
    for (const [line, untilMs] of down)
      if (untilMs <= nowMs) {
        down.delete(line);
        // Longer than the hold-down: down again is another outage.
        restMs.set(line, nowMs + 4000);
        events.push(event(line, 'link.up'));
      }
    for (let i = 0; i < Math.max(1, lines / 8); i++) {
      const line = random.below(lines);
      if (down.has(line) || (restMs.get(line) ?? 0) > nowMs) continue;
      down.set(line, nowMs + random.between(2, 8) * 1000);
      events.push(event(line, 'link.down'));
    }
    await step(events);
    if (second % 10 !== 9) continue;
    count = await made();
    await someone(world, random);
  }
  for (const line of down.keys()) restMs.set(line, 0);
  await step([...down.keys()].map((line) => event(line, 'link.up')));
  for (let i = 0; i < 5; i++) await step([]);
  return made();
}

/** A person acknowledges, or says something. */
async function someone(world: World, random: Random): Promise<void> {
  const { incidents } = await world.estate.incidents.list('main', { state: 'open', limit: 50 }, undefined);
  if (incidents.length === 0) return;
  const { id, acknowledged } = random.pick(incidents);
  const action =
    acknowledged === null
      ? ({ action: 'acknowledge' } as const)
      : ({ action: 'note', text: `Said ${random.u32()}` } as const);
  // It may be over by now.
  await world.estate.incidents.act(human, 'main', id, action).catch(() => undefined);
}

/** A month of simulated lines through the real queue and into PostgreSQL, by watchers that come and go. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Change } from '@linewatch/contract';
import { type Estate, type StoredInterval, createEstate } from '@linewatch/estate';
import { type Producer, type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { createSumColumns, encodeSignalBatch, maxMessageBytes, topics } from '@linewatch/record';
import { type App, Metrics, createLogger } from '@linewatch/service';
import { WatcherConfig, createWatcher } from '@linewatch/watcher';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { compare } from '../simulation/compare.ts';
import { type Told, signalsOf } from '../simulation/signals.ts';
import { collectorLabel, estateOf, trust } from '../simulation/watch.ts';
import { type Span, createWorld } from '../simulation/world.ts';
import { type Server, servers } from '../support/postgres.ts';
import { temporaryDirectory, until } from '../support/system.ts';

const minute = 60_000;
/** What the queue has at once: as messages of one time come to it together, and within what the watcher puts in order. */
const chunkMs = 10 * minute;
const weekMs = 7 * 24 * 60 * minute;
const span = { fromMs: Date.UTC(2026, 2, 1), toMs: Date.UTC(2026, 3, 1) };
const world = createWorld({ seed: 99, lines: 24, span, collectors: 2, leastMs: 20 * minute });
const skewMs = 1500;
const probeEveryMs = 5 * minute;
const logger = createLogger('watch-month', 'silent');
const noSums = { columns: createSumColumns(1), rows: 0 };
const actor = { account: null, name: 'test', via: 'command', address: null } as const;
const layout = queueLayout(
  {
    flows: { partitions: 1, quotaBytes: 64 * 1024 * 1024, retainHours: 1 },
    signals: { partitions: 2, quotaBytes: 1024 * 1024 * 1024, retainHours: 24 },
    diskFloorBytes: 0,
  },
  topics,
);

describe('a simulated month', () => {
  let directory: string;
  let server: Server;
  let estate: Estate;
  let queue: Queue;
  let producer: Producer;
  beforeAll(async () => {
    directory = temporaryDirectory('watch-month');
    server = await servers[0]!.start(path.join(directory, 'pg'), await freePort());
    estate = createEstate({ url: server.url, logger });
    await estate.migrate();
    const { academies, circuits } = estateOf(world);
    const changes: Change[] = [
      ...[...new Set(circuits.map(({ provider }) => provider))].map((name) => ({
        kind: 'provider' as const,
        id: slug(name),
        op: 'create' as const,
        values: { id: slug(name), name },
      })),
      ...academies.map(({ slug: id, name, pupils }) => ({
        kind: 'academy' as const,
        id,
        op: 'create' as const,
        values: { id, name, pupils },
      })),
      ...circuits.map((circuit) => ({
        kind: 'circuit' as const,
        id: circuit.slug,
        op: 'create' as const,
        values: {
          id: circuit.slug,
          name: circuit.name,
          academy: academies[circuit.academy - 1]!.slug,
          provider: slug(circuit.provider),
          role: circuit.role,
          exporter: circuit.exporter,
          interface: { index: circuit.interface!.value },
          probe: circuit.probe,
        },
      })),
    ];
    const applied = await estate.records.apply(actor, changes, { trust });
    expect(applied.problems).toEqual([]);
    queue = createLmdbQueue({ directory: path.join(directory, 'queue'), ...layout, maxMessageBytes, logger });
    producer = await queue.producer();
    // The queue notes when it has a message, and watchers go by it.
    vi.useFakeTimers({ toFake: ['Date'], now: span.fromMs });
  }, 120_000);

  afterAll(async () => {
    vi.useRealTimers();
    await producer.close();
    await queue.close();
    await estate.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const watcher = (of: Estate): App =>
    createWatcher({
      config: Value.Default(WatcherConfig, { commitSeconds: 1 }) as WatcherConfig,
      queue,
      estate: of,
      metrics: new Metrics('watcher'),
      logger,
    });

  async function append(told: readonly Told[], sequences: number[]): Promise<void> {
    for (const collector of world.gaps.keys()) {
      const messages = told
        .filter((each) => each.collector === collector)
        .map(({ samples, events }) => ({
          value: encodeSignalBatch(
            {
              trust,
              collector: collectorLabel(collector),
              epoch: span.fromMs - (span.fromMs % 64),
              sequence: sequences[collector]!++,
            },
            noSums,
            samples,
            events,
          ),
        }));
      if (messages.length > 0) await producer.append(topics.signals, collector, messages);
    }
  }

  const stored = async (): Promise<Map<number, StoredInterval[]>> => {
    const { circuits } = await estate.snapshot();
    const numbers = new Map(circuits.map(({ id, slug: name }) => [id, Number(name.slice('line-'.length)) + 1]));
    const found = new Map<number, StoredInterval[]>();
    for (const { circuit, ...interval } of await estate.facts.intervals(trust, span.fromMs, span.toMs)) {
      const number = numbers.get(circuit)!;
      found.set(number, [...(found.get(number) ?? []), interval]);
    }
    return found;
  };

  it('is stored as it is, whoever watched, and nothing of it twice', async () => {
    const signals = signalsOf(world, {
      seed: 3,
      stepMs: 5 * minute,
      pollEveryMs: 5 * minute,
      probeEveryMs,
      beatEveryMs: 20_000,
      lostTraps: 0.15,
      skewMs: [0, skewMs],
    });
    const sequences = world.gaps.map(() => 0);
    const others: Estate[] = [];
    const another = (): App => {
      const own = createEstate({ url: server.url, logger });
      others.push(own);
      return watcher(own);
    };
    let running = [another(), another()];
    await Promise.all(running.map((each) => each.start()));
    let waiting: Told[] = [];
    let chunks = 1;
    for (const told of signals) {
      waiting.push(told);
      if (told.untilMs < span.fromMs + chunks * chunkMs) continue;
      chunks++;
      vi.setSystemTime(told.untilMs);
      await append(waiting, sequences);
      waiting = [];
      // Each week the one that leads, or the other, goes, and another comes.
      if ((chunks * chunkMs) % weekMs !== 0) continue;
      const next = another();
      const [gone, stays] = (chunks * chunkMs) % (2 * weekMs) === 0 ? running : running.toReversed();
      await gone!.stop();
      await next.start();
      running = [stays!, next];
    }
    vi.setSystemTime(span.toMs);
    await append(waiting, sequences);
    await until(
      'all is watched',
      async () => {
        const lines = await estate.incidents.now(trust);
        return lines.length === world.lines.length && lines.every(({ seenMs }) => seenMs >= span.toMs - 2 * minute);
      },
      120_000,
    );
    await Promise.all(running.map((each) => each.stop()));
    await Promise.all(others.map((each) => each.close()));

    const found = { intervals: await stored(), incidents: new Map<string, never>(), entries: 0, signals: 0 };
    const verdict = compare(world, found, { linkMs: 500, probeMs: probeEveryMs + skewMs, blindMs: 30_000 });
    expect(verdict.wrong).toEqual([]);
    expect(verdict.outages).toBeGreaterThan(10);
    expect(verdict.found).toBe(verdict.outages);

    const { incidents } = await estate.incidents.list(trust, { state: 'all', limit: 500 }, undefined);
    const outages = incidents.filter(({ kind }) => kind === 'outage');
    // Collectors come minutes after each other here, so one outage may be told as two; none is told that was not.
    for (const { circuit, startedMs } of outages) {
      const line = world.lines[Number(circuit!.id.slice('line-'.length))]!;
      const near = { fromMs: startedMs - probeEveryMs, toMs: startedMs + probeEveryMs };
      expect({ line: line.number, startedMs, true: line.outages.some((each) => overlap(each, near)) }).toMatchObject({
        true: true,
      });
    }
    expect(new Set(outages.map(({ circuit }) => circuit!.id))).toEqual(
      new Set(
        [...found.intervals]
          .filter(([, intervals]) => intervals.some(({ state }) => state === 'down'))
          .map(([number]) => `line-${number - 1}`),
      ),
    );
    const timeline = await Promise.all(outages.map(({ id }) => estate.incidents.get(trust, id, undefined)));
    for (const each of timeline) {
      expect(each!.timeline.map(({ seq }) => seq)).toEqual(each!.timeline.map((_, i) => i + 1));
      expect(each!.timeline.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
    }
  }, 240_000);
});

const overlap = (a: Span, b: Span): boolean => a.fromMs < b.toMs && b.fromMs < a.toMs;
const slug = (name: string): string => name.toLowerCase().replaceAll(' ', '-');

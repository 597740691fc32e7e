/**
 * `watcher`: polls of many lines on an LMDB queue to states in PostgreSQL, one watcher, as fast as it goes; then traps, one after
 * another, until each one's incident is committed. The database is a process of its own. `--whole N` instead: N traps over UDP
 * to a whole Linewatch; with `--webhook`, until a webhook has told of each; with `--besides N`, while so many other lines are polled.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createEstate } from '@linewatch/estate';
import { createLmdbQueue, queueLayout } from '@linewatch/queue';
import {
  type Event,
  type Sample,
  createSumColumns,
  encodeSignalBatch,
  maxMessageBytes,
  parseAddress,
  topics,
} from '@linewatch/record';
import { Metrics, createLogger, sleep } from '@linewatch/service';
import { WatcherConfig, createWatcher } from '@linewatch/watcher';
import { Value } from 'typebox/value';
import { freeTcp } from '../../test/support/ports.ts';
import { servers } from '../../test/support/postgres.ts';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { percentile, short, table } from './report.ts';
import { trapWay } from './trap-way.ts';

const minuteMs = 60_000;
const ifIndex = 2;
const noSums = { columns: createSumColumns(1), rows: 0 };
const address = (line: number): string => `10.${line >> 16}.${(line >> 8) & 255}.${line & 255}`;

/** A school and a line each. */
const estateFile = (lines: number): string =>
  JSON.stringify({
    trust: { id: 'main', name: 'Bench' },
    providers: [{ id: 'p', name: 'Provider' }],
    academies: Array.from({ length: lines }, (_, i) => ({ id: `a${i}`, name: `School ${i}` })),
    circuits: Array.from({ length: lines }, (_, i) => ({
      id: `c${i}`,
      name: `Line ${i}`,
      academy: `a${i}`,
      provider: 'p',
      role: 'primary',
      exporter: address(i + 1),
      interface: { index: ifIndex },
    })),
  });

export async function watcherBench(args: readonly string[]): Promise<void> {
  const { lines, minutes, traps, whole, webhook, besides } = readOptions(args, {
    ...{ lines: 500, minutes: 200, traps: 100 },
    ...{ whole: 0, webhook: false, besides: 0 },
  });
  if (whole > 0) {
    const waits = await trapWay({ traps: whole, lines: besides, webhook });
    const rows = [50, 99, 100].map((percent) => [
      percent === 100 ? 'longest' : `p${percent}`,
      `${percentile(waits, percent / 100).toFixed(0)} ms`,
    ]);
    console.log(`${describeMachine()}; ${whole} traps over UDP to a whole system, ${besides} other lines polled\n`);
    console.log(table([`trap sent to ${webhook ? 'webhook received' : 'incident committed'}`, ''], rows));
    return;
  }
  const directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-bench-'));
  chmodSync(directory, 0o711);
  const logger = createLogger('bench', 'error');
  const server = await servers[0]!.start(path.join(directory, 'postgres'), await freeTcp());
  const part = { partitions: 1, quotaBytes: 4 * 1024 ** 3, retainHours: 24 };
  const queue = createLmdbQueue({
    directory: path.join(directory, 'queue'),
    ...queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics),
    maxMessageBytes,
    instance: 'bench',
    logger,
  });
  const estate = createEstate({ url: server.url, logger });
  try {
    await estate.migrate();
    const actor = { account: null, name: 'bench', via: 'command', address: null } as const;
    const text = estateFile(lines);
    const { problems } = await estate.importFile({
      format: 'yaml',
      text,
      trust: 'main',
      actor,
      title: 'bench',
      dryRun: false,
    });
    if (problems[0]) throw new Error(JSON.stringify(problems[0]));

    const exporters = Array.from({ length: lines }, (_, i) => parseAddress(address(i + 1)));
    const own = new Uint8Array(16);
    let sequence = 0;
    const message = (samples: readonly Sample[], events: readonly Event[] = []): { value: Uint8Array } => ({
      value: encodeSignalBatch(
        { trust: 'main', collector: 'main', epoch: 64, sequence: sequence++ },
        noSums,
        samples,
        events,
      ),
    });
    const sample = (timeMs: number, exporter: Uint8Array, metric: string, value: number, index = 0): Sample => ({
      timeMs,
      exporter,
      interface: index,
      metric,
      value,
      text: '',
    });
    const producer = await queue.producer();
    const startMs = Date.now() - minutes * minuteMs;
    for (let minute = 0; minute < minutes; minute++) {
      const beginMs = startMs + minute * minuteMs;
      const messages = Array.from({ length: 60 }, (_, second) => {
        const timeMs = beginMs + second * 1000;
        const polled = exporters
          .filter((_each, i) => i % 60 === second)
          .flatMap((exporter) => [
            sample(timeMs, exporter, 'poll.ok', 1),
            // Told again each hour, as the poller does.
            ...(minute % 60 === 0
              ? [
                  sample(timeMs, exporter, 'interface.admin.state', 1, ifIndex),
                  sample(timeMs, exporter, 'interface.oper.state', 1, ifIndex),
                ]
              : []),
          ]);
        return message([sample(timeMs, own, 'collector.heartbeat', 64), ...polled]);
      });
      await producer.append(topics.signals, 0, messages);
    }

    /** By the circuit: when its incident was committed. */
    const committed = new Map<number, () => void>();
    const metrics = new Metrics('watcher');
    const watcher = createWatcher({
      config: Value.Default(WatcherConfig, {}) as WatcherConfig,
      queue,
      estate: {
        ...estate,
        watching: {
          ...estate.watching,
          commit: async (epoch, change) => {
            await estate.watching.commit(epoch, change);
            for (const { circuit } of change.incidents) committed.get(circuit ?? 0)?.();
          },
        },
      },
      metrics,
      logger,
    });
    // Each poll says that the device answers, that the interface is up, and that it is meant to be.
    const evidence = lines * minutes * 3;
    const told = async (): Promise<number> => {
      const found = await metrics.registry.getSingleMetric('linewatch_watcher_evidence_total')!.get();
      return found.values.reduce((sum, { value }) => sum + value, 0);
    };
    const began = performance.now();
    const cpu = process.cpuUsage();
    await watcher.start();
    while ((await told()) < evidence) {
      if (performance.now() - began > 300_000) throw new Error(`${await told()} of ${evidence} evidences in 5 minutes`);
      await sleep(50);
    }
    const tookS = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);

    const circuits = (await estate.snapshot()).circuits;
    const waits: number[] = [];
    for (let i = 0; i < Math.min(traps, lines); i++) {
      const { id, exporter } = circuits[i]!;
      const done = new Promise<void>((resolve) => committed.set(id, resolve));
      const timeMs = Date.now();
      const event = { timeMs, exporter: parseAddress(exporter!), interface: ifIndex, kind: 'link.down', detail: '{}' };
      const sentMs = performance.now();
      await producer.append(topics.signals, 0, [message([], [event])]);
      await Promise.race([done, sleep(10_000).then(() => Promise.reject(new Error('an incident took over 10 s')))]);
      waits.push(performance.now() - sentMs);
      await sleep(20);
    }
    await watcher.stop();
    await producer.close();

    console.log(
      `${describeMachine()}; ${lines} lines, ${minutes} minutes of polls each minute, a heartbeat each second\n`,
    );
    const rows = [
      ['evidences', short(evidence)],
      ['evidences / s', short(evidence / tookS)],
      ['evidences / CPU-s', short((evidence * 1e6) / (user + system))],
      ['trap on the queue to incident committed, p50', `${percentile(waits, 0.5).toFixed(1)} ms`],
      ['p99', `${percentile(waits, 0.99).toFixed(1)} ms`],
    ];
    console.log(table(['watcher', ''], rows));
  } finally {
    await estate.close();
    await queue.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

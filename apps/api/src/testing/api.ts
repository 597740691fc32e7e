import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TransportOptions } from '@linewatch/alerting';
import type { Snapshot } from '@linewatch/estate';
import { type LmdbQueue, type Producer, createLmdbQueue } from '@linewatch/queue';
import { encodeState, topics } from '@linewatch/record';
import { Metrics, checkValue, createLogger } from '@linewatch/service';
import type { Authenticator } from '../access/access.ts';
import type { AccessOptions } from '../access/services.ts';
import type { PreviewRule } from '../alerts/services.ts';
import { type Api, createApi } from '../app.ts';
import { ApiConfig } from '../config.ts';
import type { EstateReader, Telemetry } from '../ports.ts';
import { memoryAlerting } from './alerting.ts';
import { snapshot } from './estate.ts';
import { MemoryRecords } from './records.ts';
import { memoryWatch } from './watch.ts';

const never = new AbortController().signal;

/** An estate in memory: `put` is an import. */
export function memoryEstate(initial: Snapshot | null = snapshot(), records = new MemoryRecords()) {
  let current = initial;
  const watchers = new Set<(version: number) => unknown>();
  const estate: EstateReader = {
    snapshot: () => (current ? Promise.resolve(current) : Promise.reject(new Error('no server'))),
    watch: (onChange) => {
      const tell = (version: number): unknown => onChange(version, never);
      watchers.add(tell);
      if (current) void tell(current.version);
      return { stop: () => Promise.resolve(void watchers.delete(tell)) };
    },
    health: () => Promise.resolve({ ready: current !== null, detail: 'in memory' }),
    version: () => Promise.resolve(records.version),
    records,
    ...memoryWatch(),
    alerting: memoryAlerting(),
    // Files are tested on a database.
    importFile: () => Promise.reject(new Error('no files here')),
    exportFile: () => Promise.resolve('trust: {}\n'),
    // There is no other process.
    whileLeading: (_name, work) => {
      const stopped = new AbortController();
      const running = work(stopped.signal);
      return { stop: () => (stopped.abort(), running) };
    },
  };
  return {
    estate,
    put: (next: Snapshot): void => {
      current = next;
      for (const tell of watchers) void tell(next.version);
    },
  };
}

/** Stored telemetry in memory: as empty as a new installation, but for what is given. */
export const memoryTelemetry = (over: Partial<Telemetry> = {}): Telemetry => ({
  names: () => Promise.resolve([]),
  lastSeen: () => Promise.resolve(new Map()),
  sparklines: () => Promise.resolve(new Map()),
  series: (_scope, { fromS, toS, stepS }) => {
    const none = new Array<null>(Math.ceil((toS - fromS) / stepS)).fill(null);
    return Promise.resolve({ startS: fromS, stepS, inBps: none, outBps: none });
  },
  percentile95: () => Promise.resolve({ inBps: null, outBps: null, samples: 0, counted: 0 }),
  fiveMinutes: (_circuit, fromS, toS) => {
    const none = new Float64Array((toS - fromS) / 300).fill(Number.NaN);
    return Promise.resolve({ startMs: fromS * 1000, inBps: none, outBps: none, counted: new Uint8Array(none.length) });
  },
  measured: () => Promise.resolve([]),
  firstSeen: () => Promise.resolve([]),
  health: () => Promise.resolve({ ready: true, detail: 'in memory' }),
  ...over,
});

export interface Running {
  readonly api: Api;
  readonly url: string;
  readonly queue: LmdbQueue;
  readonly metrics: Metrics;
  /** A directory of this API's own: run sockets in it, the dashboard under `dashboard`. */
  readonly directory: string;
  readonly publish: (...messages: readonly Uint8Array[]) => Promise<void>;
  /** Puts state on the compacted topic; undefined deletes it. */
  readonly tell: (key: string, value: object | undefined) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface StartOptions {
  readonly config?: Record<string, unknown>;
  readonly store?: Partial<Telemetry>;
  readonly estate?: EstateReader;
  readonly trust?: string;
  readonly components?: readonly string[];
  readonly headersTimeoutMs?: number;
  readonly authenticator?: Authenticator;
  readonly access?: AccessOptions;
  readonly clock?: () => number;
  readonly outward?: TransportOptions;
  readonly previewRule?: PreviewRule;
}

/** A whole API on a free port, on a real queue. */
export async function startApi(options: StartOptions = {}): Promise<Running> {
  const checked = checkValue({ port: 0, ...options.config }, ApiConfig);
  if (!('value' in checked)) throw new Error(JSON.stringify(checked.problems));
  const directory = await mkdtemp(path.join(tmpdir(), 'linewatch-api-'));
  const logger = createLogger('api', 'silent');
  const queue = createLmdbQueue({
    directory: path.join(directory, 'queue'),
    environments: [
      {
        name: 'signals',
        topics: [{ name: topics.signals, partitions: 2 }],
        quotaBytes: 64 * 1024 * 1024,
        retainBytes: 32 * 1024 * 1024,
        retainMs: 3_600_000,
      },
      {
        name: 'state',
        topics: [{ name: topics.state, partitions: 1, compacted: true }],
        quotaBytes: 64 * 1024 * 1024,
        retainBytes: 32 * 1024 * 1024,
        retainMs: 3_600_000,
      },
    ],
    diskFloorBytes: 0,
    maxMessageBytes: 1024 * 1024,
    logger,
  });
  const metrics = new Metrics('api');
  const api = createApi({
    config: checked.value,
    queue,
    store: memoryTelemetry(options.store),
    estate: options.estate ?? memoryEstate().estate,
    trust: options.trust ?? 'north',
    // As an administrator gets it: nothing private may be asked.
    outward: options.outward ?? { allowNetworks: [], allowHttp: false },
    previewRule:
      options.previewRule ?? (() => Promise.resolve({ fromMs: 0, toMs: 0, fired: 0, alerts: [], remarks: [] })),
    metrics,
    logger,
    dashboardDir: path.join(directory, 'dashboard'),
    components: { runDir: path.join(directory, 'run'), names: options.components ?? [] },
    ...(options.access && { access: options.access }),
    ...(options.clock && { clock: options.clock }),
    ...(options.authenticator && { authenticator: options.authenticator }),
    ...(options.headersTimeoutMs && { headersTimeoutMs: options.headersTimeoutMs }),
  });
  try {
    await api.start();
  } catch (error) {
    await api.stop();
    await queue.close();
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  let producer: Producer | undefined;
  return {
    api,
    url: api.url,
    queue,
    metrics,
    directory,
    publish: async (...messages) => {
      producer ??= await queue.producer();
      await producer.append(
        topics.signals,
        0,
        messages.map((value) => ({ value })),
      );
    },
    tell: async (key, value) => {
      producer ??= await queue.producer();
      await producer.append(topics.state, 0, [{ key, value: value ? encodeState(value) : new Uint8Array(0) }]);
    },
    stop: async () => {
      await api.stop();
      await producer?.close();
      await queue.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

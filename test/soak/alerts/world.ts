/** What the soak of alerts runs on: PostgreSQL, a queue, and watcher and notifier as processes that are killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Estate, createEstate } from '@linewatch/estate';
import { type Producer, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { maxMessageBytes, topics } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { stringify } from 'yaml';
import { readEstateKey, readSecrets } from '../../../apps/linewatch/src/secrets.ts';
import { freeTcp } from '../../support/ports.ts';
import { type Server, servers, sql } from '../../support/postgres.ts';
import { temporaryDirectory } from '../../support/system.ts';

const command = path.join(import.meta.dirname, '../../../node_modules/.bin/linewatch');
const part = { partitions: 1, quotaBytes: 1024 ** 3, retainHours: 24 };

export type Victim = 'watcher' | 'notifier';
export const address = (line: number): string => `10.0.${line >> 8}.${line & 255}`;

export interface WorldOptions {
  readonly lines: number;
  readonly retrySeconds: readonly number[];
}

export class World {
  readonly directory: string;
  readonly estate: Estate;
  readonly producer: Producer;
  readonly #server: Server;
  readonly #queue: { close(): Promise<void> };
  readonly #children = new Map<Victim, ChildProcess>();
  readonly #config: string;
  readonly #leading = new Set<Victim>();
  #isEnding = false;
  /** The last words of those that ended by themselves. */
  readonly said: string[] = [];

  private constructor(
    directory: string,
    server: Server,
    estate: Estate,
    queue: { close(): Promise<void> },
    producer: Producer,
    config: string,
  ) {
    this.directory = directory;
    this.estate = estate;
    this.producer = producer;
    this.#server = server;
    this.#queue = queue;
    this.#config = config;
  }

  static async start({ lines, retrySeconds }: WorldOptions): Promise<World> {
    const directory = temporaryDirectory('alert-soak');
    const data = path.join(directory, 'data');
    mkdirSync(data);
    const config = path.join(directory, 'linewatch.yaml');
    writeFileSync(
      config,
      stringify({
        data,
        queue: { flows: { partitions: 1 }, signals: { partitions: 1 }, diskFloorBytes: 0 },
        // Nothing but traps is told of lines: they are not looked for.
        watcher: { holdDownSeconds: 1, commitSeconds: 1, blindMinutes: 1440 },
        notifier: {
          allowNetworks: ['127.0.0.0/8'],
          retrySeconds,
          breaker: { failures: 5, seconds: 0.3, mostSeconds: 2 },
        },
      }),
    );
    readSecrets(data);
    const logger = createLogger('soak', 'silent');
    const server = await servers[0]!.start(path.join(directory, 'postgres'), await freeTcp());
    const estate = createEstate({ url: server.url, logger, secretKey: readEstateKey(data) });
    await estate.migrate();
    const { problems } = await estate.importFile({
      ...{ format: 'yaml', text: estateFile(lines), trust: 'main', title: 'soak', dryRun: false },
      actor: { account: null, name: 'soak', via: 'command', address: null },
    });
    if (problems[0]) throw new Error(JSON.stringify(problems[0]));
    const queue = createLmdbQueue({
      directory: path.join(data, 'queue'),
      ...queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics),
      ...{ maxMessageBytes, instance: 'soak', logger },
    });
    await queue.registerGroup('watcher', [topics.signals]);
    const world = new World(directory, server, estate, queue, await queue.producer(), config);
    world.#run('watcher');
    world.#run('notifier');
    return world;
  }

  sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return sql(this.#server.url, text, values);
  }

  /** Kill -9; another is started at once. */
  kill(victim: Victim): void {
    this.#leading.delete(victim);
    this.#children.get(victim)?.kill('SIGKILL');
  }

  /** It does its work again. */
  isBack(victim: Victim): boolean {
    return this.#leading.has(victim);
  }

  #run(victim: Victim): void {
    const child = spawn(command, [victim, '--config', this.#config], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DATABASE_URL: this.#server.url, CLICKHOUSE_URL: '', KAFKA_BROKERS: '' },
    });
    this.#children.set(victim, child);
    let last = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        last = (last + chunk.toString()).slice(-2000);
        if (/"msg":"(watching|telling)"/.test(last)) this.#leading.add(victim);
      });
    child.once('exit', (code, signal) => {
      if (this.#isEnding) return;
      if (signal !== 'SIGKILL') this.said.push(`${victim} ended with ${code ?? signal}: ${last}`);
      this.#run(victim);
    });
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    for (const child of this.#children.values()) child.kill('SIGKILL');
    await this.producer.close().catch(() => undefined);
    await this.#queue.close().catch(() => undefined);
    await this.estate.close();
    await this.#server.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A school, a supplier and a device each: none of them fails together with another. */
const estateFile = (lines: number): string => {
  const all = Array.from({ length: lines }, (_, i) => i);
  return JSON.stringify({
    trust: { id: 'main', name: 'Soak' },
    providers: all.map((i) => ({ id: `p${i}`, name: `Supplier ${i}` })),
    academies: all.map((i) => ({ id: `a${i}`, name: `School ${i}` })),
    circuits: all.map((i) => ({
      ...{ id: `c${i}`, name: `Line ${i}`, academy: `a${i}`, provider: `p${i}`, role: 'primary' },
      ...{ exporter: address(i + 1), interface: { index: 2 } },
    })),
  });
};

/** One Apache Kafka node (KRaft) on loopback, that tests may stop, kill, freeze and start again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeTcp } from '../ports.ts';
import { type Secured, secure } from './secure.ts';
import { kafkaLibraries } from './libraries.ts';

/** In 2 s on an idle machine; tests share it. */
const readyMs = 120_000;

export interface BrokerOptions {
  /** Of its data, settings and log; made when it is not there, taken up again when it is. */
  readonly directory: string;
  /** A second listener with TLS and passwords. */
  readonly secured?: boolean;
  readonly heapMb?: number;
  /** More lines for its settings. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Port of the first listener; any that is free when it is left out. */
  readonly port?: number | undefined;
  readonly say?: (line: string) => void;
}

export interface Broker {
  /** host:port of the listener without TLS. */
  readonly address: string;
  /** How to reach the listener with TLS. */
  readonly secured: Secured | undefined;
  readonly pid: number | undefined;
  /** Resolves when it serves. */
  start(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** As when the machine fails: SIGKILL. */
  kill(): Promise<void>;
  /** Stops answering and stays connected, until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/** A broker that is ready to be started. */
export async function createBroker(options: BrokerOptions): Promise<Broker> {
  const libraries = await kafkaLibraries(options.say);
  const directory = path.resolve(options.directory);
  await mkdir(directory, { recursive: true });
  const settingsFile = path.join(directory, 'server.properties');
  const logFile = path.join(directory, 'server.log');
  const fresh = !existsSync(settingsFile);
  const ports = fresh
    ? { plain: options.port ?? (await freeTcp()), tls: await freeTcp(), controller: await freeTcp() }
    : (JSON.parse(readFileSync(path.join(directory, 'ports.json'), 'utf8')) as Ports);
  const secured = options.secured ? secure(directory, ports.tls, fresh) : undefined;
  if (fresh) {
    writeFileSync(path.join(directory, 'ports.json'), JSON.stringify(ports));
    writeFileSync(settingsFile, settingsText(directory, ports, options, secured));
  }
  const heap = options.heapMb ?? 512;
  const java = (...args: readonly string[]): string[] => [
    `-Xms${heap}m`,
    `-Xmx${heap}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-cp',
    `${libraries}/*`,
    ...args,
  ];
  if (fresh) {
    const scram = (secured?.scramUsers ?? []).flatMap((user) => ['--add-scram', user]);
    await run(java('kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', settingsFile, ...scram));
  }
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    if (child) throw new Error('the broker runs already');
    const log = await open(logFile, 'w');
    const started = spawn('java', java('kafka.Kafka', settingsFile), { stdio: ['ignore', log.fd, log.fd] });
    await log.close();
    child = started;
    started.once('exit', () => {
      if (child === started) child = undefined;
    });
    // The port opens earlier than it serves.
    const began = Date.now();
    while (!readFileSync(logFile, 'latin1').includes('Kafka Server started')) {
      if (started.exitCode !== null || started.signalCode !== null)
        throw new Error(`the broker ended: ${readFileSync(logFile, 'latin1').slice(-2000)}`);
      if (Date.now() - began > readyMs) throw new Error(`the broker is not ready after ${readyMs / 1000} s`);
      await sleep(50);
    }
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    if (!ending) return;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    await exited;
  };

  return {
    address: `127.0.0.1:${ports.plain}`,
    secured,
    get pid() {
      return child?.pid;
    },
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
}

interface Ports {
  readonly plain: number;
  readonly tls: number;
  readonly controller: number;
}

/** 22 characters of base64url; the command takes one that begins with '-' for an option. */
function clusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

function settingsText(
  directory: string,
  ports: Ports,
  { settings }: BrokerOptions,
  secured: Secured | undefined,
): string {
  const tls = secured ? [`TLS://127.0.0.1:${ports.tls}`] : [];
  const all: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: [`PLAINTEXT://127.0.0.1:${ports.plain}`, `CONTROLLER://127.0.0.1:${ports.controller}`, ...tls].join(','),
    'advertised.listeners': [`PLAINTEXT://127.0.0.1:${ports.plain}`, ...tls].join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SASL_SSL',
    'log.dirs': path.join(directory, 'data'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.segment.bytes': 268_435_456,
    // After a kill the new process stays fenced until the old one's session ends: by default 9 s.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,
    ...secured?.settings,
    ...settings,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

async function run(args: readonly string[]): Promise<void> {
  const child = spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const hear = (chunk: Buffer): void => void (said += chunk.toString());
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the broker's directory was not made: ${said.slice(-2000)}`);
}

/**
 * A collector on a machine by itself: over TLS and with credentials of its own, to the brokers of a Linewatch elsewhere.
 * While they are away it keeps what comes on its own disk, and all of it is stored once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labelKey } from '@linewatch/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { TestExporter } from '../support/exporter.ts';
import { type Broker, createBroker } from '../support/kafka/broker.ts';
import { whyNoBroker } from '../support/kafka/libraries.ts';
import { freeUdp } from '../support/ports.ts';
import { System, runCommand, temporaryDirectory, until } from '../support/system.ts';

const command = path.join(import.meta.dirname, '../../node_modules/.bin/linewatch');
const prefix = 'remote.';
const perDatagram = 20;

describe.skipIf(whyNoBroker())('a remote collector', () => {
  let directory: string;
  let broker: Broker;
  let system: System;
  let remote: { process: ChildProcess; output: string; exited: Promise<number | null> };
  let ports: { netflow: number; ipfix: number; sflow: number; traps: number };
  const exporters: TestExporter[] = [];
  const addresses = Array.from({ length: 8 }, (_, i) => `127.0.8.${10 + i}`);
  const file = (name: string): string => path.join(directory, name);

  function configure(workers: number): void {
    const { address, ca, username, password } = broker.secured!;
    writeFileSync(file('password'), `${password}\n`, { mode: 0o600 });
    writeFileSync(
      file('hub.yaml'),
      stringify({
        data: file('hub'),
        collector: { label: 'hub', workers, listen: ports },
        kafka: {
          brokers: address,
          prefix,
          tls: { enabled: true, ca },
          sasl: { mechanism: 'scram-sha-512', username, passwordFile: file('password') },
          createTopics: false,
        },
      }),
    );
  }

  async function start(): Promise<void> {
    const child = spawn(command, ['collector', '--config', file('hub.yaml')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CLICKHOUSE_URL: '', DATABASE_URL: '', KAFKA_BROKERS: '' },
    });
    const exited = once(child, 'exit').then(([code]) => code as number | null);
    const started = { process: child, output: '', exited };
    const keep = (chunk: Buffer): void => {
      started.output = (started.output + chunk.toString()).slice(-50_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    remote = started;
    await until(`the collector has started\n${started.output}`, () => started.output.includes('Stop with Ctrl-C'));
  }

  async function stop(): Promise<number | null> {
    remote.process.kill('SIGTERM');
    return await remote.exited;
  }

  function load(): () => Promise<void> {
    let going = true;
    const running = (async () => {
      for (let round = 0; going; round++) {
        for (const exporter of exporters)
          await exporter.flows(
            Array.from({ length: perDatagram }, (_, i) => ({
              octets: 1000 + ((round + i) % 1000),
              inIf: 2,
              outIf: 1,
              id: round * perDatagram + i,
              agoMs: [2000, 10] as const,
            })),
          );
        await sleep(50);
      }
    })();
    return () => {
      going = false;
      return running;
    };
  }

  const sent = (): number => exporters.reduce((sum, each) => sum + each.sent, 0);

  /** Flows of the remote collector, and octets of its flows and of its roll-ups, by what ClickHouse has. */
  async function stored(): Promise<{ flows: number; octets: string; rolled: string }> {
    const store = system.store();
    try {
      const key = labelKey('hub');
      const [row] = await store.query<{ flows: number; octets: string }>(
        `SELECT toFloat64(count()) AS flows, toString(sum(f.octets)) AS octets FROM flows AS f WHERE collector = ${key}`,
      );
      const [sums] = await store.query<{ octets: string }>(
        `SELECT toString(sum(t.octets)) AS octets FROM interface_1m AS t WHERE side = 0 AND collector = ${key}`,
      );
      return { ...row!, rolled: sums!.octets };
    } finally {
      await store.close();
    }
  }

  async function allStored(): Promise<void> {
    await until(
      'all that was sent is stored',
      async () => {
        const now = await stored();
        return now.flows >= sent() && BigInt(now.rolled) >= BigInt(now.octets);
      },
      90_000,
    );
    // What came twice would come later.
    await sleep(3000);
    const now = await stored();
    expect({ flows: now.flows, rolled: now.rolled }).toEqual({ flows: sent(), rolled: now.octets });
  }

  beforeAll(async () => {
    directory = temporaryDirectory('remote');
    broker = await createBroker({ directory: file('broker'), secured: true });
    await broker.start();
    system = await System.start({ config: { kafka: { brokers: broker.address, prefix } } });
    const [netflow, ipfix, sflow, traps] = await Promise.all([freeUdp(), freeUdp(), freeUdp(), freeUdp()]);
    ports = { netflow, ipfix, sflow, traps };
    configure(2);
    await start();
    for (const address of addresses) exporters.push(await TestExporter.open(address, ports.netflow, 9));
  }, 240_000);
  afterAll(async () => {
    for (const exporter of exporters) exporter.close();
    if (remote.process.exitCode === null) await stop();
    await system.destroy();
    await broker.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('needs neither database, and tells its public key', async () => {
    expect(remote.output).toMatch(/collector listens on UDP .* with 2 workers/);
    expect(remote.output).toContain(`Kafka at ${broker.secured!.address}, TLS`);
    expect(readdirSync(file('hub')).sort()).not.toContain('clickhouse');
    expect(existsSync(path.join(file('hub'), 'postgres'))).toBe(false);
    const { out, code } = await runCommand(['collector', '--print-key', '--config', file('hub.yaml')]);
    expect(code).toBe(0);
    expect(Buffer.from(out.trim(), 'base64')).toHaveLength(44);
    const second = await runCommand(['collector', '--config', file('hub.yaml')]);
    expect(second).toMatchObject({ code: 1 });
    expect(second.err).toMatch(/the collector "hub" of the trust "main" runs already/);
  });

  it('keeps what comes while the brokers are away, and each flow is stored once', async () => {
    for (const exporter of exporters) await exporter.template();
    const end = load();
    await sleep(3000);
    await broker.kill();
    await sleep(8000);
    await broker.start();
    await sleep(3000);
    await end();
    await allStored();
  });

  it('starts without them, and passes on what a worker left that is no more', async () => {
    await broker.stop();
    const end = load();
    await sleep(4000);
    await end();
    expect(await stop()).toBe(0);
    expect(readdirSync(path.join(file('hub'), 'spill/main/hub')).sort()).toEqual(['0', '1']);
    configure(1);
    await start();
    const again = load();
    await sleep(2000);
    await again();
    await broker.start();
    await allStored();
    await until('the directory is gone', () => !existsSync(path.join(file('hub'), 'spill/main/hub/1')), 30_000);
    expect(await stop()).toBe(0);
  });
});

/** The whole system with Kafka for its queue: datagrams in, ClickHouse and figures out, with the broker killed between. */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AcademyList, ExporterList } from '@linewatch/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestExporter } from '../support/exporter.ts';
import { type Broker, createBroker } from '../support/kafka/broker.ts';
import { whyNoBroker } from '../support/kafka/libraries.ts';
import { System, temporaryDirectory, until } from '../support/system.ts';

describe.skipIf(whyNoBroker())('linewatch up on Apache Kafka', () => {
  const directory = temporaryDirectory('kafka-spine');
  let broker: Broker;
  let system: System;

  beforeAll(async () => {
    broker = await createBroker({ directory: path.join(directory, 'broker'), secured: true });
    await broker.start();
    const { address, ca, username, password } = broker.secured!;
    const passwordFile = path.join(directory, 'password');
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    system = await System.start({
      config: {
        queue: { flows: { partitions: 3 } },
        kafka: {
          brokers: address,
          prefix: 'spine.',
          tls: { enabled: true, ca },
          sasl: { mechanism: 'scram-sha-512', username, passwordFile },
        },
      },
    });
  });

  afterAll(async () => {
    await system.destroy();
    await broker.kill();
    await rm(directory, { recursive: true, force: true });
  });

  const stored = async (): Promise<{ rows: number; octets: number }> => {
    const store = system.store();
    try {
      const [row] = await store.query<{ rows: string; octets: string }>(
        'SELECT count() AS rows, sum(octets) AS octets FROM flows',
      );
      return { rows: Number(row!.rows), octets: Number(row!.octets) };
    } finally {
      await store.close();
    }
  };

  const send = async (octets: number): Promise<void> => {
    const exporter = await TestExporter.open('127.0.0.11', system.ports.netflow, 9);
    await exporter.template();
    await exporter.flows([{ octets, inIf: 2, outIf: 1, agoMs: [1500, 100] }]);
    exporter.close();
  };

  it('stores flows that went through Kafka, and shows their figures', async () => {
    await send(600_000);
    await until('the flow is stored', async () => (await stored()).octets === 600_000);
    const shown = await until('the interface is listed', async () =>
      (await system.json<AcademyList>('/api/v1/academies')).unmapped.find(({ exporter }) => exporter === '127.0.0.11'),
    );
    expect(shown.inBps + shown.outBps).toBeGreaterThan(0);
    await until('the exporter is listed', async () => {
      const { exporters } = await system.json<ExporterList>('/api/v1/exporters');
      return exporters.some(({ address }) => address === '127.0.0.11');
    });
  });

  it('keeps what comes while the broker is away, and stores it once when it is back', async () => {
    await broker.kill();
    await send(70_000);
    await until('the health tells it', async () => {
      const response = await fetch(`${system.url}/health/ready`);
      return /"collector":\{[^}]*Kafka is away since[^}]*MB wait on disk/.test(await response.text());
    });
    const metrics = await until('the writer counts it too', async () => {
      const text = await (await fetch(`${system.url}/metrics`)).text();
      return /^linewatch_writer_queue_away_seconds(\{[^}]*\})? [1-9]/m.test(text) && text;
    });
    expect(metrics).toMatch(/^linewatch_collector_queue_spill_bytes(\{[^}]*\})? [1-9]/m);
    expect(metrics).toMatch(/^linewatch_collector_queue_messages_total\{[^}]*kind="spilled"[^}]*\} [1-9]/m);
    const decided = await fetch(`${system.url}/api/v1/exporters/main/127.0.0.11/decision`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"decision":"approved"}',
    });
    expect(decided.status).toBe(503);
    expect(await decided.json()).toMatchObject({ code: 'queue_unavailable' });
    await broker.start();
    await until('all is stored', async () => (await stored()).octets === 670_000);
    await send(5000);
    await until('what comes later too', async () => (await stored()).octets === 675_000);
    expect((await stored()).rows).toBe(3);
    await until('all is well again', () => system.ready());
  });

  it('prints no secret, and stops cleanly', async () => {
    const checked = await system.run('check');
    expect(checked.code).toBe(0);
    expect(checked.out).toContain('scram-sha-512');
    expect(checked.out).not.toContain(broker.secured!.password);
    await system.stop();
    expect(system.process.exitCode).toBe(0);
    expect(system.leftovers()).toEqual([]);
    expect(system.output).not.toContain(broker.secured!.password);
  });
});

/** ClickHouse away, the queue full: nothing that was accepted is lost, and what is not accepted is said. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClickHouseEngine, startClickHouse } from '../../apps/linewatch/src/engines/clickhouse.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { startPostgres } from '../../apps/linewatch/src/engines/postgres.ts';
import { countQueue } from '../support/count.ts';
import { TestExporter } from '../support/exporter.ts';
import { startLoad } from '../support/load.ts';
import { System, temporaryDirectory, until } from '../support/system.ts';

const outageMs = 60_000;

describe('with servers that it did not start', () => {
  const cleanup: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of cleanup.splice(0).reverse()) await step();
  });

  async function start(config: Record<string, unknown>) {
    const directory = temporaryDirectory('servers');
    cleanup.push(() => rm(directory, { recursive: true, force: true }));
    const options = {
      directory: path.join(directory, 'clickhouse'),
      port: await freePort(),
      user: 'someone',
      password: 'p:w/d',
    };
    let engine: ClickHouseEngine = await startClickHouse(options);
    cleanup.push(() => engine.stop());
    const url = `http://someone:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}`;
    const postgres = await startPostgres({
      directory: path.join(directory, 'postgres'),
      port: await freePort(),
      user: 'someone',
      password: 'p:w/d',
    });
    cleanup.push(() => postgres.stop());
    const system = await System.start({ config: { clickhouse: { url }, postgres: { url: postgres.url }, ...config } });
    cleanup.push(() => system.destroy());
    const exporter = await TestExporter.open('127.0.0.31', system.ports.netflow, 9);
    cleanup.push(() => {
      exporter.close();
      return Promise.resolve();
    });
    expect([system.part('clickhouse'), system.part('postgres')]).toEqual([undefined, undefined]);
    return {
      system,
      exporter,
      stopEngine: () => engine.stop(),
      startEngine: async () => {
        engine = await startClickHouse(options);
      },
    };
  }

  async function compare(system: System): Promise<number> {
    const store = system.store();
    try {
      const queued = await until('the writer has caught up', async () => {
        const onQueue = await countQueue(system);
        const [row] = await store.query<{ flows: number }>('SELECT toFloat64(count()) AS flows FROM flows');
        return (row?.flows ?? 0) >= onQueue.flows && onQueue.flows > 0 && onQueue;
      });
      const [row] = await store.query<{ flows: string; octets: string }>(
        'SELECT count() AS flows, sum(f.octets) AS octets FROM flows AS f',
      );
      expect({ flows: Number(row!.flows), octets: BigInt(row!.octets) }).toEqual({
        flows: queued.flows,
        octets: queued.octets,
      });
      return queued.flows;
    } finally {
      await store.close();
    }
  }

  it('an outage of a minute under load delays flows and loses none', async () => {
    const { system, exporter, stopEngine, startEngine } = await start({});
    const traffic = startLoad(exporter);
    await sleep(2000);
    await stopEngine();
    await until('the health says it', async () => {
      const response = await fetch(`${system.url}/health/ready`);
      const { parts } = (await response.json()) as { parts: Record<string, { ready: boolean }> };
      return response.status === 503 && parts['clickhouse']?.ready === false && parts['collector']?.ready;
    });
    // What is live does not need ClickHouse.
    expect((await fetch(`${system.url}/api/v1/academies`)).status).toBe(200);
    await sleep(outageMs);
    await startEngine();
    await sleep(2000);
    await traffic.stop();
    await until('everything is ready again', () => system.ready());
    expect(await compare(system)).toBe(exporter.sent);
  });

  it('a full queue stops acceptance, counts what it refuses and goes on when there is room', async () => {
    const { system, exporter, stopEngine, startEngine } = await start({
      queue: { flows: { quotaBytes: 16 * 1024 * 1024 } },
    });
    await exporter.template();
    await stopEngine();
    const traffic = startLoad(exporter, 0);
    const refused = (): Promise<number> =>
      system.metric('linewatch_collector_flows_unqueued_total', { reason: 'queue_full' });
    await until('the queue is full', async () => (await refused()) > 0, 120_000);
    await until('the health says it', async () => {
      const health = (await (await fetch(`${system.url}/health/ready`)).json()) as {
        parts: Record<string, { ready: boolean; detail: string }>;
      };
      const { ready, detail } = health.parts['collector']!;
      return !ready && /does not accept: queue "flows" holds/.test(detail);
    });
    await traffic.stop();
    await startEngine();
    await until('everything is ready again', () => system.ready());
    // Not compared with the queue: it lets go of what is stored while it is short of room.
    const store = system.store();
    cleanup.push(() => store.close());
    const stored = async (): Promise<number> => {
      const [row] = await store.query<{ flows: number }>('SELECT toFloat64(count()) AS flows FROM flows');
      return row!.flows;
    };
    const { most, dropped } = await until('what was accepted is stored', async () => {
      const most = exporter.sent - (await system.metric('linewatch_collector_flows_unqueued_total'));
      // The kernel's drops happen before anything is accepted; a datagram holds up to twenty flows.
      const dropped = 20 * (await system.metric('linewatch_collector_kernel_dropped_datagrams_total'));
      return (await stored()) >= most - dropped && { most, dropped };
    });
    const before = await stored();
    expect(before).toBeLessThanOrEqual(most);
    expect(before).toBeGreaterThanOrEqual(most - dropped);

    await exporter.flows([{ octets: 1234, inIf: 2, outIf: 1 }]);
    await until('a new flow is accepted', async () => (await stored()) === before + 1);
  });
});

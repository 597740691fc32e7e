/**
 * kill -9 of every process in turn under load: what was accepted is stored once. Accepted means on the queue, and the
 * queue is counted here by a reader of our own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '@linewatch/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countQueue } from '../support/count.ts';
import { TestExporter } from '../support/exporter.ts';
import { startLoad } from '../support/load.ts';
import { type PartName, System, partNames, until } from '../support/system.ts';

/** How often each is killed. */
const rounds = 8;

/** The age at which the collector closes a batch, and generously what its acceptance takes. */
const inMemoryS = 0.2 + 0.3;
const batchRows = 8192;

async function compare(system: System, store: Store): Promise<number> {
  const queued = await until('the writer has caught up', async () => {
    const onQueue = await countQueue(system);
    const [row] = await store.query<{ flows: number }>('SELECT toFloat64(count()) AS flows FROM flows');
    return (row?.flows ?? 0) >= onQueue.flows && onQueue.flows > 0 && onQueue;
  });
  const [flows] = await store.query<{ rows: string; octets: string }>(
    'SELECT count() AS rows, sum(f.octets) AS octets FROM flows AS f',
  );
  expect({ rows: Number(flows!.rows), octets: BigInt(flows!.octets) }).toEqual({
    rows: queued.flows,
    octets: queued.octets,
  });
  const [hours] = await store.query<{ flows: number }>('SELECT toFloat64(sum(h.rows)) AS flows FROM flow_hours AS h');
  expect(hours!.flows).toBe(queued.flows);
  // Sums follow flows by half a second; a killed collector makes up for what it left when it starts again.
  const settled = await until('the sums have followed', async () => {
    const now = await countQueue(system);
    return now.summed >= now.octets && now;
  });
  expect(settled.summed).toBe(settled.octets);
  for (const table of ['interface_1m', 'interface_5m', 'interface_1h']) {
    const rolled = await until(`${table} has every octet`, async () => {
      const [row] = await store.query<{ octets: string }>(
        `SELECT sum(t.octets) AS octets FROM ${table} AS t WHERE side = 0`,
      );
      return BigInt(row!.octets) >= settled.summed && BigInt(row!.octets);
    });
    expect({ table, octets: rolled }).toEqual({ table, octets: settled.summed });
  }
  return queued.flows;
}

describe('under kill -9', () => {
  let system: System;
  let exporter: TestExporter;
  beforeAll(async () => {
    system = await System.start();
    exporter = await TestExporter.open('127.0.0.21', system.ports.netflow, 9);
  });
  afterAll(async () => {
    exporter.close();
    await system.destroy();
  });

  /**
   * Kills one after the other, each as soon as it is back, `works` if that is asked for, and a while of `waitMs` has
   * passed, whether or not the others are.
   */
  async function killInTurn(
    names: readonly PartName[],
    waitMs: (round: number) => number,
    works: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<void> {
    const killed = new Map<PartName, number>();
    for (let round = 0; round < rounds * names.length; round++) {
      const victim = names[round % names.length]!;
      const isBack = (): number | false | undefined => {
        const now = system.part(victim);
        return now !== killed.get(victim) && now;
      };
      await until(`${victim} is back`, isBack, 30_000);
      await until(`${victim} works`, works, 30_000);
      await sleep(waitMs(round));
      const pid = await until(`${victim} still runs`, isBack, 30_000);
      process.kill(pid, 'SIGKILL');
      killed.set(victim, pid);
    }
  }

  /** Counts that agree with the queue's. */
  async function compared(): Promise<number> {
    await until('everything is ready', () => system.ready());
    const store = system.store();
    try {
      return await compare(system, store);
    } finally {
      await store.close();
    }
  }

  it(`of every process but the collector, ${rounds} times each, each flow that was sent is stored once`, async () => {
    const traffic = startLoad(exporter);
    await killInTurn(
      partNames.filter((name) => name !== 'collector'),
      (round) => (round * 370) % 1300,
    );
    await traffic.stop();
    expect(await compared()).toBe(exporter.sent);
  });

  it(`of the collector, ${rounds} times, each flow that was accepted is stored once, and the rest is at most what it had in memory`, async () => {
    const before = { stored: await compared(), sent: exporter.sent, ms: Date.now() };
    const traffic = startLoad(exporter);
    // Long enough for it to have read what came while it was down, which would be in memory all at once.
    const queues = async (): Promise<boolean> => (await system.metric('linewatch_collector_flows_queued_total')) > 0;
    await killInTurn(['collector'], (round) => 800 + 50 * (round % 7), queues);
    await traffic.stop();
    const sent = exporter.sent - before.sent;
    const perSecond = (1000 * sent) / (Date.now() - before.ms);
    const stored = (await compared()) - before.stored;
    expect(stored).toBeLessThanOrEqual(sent);
    expect(sent - stored).toBeLessThanOrEqual(rounds * perSecond * inMemoryS + batchRows);
    // The sockets outlive it, so what came while it was down is there: the most part of what was sent.
    expect(stored).toBeGreaterThan(sent * 0.8);
  });

  it('of the supervisor under load, no process of it is left after five seconds, the next start works and nothing accepted is lost', async () => {
    const before = await compared();
    const { directory, ports, configFile } = system;
    const traffic = startLoad(exporter);
    await sleep(2000);
    process.kill(system.supervisor(), 'SIGKILL');
    await until('nothing is left', () => system.leftovers().length === 0, 5000);
    await traffic.stop();
    system = await System.startIn(directory, ports, configFile);
    expect(await compared()).toBeGreaterThan(before);
  });

  it('of the command that a person started, nothing is left either', async () => {
    process.kill(system.process.pid!, 'SIGKILL');
    await until('nothing is left', () => system.leftovers().length === 0, 8000);
  });
});

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

const rounds = 20;

/** The largest batch, and what arrived between a batch's closing and its acceptance: per death of the collector. */
const lossPerDeath = 2 * 8192;

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

  async function killInTurn(names: readonly PartName[], times: number): Promise<void> {
    for (let round = 0; round < times; round++) {
      const victim = names[round % names.length]!;
      const before = await until(`${victim} runs`, () => system.part(victim), 30_000);
      await sleep(300 + 50 * (round % 7));
      process.kill(before, 'SIGKILL');
      await until(
        `${victim} is back`,
        () => {
          const now = system.part(victim);
          return now !== undefined && now !== before;
        },
        30_000,
      );
    }
    await sleep(1000);
  }

  it('of every process but the collector, each flow that was sent is stored once', async () => {
    const traffic = startLoad(exporter);
    await killInTurn(
      partNames.filter((name) => name !== 'collector'),
      rounds,
    );
    await traffic.stop();
    await until('everything is ready again', () => system.ready());
    const store = system.store();
    try {
      expect(await compare(system, store)).toBe(exporter.sent);
    } finally {
      await store.close();
    }
  });

  it('of the collector, each flow that was accepted is stored once, and the rest is at most what it had in memory', async () => {
    const traffic = startLoad(exporter);
    await killInTurn(['collector'], rounds);
    await traffic.stop();
    await until('everything is ready again', () => system.ready());
    const store = system.store();
    try {
      const stored = await compare(system, store);
      expect(stored).toBeLessThanOrEqual(exporter.sent);
      expect(exporter.sent - stored).toBeLessThanOrEqual(rounds * lossPerDeath);
      // The sockets outlive it, so what came while it was down is there: the most part of what was sent.
      expect(stored).toBeGreaterThan(exporter.sent * 0.8);
    } finally {
      await store.close();
    }
  });

  it('of the supervisor, no process of it is left after five seconds and the next start works', async () => {
    const { directory, ports, configFile } = system;
    process.kill(system.supervisor(), 'SIGKILL');
    await until('nothing is left', () => system.leftovers().length === 0, 5000);
    system = await System.startIn(directory, ports, configFile);
    expect(await system.ready()).toBe(true);
  });

  it('of the command that a person started, nothing is left either', async () => {
    process.kill(system.process.pid!, 'SIGKILL');
    await until('nothing is left', () => system.leftovers().length === 0, 8000);
  });
});

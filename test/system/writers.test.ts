/** `linewatch up` with several writers. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestExporter } from '../support/exporter.ts';
import { System, until } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start({ config: { writer: { workers: 2 }, queue: { flows: { partitions: 2 } } } });
});
afterAll(() => system.destroy());

it('each of them is a part with its health and metrics, and what is sent is stored once', async () => {
  const { parts } = await system.json<{ parts: Record<string, { ready: boolean }> }>('/health/ready');
  expect([parts['writer'], parts['writer-1']]).toMatchObject([{ ready: true }, { ready: true }]);
  const exporter = await TestExporter.open('127.0.0.41', system.ports.netflow, 9);
  const store = system.store();
  try {
    await exporter.template();
    for (let i = 0; i < 50; i++) await exporter.flows([{ octets: 1000, inIf: 2, outIf: 1, id: i }]);
    const stored = async (): Promise<number> => {
      const [row] = await store.query<{ flows: number }>('SELECT toFloat64(count()) AS flows FROM flows');
      return row!.flows;
    };
    await until('what was sent is stored', async () => (await stored()) >= exporter.sent);
    expect(await stored()).toBe(exporter.sent);
    // The signals partition and both of the flows have one writer each, whichever.
    expect(await system.metric('linewatch_writer_rows_stored_total', { topic: 'linewatch.flows.v1' })).toBe(50);
    await until('nothing is behind', async () => (await system.metric('linewatch_writer_lag_messages')) === 0);
  } finally {
    exporter.close();
    await store.close();
  }
});

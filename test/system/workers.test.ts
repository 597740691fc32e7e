/** Several workers of one collector: who gets what, and what a kill -9 of one of them costs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExporterList } from '@linewatch/contract';
import { ownerOf, parseAddress } from '@linewatch/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countQueue } from '../support/count.ts';
import { TestExporter } from '../support/exporter.ts';
import { System, until } from '../support/system.ts';

const workers = 3;
const perDatagram = 20;
const names = ['collector', 'collector-1', 'collector-2'] as const;
const victim = 1;

/** Which worker a process is, by what it was given. */
function workerOf(pid: number): number {
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  const given = environment.find((each) => each.startsWith('LINEWATCH_INHERITED='))!;
  return (JSON.parse(given.slice(given.indexOf('=') + 1)) as { worker: number }).worker;
}

describe('three workers', () => {
  let system: System;
  const exporters = new Map<string, TestExporter>();
  const addresses = Array.from({ length: 24 }, (_, i) => `127.0.${i % 3}.${30 + i}`);
  const owner = (address: string): number => ownerOf(parseAddress(address), workers);
  const sentTo = (worker: number): number =>
    [...exporters].reduce((sum, [address, { sent }]) => sum + (owner(address) === worker ? sent : 0), 0);
  const pidOf = (worker: number): number | undefined =>
    system.parts('collector').find((pid) => workerOf(pid) === worker);

  /** Flows of all exporters in turn, without a template. */
  function load(pauseMs: number): () => Promise<void> {
    let going = true;
    const running = (async () => {
      for (let round = 0; going; round++) {
        for (const exporter of exporters.values())
          await exporter.flows(
            Array.from({ length: perDatagram }, (_, i) => ({
              octets: 1000 + ((round + i) % 1000),
              inIf: 2,
              outIf: 1,
              id: round * perDatagram + i,
              agoMs: [2000, 10] as const,
            })),
          );
        await sleep(pauseMs);
      }
    })();
    return () => {
      going = false;
      return running;
    };
  }

  async function stored(): Promise<{ byExporter: Map<string, number>; all: number; octets: bigint }> {
    const store = system.store();
    try {
      const rows = await store.query<{ address: string; flows: number; octets: string }>(
        `SELECT toString(f.exporter) AS address, toFloat64(count()) AS flows, sum(f.octets) AS octets
         FROM flows AS f GROUP BY address`,
      );
      return {
        byExporter: new Map(rows.map(({ address, flows }) => [address.replace('::ffff:', ''), flows])),
        all: rows.reduce((sum, { flows }) => sum + flows, 0),
        octets: rows.reduce((sum, { octets }) => sum + BigInt(octets), 0n),
      };
    } finally {
      await store.close();
    }
  }

  const settled = (): Promise<{ byExporter: Map<string, number>; all: number; octets: bigint }> =>
    until('what was accepted is stored', async () => {
      const queued = await countQueue(system);
      const now = await stored();
      return now.all >= queued.flows && queued.summed >= queued.octets && now;
    });

  beforeAll(async () => {
    system = await System.start({ config: { collector: { workers } } });
    for (const address of addresses)
      exporters.set(address, await TestExporter.open(address, system.ports.netflow, exporters.size % 2 === 0 ? 9 : 10));
  });
  afterAll(async () => {
    for (const exporter of exporters.values()) exporter.close();
    await system.destroy();
  });

  it('take the exporters that they own, and the collector is shown as one', async () => {
    for (const exporter of exporters.values()) await exporter.template();
    const stop = load(100);
    await sleep(2000);
    await stop();
    const sent = [...exporters.values()].reduce((sum, each) => sum + each.sent, 0);
    const { byExporter, all } = await settled();
    expect(all).toBe(sent);
    for (const [address, { sent: own }] of exporters)
      expect([address, byExporter.get(address)]).toEqual([address, own]);
    for (const [worker, component] of names.entries()) {
      expect(sentTo(worker)).toBeGreaterThan(0);
      expect([component, await system.metric('linewatch_collector_flows_decoded_total', { component })]).toEqual([
        component,
        sentTo(worker),
      ]);
      expect(await system.metric('linewatch_component_up', { component })).toBe(1);
    }
    // A template and the flows, each in a datagram.
    const datagrams = addresses.length + sent / perDatagram;
    const { collectors, exporters: listed } = await until('the account has come', async () => {
      const list = await system.json<ExporterList>('/api/v1/exporters');
      return list.collectors[0]?.datagrams.received === datagrams && list.exporters.length === addresses.length && list;
    });
    expect(collectors).toMatchObject([{ collector: 'main', flows: sent, datagrams: { decoded: datagrams, held: 0 } }]);
    expect(collectors[0]!.sockets.find(({ protocol }) => protocol === 'netflow')?.received).toBe(datagrams);
    expect(listed.map(({ address }) => address).sort()).toEqual([...addresses].sort());
  });

  it('of which one is killed under load lose what it had in memory, and of the others nothing', async () => {
    // Templates are on disk every 5 s.
    await sleep(6000);
    const before = new Map([...exporters].map(([address, { sent }]) => [address, sent]));
    const pids = names.map((_, worker) => pidOf(worker));
    const stop = load(20);
    for (let round = 0; round < 3; round++) {
      await sleep(1500);
      const pid = await until('the worker runs', () => pidOf(victim));
      process.kill(pid, 'SIGKILL');
      await until('it runs again', () => pidOf(victim) !== undefined && pidOf(victim) !== pid);
    }
    await sleep(1500);
    await stop();
    await until('everything is ready', () => system.ready());
    expect([pidOf(0), pidOf(2)]).toEqual([pids[0], pids[2]]);
    const { byExporter, all, octets } = await settled();
    // The queue, read by another than the writer, has the same flows and the same octets, in flows and in sums.
    const queued = await countQueue(system);
    expect({ all, octets, summed: queued.summed }).toEqual({
      all: queued.flows,
      octets: queued.octets,
      summed: queued.octets,
    });
    for (const [address, { sent }] of exporters) {
      if (owner(address) !== victim) expect([address, byExporter.get(address)]).toEqual([address, sent]);
      else {
        const [was, is] = [before.get(address)!, byExporter.get(address)!];
        expect(is).toBeLessThan(sent + 1);
        expect(is - was).toBeGreaterThan((sent - was) * 0.5);
      }
    }
    // Without a template a datagram would be held until one comes, and none came.
    expect(await system.metric('linewatch_collector_datagrams_total', { outcome: 'held' })).toBe(0);
  });

  it('of another number go on with the templates that the others had', async () => {
    const { directory, ports, configFile } = system;
    await system.stop();
    writeFileSync(configFile, readFileSync(configFile, 'utf8').replace(`workers: ${workers}`, 'workers: 2'));
    system = await System.startIn(directory, ports, configFile);
    const before = await settled();
    const [sent, flows] = [[...exporters.values()].map((each) => each.sent), before.byExporter];
    const stop = load(50);
    await sleep(1000);
    await stop();
    const after = await until('all is stored', async () => {
      const now = await stored();
      const more = [...exporters.values()].reduce((sum, each, i) => sum + each.sent - sent[i]!, 0);
      return now.all >= before.all + more && now;
    });
    for (const [i, address] of addresses.entries())
      expect([address, after.byExporter.get(address)! - flows.get(address)!]).toEqual([
        address,
        exporters.get(address)!.sent - sent[i]!,
      ]);
    expect(await system.metric('linewatch_collector_datagrams_total', { outcome: 'held' })).toBe(0);
    expect(await system.metric('linewatch_component_up')).toBe(7);
  });
});

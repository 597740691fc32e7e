/** Probes of what the estate's circuits name: told to the collector through the queue, made, and stored. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ChangeResult } from '@linewatch/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeTcp, freeUdp } from '../support/ports.ts';
import { System, until } from '../support/system.ts';
import { findTool, tools } from '../support/tools.ts';

const fping = findTool(tools.fping.command);

describe('probes', () => {
  let system: System | undefined;
  let reflector = 0;
  let closed = 0;

  beforeAll(async () => {
    [reflector, closed] = await Promise.all([freeUdp(), freeTcp()]);
    system = await System.start({
      config: {
        probes: { everyS: 5, packets: 4, timeoutMs: 1000 },
        writer: { signalsWaitMs: 200 },
        collector: { reflector: { port: reflector } },
      },
    });
  }, 120_000);
  afterAll(() => system?.destroy(), 30_000);

  interface Row {
    readonly metric: string;
    readonly url: string;
    readonly reason: string;
    readonly value: number;
    readonly n: number;
  }
  /** The latest of each metric of each target. */
  async function rows(): Promise<Row[]> {
    const store = system!.store();
    try {
      return await store.query<Row>(
        `SELECT metric, splitByChar(' ', text)[1] AS url, argMax(substring(text, length(url) + 2), time) AS reason,
           toFloat64(argMax(value, time)) AS value, toUInt32(count()) AS n
         FROM samples WHERE startsWith(metric, 'probe.') AND exporter = toIPv6('::') GROUP BY metric, url`,
      );
    } finally {
      await store.close();
    }
  }

  it('are made of what a circuit names, by every method, and stored as what was found', async () => {
    const page = `http://127.0.0.1:${system!.ports.http}/health/ready`;
    const wanted = [page, `tcp://127.0.0.1:${closed}`, `stamp://127.0.0.1:${reflector}`, 'icmp://127.0.0.1'];
    const file = path.join(system!.directory, 'estate.yaml');
    writeFileSync(
      file,
      `
trust: { name: Test Trust }
providers: [{ id: acme, name: Acme }]
academies: [{ id: hill, name: Hill Academy, phase: Primary }]
circuits:
  - { id: hill-1, academy: hill, provider: acme, probe: "${wanted.join(' ')} 127.0.0.2#elsewhere" }
`,
    );
    expect(await system!.run('import', file)).toMatchObject({ code: 0 });
    const seen = wanted.filter((url) => fping !== undefined || !url.startsWith('icmp'));
    const found = await until(
      'a run at each, and another at one',
      async () => {
        const all = await rows();
        const ok = all.filter(({ metric }) => metric === 'probe.ok');
        return seen.every((url) => ok.some((row) => row.url === url)) && ok.some(({ n }) => n >= 2) && all;
      },
      40_000,
    );
    const of = (url: string): Record<string, number> =>
      Object.fromEntries(found.filter((row) => row.url === url).map(({ metric, value }) => [metric, value]));
    expect(of(page)).toMatchObject({ 'probe.ok': 1, 'probe.rtt.ms': expect.any(Number) as number });
    expect(found.find(({ url, metric }) => url.startsWith('tcp') && metric === 'probe.ok')).toMatchObject({
      value: 0,
      reason: 'refused',
    });
    expect(of(`stamp://127.0.0.1:${reflector}`)).toMatchObject({
      'probe.ok': 1,
      'probe.loss.percent': 0,
      'probe.out.loss.percent': 0,
      'probe.back.loss.percent': 0,
      'probe.jitter.ms': expect.any(Number) as number,
      'probe.out.jitter.ms': expect.any(Number) as number,
    });
    expect(of(`stamp://127.0.0.1:${reflector}`)['probe.mos']).toBeGreaterThan(4);
    if (fping) expect(of('icmp://127.0.0.1')).toMatchObject({ 'probe.ok': 1, 'probe.loss.percent': 0 });
    // Another collector's.
    expect(found.filter(({ url }) => url.includes('127.0.0.2'))).toEqual([]);
    expect(await system!.metric('linewatch_collector_probes_total', { kind: 'http', result: 'ok' })).toBeGreaterThan(0);
    expect(await system!.metric('linewatch_collector_probes_total', { kind: 'tcp', result: 'failed' })).toBeGreaterThan(
      0,
    );
    expect(
      await system!.metric('linewatch_collector_stamp_packets_reflected_total', { result: 'answered' }),
    ).toBeGreaterThan(0);
  }, 60_000);

  it('are made no more when the circuit has ended', async () => {
    expect(await system!.metric('linewatch_collector_probe_targets')).toBe(4);
    const response = await fetch(`${system!.url}/api/v1/estate/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ changes: [{ kind: 'circuit', id: 'hill-1', op: 'end' }] }),
    });
    expect((await response.json()) as ChangeResult).toMatchObject({ applied: true });
    await until('no target is left', async () => (await system!.metric('linewatch_collector_probe_targets')) === 0);
  }, 60_000);
});

/** The main job on real input: datagrams in, bandwidth per academy out. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AcademyDetail, AcademyList, Traffic } from '@linewatch/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestExporter } from '../support/exporter.ts';
import { System, until } from '../support/system.ts';

const estate = `
trust: { name: Test Trust }
providers: [{ id: acme, name: Acme }]
academies:
  - { id: hill, name: Hill Academy, phase: Primary }
  - { id: dale, name: Dale Academy, phase: Secondary }
circuits:
  - { id: hill-1, academy: hill, provider: acme, committed: { down: 100M, up: 50M }, exporter: 127.0.0.11, interface: { index: 2 } }
  - { id: dale-1, academy: dale, provider: acme, committed: { down: 1G, up: 1G }, exporter: 127.0.0.12, interface: { name: Gi0/1 } }
`;

/** Octets that a series tells of that was asked for then: each mean is over the part of its step that had passed. */
const octetsOf = (traffic: Traffic, side: 'inBps' | 'outBps', askedMs: number): number =>
  traffic.timesS.reduce((sum, timeS, i) => {
    const seconds = Math.min(timeS + traffic.stepS, askedMs / 1000) - timeS;
    return sum + ((traffic[side][i] ?? 0) * seconds) / 8;
  }, 0);

describe('a started system', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(async () => {
    await system.destroy();
  });

  const academies = async (): Promise<AcademyList['academies']> =>
    (await system.json<AcademyList>('/api/v1/academies')).academies;
  const academy = async (id: string) => (await academies()).find((each) => each.id === id);

  it('says where to send flows while it is empty', async () => {
    const list = await until('the collector has said where it listens', async () => {
      const got = await system.json<AcademyList>('/api/v1/academies');
      return got.collecting.listening.length > 0 && got;
    });
    expect(list.academies).toEqual([]);
    expect(list.collecting.listening).toContainEqual({ protocol: 'netflow', port: system.ports.netflow });
  });

  it('shows data of before the import under its academy once the exporter is mapped', async () => {
    const early = await TestExporter.open('127.0.0.11', system.ports.netflow, 9);
    await early.template();
    await early.flows([
      { octets: 600_000, inIf: 2, outIf: 1, agoMs: [1500, 100] },
      { octets: 90_000, inIf: 1, outIf: 2, agoMs: [1500, 100] },
    ]);
    early.close();
    const unmapped = await until('the interface is listed as unmapped', async () =>
      (await system.json<AcademyList>('/api/v1/academies')).unmapped.find(({ exporter }) => exporter === '127.0.0.11'),
    );
    expect(unmapped.inBps + unmapped.outBps).toBeGreaterThan(0);

    const file = path.join(system.directory, 'estate.yaml');
    writeFileSync(file, estate);
    const imported = await system.run('import', file);
    expect(imported).toMatchObject({ code: 0 });
    // A mapping by ifIndex needs no word from the exporter: it is in ClickHouse within seconds of the import.
    const { traffic, now: askedMs } = await until(
      'the traffic of before is the academy’s',
      async () => {
        const now = Date.now();
        const got = await system.json<Traffic>(
          `/api/v1/academies/hill/traffic?from=${now - 600_000}&to=${now}&step=60`,
        );
        return octetsOf(got, 'inBps', now) > 0 && { traffic: got, now };
      },
      5000,
    );
    expect((await system.run('import', file)).out).toContain('nothing to change');
    expect(octetsOf(traffic, 'inBps', askedMs)).toBeGreaterThan(500_000);
    expect(octetsOf(traffic, 'inBps', askedMs)).toBeLessThan(720_000);
    expect(octetsOf(traffic, 'outBps', askedMs)).toBeGreaterThan(75_000);
    expect(traffic.committedInBps).toBe(100_000_000);
  });

  it('shows IPFIX of an interface that the estate names by ifName', async () => {
    const exporter = await TestExporter.open('127.0.0.12', system.ports.ipfix, 10);
    await exporter.template();
    await exporter.name(7, 'Gi0/1', 'to provider');
    await exporter.flows([{ octets: 1_500_000, inIf: 7, outIf: 1, agoMs: [3000, 0] }]);
    const dale = await until('Dale reports', async () => {
      const got = await academy('dale');
      return got?.state === 'reporting' && got;
    });
    // The mean of the last minute.
    expect(dale.inBps).toBeCloseTo((1_500_000 * 8) / 60, -4);
    exporter.close();
    const detail = await system.json<AcademyDetail>('/api/v1/academies/dale');
    expect(detail.circuits).toMatchObject([{ id: 'dale-1', interface: 'ifName Gi0/1', exporter: '127.0.0.12' }]);
  });

  it('stores pseudonyms of inside hosts, addresses of outside ones; only the key tells whose they were', async () => {
    const store = system.store();
    try {
      const addressesOf = async (column: 'src_addr' | 'dst_addr'): Promise<string[]> => {
        const rows = await store.query<{ address: string }>(
          `SELECT DISTINCT replaceOne(toString(${column}), '::ffff:', '') AS address FROM flows ORDER BY address`,
        );
        return rows.map(({ address }) => address);
      };
      const exporter = await TestExporter.open('127.0.0.13', system.ports.ipfix, 10);
      await exporter.template();
      // Inside sources 10.0.0.0 to 10.0.0.2, the outside 192.0.2.0 to 192.0.2.2.
      await exporter.flows([0, 1, 2].map((i) => ({ octets: 100, inIf: 5, outIf: 6, id: (i << 16) + i })));
      exporter.close();
      await until('the flows are stored', async () => (await addressesOf('dst_addr')).length === 3);
      expect(await addressesOf('dst_addr')).toEqual(['192.0.2.0', '192.0.2.1', '192.0.2.2']);
      const sent = ['10.0.0.0', '10.0.0.1', '10.0.0.2'];
      const stored = await addressesOf('src_addr');
      expect(stored).toHaveLength(3);
      for (const address of stored) expect(address).toMatch(/^10\./);
      expect(stored.filter((address) => sent.includes(address))).toEqual([]);

      const told = await system.run('pseudonym', '--reverse', ...stored);
      expect(told).toMatchObject({ code: 0, err: '' });
      const pairs = told.out.trimEnd().split('\n');
      expect(pairs.map((line) => line.split('\t')[0])).toEqual(stored);
      expect(pairs.map((line) => line.split('\t')[1]).sort()).toEqual(sent);
      const again = await system.run('pseudonym', ...sent, '192.0.2.1');
      expect(again.out.trimEnd().split('\n').sort()).toEqual(
        ['192.0.2.1\t192.0.2.1', ...pairs.map((line) => line.split('\t').reverse().join('\t'))].sort(),
      );
      expect(await system.metric('linewatch_collector_addresses_pseudonymised_total')).toBeGreaterThanOrEqual(3);
    } finally {
      await store.close();
    }
    const wrong = await system.run('pseudonym', '10.0.0.300');
    expect(wrong).toMatchObject({ code: 1, out: '', err: 'linewatch: 10.0.0.300 is not an IP address\n' });
    const elsewhere = await system.run('pseudonym', '10.0.0.3', '--data', path.join(system.directory, 'nowhere'));
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.err).toMatch(/^linewatch: .*main\.pseudonym\.key: there is no key yet: .*\n$/);
  });

  it('streams what changes, and answers unknown things with problem documents', async () => {
    const events = new AbortController();
    const response = await fetch(`${system.url}/api/v1/stream`, { signal: events.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const exporter = await TestExporter.open('127.0.0.11', system.ports.netflow, 9);
    await exporter.template();
    const reader = response.body!.getReader();
    let text = '';
    const read = (async () => {
      for (;;) {
        const part = (await reader.read()) as { value?: Uint8Array };
        if (!part.value) return;
        text += Buffer.from(part.value).toString();
      }
    })().catch(() => undefined);
    await until('the snapshot has come', () => text.includes('event: snapshot'));
    await exporter.flows([{ octets: 8_000_000, inIf: 2, outIf: 1, agoMs: [1000, 0] }]);
    await until('an update has come', () => /event: update[\s\S]*"id":"hill"/.test(text));
    events.abort();
    await read;
    exporter.close();

    const missing = await fetch(`${system.url}/api/v1/academies/nowhere`);
    expect(missing.status).toBe(404);
    expect(missing.headers.get('content-type')).toContain('application/problem+json');
    expect(await missing.json()).toMatchObject({ status: 404, title: expect.any(String) as string });
  });

  it('tells the metrics of every component, and a second start on its data a clear no', async () => {
    for (const component of ['collector', 'writer', 'supervisor'])
      expect(await system.metric('linewatch_component_up', { component })).toBe(1);
    expect(await system.metric('linewatch_collector_datagrams_total', { outcome: 'decoded' })).toBeGreaterThan(4);
    const second = await system.run('up');
    expect(second.code).toBe(1);
    expect(second.err).toMatch(/^linewatch: the data directory is in use by another Linewatch \(process \d+\): .*\n$/);
    const collector = await system.run('collector');
    expect(collector.code).toBe(1);
    expect(collector.err).toMatch(
      /^linewatch: the collector "main" of the trust "main" runs already on .*\(process \d+\)/,
    );
    // Neither has taken anything from the first.
    expect(await system.ready()).toBe(true);
    for (const component of ['collector', 'supervisor'])
      expect(await system.metric('linewatch_component_up', { component })).toBe(1);
    expect(await system.metric('linewatch_supervisor_part_restarts_total')).toBe(0);
  });

  it('stops cleanly within ten seconds and leaves nothing running', async () => {
    const began = Date.now();
    await system.stop();
    expect(system.process.exitCode).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(system.leftovers()).toEqual([]);
  });
});

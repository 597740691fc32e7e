/**
 * Two trusts in one installation: one queue, one ClickHouse, one PostgreSQL. Whatever they have in common (addresses,
 * interfaces, names, ids, labels), each is shown its own and nothing else.
 */
import { createSocket } from 'node:dgram';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type {
  AcademyDetail,
  AcademyList,
  Exporter,
  ExporterList,
  Health,
  StreamEvent,
  Traffic,
} from '@linewatch/contract';
import { encodeTrapV2c } from '@linewatch/decode';
import { labelKey, parseAddress } from '@linewatch/record';
import {
  type Store,
  monthOf,
  monthPercentiles,
  namesOf,
  refreshPercentiles,
  resolveInterfaces,
  rollUpTraffic,
  unmappedInterfaces,
} from '@linewatch/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestExporter, type TestFlow } from '../support/exporter.ts';
import { System, until } from '../support/system.ts';
import { Beside } from '../support/trusts.ts';

const router = '127.0.0.31';
const stray = '127.0.0.32';
const linkDown = '1.3.6.1.6.3.1.1.5.3';

/** Ids, providers, addresses, networks and ifIndex 2 are the same in both; only names and what "WAN" is differ. */
const estate = (trust: string, { oak = 2, ash = true } = {}): string => `
trust: { id: ${trust}, name: ${trust} Trust }
providers: [{ id: acme, name: Acme of ${trust} }]
academies:
  - { id: oak, name: Oak of ${trust}, urn: 100001, networks: [10.1.0.0/16] }
  - { id: elm, name: Elm of ${trust} }
${ash ? `  - { id: ash, name: Ash of ${trust}, networks: [10.2.0.0/16] }` : ''}
circuits:
  - { id: oak-1, academy: oak, provider: acme, exporter: ${router}, interface: { index: ${oak} } }
  - { id: elm-1, academy: elm, provider: acme, exporter: ${router}, collector: branch, interface: { index: 2 } }
${ash ? `  - { id: ash-1, academy: ash, provider: acme, exporter: ${router}, interface: { name: WAN } }` : ''}
`;

/** Octets that each tells of: into interface 2 and into WAN, long ago and then now, and into a stray device. */
interface Volumes {
  readonly wan: number;
  readonly oakPast: number;
  readonly ashPast: number;
  readonly oakNow: number;
  readonly ashNow: number;
  readonly stray: number;
}
const volumes = {
  north: { wan: 3, oakPast: 6_000_001, ashPast: 700_003, oakNow: 600_000, ashNow: 120_000, stray: 90_007 },
  south: { wan: 4, oakPast: 41_011, ashPast: 5_000_021, oakNow: 45_000, ashNow: 900_000, stray: 77_017 },
  /** Another collector of north: the same addresses, at another site. */
  branch: { wan: 5, oakPast: 8_100_029, ashPast: 310_031, oakNow: 270_000, ashNow: 60_000, stray: 31_013 },
} satisfies Record<string, Volumes>;
const trusts = ['north', 'south'] as const;
type Trust = (typeof trusts)[number];
const names = ['north', 'south', 'branch'] as const;
type Name = (typeof names)[number];

const pastOf = ({ oakPast, ashPast, stray: others }: Volumes): number => oakPast + ashPast + others;

/** Far enough back for its 5 minutes to be over. */
const agoMs = 900_000;

describe('two trusts in one installation', () => {
  let system: System;
  let south: Beside;
  let branch: Beside;
  let store: Store;
  let sentMs = 0;
  const urls = (): Record<Trust, string> => ({ north: system.url, south: south.url });
  const ports = (): Record<Name, System['ports']> => ({
    north: system.ports,
    south: south.ports,
    branch: branch.ports,
  });

  async function ask<T>(trust: Trust, route: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(`${urls()[trust]}${route}`, { ...init, signal: AbortSignal.timeout(20_000) });
    if (!response.ok) throw new Error(`${trust} ${route}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
  async function importEstate(trust: Trust, text: string, ...args: string[]): Promise<string> {
    const file = path.join(system.directory, `estate-${trust}.yaml`);
    writeFileSync(file, text);
    const { code, out, err } = await system.run('import', file, ...args);
    expect({ trust, code, err }).toEqual({ trust, code: 0, err: '' });
    return out;
  }
  /** The steps of the past volumes and nothing later: whole minutes, so that a mean times its length is octets. */
  const past = (): string => {
    const from = Math.floor((sentMs - agoMs) / 60_000) * 60_000 - 60_000;
    return `from=${from}&to=${from + 240_000}&step=60`;
  };
  async function octets(trust: Trust, of: string): Promise<number> {
    const { inBps, stepS } = await ask<Traffic>(trust, `/api/v1/${of}/traffic?${past()}`);
    return Math.round(inBps.reduce<number>((sum, bps) => sum + ((bps ?? 0) * stepS) / 8, 0));
  }

  const flow = (inIf: number, count: number, ago: number, outIf = 1): TestFlow => ({
    octets: count,
    inIf,
    outIf,
    agoMs: [ago + 100, ago],
  });
  async function sendPast(name: Name): Promise<void> {
    const { wan, oakPast, ashPast, stray: others } = volumes[name];
    const exporter = await TestExporter.open(router, ports()[name].ipfix, 10);
    await exporter.template();
    await exporter.name(2, `Gi0/2 ${name}`);
    await exporter.name(wan, 'WAN', `line of ${name}`);
    await exporter.application(7, `seven ${name}`);
    await exporter.flows([flow(2, oakPast, agoMs), flow(wan, ashPast, agoMs)]);
    exporter.close();
    const other = await TestExporter.open(stray, ports()[name].ipfix, 10);
    await other.template();
    await other.name(9, `stray ${name}`);
    await other.flows([flow(9, others, 200, 0)]);
    other.close();
  }
  async function sendNow(name: Name): Promise<void> {
    const { wan, oakNow, ashNow } = volumes[name];
    const exporter = await TestExporter.open(router, ports()[name].ipfix, 10);
    await exporter.template();
    await exporter.flows([flow(2, oakNow, 200), flow(wan, ashNow, 200)]);
    exporter.close();
  }

  async function trap(port: number, community: string, ifIndex: number): Promise<void> {
    const ifIndexOid = `1.3.6.1.2.1.2.2.1.1.${ifIndex}`;
    const message = encodeTrapV2c(
      { oid: linkDown, varbinds: [[ifIndexOid, Uint8Array.from([2, 1, ifIndex])]] },
      community,
    );
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind({ address: router, port: 0 }, resolve));
    await new Promise<void>((resolve) => socket.send(message, port, '127.0.0.1', () => resolve()));
    socket.close();
  }

  /** The first event of the live stream. */
  async function snapshotOf(trust: Trust): Promise<StreamEvent['academies']> {
    const ended = new AbortController();
    const response = await fetch(`${urls()[trust]}/api/v1/stream`, { signal: ended.signal });
    const reader = response.body!.getReader();
    let text = '';
    while (!text.includes('\n\n')) text += Buffer.from((await reader.read()).value ?? []).toString();
    ended.abort();
    return (JSON.parse(/^data: (.*)$/m.exec(text)![1]!) as StreamEvent).academies;
  }

  beforeAll(async () => {
    const snmp = (community: string) => ({ credentials: [{ name: 'lan', community }], traps: ['lan'] });
    system = await System.start({
      config: { trust: 'north', snmp: snmp('northern'), trusts: [{ trust: 'south', snmp: snmp('southern') }] },
    });
    south = await Beside.start(system, { trust: 'south', collector: 'main', api: true });
    branch = await Beside.start(system, { trust: 'north', collector: 'branch' });
    store = system.store();
    for (const trust of trusts) await importEstate(trust, estate(trust));
    sentMs = Date.now();
    for (const name of names) await sendPast(name);
    await until('every flow is stored', async () => {
      const [row] = await store.query<{ n: number }>('SELECT toFloat64(count()) AS n FROM flows');
      return row!.n === 9;
    });
    await until('every sum is stored', async () => {
      const [row] = await store.query<{ n: number }>(
        'SELECT toFloat64(sum(octets)) AS n FROM interface_1m WHERE side = 0 AND basis = 0',
      );
      return row!.n === Object.values(volumes).reduce((sum, each) => sum + pastOf(each), 0);
    });
  }, 180_000);
  afterAll(async () => {
    const beside: (Beside | undefined)[] = [south, branch];
    for (const each of beside) await each?.stop();
    await (store as Store | undefined)?.close();
    await system.destroy();
  }, 60_000);

  it('stores what each sent under its own number, in the raw rows and in every roll-up', async () => {
    await rollUpTraffic(store, Date.now() + 2 * 3_600_000);
    const expected = [
      { trust: 'north', collector: 'main', octets: pastOf(volumes.north) },
      { trust: 'north', collector: 'branch', octets: pastOf(volumes.branch) },
      { trust: 'south', collector: 'main', octets: pastOf(volumes.south) },
    ].map(({ trust, collector, ...rest }) => ({ trust: labelKey(trust), collector: labelKey(collector), ...rest }));
    const incoming = 'WHERE side = 0 AND basis = 0';
    for (const from of [
      'flows',
      `interface_1m ${incoming}`,
      `interface_5m ${incoming}`,
      `interface_1h ${incoming}`,
      'traffic_1h FINAL',
    ]) {
      const rows = await store.query<{ trust: number; collector: number; octets: number }>(
        `SELECT trust, collector, toFloat64(sum(t.octets)) AS octets FROM ${from.replace(/^\w+/, '$& AS t')} GROUP BY trust, collector`,
      );
      expect({ from, rows: new Set(rows) }).toEqual({ from, rows: new Set(expected) });
    }
  });

  it('shows and streams to each its own estate and its own rates now', async () => {
    for (const name of names) await sendNow(name);
    // As many octets as came within the last 60 s, in three significant digits.
    const rate = (count: number): number => Number(((count * 8) / 60).toPrecision(3));
    for (const trust of trusts) {
      const own = volumes[trust];
      const expected = [
        { id: 'ash', inBps: rate(own.ashNow) },
        { id: 'elm', inBps: trust === 'north' ? rate(volumes.branch.oakNow) : 0 },
        { id: 'oak', inBps: rate(own.oakNow) },
      ];
      const list = await until(`the list of ${trust}`, async () => {
        const got = await ask<AcademyList>(trust, '/api/v1/academies');
        expect(got.academies).toMatchObject(expected);
        return got;
      });
      expect(list.trust).toEqual({ id: trust, name: `${trust} Trust` });
      expect(list.academies.map(({ name }) => name)).toEqual(
        ['Ash', 'Elm', 'Oak'].map((name) => `${name} of ${trust}`),
      );
      // What a stream begins with is as old as its last update.
      await until(`the stream of ${trust}`, async () => {
        expect(await snapshotOf(trust)).toMatchObject(expected);
        return true;
      });
    }
  });

  it('finds the interface that each calls by the same name', async () => {
    for (const trust of trusts)
      await until(`the map has WAN of ${trust}`, async () => (await octets(trust, 'academies/ash')) > 0);
  });

  it('answers each its own history, to the octet, for academies and circuits of the same ids', async () => {
    for (const trust of trusts) {
      const own = volumes[trust];
      for (const [of, count] of [
        ['academies/oak', own.oakPast],
        ['circuits/oak-1', own.oakPast],
        // Named WAN in both, on interfaces that differ.
        ['academies/ash', own.ashPast],
        ['circuits/ash-1', own.ashPast],
        // The same address and interface at another collector of the same trust.
        ['academies/elm', trust === 'north' ? volumes.branch.oakPast : 0],
      ] as const)
        expect({ trust, of, octets: await octets(trust, of) }).toEqual({ trust, of, octets: count });
    }
  });

  it('gives each its own 95th percentiles, of a range and of a month', async () => {
    const step = 300_000;
    const from = Math.floor((sentMs - agoMs - 100) / step) * step;
    // To the end of the 5 minutes in which the past volumes end.
    const to = Math.floor((sentMs - agoMs) / step) * step + step;
    // As if 10 minutes had gone by: what has just been sent is in whole steps too.
    const laterMs = Date.now() + 600_000;
    const month = monthOf(sentMs - agoMs);
    await refreshPercentiles(store, month, laterMs);
    for (const trust of trusts) {
      const own = volumes[trust];
      for (const [id, count] of [
        ['oak', own.oakPast],
        ['ash', own.ashPast],
      ] as const) {
        const { percentile95: found } = await ask<Traffic>(
          trust,
          `/api/v1/academies/${id}/traffic?from=${from}&to=${to}&step=300`,
        );
        // A flow that lies across two steps is shared between them.
        const least = from + step === to ? count : count / 2;
        expect(found.samples).toBeGreaterThan(0);
        expect(found.inBps).toBeGreaterThanOrEqual(Math.floor((least * 8) / 300));
        expect(found.inBps).toBeLessThanOrEqual(Math.ceil((count * 8) / 300));
      }
      const snapshot = await ask<AcademyDetail>(trust, '/api/v1/academies/oak');
      expect(snapshot.circuits.map(({ provider }) => provider)).toEqual([`Acme of ${trust}`]);
    }
    const months = await Promise.all(trusts.map((trust) => monthPercentiles(store, labelKey(trust), month, month)));
    // North has a circuit more that was heard; none is in both answers.
    const [ours, theirs] = months.map((rows) => rows.map(({ circuit }) => circuit));
    expect(ours).toHaveLength(3);
    expect(theirs).toHaveLength(2);
    expect(ours!.filter((circuit) => theirs!.includes(circuit))).toEqual([]);
  });

  it('lists to each its own exporters and collectors, and where those listen', async () => {
    for (const trust of trusts) {
      const labels = trust === 'north' ? ['branch', 'main'] : ['main'];
      const list = await until(`the exporters of ${trust}`, async () => {
        const got = await ask<ExporterList>(trust, '/api/v1/exporters');
        return got.exporters.length >= 2 * labels.length && got;
      });
      expect(list.collectors.map(({ collector }) => collector)).toEqual(labels);
      const seen = list.exporters.map(({ collector, address }) => `${collector} ${address}`).sort();
      expect(seen).toEqual(labels.flatMap((label) => [router, stray].map((address) => `${label} ${address}`)).sort());
      const main = list.exporters.find(({ collector, address }) => collector === 'main' && address === router)!;
      expect(main.circuits.map(({ name, academyName }) => `${name}, ${academyName}`).sort()).toEqual([
        `ash-1, Ash of ${trust}`,
        `oak-1, Oak of ${trust}`,
      ]);
      const { collecting } = await ask<AcademyList>(trust, '/api/v1/academies');
      const own = trust === 'north' ? [system.ports, branch.ports] : [south.ports];
      expect(collecting.listening.map(({ port }) => port).sort()).toEqual(
        own.flatMap(({ netflow, ipfix, sflow, traps }) => [netflow, ipfix, sflow, traps]).sort(),
      );
    }
  });

  it('lists to each the interfaces that none of its own circuits is on', async () => {
    for (const trust of trusts) {
      const { unmapped } = await ask<AcademyList>(trust, '/api/v1/academies');
      const strayNames = trust === 'north' ? ['stray branch', 'stray north'] : ['stray south'];
      expect(unmapped.map(({ name, exporter }) => `${exporter} ${name}`).sort()).toEqual(
        strayNames.map((name) => `${stray} ${name}`),
      );
      const stored = await unmappedInterfaces(store, labelKey(trust), Date.now());
      const strays = stored.filter(({ exporter }) => exporter === stray);
      expect(strays.map(({ name, inOctets }) => `${name} ${inOctets}`).sort()).toEqual(
        (trust === 'north' ? (['branch', 'north'] as const) : (['south'] as const)).map(
          (name) => `stray ${name} ${volumes[name].stray}`,
        ),
      );
      expect(new Set(stored.map((each) => each.trust))).toEqual(new Set([labelKey(trust)]));
    }
  });

  it("keeps what exporters call interfaces and applications to the exporter's own trust and collector", async () => {
    for (const [name, trust, collector] of [
      ['north', 'north', 'main'],
      ['branch', 'north', 'branch'],
      ['south', 'south', 'main'],
    ] as const) {
      const of = { trust: labelKey(trust), collector: labelKey(collector), exporter: parseAddress(router) };
      const applications = await namesOf(store, { ...of, kind: 'application' });
      expect(applications.map((each) => each.name)).toEqual([`seven ${name}`]);
      const resolved = (await resolveInterfaces(store, of.trust)).filter(
        (each) => each.collector === of.collector && each.kind === 'name' && each.name === 'WAN',
      );
      expect(resolved.map((each) => each.interface)).toEqual([volumes[name].wan]);
    }
  });

  it('takes from each the traps of its own community, and keeps their events apart', async () => {
    for (const [trust, community, ifIndex] of [
      ['north', 'northern', 11],
      ['north', 'southern', 12],
      ['south', 'northern', 13],
      ['south', 'southern', 14],
    ] as const)
      await trap(ports()[trust].traps, community, ifIndex);
    const events = await until('both traps are stored', async () => {
      const rows = await store.query<{ trust: number; interface: number }>(
        'SELECT trust, interface FROM events WHERE exporter = toIPv6({router:String}) AND interface BETWEEN 11 AND 14 ORDER BY interface',
        { router },
      );
      return rows.length >= 2 && rows;
    });
    expect(events).toEqual([
      { trust: labelKey('north'), interface: 11 },
      { trust: labelKey('south'), interface: 14 },
    ]);
  });

  it('lets each decide on its own exporters only', async () => {
    const decide = (trust: Trust, collector: string): Promise<Response> =>
      fetch(`${urls()[trust]}/api/v1/exporters/${collector}/${stray}/decision`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ decision: 'refused' }),
      });
    expect((await decide('south', 'main')).status).toBe(200);
    expect((await decide('south', 'branch')).status).toBe(404);
    const states = async (trust: Trust): Promise<Exporter['state'][]> =>
      (await ask<ExporterList>(trust, '/api/v1/exporters')).exporters
        .filter(({ address }) => address === stray)
        .map(({ state }) => state);
    await until('south shows the decision', async () => (await states('south')).join() === 'refused');
    expect(await states('north')).toEqual(['reporting', 'reporting']);
  });

  it('has no way to ask for another trust, and tells each the health of what serves it', async () => {
    const { trust } = await ask<AcademyList>('south', '/api/v1/academies?trust=north');
    expect(trust.id).toBe('south');
    const { parts } = await ask<Health>('south', '/health/ready');
    expect(Object.keys(parts)).not.toContain('collector');
    const metrics = await (await fetch(`${south.url}/metrics`)).text();
    expect(metrics).not.toContain('linewatch_collector_datagrams_total');
  });

  it('keeps keys and secrets of each by itself', async () => {
    const directory = path.join(system.dataDir, 'collector');
    expect(readdirSync(directory).sort()).toEqual(['north', 'south']);
    const pseudonyms = await Promise.all([system.run('pseudonym', '10.1.2.3'), south.run('pseudonym', '10.1.2.3')]);
    const [ours, theirs] = pseudonyms.map(({ out }) => out.trim().split('\t')[1]);
    expect(ours).toMatch(/^[\d.]+$/);
    expect(theirs).toMatch(/^[\d.]+$/);
    expect(ours).not.toBe(theirs);
  });

  it("changes nothing of one trust when the other's circuits move or end", async () => {
    const routes = ['academies/oak', 'circuits/oak-1', 'academies/ash', 'circuits/ash-1', 'academies/elm'];
    const all = (trust: Trust): Promise<number[]> => Promise.all(routes.map((of) => octets(trust, of)));
    const before = { north: await all('north'), south: await all('south') };
    // Of south, oak's circuit moves to another interface.
    expect(await importEstate('south', estate('south', { oak: 8 }))).toContain('circuits: 1 changed');
    await until('the map of south is published', async () => (await octets('south', 'academies/oak')) === 0);
    expect(await all('north')).toEqual(before.north);
    await importEstate('south', estate('south'));
    await until('it is as before', async () => (await octets('south', 'academies/oak')) === before.south[0]);
    // Of north, an academy ends.
    const out = await importEstate('north', estate('north', { ash: false }), '--prune');
    expect(out).toContain('academies: 2 unchanged, 1 ended');
    expect(out).toContain('circuits: 2 unchanged, 1 ended');
    await until('north no longer lists it', async () => {
      const { academies } = await ask<AcademyList>('north', '/api/v1/academies');
      return academies.length === 2;
    });
    const { academies } = await ask<AcademyList>('south', '/api/v1/academies');
    expect(academies.map(({ id }) => id)).toEqual(['ash', 'elm', 'oak']);
    expect(await all('south')).toEqual(before.south);
    // What ended keeps its past.
    expect(await all('north')).toEqual(before.north);
  });

  it('refuses a trust whose label has the number of one that is there', async () => {
    // FNV-1a of the two is the same.
    const file = path.join(system.directory, 'estate-collision.yaml');
    const of = (id: string): string => `trust: { id: ${id}, name: ${id} }\n`;
    writeFileSync(file, of('costarring'));
    expect((await system.run('import', file)).code).toBe(0);
    writeFileSync(file, of('liquid'));
    const { code, err } = await system.run('import', file);
    expect(code).toBe(1);
    expect(err).toContain('trust id "liquid" has the same number in telemetry');
    expect(err).toContain('"costarring"');
  });
});

/** The estate on real servers: the PostgreSQL that we ship, and Debian's where it is installed. */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, type Estate, circuitKinds, createEstate, phases } from '@linewatch/estate';
import type { FileProblem, KindCounts } from '@linewatch/contract';
import { labelKey } from '@linewatch/record';
import { Metrics, createLogger } from '@linewatch/service';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { type Server, servers, sql as run } from '../support/postgres.ts';
import { temporaryDirectory, until } from '../support/system.ts';

/** An estate file; each argument is the entries of a list, without the dash. */
const file = (academies: string[], circuits: string[], providers = ['id: north, name: North']): string => {
  const list = (name: string, entries: string[]): string =>
    `${name}: [${entries.map((entry) => `{${entry}}`).join(',\n ')}]\n`;
  return `trust: {name: Ridge Trust}\n${list('providers', providers)}${list('academies', academies)}${list('circuits', circuits)}`;
};
const oak = 'id: oak, name: Oak';
const ash = 'id: ash, name: Ash';
const line = (id: string, academy: string, index: number, more = ''): string =>
  `id: ${id}, academy: ${academy}, provider: north, exporter: 192.0.2.1, interface: {index: ${index}}${more && `, ${more}`}`;

const actor: Actor = { account: null, name: 'test', via: 'command', address: null };

interface Loaded {
  readonly version: number;
  /** There is a new version of the estate. */
  readonly changed: boolean;
  readonly providers: KindCounts | undefined;
  readonly academies: KindCounts | undefined;
  readonly circuits: KindCounts | undefined;
}

class Refused extends Error {
  readonly problems: readonly FileProblem[];
  constructor(problems: readonly FileProblem[]) {
    super(problems.map(({ line, path, message }) => `${line ?? 0}: ${path} ${message}`).join('\n'));
    this.problems = problems;
  }
}

async function loadInto(estate: Estate, text: string, { prune = false } = {}): Promise<Loaded> {
  const before = await estate.version();
  const { applied, problems, counts, version } = await estate.importFile({
    format: 'yaml',
    text,
    dryRun: false,
    prune,
    actor,
  });
  if (!applied) throw new Refused(problems);
  const { provider, academy, circuit } = counts;
  return { version, changed: version !== before, providers: provider, academies: academy, circuits: circuit };
}

/** Two labels with the same number in telemetry: of 32 bits, some tens of thousands have a pair. */
function sameNumber(): { first: string; second: string } {
  const labels = new Map<number, string>();
  for (let i = 0; ; i++) {
    const second = `trust-${i.toString(36)}`;
    const first = labels.get(labelKey(second));
    if (first !== undefined) return { first, second };
    labels.set(labelKey(second), second);
  }
}

describe.each(servers)('the estate on $name', ({ start }) => {
  const logger = createLogger('estate-test', 'silent');
  let directory: string;
  let port: number;
  let server: Server | undefined;
  let common: string;
  let url: string;
  const open: Estate[] = [];

  /** Another process's view: its own pool and its own name. */
  function another(applicationName = 'another', metrics?: Metrics): Estate {
    const estate = createEstate({ url, logger, applicationName, metrics });
    open.push(estate);
    return estate;
  }
  const sql = (text: string, values: unknown[] = [], at = url): Promise<Record<string, unknown>[]> =>
    run(at, text, values);
  /** A new database: its URL. */
  async function created(name: string): Promise<string> {
    await sql(`CREATE DATABASE ${name}`, [], server!.url);
    return server!.url.replace(/[^/]*$/, name);
  }
  /** Ends the server's side of connections, as a restart or a firewall would. */
  const cut = (applicationName: string): Promise<unknown> =>
    sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [applicationName]);

  beforeAll(async () => {
    directory = temporaryDirectory('estate');
    port = await freePort();
    server = await start(directory, port);
    common = await created('estate');
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  let estate: Estate;
  beforeEach(async () => {
    url = common;
    estate = another('estate');
    await estate.migrate();
    // The audit log refuses to be emptied otherwise.
    await sql(
      'SET session_replication_role = replica; TRUNCATE trust RESTART IDENTITY CASCADE; UPDATE estate_version SET version = 0',
    );
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((it) => it.close()));
  });

  const load = (text: string, options?: { prune: boolean }): Promise<Loaded> => loadInto(estate, text, options);

  describe('migrations', () => {
    it('are applied once, by whoever comes first', async () => {
      url = await created('fresh');
      const results = await Promise.all([another().migrate(), another().migrate(), another().migrate()]);
      const [none, none2, all] = results.map(({ applied }) => applied.length).toSorted((a, b) => a - b);
      expect([none, none2]).toEqual([0, 0]);
      expect(all).toBeGreaterThan(1);
      expect(results.every(({ version }) => version === results[0].version)).toBe(true);
    });

    it('refuse a database of a newer Linewatch', async () => {
      url = await created('newer');
      const newer = another();
      await newer.migrate();
      await sql(`INSERT INTO schema_migrations (version, file) VALUES (9000, '9000_later.sql')`);
      await expect(newer.migrate()).rejects.toMatchObject({
        code: 'schema_newer',
        message: expect.stringContaining('9000') as string,
      });
      expect(await newer.health()).toMatchObject({ ready: false });
    });

    it('are asked for when they were not applied', async () => {
      url = await created('bare');
      await expect(another().snapshot()).rejects.toMatchObject({ code: 'schema_missing' });
      expect(await another().health()).toMatchObject({ ready: false });
    });

    it('leave a healthy estate', async () => {
      expect(await estate.health()).toEqual({
        ready: true,
        detail: expect.stringMatching(/^PostgreSQL 1\d/) as string,
      });
    });
  });

  describe('an import', () => {
    it('is read back whole', async () => {
      const text = file(
        [
          'id: oak, name: Oak, phase: Primary, pupils: 210, urn: 123456, postcode: LS1 4AP, networks: [10.1.0.0/16, "2001:db8::/48"]',
        ],
        [
          line(
            'c1',
            'oak',
            2,
            'name: First, kind: leased-line, committed: {down: 1G, up: 100M}, from: 2026-07-01, to: 2027-07-01',
          ),
          'id: c2, academy: oak, provider: north, role: backup, exporter: "2001:db8::1", collector: west, interface: {alias: "WAN: 4G"}, download: out',
        ],
      );
      expect(await load(text)).toEqual({
        version: 1,
        changed: true,
        providers: { added: 1, changed: 0, unchanged: 0, ended: 0, absent: [] },
        academies: { added: 1, changed: 0, unchanged: 0, ended: 0, absent: [] },
        circuits: { added: 2, changed: 0, unchanged: 0, ended: 0, absent: [] },
      });
      const { version, trusts, providers, academies, circuits } = await estate.snapshot();
      const trust = trusts[0]!.id;
      const academy = academies[0]!.id;
      expect(version).toBe(1);
      expect(await estate.version()).toBe(1);
      expect(trusts).toEqual([{ id: trust, key: labelKey('main'), label: 'main', name: 'Ridge Trust' }]);
      expect(providers).toMatchObject([{ slug: 'north', name: 'North', trust, endedMs: null }]);
      expect(academies).toEqual([
        {
          ...{ id: academy, slug: 'oak', name: 'Oak', phase: 'Primary', pupils: 210, urn: 123456, postcode: 'LS1 4AP' },
          ...{ networks: ['10.1.0.0/16', '2001:db8::/48'], trust, endedMs: null },
        },
      ]);
      expect(circuits).toEqual([
        {
          ...{
            id: circuits[0]!.id,
            slug: 'c1',
            name: 'First',
            trust,
            academy,
            ...{ provider: 'North', providerRow: expect.any(Number) as number, site: null, contract: null },
            ...{ tunnel: null, probe: null, parent: null, pop: null },
            role: 'primary',
            kind: 'leased-line',
          },
          ...{ exporter: '192.0.2.1', collector: 'main', interface: { kind: 'index', value: 2 }, downloadSide: 'in' },
          ...{ committedDownBps: 1e9, committedUpBps: 1e8 },
          ...{ validFromMs: Date.parse('2026-06-30T23:00Z'), validToMs: Date.parse('2027-06-30T23:00Z') },
        },
        {
          ...{
            id: circuits[1]!.id,
            slug: 'c2',
            name: 'c2',
            trust,
            academy,
            ...{ provider: 'North', providerRow: expect.any(Number) as number, site: null, contract: null },
            ...{ tunnel: null, probe: null, parent: null, pop: null },
            role: 'backup',
            kind: null,
          },
          ...{
            exporter: '2001:db8::1',
            collector: 'west',
            interface: { kind: 'alias', value: 'WAN: 4G' },
            downloadSide: 'out',
          },
          ...{ committedDownBps: null, committedUpBps: null, validFromMs: null, validToMs: null },
        },
      ]);
    });

    it('of the same file changes nothing and says so', async () => {
      const text = file(
        [`${oak}, urn: 123456, networks: [10.1.0.0/16]`, ash],
        [line('c1', 'oak', 2, 'from: 2026-07-01, committed: {down: 5}')],
      );
      await load(text);
      const before = await estate.snapshot();
      expect(await load(text)).toEqual({
        version: 1,
        changed: false,
        providers: { added: 0, changed: 0, unchanged: 1, ended: 0, absent: [] },
        academies: { added: 0, changed: 0, unchanged: 2, ended: 0, absent: [] },
        circuits: { added: 0, changed: 0, unchanged: 1, ended: 0, absent: [] },
      });
      expect(await estate.snapshot()).toEqual(before);
    });

    it('changes what changed, and numbers stay', async () => {
      await load(
        file([`${oak}, networks: [10.1.0.0/16]`, `${ash}, urn: 100001`], [line('c1', 'oak', 2), line('c2', 'ash', 3)]),
      );
      const before = await estate.snapshot();
      const result = await load(
        file(
          ['id: oak, name: Oak Hill', `${ash}, urn: 100002, networks: [10.1.0.0/16]`],
          [line('c1', 'oak', 2), line('c2', 'ash', 3, 'download: out')],
        ),
      );
      expect(result).toMatchObject({
        version: 2,
        academies: { changed: 2, unchanged: 0 },
        circuits: { changed: 1, unchanged: 1 },
      });
      const after = await estate.snapshot();
      expect(after.academies).toMatchObject([
        { id: before.academies[0]!.id, name: 'Oak Hill', networks: [] },
        { id: before.academies[1]!.id, urn: 100002, networks: ['10.1.0.0/16'] },
      ]);
      expect(after.circuits[1]).toEqual({ ...before.circuits[1]!, downloadSide: 'out' });
      const urns = await sql('SELECT urn, until IS NULL AS current FROM academy_urn ORDER BY id');
      expect(urns).toEqual([
        { urn: 100001, current: false },
        { urn: 100002, current: true },
      ]);
    });

    it('may swap the interfaces of two circuits', async () => {
      await load(file([oak, ash], [line('c1', 'oak', 2), line('c2', 'ash', 3)]));
      expect(await load(file([oak, ash], [line('c1', 'oak', 3), line('c2', 'ash', 2)]))).toMatchObject({
        circuits: { changed: 2 },
      });
      const { circuits } = await estate.snapshot();
      expect(circuits.map(({ slug, interface: selector }) => [slug, selector?.value])).toEqual([
        ['c1', 3],
        ['c2', 2],
      ]);
    });

    it('lists what the file lacks and leaves it as it is', async () => {
      await load(
        file(
          [oak, ash],
          [line('c1', 'oak', 2), line('c2', 'ash', 3)],
          ['id: north, name: North', 'id: south, name: South'],
        ),
      );
      const before = await estate.snapshot();
      const result = await load(file([oak], [line('c1', 'oak', 2)]));
      expect(result).toMatchObject({
        changed: false,
        providers: { absent: ['south'] },
        academies: { absent: ['ash'] },
        circuits: { absent: ['c2'] },
      });
      expect(await estate.snapshot()).toEqual(before);
    });

    it('that prunes ends what the file lacks, keeps it, and takes it back when the file does', async () => {
      const whole = file(
        [oak, ash],
        [line('c1', 'oak', 2), line('c2', 'ash', 3)],
        ['id: north, name: North', 'id: south, name: South'],
      );
      await load(whole);
      const before = await estate.snapshot();
      const startedMs = Date.now();
      const pruned = await load(file([oak], [line('c1', 'oak', 2)]), { prune: true });
      expect(pruned).toMatchObject({
        changed: true,
        providers: { ended: 1 },
        academies: { ended: 1 },
        circuits: { ended: 1, unchanged: 1 },
      });
      const { academies, circuits, providers } = await estate.snapshot();
      expect(providers.map(({ endedMs }) => endedMs === null)).toEqual([true, false]);
      expect(academies.map(({ endedMs }) => endedMs === null)).toEqual([true, false]);
      expect(circuits[0]).toEqual(before.circuits[0]);
      expect(circuits[1]!.validToMs).toBeGreaterThan(startedMs - 60_000);
      expect(await load(file([oak], [line('c1', 'oak', 2)]), { prune: true })).toMatchObject({ changed: false });
      expect(await load(whole)).toMatchObject({
        providers: { changed: 1 },
        academies: { changed: 1 },
        circuits: { changed: 1 },
      });
      expect({ ...(await estate.snapshot()), version: 1 }).toEqual(before);
    });

    it('that prunes withdraws a circuit that has not begun', async () => {
      await load(file([oak], [line('c1', 'oak', 2, 'to: 2190-01-01'), line('c2', 'oak', 2, 'from: 2190-01-01')]));
      expect(await load(file([oak], [line('c1', 'oak', 2)]), { prune: true })).toMatchObject({
        circuits: { changed: 1, ended: 1 },
      });
      expect((await estate.snapshot()).circuits.map(({ slug, validToMs }) => [slug, validToMs])).toEqual([
        ['c1', null],
      ]);
    });

    it('that contradicts what only the estate has is refused whole, with the line', async () => {
      await load(file([`${oak}, networks: [10.1.0.0/16]`], [line('c1', 'oak', 2)]));
      const before = await estate.snapshot();
      const refused = load(file([`${ash}, networks: [10.1.0.0/16]`], [line('other', 'ash', 9), line('c2', 'ash', 2)]));
      await expect(refused).rejects.toMatchObject({
        problems: [
          {
            line: 3,
            path: 'academies.0.networks.0',
            message: '"10.1.0.0/16" is already a network of the academy "oak" of the estate',
          },
          {
            line: 5,
            path: 'circuits.1.interface',
            message: expect.stringContaining(
              '192.0.2.1 ifIndex 2 is also the circuit "c1", which is in the estate',
            ) as string,
          },
        ],
      });
      expect(await estate.snapshot()).toEqual(before);
      // A time after which the new one holds solves it.
      expect(
        await load(file([ash], [line('c1', 'ash', 2, 'to: 2026-09-01'), line('c2', 'ash', 2, 'from: 2026-09-01')])),
      ).toMatchObject({
        circuits: { added: 1, changed: 1 },
      });
    });

    it('of a trust whose number another trust has is refused', async () => {
      await load(file([oak], []));
      const { first, second } = sameNumber();
      const of = (trust: string): string => file([oak], []).replace('{name', `{id: ${trust}, name`);
      await load(of(first));
      await expect(load(of(second))).rejects.toMatchObject({
        code: 'trust_key_collision',
        message: expect.stringContaining(`"${first}"`) as string,
      });
      expect(await load(of('other'))).toMatchObject({ changed: true });
      expect((await estate.snapshot()).academies).toHaveLength(3);
    });

    it('changes no row of another trust, whatever ids, addresses and networks they have in common', async () => {
      const of = (trust: string, text: string): string => text.replace('{name', `{id: ${trust}, name`);
      const withMore = (entry: string, more: string): string => `${entry}, ${more}`;
      const first = file(
        [withMore(oak, 'urn: 100001, networks: [10.1.0.0/16]'), withMore(ash, 'urn: 100002, networks: [10.2.0.0/16]')],
        [line('c1', 'oak', 2), line('c2', 'ash', 3)],
        ['id: north, name: North', 'id: south, name: South'],
      );
      /** Every row that belongs to a trust, of whatever table, as text. */
      const rowsOf = async (trust: string): Promise<string[]> => {
        const tables = await sql(
          "SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'trust_id' ORDER BY 1",
        );
        expect(tables.length).toBeGreaterThan(4);
        const own = 'WHERE trust_id = (SELECT id FROM trust WHERE slug = $1)';
        const texts = [
          ...tables.map(({ name }) => `SELECT t::text AS row FROM ${String(name)} AS t ${own}`),
          `SELECT u::text AS row FROM academy_urn AS u WHERE academy_id IN (SELECT id FROM academy ${own})`,
        ];
        const rows = await Promise.all(texts.map((text) => sql(text, [trust])));
        return rows.flatMap((each) => each.map(({ row }) => String(row))).sort();
      };
      for (const trust of ['left', 'right']) await loadInto(estate, of(trust, first));
      const before = await rowsOf('right');
      expect(before.length).toBeGreaterThan(10);
      const steps: [string, { prune: boolean }][] = [
        // Everything changes: names, numbers, networks, interfaces, sides.
        [
          file(
            [
              withMore('id: oak, name: O', 'urn: 100009, networks: [10.9.0.0/16]'),
              withMore(ash, 'networks: [10.1.0.0/16]'),
            ],
            [line('c1', 'ash', 3, 'download: out'), line('c2', 'oak', 2, 'from: 2026-01-01')],
            ['id: north, name: N', 'id: south, name: S'],
          ),
          { prune: false },
        ],
        [file([oak], [line('c1', 'oak', 9)]), { prune: true }],
        [first, { prune: false }],
        [file([], [], []), { prune: true }],
      ];
      for (const [text, options] of steps) {
        const left = await rowsOf('left');
        expect(await loadInto(estate, of('left', text), options)).toMatchObject({ changed: true });
        expect(await rowsOf('left')).not.toEqual(left);
        expect(await rowsOf('right')).toEqual(before);
      }
      expect(await loadInto(estate, of('right', first))).toMatchObject({ changed: false });
    });

    it('has no rule over rows of two trusts, and no reference from one trust to another', async () => {
      const rules = await sql(
        `SELECT c.conname AS name, (SELECT array_agg(attname::text) FROM pg_attribute
             WHERE attrelid = c.conrelid AND attnum = ANY (c.conkey)) AS columns
         FROM pg_constraint c WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('u', 'x', 'f')
           AND EXISTS (SELECT FROM pg_attribute WHERE attrelid IN (c.conrelid, c.confrelid) AND attname = 'trust_id') ORDER BY 1`,
      );
      const without = rules.filter(({ columns }) => !(columns as string[]).includes('trust_id'));
      expect(without.map(({ name }) => name)).toEqual([
        // Accounts are of the installation, not of a trust.
        'account_grant_academy_id_fkey',
        // Of a subscription's own row, an exporter's, a circuit's, a contract's, an incident's and an academy's, which are one trust's.
        'alert_group_subscription_id_fkey',
        'circuit_certificate_circuit_id_fkey',
        'circuit_interface_once',
        'circuit_interval_circuit_id_fkey',
        'circuit_quality_circuit_id_fkey',
        'circuit_state_circuit_id_fkey',
        'circuit_usage_circuit_id_fkey',
        'contract_price_contract_id_fkey',
        'delivery_incident_id_fkey',
        'delivery_subscription_id_fkey',
        'inbound_message_subscription_id_fkey',
        'incident_entry_incident_id_fkey',
        // The watcher watches all trusts.
        'incident_key_key',
        'status_page_academy_id_fkey',
      ]);
    });

    it('takes every phase and every kind that the file may have', async () => {
      const academies = phases.map((phase, i) => `id: a${i}, name: A, phase: ${phase}`);
      const circuits = circuitKinds.map((kind, i) => line(`c${i}`, 'a0', i + 1, `kind: ${kind}`));
      expect(await load(file(academies, circuits))).toMatchObject({
        academies: { added: phases.length },
        circuits: { added: circuitKinds.length },
      });
    });

    it('from several processes at once is one after the other', async () => {
      const names = ['A', 'B', 'C', 'D'];
      const results = await Promise.all(names.map((name) => loadInto(another(), file([`id: oak, name: ${name}`], []))));
      expect(results.map(({ version }) => version).toSorted()).toEqual([1, 2, 3, 4]);
      expect(results.filter(({ academies }) => academies?.added === 1)).toHaveLength(1);
    });
  });

  describe('the database', () => {
    beforeEach(() => load(file([oak], [line('c1', 'oak', 2, 'to: 2026-09-01')])));
    const copy = (change: string): Promise<unknown> =>
      sql(`CREATE TEMP TABLE t AS SELECT * FROM circuit WHERE slug = 'c1'; UPDATE t SET ${change};
        INSERT INTO circuit (trust_id, slug, name, academy_id, provider_id, role, exporter_id, interface_kind, interface_value, download_side, valid)
        SELECT trust_id, slug, name, academy_id, provider_id, role, exporter_id, interface_kind, interface_value, download_side, valid FROM t`);

    it('itself keeps two circuits off one interface', async () => {
      await copy(`slug = 'c2', valid = '[2026-09-01,)'`);
      await expect(copy(`slug = 'c3', valid = '[2026-12-01,)'`)).rejects.toMatchObject({
        constraint: 'circuit_interface_once',
      });
    });

    it.each([
      ['a circuit of nobody', `slug = 'c2', academy_id = 999, valid = 'empty'`],
      ['a circuit of another trust', `slug = 'c2', trust_id = 999, valid = 'empty'`],
      ['a role that there is not', `slug = 'c2', role = 'spare', valid = 'empty'`],
      ['a second of the same id', `valid = 'empty'`],
      ['an id that no address could hold', `slug = 'C 2', valid = 'empty'`],
    ])('itself refuses %s', async (_, change) => {
      await expect(copy(change)).rejects.toThrow();
    });
  });

  it('is read as of one moment while imports go on', async () => {
    await load(file(['id: oak, name: N1'], []));
    const writer = another();
    const writing = (async () => {
      for (let i = 2; i <= 15; i++) await loadInto(writer, file([`id: oak, name: N${i}`, ...(i % 2 ? [ash] : [])], []));
    })();
    let done = false;
    void writing.then(() => (done = true));
    while (!done) {
      const { version, academies } = await estate.snapshot();
      expect(academies[0]!.name).toBe(`N${version}`);
    }
    await writing;
  });

  describe('a watch', () => {
    it('is told of the version at the start and of each change, not of an import that changes nothing', async () => {
      const versions: number[] = [];
      estate.watch((version) => void versions.push(version));
      await until('the first version', () => versions.length === 1);
      await loadInto(another(), file([oak], []));
      await until('the change', () => versions.length === 2);
      await load(file([oak], []));
      await load(file([oak, ash], []));
      await until('the second change', () => versions.length === 3);
      expect(versions).toEqual([0, 1, 2]);
    });

    it('goes on after its connection was cut, and misses nothing', async () => {
      const versions: number[] = [];
      another('watcher').watch((version) => void versions.push(version));
      await until('the first version', () => versions.length === 1);
      await cut('watcher');
      await load(file([oak], []));
      await until('the change', () => versions.at(-1) === 1);
    });

    it('tells a version again to a reader that could not take it, one at a time', async () => {
      const calls: number[] = [];
      let going = 0;
      estate.watch(async (version) => {
        expect(++going).toBe(1);
        calls.push(version);
        await sleep(5);
        going--;
        if (calls.length === 1) throw new Error('not now');
      });
      await until('the second call', () => calls.length === 2);
      expect(calls).toEqual([0, 0]);
    });

    it('is silent once stopped', async () => {
      const versions: number[] = [];
      const watch = estate.watch((version) => void versions.push(version));
      await until('the first version', () => versions.length === 1);
      await watch.stop();
      await load(file([oak], []));
      const second = estate.watch(() => undefined);
      await second.stop();
      expect(versions).toEqual([0]);
    });
  });

  describe('a lock', () => {
    it('has one holder until it is released', async () => {
      const first = (await estate.leader('maps'))!;
      const other = another();
      expect(first.signal.aborted).toBe(false);
      expect(await other.leader('maps')).toBeUndefined();
      expect(await other.leader('reports')).toBeDefined();
      await first.release();
      expect(first.signal.aborted).toBe(true);
      expect(await other.leader('maps')).toBeDefined();
    });

    it('is told to be lost with its connection, and goes to another', async () => {
      const first = (await another('holder').leader('maps'))!;
      await cut('holder');
      await until('the loss', () => first.signal.aborted);
      expect(first.signal.reason).toMatchObject({ code: 'leadership_lost' });
      await until('the next holder', async () => (await another().leader('maps')) !== undefined);
    });

    it('lets work go on in one process at a time, over a lost connection', async () => {
      const working = new Set<string>();
      let most = 0;
      let turns = 0;
      const work = (name: string) => async (signal: AbortSignal) => {
        working.add(name);
        turns++;
        most = Math.max(most, working.size);
        await once(signal, 'abort');
        working.delete(name);
      };
      another('one').whileLeading('maps', work('one'));
      await until('a worker', () => working.size === 1);
      another('two').whileLeading('maps', work('two'));
      await cut('one');
      await until('a second turn', () => turns === 2 && working.size === 1);
      expect(most).toBe(1);
    });
  });

  it('says that it is closed', async () => {
    const other = another();
    await other.close();
    await expect(other.snapshot()).rejects.toMatchObject({ code: 'closed' });
    await expect(loadInto(other, file([oak], []))).rejects.toMatchObject({ code: 'closed' });
  });

  it('waits out a server that restarts', async () => {
    const metrics = new Metrics('test');
    const other = another('patient', metrics);
    const versions: number[] = [];
    other.watch((version) => void versions.push(version));
    await until('the first version', () => versions.length === 1);
    await server!.stop();
    expect(await other.health()).toMatchObject({ ready: false });
    await expect(other.snapshot()).rejects.toMatchObject({ code: 'unreachable' });
    await expect(other.leader('maps')).rejects.toMatchObject({ code: 'unreachable' });
    expect(await metrics.text()).toMatch(/linewatch_test_estate_failures_total\{reason="unreachable"\} [1-9]/);
    server = await start(directory, port);
    await load(file([oak], []));
    await until('the change', () => versions.at(-1) === 1);
    expect(await other.health()).toMatchObject({ ready: true });
  });
});

/** The estate as files, on the PostgreSQL that we ship. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FileProblem, ImportBody, ImportResult } from '@linewatch/contract';
import { type Actor, type Estate, createEstate } from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { startPostgres } from '../../apps/linewatch/src/engines/postgres.ts';
import { createEstateSync } from '../../apps/linewatch/src/estate-sync.ts';
import { mended, plantedErrors, registerCsv } from '../support/register.ts';
import { temporaryDirectory, until } from '../support/system.ts';

const actor: Actor = { account: null, name: 'test', via: 'command', address: null };
const logger = createLogger('files-test', 'silent');

const everyKind = `
trust: {name: Brackenfold Learning Trust}
clusters: [{id: east, name: East}]
calendars:
  - id: usual
    name: Usual
    schoolDay: {from: "08:30", to: "15:30"}
    weekdays: [mon, tue, wed, thu, fri]
    terms: [{from: 2026-09-01, to: 2026-12-18, name: Autumn}]
profiles: [{id: secondary, name: Secondary, downMinimum: 1G, fullFibre: true, backup: other-provider}]
providers: [{id: northgate, name: Northgate Networks, account: "=1+2", faultLine: "+44 20 7946 0000", tags: [b, a]}]
contracts:
  - id: wan
    name: WAN
    provider: northgate
    start: 2025-09-01
    end: 2028-08-31
    prices: [{from: 2025-09-01, monthly: 1234.5}]
    sla: {target: 99.9, period: month, fixHours: {total: 5}}
academies:
  - id: high
    name: "Brackenfold \\"High\\"; School, East"
    cluster: east
    calendar: usual
    profile: secondary
    phase: Secondary
    urn: 900001
    latitude: 53.8
    longitude: -1.55
    networks: [10.20.0.0/16]
    notes: "One line\\nand another"
sites: [{id: high-main, name: Main, academy: high, postcode: LS1 4AP}]
contacts: [{id: caretaker, name: Sam Example, academy: high, phone: "020 7946 0001", email: sam@example.org}]
credentials: [{id: edge, community: between-us}]
exporters: [{id: high-router, address: 192.0.2.10, name: high-router, academy: high, credential: edge}]
equipment: [{id: high-router, name: high-router, academy: high, exporter: high-router, make: Example, serial: SN1}]
circuits:
  - {id: high-1, name: "@high", academy: high, provider: northgate, contract: wan, access: fttp, committed: {down: 1G, up: 512k},
     exporter: 192.0.2.10, interface: {index: 2}, monthly: 99, from: 2026-01-01}
  - {id: high-2, name: "-second", academy: high, provider: northgate, role: backup, exporter: 192.0.2.10, interface: {alias: "+WAN"}}
templates: [{id: primary, name: Primary, profile: secondary, circuits: [{role: primary, provider: northgate, kind: broadband}]}]
rules: [{id: wan, name: WAN, ifAlias: "^WAN (?P<circuit>[a-z0-9-]+)$"}]
`;

describe('the estate as files', () => {
  let directory: string;
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let estate: Estate;
  let trust: string;
  let count = 0;

  beforeAll(async () => {
    directory = temporaryDirectory('files');
    server = await startPostgres({ directory, port: await freePort(), user: 'linewatch', password: 'correct horse' });
    estate = createEstate({ url: server.url, logger, applicationName: 'files', secretKey: new Uint8Array(32).fill(7) });
    await estate.migrate();
  });
  afterAll(async () => {
    await estate.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  // Each in a trust of its own.
  beforeEach(() => {
    trust = `trust-${++count}`;
  });

  const importing = (body: Partial<ImportBody> & Pick<ImportBody, 'text'>): Promise<ImportResult> =>
    estate.importFile({ format: 'yaml', dryRun: false, actor, trust, ...body });
  const yaml = (text: string): string => text.replace('trust: {', `trust: {id: ${trust}, `);
  const everything = async (): Promise<unknown> => {
    const { records } = await estate.records.all(trust);
    return records.map(({ kind, id, values, ended, managed }) => ({ kind, id, values, ended, managed }));
  };
  const exported = (format: 'yaml' | 'csv', kind?: ImportBody['kind']): Promise<string> =>
    estate.exportFile({ trust, format, kind, sees: () => true });
  const where = ({ row, column }: FileProblem): string => `${row ?? '?'} ${column ?? '?'}`;

  describe('the school register', () => {
    const options = { format: 'register', group: '9001' } as const;

    it('tells all of 50 planted errors in 500 academies by row and column, and is taken when they are mended', async () => {
      const { text, errors } = plantedErrors(500, 50);
      expect(errors).toHaveLength(50);
      const refused = await importing({ ...options, text });
      expect(refused.applied).toBe(false);
      expect(refused.problems.map(where).toSorted()).toEqual(errors.toSorted());
      expect(await everything()).toEqual([]);

      const taken = await importing({ ...options, text: mended(500) });
      expect(taken.problems).toEqual([]);
      expect(taken.counts.academy).toMatchObject({ added: 500, changed: 0 });
      const again = await importing({ ...options, text: mended(500) });
      expect(again).toMatchObject({ applied: true, batch: null, counts: { academy: { unchanged: 500, added: 0 } } });
      expect(JSON.stringify(await everything())).not.toMatch(/Headteacher|01632/);
    });

    it('keeps the id of a school that converts, and its URNs', async () => {
      const before = registerCsv([{ URN: '900001', EstablishmentName: 'Brackenfold School' }]);
      await importing({ ...options, text: before });
      const converted = registerCsv([
        { URN: '900001', EstablishmentName: 'Brackenfold School', 'EstablishmentStatus (name)': 'Closed' },
        { URN: '900777', EstablishmentName: 'Brackenfold Academy', UKPRN: '10099999', EstablishmentNumber: '4999' },
      ]);
      const links = 'URN,LinkURN,LinkType\r\n900777,900001,Predecessor\r\n';
      const result = await importing({ ...options, text: converted, second: links });
      expect(result.problems).toEqual([]);
      expect(result.counts.academy).toMatchObject({ added: 0, changed: 1 });
      expect(result.notes.join('\n')).toContain('the academy "brackenfold-school", found by the Links file');
      expect(await estate.records.get(trust, 'academy', 'brackenfold-school')).toMatchObject({
        values: { urn: 900777, name: 'Brackenfold Academy' },
      });
      // The file from before the conversion is still of the same academy.
      const old = await importing({ ...options, text: before, dryRun: true });
      expect(old.counts.academy).toMatchObject({ added: 0, changed: 1 });
      expect(old.notes.join('\n')).toContain('found by the former URN 900001');
    });

    it('takes the days on which schools joined and left from the membership file', async () => {
      await importing({ ...options, text: mended(3) });
      const head = 'URN,Group UID,Group Name,Date Joined Group,Date Left Group\r\n';
      const members = `${head}900000,9001,Brackenfold Learning Trust,01-09-2019,\r\n900001,9001,Brackenfold Learning Trust,01-09-2018,31-08-2026\r\n`;
      const result = await importing({ format: 'membership', text: members });
      expect(result).toMatchObject({ applied: true, counts: { academy: { changed: 2 } } });
      const { records } = await estate.records.all(trust);
      expect(records.map(({ values }) => values)).toMatchObject([
        { joined: '2019-09-01' },
        { joined: '2018-09-01', left: '2026-08-31' },
        { urn: 900002 },
      ]);
      const wrong = await importing({ format: 'membership', text: members.replace('31-08-2026', '31-13-2026') });
      expect(wrong.problems.map(where)).toEqual(['3 Date Left Group']);
    });
  });

  it('changes nothing on a dry run, and says what would change', async () => {
    const result = await importing({ text: yaml(everyKind), dryRun: true });
    expect(result).toMatchObject({ applied: true, dryRun: true, batch: null, counts: { circuit: { added: 2 } } });
    expect(await everything()).toEqual([]);
    expect(await estate.records.batches(trust, 10)).toEqual([]);
  });

  it('is put back exactly by an undo', async () => {
    await importing({ text: yaml(everyKind) });
    const before = await everything();
    const after = yaml(everyKind)
      .replace('down: 1G, up: 512k', 'down: 100, up: 20')
      .replace('phase: Secondary', 'phase: All-through')
      .replace(/rules: .*\n/, 'rules: []\n');
    const { batch, counts } = await importing({ text: after, prune: true });
    expect(counts).toMatchObject({ circuit: { changed: 1 }, academy: { changed: 1 }, rule: { ended: 1 } });
    expect(await everything()).not.toEqual(before);
    expect(await estate.records.undo(actor, batch!, { trust })).toMatchObject({ applied: true });
    expect(await everything()).toEqual(before);
  });

  it('is not changed by the import of an export, in YAML or in a table of any kind', async () => {
    await importing({ text: yaml(everyKind) });
    const before = await everything();
    const { version } = await estate.records.all(trust);
    const text = await exported('yaml');
    expect(text).not.toContain('between-us');
    expect(text).toContain('Secrets (SNMP communities and passwords) are left out');
    expect(await importing({ text, prune: true })).toMatchObject({ applied: true, problems: [], batch: null, version });
    for (const kind of [
      'provider',
      'contract',
      'calendar',
      'academy',
      'contact',
      'credential',
      'circuit',
      'rule',
    ] as const) {
      const table = await exported('csv', kind);
      const result = await importing({ format: 'csv', kind, text: table, prune: true });
      expect([kind, result.problems, result.batch, result.version]).toEqual([kind, [], null, version]);
    }
    expect(await everything()).toEqual(before);
    expect(await exported('csv', 'circuit')).toContain(",'-second,");
    expect(await estate.records.secret(trust, 'credential', 'edge')).toMatchObject({ community: 'between-us' });
  });

  it('makes the same estate in another trust from an export', async () => {
    await importing({ text: yaml(everyKind) });
    const text = await exported('yaml');
    const { records } = await estate.records.all(trust);
    const first = trust;
    trust = `${trust}-copy`;
    const copy = text.replace(`id: ${first}`, `id: ${trust}`).replace('- id: edge', '- id: edge\n    community: again');
    expect(await importing({ text: copy })).toMatchObject({ applied: true, problems: [] });
    const copied = await estate.records.all(trust);
    expect(copied.records.map(({ kind, values }) => ({ kind, values }))).toEqual(
      records.map(({ kind, values }) => ({ kind, values })),
    );
  });

  it('refuses a file of another trust', async () => {
    const result = await importing({ text: everyKind.replace('trust: {', 'trust: {id: elsewhere, ') });
    expect(result.problems).toMatchObject([{ path: 'trust.id' }]);
  });

  describe('with the file as the source of truth', () => {
    it('follows the file, keeps others off its records, and lets go of them when it no longer is', async () => {
      const file = path.join(directory, `${trust}.yaml`);
      const write = (text: string): void => {
        writeFileSync(file, text);
      };
      write(yaml('trust: {name: One}\nclusters: [{id: east, name: East}, {id: west, name: West}]\n'));
      const sync = createEstateSync({ estate, file, trust, logger, everyMs: 20 });
      sync.start();
      const names = async (): Promise<string> =>
        (await estate.records.list(trust, 'cluster')).map(({ values }) => (values as { name: string }).name).join();
      await until('the file', async () => (await names()) === 'East,West');

      const rename = [{ kind: 'cluster', id: 'east', op: 'update', values: { name: 'Mine' } }] as const;
      expect((await estate.records.apply(actor, rename, { trust })).problems).toMatchObject([{ code: 'managed' }]);

      write(yaml('trust: {name: One}\nclusters: [{id: east, name: Easter}]\n'));
      await until('the change', async () => (await names()) === 'Easter');

      write(yaml('trust: {name: One}\nclusters: [{id: east, nmae: Wrong}]\n'));
      await until('the trouble', () => sync.trouble !== '');
      expect(sync.trouble).toMatch(
        /has 2 problems and was not applied; the first: line 2: clusters\.0\.name is missing$/,
      );
      expect(await names()).toBe('Easter');

      write(yaml('trust: {name: One}\nclusters: [{id: east, name: Right}]\n'));
      await until('the mending', async () => (await names()) === 'Right');
      expect(sync.trouble).toBe('');
      await sync.stop();

      const none = createEstateSync({ estate, file: undefined, trust, logger });
      none.start();
      await until('letting go', async () => (await estate.records.all(trust)).records.every(({ managed }) => !managed));
      await none.stop();
      expect(await estate.records.apply(actor, rename, { trust })).toMatchObject({ applied: true });
    });
  });
});

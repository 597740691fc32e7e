/** The estate's records on real servers. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Change, type Kind, kindNames } from '@linewatch/contract';
import {
  type Actor,
  type Applied,
  type AuditFilter,
  type ApplyOptions,
  type Estate,
  createEstate,
} from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { type Server, servers, sql as run } from '../support/postgres.ts';
import { temporaryDirectory } from '../support/system.ts';

const ann: Actor = { account: null, name: 'Ann', via: 'session', address: '192.0.2.200' };
const file: Actor = { account: null, name: 'estate file', via: 'sync', address: null };

const create = (kind: Kind, id: string, values: Record<string, unknown>): Change => ({
  kind,
  id,
  op: 'create',
  values,
});
const update = (kind: Kind, id: string, values: Record<string, unknown>, revision?: number): Change => ({
  ...{ kind, id, op: 'update', values },
  ...(revision !== undefined && { revision }),
});
const other = (op: 'end' | 'restore' | 'remove', kind: Kind, id: string): Change => ({ kind, id, op });

/** One of each kind with every field, in canonical form; references go backwards and forwards. */
const full: Readonly<Record<Kind, Record<string, unknown>>> = {
  cluster: { name: 'North', notes: 'One line\nand another' },
  calendar: {
    name: 'Ridge calendar',
    timeZone: 'Europe/London',
    schoolDay: { from: '08:30', to: '15:30' },
    weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'],
    terms: [{ from: '2026-09-02', to: '2026-12-18', name: 'Autumn' }],
    inset: [{ from: '2026-09-02', to: '2026-09-02', name: 'Training' }],
    holidays: [{ from: '2026-12-25', to: '2026-12-25', name: 'Christmas Day' }],
  },
  profile: {
    ...{ name: 'Primary', downMinimum: '100M', upMinimum: '30M', fullFibre: true, backup: 'both', peakPercent: 80 },
    ...{ standards: ['broadband', 'cyber'], notes: 'As the standards say' },
  },
  provider: {
    ...{ name: 'North Fibre', account: 'A-1', faultLine: '0113 496 0000', faultEmail: 'faults@north.example' },
    ...{ portal: 'https://north.example/portal', accountManager: 'Bea', accountEmail: 'bea@north.example' },
    ...{ iwfMember: false, notes: 'x', tags: ['a', 'b'] },
  },
  contract: {
    ...{
      name: 'Leased lines',
      provider: 'provider',
      type: 'service',
      reference: 'R/1',
      start: '2026-09-01',
      end: '2029-08-31',
    },
    ...{ noticeMonths: 3, rolling: 'yearly', noticeGiven: '2029-01-01' },
    prices: [
      { from: '2026-09-01', monthly: '1234.50' },
      { from: '2027-09-01', monthly: '0.05', note: 'after uplift' },
    ],
    ...{ uplift: { rule: 'cpi-plus', percent: 3.9, month: 4, firstYear: 2027 }, vatPercent: 20 },
    sla: {
      ...{ target: 99.95, period: 'month', timeZone: 'Europe/London' },
      ...{
        serviceHours: { days: ['mon', 'tue'], from: '08:00', to: '18:00' },
        starts: 'ticket',
        fixHours: { total: 5 },
      },
      excuses: [{ code: 'planned', availability: true, fixClock: false }],
      credits: { unit: 'percent-of-monthly-charge', bands: [{ below: 99.9, credit: 5 }], capPercent: 100 },
    },
    ...{ claimEmail: 'claims@north.example', claimAddress: '1 Road\nLeeds', owner: 'Cy', notes: 'x', tags: ['t'] },
  },
  academy: {
    ...{
      name: 'Oak',
      cluster: 'cluster',
      phase: 'Primary',
      pupils: 210,
      capacity: 240,
      urn: 100_001,
      ukprn: 10_000_001,
    },
    ...{ street: '1 Oak Road', locality: 'Moor', town: 'Leeds', county: 'Yorkshire', postcode: 'LS1 4AP' },
    ...{
      latitude: 53.8008,
      longitude: -1.5491,
      joined: '2020-09-01',
      left: '2030-08-31',
      calendar: 'calendar',
      profile: 'profile',
    },
    exceptions: [{ standard: 'cabling', reason: 'listed building', until: '2027-01-01', agreedBy: 'Di' }],
    ...{ networks: ['10.20.0.0/16', '2001:db8:20::/48'], notes: 'x', tags: ['oak'] },
  },
  site: {
    ...{ name: 'Annexe', academy: 'academy', street: '2 Oak Road', town: 'Leeds', postcode: 'LS1 4AQ' },
    ...{ latitude: 53.8, longitude: -1.55, accessHours: 'Mon–Fri 07:30–17:30', accessNotes: 'Ring', notes: 'x' },
  },
  contact: {
    ...{ name: 'Eve', academy: 'academy', site: 'site', provider: 'provider', duty: 'it-lead' },
    ...{ phone: '0113 496 0001', email: 'eve@oak.example', hours: 'mornings' },
  },
  credential: {
    user: 'linewatch',
    auth: { protocol: 'sha256', password: 'correct horse' },
    priv: { protocol: 'aes128', password: 'battery staple' },
  },
  exporter: {
    ...{ address: '2001:db8::1', collector: 'north', name: 'oak-rtr', vendor: 'Acme', academy: 'academy' },
    ...{ credential: 'credential', notes: 'x', tags: ['r'] },
  },
  equipment: {
    ...{
      name: 'Core switch',
      academy: 'academy',
      site: 'site',
      exporter: 'exporter',
      contract: 'contract',
      type: 'switch',
    },
    ...{
      make: 'Acme',
      model: 'S1',
      serial: 'SN1',
      assetTag: 'T1',
      firmware: '1.2',
      installed: '2020-01-01',
      supportEnd: '2028-01-01',
    },
    ...{ notes: 'x', tags: ['s'] },
  },
  circuit: {
    ...{
      name: 'Oak primary',
      academy: 'academy',
      provider: 'provider',
      role: 'backup',
      kind: 'leased-line',
      access: 'fibre-ethernet',
    },
    ...{ site: 'site', contract: 'contract', reference: 'C/1', account: 'A-2', faultLine: '0113 496 0002' },
    ...{ committed: { down: '1G', up: '512k' }, bearer: { down: '10G', up: '10G' } },
    ...{ ordered: '2026-01-01', promised: '2026-05-01', delivered: '2026-06-01' },
    ...{ installCharge: '500.00', excessCharge: '0.00', monthly: '99.99' },
    ...{
      exporter: '2001:db8::1',
      collector: 'north',
      interface: { alias: 'WAN oak' },
      tunnel: 'vpn1',
      probe: 'oak.example tcp://10.20.0.1:443#north',
      pop: 'Leeds exchange',
    },
    ...{ download: 'out', from: '2026-06-01', to: '2036-06-01T12:30:15+01:00', notes: 'x', tags: ['c'] },
  },
  template: {
    ...{ name: 'A primary school', phase: 'Primary', profile: 'profile', calendar: 'calendar' },
    circuits: [
      {
        role: 'primary',
        provider: 'provider',
        kind: 'broadband',
        access: 'fttp',
        contract: 'contract',
        committed: { down: '1G' },
      },
    ],
    notes: 'x',
  },
  rule: {
    ...{
      name: 'WAN ports',
      position: 1,
      exporters: '10.0.0.0/8',
      sysName: '^rtr',
      ifName: '^Gi',
      ifAlias: '^WAN (?P<academy>.+)$',
    },
    ...{
      academy: 'academy',
      provider: 'provider',
      contract: 'contract',
      role: 'primary',
      kind: 'broadband',
      automatic: true,
    },
  },
};
const hidden = (kind: Kind, id: string): Record<string, unknown> => ({
  id,
  ...full[kind],
  ...(kind === 'credential' && {
    auth: { protocol: 'sha256', password: '***' },
    priv: { protocol: 'aes128', password: '***' },
  }),
});
const everything = kindNames.map((kind) => create(kind, kind, full[kind]));

const base = [
  create('provider', 'north', { name: 'North' }),
  create('academy', 'oak', { name: 'Oak' }),
  create('academy', 'ash', { name: 'Ash' }),
];
const circuit = (id: string, index: number, more: Record<string, unknown> = {}): Change =>
  create('circuit', id, {
    ...{ name: id, academy: 'oak', provider: 'north', exporter: '192.0.2.1', interface: { index } },
    ...more,
  });

describe.each(servers)("the estate's records on $name", ({ start }) => {
  const logger = createLogger('records-test', 'silent');
  const secretKey = randomBytes(32);
  let directory: string;
  let server: Server | undefined;
  let url: string;
  let estate: Estate;
  let trust: string;
  let trusts = 0;
  const open: Estate[] = [];

  function another(key: Uint8Array | undefined = secretKey): Estate {
    const made = createEstate({ url, logger, secretKey: key });
    open.push(made);
    return made;
  }
  const sql = (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => run(url, text, values);

  beforeAll(async () => {
    directory = temporaryDirectory('records');
    server = await start(directory, await freePort());
    await run(server.url, 'CREATE DATABASE records');
    url = server.url.replace(/[^/]*$/, 'records');
    await another().migrate();
  });
  afterAll(async () => {
    await Promise.all(open.splice(0).map((it) => it.close()));
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    // The audit log cannot be emptied: each test has a trust of its own.
    trust = `trust-${++trusts}`;
    estate = another();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((it) => it.close()));
  });

  const apply = (changes: readonly Change[], options: Partial<ApplyOptions> = {}, actor = ann): Promise<Applied> =>
    estate.records.apply(actor, changes, { trust, ...options });
  /** Of changes that must be made. */
  async function made(changes: readonly Change[], options: Partial<ApplyOptions> = {}, actor = ann): Promise<Applied> {
    const result = await apply(changes, options, actor);
    expect(result.problems).toEqual([]);
    return result;
  }
  /** Of changes that must be refused: `index kind id: path: code: message`. */
  async function refused(
    changes: readonly Change[],
    options: Partial<ApplyOptions> = {},
    actor = ann,
  ): Promise<string[]> {
    const before = await estate.records.all(trust);
    const result = await apply(changes, options, actor);
    expect(result).toMatchObject({ applied: false, batch: null, records: [] });
    expect(await estate.records.all(trust)).toEqual(before);
    return result.problems.map((p) => `${p.index} ${p.kind} ${p.id}: ${p.path}: ${p.code}: ${p.message}`);
  }
  const values = async (kind: Kind, id: string): Promise<unknown> =>
    (await estate.records.get(trust, kind, id))?.values;
  const ids = async (kind: Kind, options?: { ended: boolean }): Promise<string[]> =>
    (await estate.records.list(trust, kind, options)).map(({ id }) => id);

  it('of every kind are made with every field in any order, and read back equal', async () => {
    const result = await made(everything.toReversed());
    for (const kind of kindNames) expect(await values(kind, kind)).toEqual(hidden(kind, kind));
    const { records, version } = await estate.records.all(trust);
    expect(version).toBe(result.version);
    const key = ({ kind, id }: { kind: Kind; id: string }): string => `${kind} ${id}`;
    expect(result.records.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))).toEqual(
      records.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
    );
    expect(
      records.every(({ revision, changedBy, ended }) => revision === 1 && changedBy === 'Ann' && ended === null),
    ).toBe(true);
  });

  it('of circuits depend on others that are made, changed and removed with them, and never in a circle', async () => {
    await made([...base, circuit('a', 1, { parent: 'c' }), circuit('b', 2, { parent: 'a' }), circuit('c', 3)]);
    expect(await values('circuit', 'b')).toMatchObject({ parent: 'a' });
    expect(await refused([update('circuit', 'a', { parent: 'a' })])).toEqual([
      '0 circuit a: parent: invalid: makes it depend on itself: a → a',
    ]);
    expect(await refused([update('circuit', 'c', { parent: 'b' })])).toEqual([
      '0 circuit c: parent: invalid: makes it depend on itself: c → b → a → c',
    ]);
    expect(await refused([update('circuit', 'c', { parent: 'nowhere' })])).toEqual([
      '0 circuit c: parent: unknown: there is no circuit "nowhere"',
    ]);
    expect(await refused([other('remove', 'circuit', 'a')])).toEqual([
      expect.stringContaining('is named by the circuit "b"'),
    ]);
    // The other way round, all at once.
    await made(
      [
        update('circuit', 'b', { parent: null }),
        update('circuit', 'a', { parent: 'b' }),
        update('circuit', 'c', { parent: 'a' }),
      ].toReversed(),
    );
    const { circuits } = await estate.snapshot();
    const of = new Map(circuits.map(({ slug, id }) => [slug, id]));
    expect(circuits.filter(({ parent }) => parent !== null).map(({ slug, parent }) => [slug, parent])).toEqual([
      ['a', of.get('b')],
      ['c', of.get('a')],
    ]);
    await made(['a', 'b', 'c'].map((id) => other('remove', 'circuit', id)));
  });

  it('say at its field what cannot be probed', async () => {
    await made(base);
    const probe = 'icmp://oak.example tcp://oak.example';
    expect(await refused([circuit('c1', 1, { probe })])).toEqual([
      expect.stringMatching(/^0 circuit c1: probe: invalid: cannot be probed: "tcp:.*needs a port/),
    ]);
    await made([
      circuit('c1', 1, { probe: 'oak.example https://oak.example/#north', tunnel: 'wan1 wan2', pop: 'LS1' }),
    ]);
    const [found] = (await estate.snapshot()).circuits.filter(({ slug }) => slug === 'c1').slice(-1);
    expect(found).toMatchObject({ probe: 'oak.example https://oak.example/#north', tunnel: 'wan1 wan2', pop: 'LS1' });
  });

  it('that are set to what they are make no revision, no audit entry and no version', async () => {
    const { version } = await made(everything);
    const same = everything.map(({ kind, id, values: all }) => update(kind, id, all ?? {}));
    expect(await made(same)).toMatchObject({ applied: true, batch: null, version });
    expect(await estate.version()).toBe(version);
    expect((await estate.records.all(trust)).records.every(({ revision }) => revision === 1)).toBe(true);
  });

  it('lose every field that may be left out, and get them back by an undo', async () => {
    await made(everything);
    const before = await estate.records.all(trust);
    const needed = new Set(['name', 'provider', 'academy', 'address', 'user', 'role', 'ifAlias']);
    const emptied = kindNames.map((kind) =>
      update(
        kind,
        kind,
        Object.fromEntries(
          Object.keys(full[kind])
            .filter((key) => !needed.has(key) || (kind === 'rule' && ['provider', 'academy', 'role'].includes(key)))
            .filter((key) => kind !== 'credential' || key === 'none')
            .map((key) => [key, null]),
        ),
      ),
    );
    const { batch } = await made(emptied);
    expect(await values('circuit', 'circuit')).toEqual({
      ...{ id: 'circuit', name: 'Oak primary', academy: 'academy', provider: 'provider', role: 'backup' },
    });
    const undone = await estate.records.undo(ann, batch!, { trust });
    expect(undone.problems).toEqual([]);
    for (const { kind, id, values: all } of before.records) expect(await values(kind, id)).toEqual(all);
    expect((await estate.records.batches(trust, 1))[0]).toMatchObject({
      title: `undo of ${batch!}: 13 changes`,
      changes: 13,
    });
    expect((await estate.records.batches(trust, 2))[1]).toMatchObject({ id: batch, undoneBy: undone.batch });
  });

  it('are patched as RFC 7396 says, and tell everyone of it once', async () => {
    const { version } = await made([...base, circuit('c1', 1, { committed: { down: '100M', up: '20M' } })]);
    const result = await made([
      update('circuit', 'c1', { committed: { up: null }, name: 'C 1' }, 1),
      other('end', 'academy', 'ash'),
    ]);
    expect(result).toMatchObject({ version: version + 1, records: [{ revision: 2 }, { revision: 2 }] });
    expect(await values('circuit', 'c1')).toMatchObject({ name: 'C 1', committed: { down: '100M' } });
    expect((await estate.records.get(trust, 'circuit', 'c1'))?.values).not.toHaveProperty('committed.up');
  });

  it('are told of by a watch', async () => {
    const seen: number[] = [];
    estate.watch((version) => void seen.push(version));
    const { version } = await made(base);
    while (!seen.includes(version)) await sleep(20);
  });

  it('refuse with every problem at once', async () => {
    await made([...base, circuit('c1', 1)]);
    expect(
      await refused([
        circuit('c2', 1),
        circuit('c3', 3, { academy: 'okk', kind: 'brodband' }),
        circuit('c4', 4, { from: '2026-02-30', monthly: '1,2' }),
        create('academy', 'oak', { name: 'Oak again' }),
        update('site', 'none', { name: 'x' }),
        update('circuit', 'c1', { id: 'c9' }),
      ]),
    ).toEqual([
      '0 circuit c2: interface: overlap: is on ifIndex 1 at the same time as the circuit "c1": end one before the other begins',
      expect.stringContaining('1 circuit c3: kind: invalid: must be one of leased-line'),
      '1 circuit c3: academy: unknown: there is no academy "okk"; did you mean "oak"?',
      '2 circuit c4: monthly: invalid: must be an amount in pounds such as 1234.50',
      '2 circuit c4: from: invalid: is not a day of the calendar',
      '3 academy oak: : exists: is there already',
      '4 site none: : missing: is not there',
      '5 circuit c1: id: invalid: must be "c1": it is never changed',
    ]);
  });

  it('refuse a change of what was changed since it was read, and show it as it is', async () => {
    await made(base);
    await made([update('academy', 'oak', { pupils: 1 }, 1)]);
    const { problems, applied } = await apply([update('academy', 'oak', { pupils: 2 }, 1)]);
    expect(applied).toBe(false);
    expect(problems).toMatchObject([
      {
        code: 'stale',
        message: 'was changed by Ann since it was read',
        current: { revision: 2, values: { pupils: 1 } },
      },
    ]);
    await made([update('academy', 'oak', { pupils: 2 }, 2)]);
  });

  it('of the estate file are changed by it only, until it lets them go', async () => {
    await made(base, { managed: true }, file);
    expect(await refused([update('academy', 'oak', { name: 'O' })])).toEqual([
      '0 academy oak: : managed: comes from the estate file: change it there',
    ]);
    expect(await refused([other('remove', 'academy', 'oak')])).toHaveLength(1);
    await made([update('academy', 'oak', { name: 'O' })], { managed: true }, file);
    expect(await estate.records.get(trust, 'academy', 'oak')).toMatchObject({ managed: true, revision: 2 });
    await made([update('academy', 'oak', {})], { managed: false }, file);
    await made([update('academy', 'oak', { name: 'Oak' })]);
    // One that was there before is taken over.
    await made([update('academy', 'oak', {})], { managed: true }, file);
    expect(await refused([update('academy', 'oak', { name: 'O' })])).toHaveLength(1);
  });

  it('end and go on; circuits by their validity', async () => {
    await made([...base, circuit('c1', 1), circuit('later', 2, { from: '2190-01-01' })]);
    await made([other('end', 'academy', 'ash'), other('end', 'circuit', 'c1'), other('end', 'circuit', 'later')]);
    expect([await ids('academy'), await ids('circuit')]).toEqual([['oak'], []]);
    expect(await ids('circuit', { ended: true })).toEqual(['c1', 'later']);
    expect(await values('circuit', 'c1')).toHaveProperty('to');
    expect(await values('circuit', 'later')).toEqual(expect.objectContaining({ from: '2190-01-01' }));
    // Its interface is free.
    await made([circuit('c2', 1, { from: new Date().toISOString().replace(/\.\d+Z/, 'Z') })]);
    expect(await refused([other('restore', 'circuit', 'c1')])).toEqual([expect.stringContaining('overlap')]);
    await made([other('remove', 'circuit', 'c2')]);
    await made([
      other('restore', 'academy', 'ash'),
      other('restore', 'circuit', 'c1'),
      other('restore', 'circuit', 'later'),
    ]);
    expect([await ids('academy'), await ids('circuit')]).toEqual([
      ['ash', 'oak'],
      ['c1', 'later'],
    ]);
    expect(await values('circuit', 'c1')).not.toHaveProperty('to');
    expect(await values('circuit', 'later')).toEqual(expect.objectContaining({ from: '2190-01-01' }));
    const ops = (await estate.records.audit(trust, { record: 'later' })).map(({ op }) => op);
    expect(ops).toEqual(['restore', 'end', 'create']);
  });

  it('do not come to name what has ended, and do not end under circuits that go on', async () => {
    await made([...base, circuit('c1', 1), circuit('later', 2, { from: '2190-01-01' })]);
    const { academy, provider } = (await values('circuit', 'c1')) as { academy: string; provider: string };
    expect(await refused([other('end', 'academy', academy), other('end', 'provider', provider)])).toEqual([
      `0 academy ${academy}: : in-use: cannot end while its 2 circuits go on (c1, later): end those first, or all together`,
      `1 provider ${provider}: : in-use: cannot end while its 2 circuits go on (c1, later): end those first, or all together`,
    ]);
    const all = ['c1', 'later'].map((id) => other('end', 'circuit', id));
    expect(await refused([other('end', 'academy', academy), all[0]!])).toEqual([
      expect.stringContaining('its circuit goes on (later)'),
    ]);
    const { batch } = await made([other('end', 'academy', academy), ...all]);
    expect(await refused([circuit('c2', 3), other('restore', 'circuit', 'c1')])).toEqual([
      expect.stringContaining(`academy: invalid: the academy "${academy}" has ended`),
      expect.stringContaining(`academy: invalid: the academy "${academy}" has ended`),
    ]);
    // What is of the past may be written down still, and what named it before may change otherwise.
    await made([circuit('past', 3, { from: '2020-01-01', to: '2021-01-01' }), update('circuit', 'c1', { notes: 'x' })]);
    await made([update('circuit', 'c1', { notes: null })]);
    // All of it together can go on again.
    expect(await estate.records.undo(ann, batch!, { trust })).toMatchObject({ applied: true, problems: [] });
    expect(await ids('circuit')).toEqual(['c1', 'later']);
    await made([circuit('c2', 4)]);
  });

  it('are removed while nothing names them and telemetry cannot have seen them', async () => {
    await made(everything);
    expect(await refused([other('remove', 'provider', 'provider')])).toEqual([
      '0 provider provider: : in-use: is named by the contract "contract": change that first, or end this one',
    ]);
    // What names it goes at the same time.
    await made(kindNames.map((kind) => other('remove', kind, kind)));
    expect((await estate.records.all(trust)).records).toEqual([]);

    await made([...base, circuit('c1', 1)]);
    await sql(`UPDATE circuit SET created_at = now() - interval '25 hours' WHERE slug = 'c1'`);
    expect(await refused([other('remove', 'circuit', 'c1')])).toEqual([
      '0 circuit c1: : in-use: may have telemetry, as it was made more than a day ago: end it instead',
    ]);
    expect(await refused([other('remove', 'exporter', '192-0-2-1')])).toEqual([
      expect.stringContaining('is named by the circuit "c1"'),
    ]);
    // What a template names is in JSON.
    await made([
      create('provider', 'south', { name: 'South' }),
      create('template', 't', { name: 'T', circuits: [{ role: 'primary', provider: 'south' }] }),
    ]);
    expect(await refused([other('remove', 'provider', 'south')])).toEqual([expect.stringContaining('template "t"')]);
  });

  it('swap what only one may have', async () => {
    await made([
      ...base,
      update('academy', 'oak', { urn: 100_001, networks: ['10.1.0.0/16'] }),
      update('academy', 'ash', { urn: 100_002, networks: ['10.2.0.0/16'] }),
      create('exporter', 'e1', { address: '192.0.2.1' }),
      create('exporter', 'e2', { address: '192.0.2.2' }),
      circuit('c1', 1),
      circuit('c2', 2),
    ]);
    await made([
      update('academy', 'oak', { urn: 100_002, networks: ['10.2.0.0/16'] }),
      update('academy', 'ash', { urn: 100_001, networks: ['10.1.0.0/16'] }),
      update('circuit', 'c1', { interface: { index: 2 } }),
      update('circuit', 'c2', { interface: { index: 1 } }),
    ]);
    await made([
      update('exporter', 'e1', { address: '192.0.2.2' }),
      update('exporter', 'e2', { address: '192.0.2.1' }),
    ]);
    expect(await values('circuit', 'c1')).toMatchObject({ exporter: '192.0.2.2', interface: { index: 2 } });
    // A circuit stays on an exporter that is moved, also when it is changed at the same time.
    await made([
      update('circuit', 'c1', { name: 'C 1' }),
      update('exporter', 'e1', { address: '192.0.2.3', collector: 'b' }),
    ]);
    expect(await values('circuit', 'c1')).toMatchObject({ name: 'C 1', exporter: '192.0.2.3', collector: 'b' });
    expect(await ids('exporter')).toEqual(['e1', 'e2']);
    expect(
      await sql(
        'SELECT u.urn FROM academy_urn u JOIN academy a ON a.id = u.academy_id JOIN trust t ON t.id = a.trust_id WHERE t.slug = $1 ORDER BY u.id',
        [trust],
      ),
    ).toHaveLength(4);
    expect(
      await refused([
        create('academy', 'elm', { name: 'Elm', urn: 100_001, networks: ['10.1.0.0/16'] }),
        create('exporter', 'e3', { address: '192.0.2.1' }),
      ]),
    ).toEqual([
      '0 academy elm: urn: overlap: 100001 is also the URN of the academy "ash"',
      '0 academy elm: networks.0: overlap: 10.1.0.0/16 is also a network of the academy "ash"',
      '1 exporter e3: address: overlap: 192.0.2.1 is also the address of the exporter "e2"',
    ]);
  });

  it('of exporters are made for circuits that name them, and go with an undo', async () => {
    const { batch } = await made([
      ...base,
      circuit('c1', 1),
      circuit('c2', 1, { exporter: '2001:db8::7', collector: 'north' }),
    ]);
    expect(await ids('exporter')).toEqual(['192-0-2-1', '2001-db8--7-north']);
    const { batch: later } = await made([circuit('c3', 3)]);
    expect((await estate.records.undo(ann, batch!, { trust })).problems.map(({ code, id }) => [code, id])).toEqual([
      ['in-use', 'oak'],
      ['in-use', 'north'],
    ]);
    await estate.records.undo(ann, later!, { trust });
    expect((await estate.records.undo(ann, batch!, { trust })).problems).toEqual([]);
    expect((await estate.records.all(trust)).records).toEqual([]);
  });

  it('are undone last first, redone, and not where they were changed since', async () => {
    await made(base);
    const one = await made([update('academy', 'oak', { pupils: 1 })]);
    const two = await made([update('academy', 'oak', { pupils: 2 }), update('academy', 'ash', { pupils: 2 })]);
    const stale = await estate.records.undo(ann, one.batch!, { trust });
    expect(stale).toMatchObject({
      applied: false,
      problems: [
        {
          code: 'stale',
          kind: 'academy',
          id: 'oak',
          message: 'was changed by Ann since',
          current: { values: { pupils: 2 } },
        },
      ],
    });
    const dry = await estate.records.undo(ann, two.batch!, { trust, dryRun: true });
    expect(dry).toMatchObject({ applied: true, batch: null });
    expect(await values('academy', 'oak')).toMatchObject({ pupils: 2 });
    const undone = await estate.records.undo(ann, two.batch!, { trust });
    await estate.records.undo(ann, one.batch!, { trust });
    expect(await values('academy', 'oak')).toEqual({ id: 'oak', name: 'Oak' });
    expect(await values('academy', 'ash')).toEqual({ id: 'ash', name: 'Ash' });
    const redone = await estate.records.undo(ann, undone.batch!, { trust });
    expect(redone.problems).toMatchObject([{ id: 'oak', code: 'stale' }]);
    await expect(estate.records.undo(ann, 999_999_999, { trust })).rejects.toMatchObject({ code: 'not_found' });
    // A batch of another trust is not there.
    await expect(estate.records.undo(ann, one.batch!, { trust: 'trust-1' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('made more than a day ago end when their making is undone', async () => {
    const { batch } = await made([...base, circuit('c1', 1)]);
    for (const kind of ['provider', 'academy', 'exporter', 'circuit'])
      await sql(`UPDATE ${kind} SET created_at = now() - interval '2 days'`);
    expect((await estate.records.undo(ann, batch!, { trust })).problems).toEqual([]);
    const { records } = await estate.records.all(trust);
    expect(records.map(({ id, ended }) => [id, ended !== null])).toEqual(
      ['north', 'ash', 'oak', '192-0-2-1', 'c1'].map((id) => [id, true]),
    );
  });

  it('on a dry run are as they would be, and nothing is changed', async () => {
    await made(base);
    const dry = await made([circuit('c1', 1), update('academy', 'oak', { pupils: 9 })], { dryRun: true });
    expect(dry).toMatchObject({
      applied: true,
      batch: null,
      records: [
        { id: 'c1', revision: 1 },
        { revision: 2, values: { pupils: 9 } },
      ],
    });
    expect(await ids('circuit')).toEqual([]);
    expect(await estate.version()).toBe(dry.version);
    expect(await refused([circuit('c1', 1, { academy: 'none' })], { dryRun: true })).toHaveLength(1);
  });

  it('keep secrets sealed, shown to no one, and told to who must use them', async () => {
    const v2 = create('credential', 'v2', { community: 'open sesame' });
    await made([create('credential', 'v3', full.credential), v2]);
    expect(await estate.records.secret(trust, 'credential', 'v3')).toEqual({ id: 'v3', ...full.credential });
    expect(await estate.records.secret(trust, 'credential', 'v2')).toEqual({ id: 'v2', community: 'open sesame' });
    expect(await estate.records.secret(trust, 'academy', 'v2')).toBeUndefined();

    // What was shown is sent back: it stays.
    const shown = (await values('credential', 'v3')) as Record<string, unknown>;
    expect(await made([update('credential', 'v3', shown)])).toMatchObject({ batch: null });
    await made([update('credential', 'v3', { ...shown, user: 'other', priv: { password: 'another one' } })]);
    expect(await estate.records.secret(trust, 'credential', 'v3')).toMatchObject({
      user: 'other',
      auth: { password: 'correct horse' },
      priv: { password: 'another one' },
    });
    await made([other('end', 'credential', 'v3')]);
    expect(await estate.records.secret(trust, 'credential', 'v3')).toMatchObject({ user: 'other' });
    expect(await refused([create('credential', 'x', { community: '***' })])).toEqual([
      '0 credential x: community: invalid: has no value to keep',
    ]);
    const kept = JSON.stringify([
      await sql('SELECT *, encode(sealed, $1) AS octets FROM credential', ['escape']),
      await sql('SELECT * FROM audit'),
    ]);
    for (const secret of ['correct horse', 'battery staple', 'another one', 'open sesame'])
      expect(kept).not.toContain(secret);

    const stranger = another(randomBytes(32));
    expect(await stranger.records.secret(trust, 'credential', 'v2')).toBeUndefined();
    const lost = await stranger.records.apply(ann, [update('credential', 'v2', { community: '***' })], { trust });
    expect(lost.problems).toMatchObject([
      { path: 'community', message: 'cannot be read with the key of this server: enter it again' },
    ]);
    const keyless = createEstate({ url, logger });
    open.push(keyless);
    expect((await keyless.records.apply(ann, [v2], { trust: 'keyless' })).problems).toMatchObject([
      { path: '', code: 'invalid' },
    ]);

    // What a secret was is not kept, so that it cannot come back.
    const { batch } = await made([update('credential', 'v2', { community: 'changed' })]);
    expect((await estate.records.undo(ann, batch!, { trust })).problems).toMatchObject([{ code: 'invalid', id: 'v2' }]);
  });

  it('are written down with who, from where, before and after', async () => {
    const { batch } = await made(base, { title: 'first' });
    await made([update('academy', 'oak', { pupils: 3 })]);
    await estate.records.note(ann, {
      trust,
      what: 'sign-in',
      record: 'ann@ridge.example',
      op: 'refused',
      after: { why: 'password' },
    });
    const [note, change, ...rest] = await estate.records.audit(trust, {});
    expect(note).toMatchObject({
      what: 'sign-in',
      op: 'refused',
      before: null,
      after: { why: 'password' },
      batch: null,
    });
    expect(change).toMatchObject({
      ...{ actor: 'Ann', via: 'session', address: '192.0.2.200', what: 'academy', record: 'oak', op: 'update' },
      ...{ before: { id: 'oak', name: 'Oak' }, after: { id: 'oak', name: 'Oak', pupils: 3 } },
    });
    expect(rest.filter((entry) => entry.batch === batch)).toHaveLength(3);
    const audit = (of: string, filter: AuditFilter) => estate.records.audit(of, filter);
    expect(await audit(trust, { before: change!.id, limit: 1 })).toEqual([rest[0]]);
    expect(await audit(trust, { what: 'academy', record: 'oak' })).toHaveLength(2);
    expect(await audit(trust, { actor: 'Bob' })).toEqual([]);
    expect(await audit(trust, { fromMs: note!.atMs + 1 })).toEqual([]);
    expect(await audit(trust, { toMs: note!.atMs + 1 })).toHaveLength(rest.length + 2);
    for (const statement of [
      'UPDATE audit SET actor = actor',
      'DELETE FROM audit',
      'TRUNCATE audit',
      'DELETE FROM batch',
    ])
      await expect(sql(statement)).rejects.toThrow('is append-only');
  });

  it('of several appliers at once are made one after the other', async () => {
    await made(base);
    const five = Array.from({ length: 5 }, () => another());
    const results = await Promise.all(
      five.map(({ records }, i) =>
        records.apply(ann, [circuit(`c${i}`, i + 1), update('academy', 'oak', { pupils: i })], { trust }),
      ),
    );
    expect(results.every(({ applied }) => applied)).toBe(true);
    expect(new Set(results.map(({ version }) => version)).size).toBe(5);
    expect(await ids('circuit')).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
    expect((await estate.records.get(trust, 'academy', 'oak'))?.revision).toBeGreaterThanOrEqual(5);
    // Of those that read the same, one is in time.
    const race = await Promise.all(
      five.map(({ records }, i) => records.apply(ann, [update('academy', 'ash', { pupils: i + 1 }, 1)], { trust })),
    );
    expect(race.filter(({ applied }) => applied)).toHaveLength(1);
    expect(race.flatMap(({ problems }) => problems.map(({ code }) => code))).toEqual(
      Array.from({ length: 4 }, () => 'stale'),
    );
  });

  it('of a transaction that is cut leave nothing', async () => {
    await made(base);
    const before = await estate.records.all(trust);
    const holder = `BEGIN; LOCK TABLE audit IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3)`;
    const held = sql(holder).catch(() => undefined);
    await sleep(200);
    const applying = estate.records.apply(ann, [circuit('c1', 1)], { trust });
    const cut = async (): Promise<boolean> =>
      (
        await sql(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'linewatch' AND wait_event_type = 'Lock'`,
        )
      ).length > 0;
    const refusal = expect(applying).rejects.toMatchObject({ code: 'unreachable' });
    while (!(await cut())) await sleep(20);
    await refusal;
    await held;
    expect(await estate.records.all(trust)).toEqual(before);
    await made([circuit('c1', 1)]);
  });

  it('in great number are made in few statements', async () => {
    const academies = Array.from({ length: 500 }, (_, i) =>
      create('academy', `a${i}`, { name: `A ${i}`, urn: 200_000 + i }),
    );
    const circuits = Array.from({ length: 1000 }, (_, i) =>
      circuit(`c${i}`, 1, { academy: `a${i % 500}`, exporter: `198.51.${100 + Math.floor(i / 250)}.${i % 250}` }),
    );
    const result = await made([...circuits, base[0]!, ...academies]);
    expect(result.records).toHaveLength(1501);
    const { batch } = result;
    expect((await estate.records.undo(ann, batch!, { trust })).problems).toEqual([]);
    expect((await estate.records.all(trust)).records).toEqual([]);
  });

  it('name their trust, and never touch another', async () => {
    await made(base, { trustName: 'Ridge Trust' });
    expect((await estate.snapshot()).trusts.find(({ label }) => label === trust)?.name).toBe('Ridge Trust');
    const mine = await estate.records.all(trust);
    await estate.records.apply(
      ann,
      [...base, update('academy', 'oak', { name: 'Other' }), other('remove', 'academy', 'ash')],
      { trust: `${trust}-b` },
    );
    expect((await estate.records.all(trust)).records).toEqual(mine.records);
    expect((await estate.records.all('nobody')).records).toEqual([]);
    expect(await estate.records.list('nobody', 'academy')).toEqual([]);
    expect(await estate.records.audit('nobody', {})).toEqual([]);
  });

  it('without an interface are in the snapshot, for those who draw it', async () => {
    await made([
      ...base,
      create('circuit', 'c1', { name: 'C', academy: 'oak', provider: 'north', probe: 'oak.example' }),
    ]);
    const { circuits } = await estate.snapshot();
    expect(circuits.find(({ slug, name }) => slug === 'c1' && name === 'C')).toMatchObject({
      exporter: null,
      interface: null,
      collector: 'main',
    });
  });

  it.each([
    [
      'a circuit of another trust',
      `UPDATE circuit SET contract_id = (SELECT min(id) FROM contract WHERE slug = 'foreign')`,
      'circuit_trust_id_contract_id_fkey',
    ],
    ['an interface without an exporter', 'UPDATE circuit SET exporter_id = NULL', 'circuit_check'],
    ['a rate of nothing', 'UPDATE circuit SET bearer_up_bps = 1', 'bit_rate_check'],
    ['a negative charge', 'UPDATE circuit SET monthly_pence = -1', 'pence_check'],
    ['a contract that ends before it starts', `UPDATE contract SET "end" = '2000-01-01'`, 'contract_check'],
    ['terms that are no list', `UPDATE calendar SET terms = '{}'`, 'list_jsonb_check'],
    ['a tag that is no word', `UPDATE academy SET tags = '{"Not A Tag"}'`, 'tags_check'],
    ['a removed academy with circuits', 'DELETE FROM academy', 'violates foreign key constraint'],
    [
      'a community beside a user',
      `UPDATE credential SET secret_fields = secret_fields || '{community}'`,
      'credential_check',
    ],
    ['a secret that is not sealed', 'UPDATE credential SET sealed = NULL, key_id = NULL', 'credential_check'],
    [
      'a second URN',
      `INSERT INTO academy_urn (trust_id, academy_id, urn) SELECT trust_id, academy_id, urn FROM academy_urn WHERE until IS NULL`,
      'academy_urn',
    ],
    ['half a place', 'UPDATE site SET latitude = NULL', 'site_check'],
    [
      'a rule that fits everything',
      'UPDATE rule SET exporters = NULL, sys_name = NULL, if_name = NULL, if_alias = NULL',
      'rule_check',
    ],
    ['a slug that no one can write', `UPDATE cluster SET slug = 'Not A Slug'`, 'slug_check'],
  ])('the database itself refuses %s', async (_, statement, constraint) => {
    await made(everything);
    await estate.records.apply(
      ann,
      [create('provider', 'p', { name: 'P' }), create('contract', 'foreign', { name: 'F', provider: 'p' })],
      {
        trust: 'foreign',
      },
    );
    await expect(sql(statement)).rejects.toThrow(constraint);
  });

  it('brings what an earlier version kept', async () => {
    await run(server!.url, 'DROP DATABASE IF EXISTS earlier');
    await run(server!.url, 'CREATE DATABASE earlier');
    const earlier = server!.url.replace(/[^/]*$/, 'earlier');
    const first = readFileSync(
      path.join(import.meta.dirname, '../../packages/estate/migrations/0001_estate.sql'),
      'utf8',
    );
    await run(earlier, first);
    await run(
      earlier,
      `CREATE TABLE schema_migrations (version integer PRIMARY KEY, file text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
       INSERT INTO schema_migrations (version, file) VALUES (1, '0001_estate.sql');
       INSERT INTO trust (slug, key, name) VALUES ('main', 1, 'Ridge Trust');
       INSERT INTO provider (trust_id, slug, name) VALUES (1, 'north', 'North');
       INSERT INTO academy (trust_id, slug, name) VALUES (1, 'oak', 'Oak'), (1, 'ash', 'Ash');
       INSERT INTO academy_urn (academy_id, urn) VALUES (1, 100001), (2, 100001);
       INSERT INTO exporter (trust_id, collector, address) VALUES (1, 'main', '192.0.2.1'), (1, 'main', '::1'), (1, 'main', '1::'), (1, 'north', '192.0.2.1');
       INSERT INTO circuit (trust_id, slug, name, academy_id, provider_id, role, exporter_id, interface_kind, interface_value, download_side, valid)
       VALUES (1, 'c1', 'C1', 1, 1, 'primary', 1, 'index', '2', 'in', '(,)'), (1, 'c2', 'C2', 1, 1, 'primary', 1, 'index', '2', 'in', 'empty')`,
    );
    const upgraded = createEstate({ url: earlier, logger });
    open.push(upgraded);
    await upgraded.migrate();
    const { records } = upgraded;
    expect((await records.list('main', 'exporter')).map(({ id }) => id).sort()).toEqual([
      '1',
      '1-2',
      '192-0-2-1',
      '192-0-2-1-north',
    ]);
    expect(
      (await records.list('main', 'circuit', { ended: true })).map(({ id, ended }) => [id, ended === null]),
    ).toEqual([
      ['c1', true],
      ['c2', false],
    ]);
    // Of two that bore a URN at once, the later keeps it.
    expect(
      (await records.list('main', 'academy')).map(({ id, values: all }) => [id, (all as { urn?: number }).urn]),
    ).toEqual([
      ['ash', 100_001],
      ['oak', undefined],
    ]);
    const { problems } = await records.apply(
      ann,
      [update('circuit', 'c1', { name: 'C 1' }), other('remove', 'circuit', 'c2')],
      { trust: 'main' },
    );
    expect(problems).toEqual([]);
  });
});

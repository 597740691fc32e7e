/** What someone tries who means harm: over HTTP, with real accounts, on a real database. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { AccessGrant, Health, NewToken } from '@linewatch/contract';
import { type Estate, createEstate } from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { type Running, startApi } from '../../apps/api/src/testing/api.ts';
import { ask } from '../../apps/api/src/testing/raw.ts';
import { openStream } from '../../apps/api/src/testing/sse.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { Browser, password, setUp, signInAs } from '../support/browser.ts';
import { type Server, servers, sql } from '../support/postgres.ts';
import { temporaryDirectory, until } from '../support/system.ts';

const trust = 'north';
const command = { account: null, name: 'test', via: 'command', address: null } as const;
const probe = '/api/v1/estate/records/academy';

let directory: string;
let server: Server;
let url: string;
let estate: Estate;
let running: Running;
let databases = 0;

beforeAll(async () => {
  directory = temporaryDirectory('attacks');
  server = await servers[0]!.start(directory, await freePort());
});
afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  const name = `attacks_${++databases}`;
  await sql(server.url, `CREATE DATABASE ${name}`);
  url = server.url.replace(/[^/]*$/, name);
  const key = randomBytes(32);
  estate = createEstate({ url, logger: createLogger('attacks', 'silent'), secretKey: key });
  await estate.migrate();
  running = await startApi({
    estate,
    trust,
    config: { hosts: ['linewatch.example.org'], proxies: ['127.0.0.1'] },
    access: { people: estate.people, note: (actor, event) => estate.records.note(actor, event), key },
  });
});
afterEach(async () => {
  await running.stop();
  await estate.close();
});

const from = (address: string): Browser => {
  const browser = new Browser(running.url);
  browser.headers['x-forwarded-for'] = address;
  return browser;
};
const signIn = (browser: Browser, email = 'ada@example.org', typed = password) =>
  browser.post('/api/v1/session', { email, password: typed });

describe('the first run', () => {
  it.each([
    { host: 'linewatch.example.org' },
    { 'x-forwarded-proto': 'https' },
    { 'x-forwarded-server': 'proxy' },
    { 'cf-connecting-ip': '198.51.100.7' },
    { 'x-client-ip': '198.51.100.7' },
  ])('is not for who comes through a proxy on this machine: %j', async (headers) => {
    expect((await ask(running.url, probe)).status).toBe(200);
    expect((await ask(running.url, probe, { headers })).status).toBe(401);
    const { text } = await ask(running.url, '/api/v1/session', { headers });
    expect(JSON.parse(text)).toMatchObject({ state: 'signed-out', permissions: [] });
    expect((await ask(running.url, '/metrics', { headers })).status).toBe(401);
  });
});

describe('limits of guessing', () => {
  it('are of an address in whichever form it is told', async () => {
    await setUp(running.url, estate, trust);
    for (let i = 0; i < 20; i++)
      expect((await signIn(from(i % 2 ? '::ffff:198.51.100.1' : '198.51.100.1'), `p${i}@example.org`)).status).toBe(
        401,
      );
    for (const same of ['198.51.100.1', '::ffff:198.51.100.1', '::ffff:c633:6401', '198.51.100.1:4711'])
      expect([same, (await signIn(from(same), 'q@example.org')).status]).toEqual([same, 429]);
    expect((await signIn(from('::ffff:198.51.100.2'))).status).toBe(200);
  });

  it('are of a network of 64 bits', async () => {
    await setUp(running.url, estate, trust);
    for (let i = 0; i < 20; i++) await signIn(from(`2001:db8:0:1::${i + 1}`), `p${i}@example.org`);
    expect((await signIn(from('2001:db8:0:1:ffff::1'))).status).toBe(429);
    expect((await signIn(from('2001:db8:0:2::1'))).status).toBe(200);
  });

  it.each(['fe80::1%eth0', '198.51.100.9:4711', '[2001:db8::9]:4711', 'unknown'])(
    'let in who comes from %s, and write down who changed what',
    async (address) => {
      await setUp(running.url, estate, trust);
      const browser = from(address);
      expect((await signIn(browser)).status).toBe(200);
      const made = await browser.post('/api/v1/estate/changes', {
        changes: [{ kind: 'academy', id: 'ash', op: 'create', values: { id: 'ash', name: 'Ash' } }],
      });
      expect(made.body).toMatchObject({ applied: true });
    },
  );

  it('are not got round by a header that no proxy of ours has set', async () => {
    await running.stop();
    running = await startApi({
      estate,
      trust,
      access: { people: estate.people, note: () => Promise.resolve(), key: randomBytes(32) },
    });
    await setUp(running.url, estate, trust);
    for (let i = 0; i < 20; i++) await signIn(from(`198.51.100.${i}`), `p${i}@example.org`);
    expect((await signIn(from('198.51.100.99'))).status).toBe(429);
  });
});

it.each([
  ['e-mail address', 'ada\u0000@example.org', 'Ada'],
  ['e-mail address', 'no address', 'Ada'],
  ['e-mail address', 'a b@example.org', 'Ada'],
  ['name', 'eve@example.org', 'Eve\u0000'],
  ['name', 'eve@example.org', 'Eve\r\nSet-Cookie: x'],
])('an %s that cannot be one (%j, %j) is refused, and is no failure of ours', async (_what, email, name) => {
  const admin = await setUp(running.url, estate, trust);
  const answers = [
    await admin.post('/api/v1/people/accounts', { email, name, grants: [] }),
    await admin.ask('PATCH', '/api/v1/people/accounts/1', { revision: 1, email, name }),
    await from('198.51.100.1').post('/api/v1/setup', { token: 'x'.repeat(43), email, name, password }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
  expect([400, 401]).toContain((await signIn(from('198.51.100.1'), email)).status);
});

describe('who has access', () => {
  const reader: AccessGrant[] = [{ role: 'academy-reader', academies: ['ash'] }];
  let admin: Browser;
  beforeEach(async () => {
    const changes = ['ash', 'oak'].map((id) => ({
      kind: 'academy' as const,
      id,
      op: 'create' as const,
      values: { name: id },
    }));
    await estate.records.apply(command, changes, { trust });
    admin = await setUp(running.url, estate, trust);
  });

  it.each<[string, object, number]>([
    ['is disabled', { state: 'disabled' }, 401],
    ['has other academies', { grants: [{ role: 'academy-reader', academies: ['oak'] }] }, 200],
    ['has no role any more', { grants: [] }, 403],
  ])(
    'and %s: the live streams of session and token end, and begin anew with what is allowed',
    async (_what, change, after) => {
      const { browser, account } = await signInAs(admin, 'rae@example.org', reader);
      const made = await browser.post<NewToken>('/api/v1/tokens', {
        name: 'wall',
        permissions: ['telemetry.read'],
        days: 1,
      });
      const shown: Record<string, string>[] = [
        { cookie: `linewatch_session=${browser.cookies.get('linewatch_session')!}` },
        { authorization: `Bearer ${made.body.secret}` },
      ];
      const streams = await Promise.all(shown.map((each) => openStream(running.url, undefined, each)));
      expect(streams.map(({ status }) => status)).toEqual([200, 200]);
      const other = await openStream(running.url, undefined, {
        cookie: `linewatch_session=${admin.cookies.get('linewatch_session')!}`,
      });
      const { body } = await admin.get<{ accounts: { id: number; revision: number }[] }>('/api/v1/people/accounts');
      const { revision } = body.accounts.find(({ id }) => id === account.id)!;
      const patched = await admin.ask('PATCH', `/api/v1/people/accounts/${account.id}`, { revision, ...change });
      expect(patched.status).toBe(200);
      await until('the streams end', () => streams.every(({ ended }) => ended), 5000);
      expect(other.ended).toBe(false);
      const again = await Promise.all(
        shown.map(async (headers) => (await ask(running.url, '/api/v1/academies', { headers })).status),
      );
      expect(again).toEqual([after, after]);
    },
  );

  it('by a token in a calendar: it tells nothing of its owner, and ends nothing', async () => {
    const { browser } = await signInAs(admin, 'rae@example.org', reader);
    const { token, secret } = (
      await browser.post<NewToken>('/api/v1/tokens', { name: 'calendar', permissions: ['estate.read'], days: 1 })
    ).body;
    const program = from('198.51.100.1');
    program.headers['authorization'] = `Bearer ${secret}`;
    expect((await program.get('/api/v1/estate/plan')).status).toBe(200);
    for (const path of ['/api/v1/people/sessions', '/api/v1/tokens', '/api/v1/people/sessions?of=everyone'])
      expect([path, (await program.get(path)).status]).toEqual([path, 403]);
    expect((await program.ask('DELETE', `/api/v1/tokens/${token.id}`)).status).toBe(403);
    // In the query it is taken for the feed only.
    expect((await from('198.51.100.1').get(`/api/v1/estate/plan.ics?token=${secret}`)).status).toBe(200);
    expect((await from('198.51.100.1').get(`/api/v1/estate/plan?token=${secret}`)).status).toBe(401);
  });

  it('by a token for one academy: it lets nobody in, whatever else it may', async () => {
    const permissions = ['people.read', 'people.write', 'estate.read'];
    const made = await admin.post<NewToken>('/api/v1/tokens', {
      name: 'ash',
      permissions,
      academies: ['ash'],
      days: 1,
    });
    const program = from('198.51.100.1');
    program.headers['authorization'] = `Bearer ${made.body.secret}`;
    const person = { email: 'eve@example.org', name: 'Eve', grants: [{ role: 'admin', academies: null }] };
    expect((await program.post('/api/v1/people/accounts', person)).status).toBe(403);
    expect((await program.post('/api/v1/people/accounts/1/reset', { totp: true })).status).toBe(403);
    expect((await program.get('/api/v1/people/review')).status).toBe(403);
  });

  it('to an academy: of the same trust only, whoever writes it into the database', async () => {
    await estate.records.apply(command, [{ kind: 'academy', id: 'elm', op: 'create', values: { name: 'Elm' } }], {
      trust: 'south',
    });
    await expect(
      sql(
        url,
        `INSERT INTO account_grant SELECT a.id, 'noc', y.id FROM account a, academy y WHERE a.trust = 'north' AND y.slug = 'elm'`,
      ),
    ).rejects.toMatchObject({ constraint: 'account_grant_trust' });
  });

  it('to the health of the parts: strangers are told the state only', async () => {
    const details = async (browser: Browser): Promise<string> => {
      const { body } = await browser.get<Health>('/health/ready');
      expect(Object.keys(body.parts)).toContain('postgres');
      return Object.values(body.parts)
        .map(({ detail }) => detail)
        .join('');
    };
    const { browser } = await signInAs(admin, 'rae@example.org', reader);
    browser.headers['x-forwarded-for'] = admin.headers['x-forwarded-for'] = '198.51.100.1';
    expect([await details(from('198.51.100.1')), await details(browser)]).toEqual(['', '']);
    expect(await details(admin)).toContain('listens on');
    expect(await details(new Browser(running.url))).toContain('listens on');
    expect((await from('198.51.100.1').get('/health/live')).status).toBe(200);
  });
});

test('another site asks for nothing that changes something, whatever it says it sends', async () => {
  const admin = await setUp(running.url, estate, trust);
  const { paths } = JSON.parse((await admin.get('/api/v1/openapi.json')).text) as { paths: Record<string, object> };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method })),
  );
  const changing = routes.filter(({ method }) => method !== 'get');
  expect(changing.length).toBeGreaterThan(20);
  const cookie = `linewatch_session=${admin.cookies.get('linewatch_session')!}`;
  for (const { path, method } of changing) {
    const where = path.replace('{id}', '1').replace('{collector}', 'main').replace('{address}', '192.0.2.1');
    const tried = (headers: Record<string, string>) =>
      ask(running.url, where, {
        method: method.toUpperCase(),
        headers: { cookie, ...headers },
        ...(method !== 'delete' && { body: '{}' }),
      });
    const json = { 'content-type': 'application/json' };
    for (const site of ['cross-site', 'same-site', 'none'])
      expect([where, (await tried({ ...json, 'sec-fetch-site': site })).text]).toEqual([
        where,
        expect.stringContaining('origin_refused'),
      ]);
    for (const origin of ['https://evil.example', 'null', running.url.replace('127.0.0.1', 'localhost')])
      expect([where, (await tried({ ...json, origin })).text]).toEqual([
        where,
        expect.stringContaining('origin_refused'),
      ]);
    if (method === 'delete') continue;
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect([where, type, (await tried({ 'content-type': type })).status]).toEqual([where, type, 415]);
  }
  expect((await admin.get('/api/v1/session')).body).toMatchObject({ state: 'signed-in' });
});

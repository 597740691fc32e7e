/** People: set-up, sign-in, second factor, sessions, tokens, roles and the review, over HTTP on real databases. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type {
  AccessReview,
  Account,
  AccountList,
  NewAccount,
  NewToken,
  PersonSession,
  SessionNow,
  TotpBegun,
  TotpConfirmed,
} from '@linewatch/contract';
import { type Estate, createEstate } from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { Secret, TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { type Running, type StartOptions, startApi } from '../../apps/api/src/testing/api.ts';
import { openStream } from '../../apps/api/src/testing/sse.ts';
import { Browser, password, setUp, signInAs } from '../support/browser.ts';
import { type Server, servers, sql } from '../support/postgres.ts';
import { System, temporaryDirectory, until } from '../support/system.ts';

const hourMs = 3_600_000;
const trust = 'north';
/** Takes estate.read, and nothing but the database. */
const probe = '/api/v1/estate/records/academy';
const command = { account: null, name: 'test', via: 'command', address: null } as const;

describe.each(servers)('people and access on $name', ({ start }) => {
  let directory: string;
  let server: Server;
  let url: string;
  let estate: Estate;
  let running: Running | undefined;
  let skewMs = 0;
  let databases = 0;
  const clock = (): number => Date.now() + skewMs;
  const key = randomBytes(32);
  const logger = createLogger('access-test', 'silent');
  const others: Running[] = [];

  const another = (more: StartOptions = {}): Promise<Running> =>
    startApi({
      estate,
      trust,
      clock,
      access: { people: estate.people, note: (actor, event) => estate.records.note(actor, event), key },
      ...more,
    });

  beforeAll(async () => {
    directory = temporaryDirectory('access');
    server = await start(directory, await freePort());
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    skewMs = 0;
    const name = `access_${++databases}`;
    await sql(server.url, `CREATE DATABASE ${name}`);
    url = server.url.replace(/[^/]*$/, name);
    estate = createEstate({ url, logger, clock, secretKey: key });
    await estate.migrate();
    running = await another();
  });
  afterEach(async () => {
    await running?.stop();
    for (const each of others.splice(0)) await each.stop();
    await estate.close();
  });

  const anonymous = (): Browser => new Browser(running!.url);
  const admin = (): Promise<Browser> => setUp(running!.url, estate, trust);
  const link = async (purpose: 'setup'): Promise<string> => {
    const token = randomBytes(32).toString('base64url');
    await estate.people.links.create(trust, token, { purpose, account: null, lifeMs: hourMs });
    return token;
  };
  const academies = async (...ids: string[]): Promise<void> => {
    const changes = ids.map((id) => ({
      kind: 'academy' as const,
      id,
      op: 'create' as const,
      values: { name: `${id} School` },
    }));
    expect(await estate.records.apply(command, changes, { trust })).toMatchObject({ problems: [] });
  };
  const signIn = (browser: Browser, more: object = {}) =>
    browser.post<SessionNow & { code?: string }>('/api/v1/session', { email: 'ada@example.org', password, ...more });
  /** Everything that the database holds of people, as text. */
  const stored = async (): Promise<string> => {
    const tables = ['account', 'session', 'api_token', 'access_link', 'recovery_code', 'audit', 'sign_in_attempt'];
    const rows = await Promise.all(tables.map((table) => sql(url, `SELECT ${table}::text AS row FROM ${table}`)));
    return rows
      .flat()
      .map(({ row }) => String(row))
      .join('\n');
  };

  describe('the first run', () => {
    it('lets whoever is at this machine do everything but let others in', async () => {
      const here = anonymous();
      expect((await here.get('/api/v1/session')).body).toMatchObject({ state: 'first-run', account: null });
      expect((await here.get(probe)).status).toBe(200);
      const person = { email: 'eve@example.org', name: 'Eve', grants: [{ role: 'admin', academies: null }] };
      expect((await here.post('/api/v1/people/accounts', person)).status).toBe(403);
      expect((await here.post('/api/v1/tokens', { name: 't', permissions: ['estate.read'], days: 1 })).status).toBe(
        403,
      );
    });

    it('lets nobody in who comes through a proxy on this machine', async () => {
      const { status } = await anonymous().ask('GET', probe, undefined, {
        'x-forwarded-for': '198.51.100.7',
      });
      expect(status).toBe(401);
    });

    it('ends with the first administrator, made once by one link; from then on everyone signs in', async () => {
      const token = await link('setup');
      const person = { name: 'Ada Admin', email: 'Ada@Example.org', password };
      const browser = anonymous();
      expect((await browser.post('/api/v1/setup', { ...person, token: `x${token}`.slice(0, 43) })).body).toMatchObject({
        code: 'link_invalid',
      });
      expect(
        (await browser.post('/api/v1/setup', { ...person, token, password: 'ada example org' })).body,
      ).toMatchObject({ code: 'password_refused' });
      const opened = await openStream(running!.url);
      const made = await Promise.all(
        [1, 2].map(() => new Browser(running!.url).post<SessionNow>('/api/v1/setup', { ...person, token })),
      );
      expect(made.map(({ status }) => status).toSorted()).toEqual([200, 410]);
      const first = made.find(({ status }) => status === 200)!;
      expect(first.body).toMatchObject({ state: 'signed-in', account: { email: 'ada@example.org', local: true } });
      const cookie = first.headers.get('set-cookie')!;
      expect(cookie).toMatch(/^linewatch_session=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
      expect((await anonymous().get(probe)).status).toBe(401);
      expect((await anonymous().get('/api/v1/session')).body).toMatchObject({ state: 'signed-out', permissions: [] });
      await until('the stream of the first run ends', () => opened.ended);
      expect((await browser.post('/api/v1/setup', { ...person, token: await link('setup') })).body).toMatchObject({
        code: 'account_exists',
      });
      const secrets = [token, /linewatch_session=([\w-]+)/.exec(cookie)![1]!, password];
      const text = await stored();
      for (const secret of secrets) expect(text).not.toContain(secret);
    });

    it('listens on this machine only, and as configured once there is an administrator', async () => {
      const open = await another({ config: { host: '0.0.0.0' } });
      others.push(open);
      expect(open.api.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
      await setUp(open.url, estate, trust);
      await until('it listens everywhere', () => open.api.url.startsWith('http://0.0.0.0:'));
      expect((await fetch(open.api.url.replace('0.0.0.0', '127.0.0.1') + '/api/v1/session')).status).toBe(200);
      expect((await open.api.health()).detail).not.toContain('no administrator');
    });
  });

  describe('signing in', () => {
    it('makes a new session each time, and says the same of a wrong password and an unknown account', async () => {
      const browser = await admin();
      const before = browser.cookies.get('linewatch_session')!;
      const wrong = await signIn(anonymous(), { password: 'something else entirely' });
      const unknown = await signIn(anonymous(), { email: 'nobody@example.org' });
      expect([wrong.status, wrong.body]).toEqual([401, unknown.body]);
      expect(wrong.body.code).toBe('sign_in_failed');
      expect((await signIn(browser, { email: 'ADA@example.org' })).body.state).toBe('signed-in');
      expect(browser.cookies.get('linewatch_session')).not.toBe(before);
      const fixed = anonymous();
      fixed.cookies.set('linewatch_session', before);
      expect((await fixed.get(probe)).status).toBe(401);
      expect((await browser.ask('DELETE', '/api/v1/session')).body).toEqual({ next: null });
      expect((await browser.get(probe)).status).toBe(401);
    });

    it('slows down by account after five failures, and remembers over a restart', async () => {
      await admin();
      const wrong = { password: 'something else entirely' };
      const tries = await Promise.all(Array.from({ length: 8 }, () => signIn(anonymous(), wrong)));
      expect(tries.map(({ status }) => status).toSorted()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
      await running!.stop();
      running = await another();
      const refused = await signIn(anonymous());
      expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, expect.closeTo(30, -1)]);
      skewMs += 31_000;
      expect((await signIn(anonymous(), wrong)).status).toBe(401);
      skewMs += 31_000;
      expect((await signIn(anonymous())).status).toBe(429);
      skewMs += 31_000;
      expect((await signIn(anonymous())).status).toBe(200);
      // Whoever signs in has a clean sheet.
      expect((await signIn(anonymous(), wrong)).status).toBe(401);
      expect((await signIn(anonymous())).status).toBe(200);
    });

    it('slows down by address, whatever the accounts, and lets it in again after a quarter of an hour', async () => {
      await admin();
      for (let i = 0; i < 20; i++) expect((await signIn(anonymous(), { email: `p${i}@example.org` })).status).toBe(401);
      expect((await signIn(anonymous(), { email: 'p21@example.org' })).status).toBe(429);
      expect((await anonymous().post('/api/v1/session/link', { token: 'x'.repeat(43) })).status).toBe(429);
      skewMs += 15 * 60_000 + 1000;
      expect((await signIn(anonymous())).status).toBe(200);
    });

    it('behind a trusted proxy with https, uses a cookie that is bound to the host', async () => {
      const proxied = await another({ config: { proxies: ['127.0.0.1'], hosts: ['linewatch.example.org'] } });
      others.push(proxied);
      await admin();
      const browser = new Browser(proxied.url);
      Object.assign(browser.headers, { 'x-forwarded-proto': 'https', 'x-forwarded-for': '198.51.100.7' });
      const { headers } = await signIn(browser);
      expect(headers.get('set-cookie')).toMatch(/^__Host-linewatch_session=.*; Secure$/);
      expect((await browser.get(probe)).status).toBe(200);
      const { sessions } = (await browser.get<{ sessions: PersonSession[] }>('/api/v1/people/sessions')).body;
      expect(sessions.find(({ current }) => current)).toMatchObject({ address: '198.51.100.7' });
      expect((await browser.get('/metrics')).status).toBe(200);
      const stranger = new Browser(proxied.url);
      Object.assign(stranger.headers, browser.headers);
      expect((await stranger.get('/metrics')).status).toBe(401);
      expect((await new Browser(proxied.url).get('/metrics')).status).toBe(200);
    });

    it('is refused to other sites, and so is everything else that changes something', async () => {
      const browser = await admin();
      const document = JSON.parse((await browser.get('/api/v1/openapi.json')).text) as {
        paths: Record<string, Record<string, unknown>>;
      };
      const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.keys(methods)
          .filter((method) => !['get', 'head', 'options'].includes(method))
          .map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '1')] as const),
      );
      expect(routes.length).toBeGreaterThan(15);
      for (const [method, path] of routes)
        for (const headers of [
          { 'sec-fetch-site': 'cross-site' },
          { 'sec-fetch-site': 'same-site' },
          { origin: 'https://example.com' },
        ]) {
          const { status, body } = await browser.ask(method, path, undefined, headers);
          expect({ method, path, status, code: body['code'] }).toEqual({
            method,
            path,
            status: 403,
            code: 'origin_refused',
          });
        }
      const form = await browser.ask('POST', '/api/v1/session', undefined, { 'content-type': 'text/plain' });
      expect(form.status).toBe(415);
    });
  });

  describe('a second factor', () => {
    const code = (secret: string, atMs = clock()): string =>
      new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({ timestamp: atMs });
    async function withTotp(): Promise<{ browser: Browser; secret: string; recovery: string[] }> {
      const browser = await admin();
      expect((await browser.post('/api/v1/session/totp/begin', { password: 'not the password' })).status).toBe(401);
      const { secret, uri } = (await browser.post<TotpBegun>('/api/v1/session/totp/begin', { password })).body;
      expect(uri).toContain(`secret=${secret}`);
      expect((await signIn(anonymous())).status).toBe(200);
      expect((await browser.post('/api/v1/session/totp/confirm', { code: '000000' })).status).toBe(401);
      const confirmed = await browser.post<TotpConfirmed>('/api/v1/session/totp/confirm', { code: code(secret) });
      expect(confirmed.body.recoveryCodes).toHaveLength(10);
      return { browser, secret, recovery: confirmed.body.recoveryCodes };
    }

    it('is asked for after the password, and takes each code once, one step early or late', async () => {
      const { secret } = await withTotp();
      const asked = await signIn(anonymous());
      expect([asked.status, asked.body.code]).toEqual([401, 'code_required']);
      // The code that confirmed it does not sign in, too.
      expect((await signIn(anonymous(), { totp: code(secret) })).status).toBe(401);
      skewMs += 60_000;
      const late = code(secret, clock() - 30_000);
      expect((await signIn(anonymous(), { totp: code(secret, clock() - 60_000) })).status).toBe(401);
      expect((await signIn(anonymous(), { totp: code(secret, clock() + 60_000) })).status).toBe(401);
      expect((await signIn(anonymous(), { totp: late })).status).toBe(200);
      const both = await Promise.all([1, 2].map(() => signIn(anonymous(), { totp: code(secret) })));
      expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401]);
      expect((await stored()).includes(secret)).toBe(false);
    });

    it('can be gone round by a recovery code, once, and turned off by its owner', async () => {
      const { browser, recovery, secret } = await withTotp();
      expect((await signIn(anonymous(), { totp: recovery[0]!.toUpperCase() })).status).toBe(200);
      expect((await signIn(anonymous(), { totp: recovery[0] })).status).toBe(401);
      expect((await browser.get<SessionNow>('/api/v1/session')).body.account).toMatchObject({
        totp: true,
        recoveryCodes: 9,
      });
      expect((await stored()).includes(recovery[1]!)).toBe(false);
      const off = (totp: string) => browser.post<SessionNow>('/api/v1/session/totp/remove', { password, code: totp });
      expect((await off('000000')).status).toBe(401);
      skewMs += 60_000;
      expect((await off(code(secret))).body.account).toMatchObject({ totp: false, recoveryCodes: 0 });
      expect((await signIn(anonymous())).status).toBe(200);
    });

    it('does not make guessing quicker: wrong codes count, and asking for one wins nothing back', async () => {
      await withTotp();
      for (let i = 0; i < 4; i++) {
        expect((await signIn(anonymous(), { totp: '123456' })).status).toBe(401);
        expect((await signIn(anonymous())).status).toBe(401);
      }
      expect((await signIn(anonymous(), { totp: '123456' })).status).toBe(401);
      expect((await signIn(anonymous())).status).toBe(429);
    });
  });

  describe('sessions', () => {
    it('end when they are not used for 12 hours, and after 7 days whatever happens', async () => {
      const browser = await admin();
      const works = async (): Promise<boolean> => (await browser.get(probe)).status === 200;
      skewMs += 11.9 * hourMs;
      expect(await works()).toBe(true);
      skewMs += 12.1 * hourMs;
      expect(await works()).toBe(false);
      await signIn(browser);
      for (let hours = 0; hours + 11 < 168; hours += 11) {
        skewMs += 11 * hourMs;
        expect([hours, await works()]).toEqual([hours, true]);
      }
      skewMs += 11 * hourMs;
      expect(await works()).toBe(false);
    });

    it('of an account end when its password changes, but for the one that changed it', async () => {
      const browser = await admin();
      const other = anonymous();
      await signIn(other);
      const stream = await openStream(running!.url, undefined, {
        cookie: `linewatch_session=${other.cookies.get('linewatch_session')!}`,
      });
      expect(stream.status).toBe(200);
      const changed = { current: password, password: 'quite another long phrase' };
      expect((await browser.post('/api/v1/session/password', { ...changed, current: 'wrong one, sorry' })).status).toBe(
        401,
      );
      expect((await browser.post('/api/v1/session/password', changed)).status).toBe(200);
      expect((await other.get(probe)).status).toBe(401);
      await until('its live stream ends', () => stream.ended);
      expect((await browser.get(probe)).status).toBe(200);
      expect((await signIn(anonymous())).status).toBe(401);
    });

    it('and their live streams end when someone ends them, in other processes too', async () => {
      const browser = await admin();
      const other = anonymous();
      await signIn(other);
      const second = await another();
      others.push(second);
      const elsewhere = new Browser(second.url);
      elsewhere.cookies.set('linewatch_session', other.cookies.get('linewatch_session')!);
      expect((await elsewhere.get(probe)).status).toBe(200);
      const cookie = `linewatch_session=${other.cookies.get('linewatch_session')!}`;
      const streams = await Promise.all([running!, second].map((each) => openStream(each.url, undefined, { cookie })));
      const { sessions } = (await browser.get<{ sessions: PersonSession[] }>('/api/v1/people/sessions?of=everyone'))
        .body;
      const theirs = sessions.find(({ current }) => !current)!;
      expect((await browser.ask('DELETE', `/api/v1/people/sessions/${theirs.id}`)).status).toBe(200);
      expect((await other.get(probe)).status).toBe(401);
      await until('both streams end', () => streams.every(({ ended }) => ended), 10_000);
      await until('the other process knows', async () => (await elsewhere.get(probe)).status === 401, 10_000);
    });
  });

  describe('tokens', () => {
    it('do what they say and their owner may, until they expire or are revoked', async () => {
      await academies('ash', 'oak');
      const browser = await admin();
      const { browser: reader } = await signInAs(browser, 'rae@example.org', [
        { role: 'academy-reader', academies: ['ash', 'oak'] },
      ]);
      const make = (body: object) =>
        reader.post<NewToken>('/api/v1/tokens', { name: 'Grafana', permissions: ['estate.read'], days: 30, ...body });
      expect((await make({ permissions: ['people.write'] })).status).toBe(403);
      expect((await make({ days: 401 })).status).toBe(400);
      expect((await make({ academies: ['elm'] })).body).toMatchObject({ code: 'academy_unknown' });
      const { secret, token } = (await make({ academies: ['ash'] })).body;
      expect(secret).toMatch(/^lw_[\w-]{43}$/);
      const program = anonymous();
      program.headers['authorization'] = `Bearer ${secret}`;
      const who = async (): Promise<SessionNow> => (await program.get<SessionNow>('/api/v1/session')).body;
      expect((await who()).permissions).toEqual([{ permission: 'estate.read', academies: ['ash'] }]);
      expect((await program.get('/api/v1/academies')).status).toBe(403);
      expect(
        (await program.post('/api/v1/tokens', { name: 'more', permissions: ['estate.read'], days: 1 })).status,
      ).toBe(403);
      // Its owner loses the academy: so does the token.
      const { accounts } = (await browser.get<AccountList>('/api/v1/people/accounts')).body;
      const rae = accounts.find(({ email }) => email === 'rae@example.org')!;
      const grants = [{ role: 'academy-reader', academies: ['oak'] }];
      expect(
        (await browser.ask('PATCH', `/api/v1/people/accounts/${rae.id}`, { revision: rae.revision, grants })).status,
      ).toBe(200);
      expect((await who()).permissions).toEqual([]);
      expect((await browser.ask('DELETE', `/api/v1/tokens/${token.id}`)).status).toBe(200);
      expect((await program.get('/api/v1/session')).status).toBe(401);
      program.headers['authorization'] = `Bearer ${(await make({ days: 2 })).body.secret}`;
      skewMs += 47 * hourMs;
      expect((await program.get('/api/v1/session')).status).toBe(200);
      skewMs += 2 * hourMs;
      expect((await program.get('/api/v1/session')).status).toBe(401);
      expect((await stored()).includes(secret.slice(3))).toBe(false);
    });
  });

  describe('accounts', () => {
    it('are made with a link that sets the password once, and have the scope of their roles', async () => {
      await academies('ash', 'oak');
      const browser = await admin();
      const person = {
        email: 'Rae@Example.org',
        name: 'Rae',
        grants: [{ role: 'academy-reader', academies: ['ash'] }],
      };
      const made = (await browser.post<NewAccount>('/api/v1/people/accounts', person)).body;
      expect(made.account).toMatchObject({ email: 'rae@example.org', signIn: 'invited', grants: person.grants });
      expect(
        (await browser.post('/api/v1/people/accounts', { ...person, email: 'RAE@example.org' })).body,
      ).toMatchObject({ code: 'account_exists' });
      const token = made.link.path.split('=')[1]!;
      const rae = anonymous();
      expect((await rae.post('/api/v1/session/link', { token })).body).toMatchObject({
        purpose: 'invite',
        name: 'Rae',
      });
      expect(
        (await rae.post<SessionNow>('/api/v1/session/link/password', { token, password })).body.permissions,
      ).toContainEqual({
        permission: 'telemetry.read',
        academies: ['ash'],
      });
      expect((await rae.post('/api/v1/session/link/password', { token, password })).status).toBe(410);
      expect((await rae.get('/api/v1/people/accounts')).status).toBe(403);
      expect((await rae.get('/api/v1/people/sessions?of=everyone')).status).toBe(403);
      const scoped = { ...person, email: 'x@example.org', grants: [{ role: 'admin', academies: ['ash'] }] };
      expect((await browser.post('/api/v1/people/accounts', scoped)).status).toBe(400);
    });

    it('are reset by a link that ends the sessions, and the second factor where that is asked for', async () => {
      const browser = await admin();
      const { browser: rae, account } = await signInAs(browser, 'rae@example.org', [{ role: 'noc', academies: null }]);
      const { secret } = (await rae.post<TotpBegun>('/api/v1/session/totp/begin', { password })).body;
      const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock() });
      expect((await rae.post('/api/v1/session/totp/confirm', { code })).status).toBe(200);
      const reset = async (totp: boolean): Promise<string> =>
        (await browser.post<{ path: string }>(`/api/v1/people/accounts/${account.id}/reset`, { totp })).body.path.split(
          '=',
        )[1]!;
      const first = await reset(false);
      expect((await rae.get(probe)).status).toBe(401);
      const second = await reset(true);
      const next = 'a new and better phrase';
      expect((await rae.post('/api/v1/session/link/password', { token: first, password: next })).status).toBe(410);
      expect(
        (await rae.post<SessionNow>('/api/v1/session/link/password', { token: second, password: next })).body,
      ).toMatchObject({
        state: 'signed-in',
        account: { totp: false },
      });
      const third = await reset(false);
      skewMs += 25 * hourMs;
      expect((await anonymous().post('/api/v1/session/link', { token: third })).status).toBe(410);
    });

    it('are not changed over what someone else changed, nor without an administrator left', async () => {
      const browser = await admin();
      const { account: rae } = await signInAs(browser, 'rae@example.org', [{ role: 'noc', academies: null }]);
      const patch = (who: Browser, { id, revision }: Account, body: object) =>
        who.ask<Account & { code?: string }>('PATCH', `/api/v1/people/accounts/${id}`, { revision, ...body });
      expect((await patch(browser, { ...rae, revision: rae.revision + 5 }, { name: 'R' })).body.code).toBe(
        'account_changed',
      );
      const [ada] = (await browser.get<AccountList>('/api/v1/people/accounts')).body.accounts;
      expect((await patch(browser, ada!, { grants: [] })).status).toBe(403);
      expect((await patch(browser, ada!, { state: 'disabled' })).status).toBe(403);
      // Two administrators, each of whom takes the other's role away at the same moment, again and again.
      const { browser: second, account } = await signInAs(browser, 'bea@example.org', [
        { role: 'admin', academies: null },
      ]);
      for (let round = 0; round < 5; round++) {
        const { accounts } = (await browser.get<AccountList>('/api/v1/people/accounts')).body;
        const now = (id: number): Account => accounts.find((each) => each.id === id)!;
        const answers = await Promise.all([
          patch(browser, now(account.id), { grants: [] }),
          patch(second, now(ada!.id), { state: 'disabled' }),
        ]);
        const admins = await sql(
          url,
          `SELECT a.email FROM account a JOIN account_grant g ON g.account_id = a.id WHERE a.state = 'active' AND g.role = 'admin'`,
        );
        expect({ round, left: admins.length, answers: answers.map(({ status }) => status) }).toMatchObject({ left: 1 });
        await sql(url, `UPDATE account SET state = 'active'`);
        await sql(
          url,
          `INSERT INTO account_grant (account_id, role) SELECT id, 'admin' FROM account WHERE email <> 'rae@example.org' ON CONFLICT DO NOTHING`,
        );
        for (const [who, email] of [
          [browser, 'ada@example.org'],
          [second, 'bea@example.org'],
        ] as const)
          await signIn(who, { email });
      }
      await expect(
        sql(url, `UPDATE account SET state = 'disabled' WHERE email <> 'rae@example.org'`),
      ).rejects.toMatchObject({ constraint: 'last_administrator' });
    });

    it('that are disabled are out at once, with their tokens', async () => {
      const browser = await admin();
      const { browser: rae, account } = await signInAs(browser, 'rae@example.org', [{ role: 'noc', academies: null }]);
      const { secret } = (
        await rae.post<NewToken>('/api/v1/tokens', { name: 't', permissions: ['estate.read'], days: 1 })
      ).body;
      const program = anonymous();
      program.headers['authorization'] = `Bearer ${secret}`;
      expect((await program.get('/api/v1/session')).status).toBe(200);
      const [now] = (await browser.get<AccountList>('/api/v1/people/accounts')).body.accounts.filter(
        ({ id }) => id === account.id,
      );
      await browser.ask('PATCH', `/api/v1/people/accounts/${account.id}`, {
        revision: now!.revision,
        state: 'disabled',
      });
      expect([(await rae.get(probe)).status, (await program.get('/api/v1/session')).status]).toEqual([401, 401]);
      expect((await signIn(anonymous(), { email: 'rae@example.org' })).status).toBe(401);
    });
  });

  it('tells who can see what, as JSON and for spreadsheets, and writes down who did what', async () => {
    await academies('ash');
    const browser = await admin();
    await signInAs(browser, 'rae@example.org', [
      { role: 'academy-reader', academies: ['ash'] },
      { role: 'data-protection-officer', academies: null },
    ]);
    await browser.post('/api/v1/people/accounts', { email: 'f@example.org', name: '=SUM(A1)', grants: [] });
    await signIn(anonymous(), { password: 'something else entirely' });
    const review = (await browser.get<AccessReview>('/api/v1/people/review')).body;
    const rae = review.people.find(({ account }) => account.email === 'rae@example.org')!;
    expect(rae.permissions).toContainEqual({ permission: 'telemetry.read', academies: ['ash'] });
    expect(rae.permissions).toContainEqual({ permission: 'people.read', academies: null });
    expect(rae.account.lastSignInMs).toBeGreaterThan(0);
    const csv = await browser.ask('GET', '/api/v1/people/review', undefined, { accept: 'text/csv' });
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const lines = csv.text.split('\r\n');
    expect(lines.filter((line) => line.includes('rae@example.org'))).toHaveLength(2);
    expect(csv.text).toContain(`'=SUM(A1)`);
    const entries = await estate.records.audit(trust, {});
    const ops = entries.map(({ what, op }) => `${what} ${op}`);
    for (const each of ['sign-in set-up', 'account create', 'account password-set', 'sign-in sign-in-failed'])
      expect(ops).toContain(each);
    expect(entries.find(({ op }) => op === 'create')).toMatchObject({
      actor: 'Ada Admin',
      via: 'session',
      address: '127.0.0.1',
    });
    expect(JSON.stringify(entries)).not.toContain('argon2');
    expect(JSON.stringify(entries)).not.toContain(password);
  });
});

describe('at the server itself', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.destroy());

  it('there is a link for the first administrator, and one for whoever cannot get in any more', async () => {
    const tokenIn = (text: string): string => /#token=([\w-]+)/.exec(text)![1]!;
    const told = tokenIn(system.output);
    const renewed = await system.run('setup-link');
    expect(renewed.out).toContain(`http://localhost:${system.ports.http}/setup#token=`);
    const browser = new Browser(system.url);
    const person = { name: 'Ada Admin', email: 'ada@example.org', password };
    expect((await browser.post('/api/v1/setup', { ...person, token: told })).status).toBe(410);
    expect((await browser.post('/api/v1/setup', { ...person, token: tokenIn(renewed.out) })).status).toBe(200);
    expect(await system.run('setup-link')).toMatchObject({
      code: 1,
      err: expect.stringContaining('account reset') as string,
    });
    expect((await fetch(`${system.url}/api/v1/academies`)).status).toBe(401);
    expect((await browser.get('/api/v1/academies')).status).toBe(200);

    const { account } = await signInAs(browser, 'rae@example.org', [{ role: 'noc', academies: null }]);
    expect(await system.run('account', 'reset', 'nobody@example.org')).toMatchObject({ code: 1 });
    const reset = await system.run('account', 'reset', 'Rae@example.org', '--totp', '--admin');
    const rae = new Browser(system.url);
    const answer = await rae.post<SessionNow>('/api/v1/session/link/password', { token: tokenIn(reset.out), password });
    expect(answer.body).toMatchObject({ state: 'signed-in', account: { id: account.id } });
    expect(answer.body.grants.map(({ role }) => role)).toEqual(['admin', 'noc']);
    const { entries } = (await rae.get<{ entries: { op: string; via: string }[] }>('/api/v1/audit?what=account')).body;
    expect(entries).toContainEqual(expect.objectContaining({ op: 'reset', via: 'command' }));
  });
});

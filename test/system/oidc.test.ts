/** Signing in at a real OpenID Connect provider, step by step as a browser goes. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { AccountList, NewToken, SessionNow, SignedOut } from '@linewatch/contract';
import { type Estate, createEstate } from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { type Running, startApi } from '../../apps/api/src/testing/api.ts';
import { Browser, setUp, signInAs } from '../support/browser.ts';
import { type IdentityProvider, type Person, startIdentityProvider } from '../support/identity-provider.ts';
import { freeTcp } from '../support/ports.ts';
import { type Server, servers, sql } from '../support/postgres.ts';
import { temporaryDirectory } from '../support/system.ts';

const trust = 'north';
const command = { account: null, name: 'test', via: 'command', address: null } as const;
const noc: Person = { sub: 'p-1', name: 'Nia Noc', email: 'nia@example.org', groups: ['staff', 'g-noc'] };

describe.each([
  { where: 'in the ID token', inToken: true },
  { where: 'at the userinfo endpoint', inToken: false },
])('a provider that tells groups $where', ({ inToken }) => {
  let directory: string;
  let server: Server;
  let url: string;
  let estate: Estate;
  let provider: IdentityProvider;
  let running: Running;
  let port: number;
  let skewMs = 0;
  let admin: Browser;
  const clock = (): number => Date.now() + skewMs;
  const key = randomBytes(32);

  beforeAll(async () => {
    directory = temporaryDirectory('oidc');
    server = await servers[0]!.start(directory, await freePort());
    port = await freeTcp();
    provider = await startIdentityProvider(() => `http://127.0.0.1:${port}/api/v1/session/oidc/callback`, inToken);
  });
  afterAll(async () => {
    await provider.stop();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  let databases = 0;
  beforeEach(async () => {
    skewMs = 0;
    provider.person = noc;
    provider.codeS = 60;
    const name = `oidc_${++databases}`;
    await sql(server.url, `CREATE DATABASE ${name}`);
    url = server.url.replace(/[^/]*$/, name);
    estate = createEstate({ url, logger: createLogger('oidc-test', 'silent'), clock, secretKey: key });
    await estate.migrate();
    await estate.records.apply(command, [{ kind: 'academy', id: 'ash', op: 'create', values: { name: 'Ash' } }], {
      trust,
    });
    const { issuer, clientId } = provider;
    const roles = [
      { group: 'g-noc', role: 'noc' },
      { group: 'g-ash', role: 'academy-reader', academies: ['ash'] },
      { group: 'g-admin', role: 'admin' },
    ];
    running = await startApi({
      estate,
      trust,
      clock,
      config: { port, signIn: { oidc: { issuer, clientId, name: 'Example ID', roles } } },
      access: {
        people: estate.people,
        note: (actor, event) => estate.records.note(actor, event),
        key,
        oidcClientSecret: provider.clientSecret,
      },
    });
    admin = await setUp(running.url, estate, trust);
  });
  afterEach(async () => {
    await running.stop();
    await estate.close();
  });

  /** Goes to the provider and comes back with the address of our callback. */
  async function toCallback(
    browser: Browser,
    alter: (to: URL) => void = () => undefined,
    to = '/circuits',
  ): Promise<URL> {
    const started = await browser.get(`/api/v1/session/oidc/start?to=${encodeURIComponent(to)}`);
    expect(started.status).toBe(303);
    const asked = new URL(started.headers.get('location')!);
    expect(asked.origin).toBe(provider.issuer);
    expect(asked.searchParams.get('code_challenge_method')).toBe('S256');
    alter(asked);
    const there = new Browser(provider.issuer);
    let next = asked;
    for (let hops = 0; hops < 10 && !next.href.startsWith(running.url); hops++) {
      const answer = await there.get(next.href);
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`${next.href}: ${answer.status} ${answer.text}`);
      next = new URL(location, next);
    }
    return next;
  }
  /** Where our callback sends the browser. */
  const arrive = async (browser: Browser, callback: URL): Promise<string | null> =>
    (await browser.get(callback.href)).headers.get('location');
  const signIn = async (browser = new Browser(running.url)): Promise<{ browser: Browser; to: string | null }> => ({
    browser,
    to: await arrive(browser, await toCallback(browser)),
  });
  const who = async (browser: Browser): Promise<SessionNow> => (await browser.get<SessionNow>('/api/v1/session')).body;
  const accounts = async () => (await admin.get<AccountList>('/api/v1/people/accounts')).body.accounts;

  it('lets in by group, makes the account, and goes where the person was going', async () => {
    expect((await who(new Browser(running.url))).signIn.oidc).toEqual({ name: 'Example ID' });
    const { browser, to } = await signIn();
    expect(to).toBe('/circuits');
    expect(await who(browser)).toMatchObject({
      state: 'signed-in',
      account: { email: 'nia@example.org', name: 'Nia Noc', local: false },
      grants: [{ role: 'noc', academies: null }],
    });
    expect([...browser.cookies.keys()]).toEqual(['linewatch_session']);
    expect((await accounts()).find(({ email }) => email === 'nia@example.org')).toMatchObject({
      signIn: 'oidc',
      issuer: provider.issuer,
    });
    const elsewhere = new Browser(running.url);
    const callback = await toCallback(elsewhere, undefined, '//evil.example/');
    expect(await arrive(elsewhere, callback)).toBe('/');
  });

  it('renews name and roles at each sign-in, and signs out at the provider, too', async () => {
    await signIn();
    provider.person = { ...noc, name: 'Nia North', groups: ['g-ash'] };
    const { browser } = await signIn();
    expect(await who(browser)).toMatchObject({
      account: { name: 'Nia North' },
      grants: [{ role: 'academy-reader', academies: ['ash'] }],
    });
    const entries = await estate.records.audit(trust, { what: 'account' });
    expect(entries.find(({ op }) => op === 'renewed')).toMatchObject({
      before: { grants: [{ role: 'noc', academies: null }] },
      after: { grants: [{ role: 'academy-reader', academies: ['ash'] }] },
    });
    const nia = (await accounts()).find(({ email }) => email === 'nia@example.org')!;
    const change = { revision: nia.revision, grants: [{ role: 'admin', academies: null }] };
    expect((await admin.ask('PATCH', `/api/v1/people/accounts/${nia.id}`, change)).body).toMatchObject({
      code: 'account_managed',
    });
    const out = (await browser.ask<SignedOut>('DELETE', '/api/v1/session')).body.next;
    expect(out).toMatch(new RegExp(`^${provider.issuer}/session/end\\?`));
    expect((await who(browser)).state).toBe('signed-out');
  });

  it('takes the last administrator role away, too, when the provider says so', async () => {
    provider.person = { ...noc, groups: ['g-admin'] };
    await signIn();
    await sql(
      url,
      `DELETE FROM account_grant g USING account a WHERE a.id = g.account_id AND a.email = 'ada@example.org'`,
    );
    provider.person = noc;
    const { browser } = await signIn();
    expect((await who(browser)).grants).toEqual([{ role: 'noc', academies: null }]);
    // No administrator is left, and still nobody is let in without signing in.
    expect((await who(new Browser(running.url))).state).toBe('signed-out');
  });

  it('takes away what someone had who has no group here any more: sessions, roles and what tokens may', async () => {
    const { browser } = await signIn();
    const made = await browser.post<NewToken>('/api/v1/tokens', { name: 't', permissions: ['estate.read'], days: 30 });
    const program = new Browser(running.url);
    program.headers['authorization'] = `Bearer ${made.body.secret}`;
    expect((await program.get('/api/v1/estate/plan')).status).toBe(200);
    provider.person = { ...noc, groups: ['staff'] };
    const again = await signIn();
    expect([again.to, (await who(again.browser)).state]).toEqual(['/sign-in?error=no_roles', 'signed-out']);
    expect((await who(browser)).state).toBe('signed-out');
    expect((await program.get('/api/v1/estate/plan')).status).toBe(403);
    expect((await accounts()).find(({ email }) => email === 'nia@example.org')).toMatchObject({ grants: [] });
    const entries = await estate.records.audit(trust, { what: 'account' });
    expect(entries.find(({ op }) => op === 'renewed')).toMatchObject({ after: { grants: [] } });
    provider.person = noc;
    expect((await signIn()).to).toBe('/circuits');
  });

  it('refuses who has no group here, who is disabled, and who said no', async () => {
    provider.person = { ...noc, groups: ['staff'] };
    const none = await signIn();
    expect([none.to, (await who(none.browser)).state]).toEqual(['/sign-in?error=no_roles', 'signed-out']);
    provider.person = { sub: noc.sub, name: noc.name, email: noc.email! };
    expect((await signIn()).to).toBe('/sign-in?error=no_roles');
    expect(await accounts()).toHaveLength(1);
    provider.person = null;
    expect((await signIn()).to).toBe('/sign-in?error=access_denied');
    provider.person = { sub: 'p-2', name: 'No Mail', groups: ['g-noc'] };
    expect((await signIn()).to).toBe('/sign-in?error=no_email');
    provider.person = noc;
    await signIn();
    const nia = (await accounts()).find(({ email }) => email === 'nia@example.org')!;
    await admin.ask('PATCH', `/api/v1/people/accounts/${nia.id}`, { revision: nia.revision, state: 'disabled' });
    expect((await signIn()).to).toBe('/sign-in?error=account_disabled');
    const failures = (await estate.records.audit(trust, { what: 'sign-in' })).filter(
      ({ op }) => op === 'sign-in-failed',
    );
    expect(failures).toHaveLength(5);
  });

  it('does not merge an account that another person has by the same address', async () => {
    const { account } = await signInAs(admin, 'nia@example.org', [{ role: 'admin', academies: null }]);
    expect((await signIn()).to).toBe('/sign-in?error=email_taken');
    expect((await accounts()).find(({ id }) => id === account.id)).toMatchObject({ signIn: 'password' });
  });

  it('refuses an answer with another state, and one that this browser did not ask for', async () => {
    const browser = new Browser(running.url);
    const callback = await toCallback(browser);
    const forged = new URL(callback);
    forged.searchParams.set('state', 'x'.repeat(43));
    const cookie = browser.cookies.get('linewatch_oidc')!;
    expect(await arrive(browser, forged)).toBe('/sign-in?error=sign_in_failed');
    expect(browser.cookies.has('linewatch_oidc')).toBe(false);
    expect(await arrive(new Browser(running.url), callback)).toBe('/sign-in?error=sign_in_failed');
    const altered = new Browser(running.url);
    altered.cookies.set('linewatch_oidc', `${cookie.slice(0, -2)}AA`);
    expect(await arrive(altered, callback)).toBe('/sign-in?error=sign_in_failed');
    // Nothing was wrong with the answer itself.
    const own = new Browser(running.url);
    own.cookies.set('linewatch_oidc', cookie);
    expect(await arrive(own, callback)).toBe('/circuits');
    own.cookies.set('linewatch_oidc', cookie);
    expect(await arrive(own, callback)).toBe('/sign-in?error=sign_in_failed');
  });

  it('refuses an ID token with another nonce, and a code for another challenge', async () => {
    const browser = new Browser(running.url);
    const nonce = await toCallback(browser, (to) => to.searchParams.set('nonce', 'another'));
    expect(await arrive(browser, nonce)).toBe('/sign-in?error=sign_in_failed');
    const challenge = await toCallback(browser, (to) => to.searchParams.set('code_challenge', 'x'.repeat(43)));
    expect(await arrive(browser, challenge)).toBe('/sign-in?error=sign_in_failed');
    expect((await who(browser)).state).toBe('signed-out');
    expect(await accounts()).toHaveLength(1);
  });

  it('refuses a code that has expired, and a sign-in that took too long', async () => {
    provider.codeS = 1;
    const browser = new Browser(running.url);
    const late = await toCallback(browser);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect(await arrive(browser, late)).toBe('/sign-in?error=sign_in_failed');
    provider.codeS = 60;
    const slow = await toCallback(browser);
    skewMs += 11 * 60_000;
    expect(await arrive(browser, slow)).toBe('/sign-in?error=sign_in_failed');
  });
});

/** Alerts over HTTP, on a real database: what people change, what is sent on trial, what helpdesks say back, the public page. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type IncomingHttpHeaders, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type {
  AccessGrant,
  AlertNowList,
  AlertRule,
  AlertRuleList,
  Change,
  DeliveryDetail,
  RotatedSecret,
  Silence,
  SilenceList,
  StatusPage,
  Subscription,
  SubscriptionBody,
  SubscriptionList,
  TestResult,
} from '@linewatch/contract';
import { formatNames } from '@linewatch/contract';
import { exampleNotification } from '@linewatch/alerting';
import { type Actor, type Alert, type Estate, createEstate } from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Principal, toGrants } from '../../apps/api/src/access/principal.ts';
import { type Running, startApi } from '../../apps/api/src/testing/api.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { startPostgres } from '../../apps/linewatch/src/engines/postgres.ts';
import { temporaryDirectory } from '../support/system.ts';

const actor: Actor = { account: null, name: 'Set-up', via: 'command', address: null };
const grants: Record<string, AccessGrant[]> = {
  noc: [{ role: 'noc', academies: null }],
  'helpdesk-of-ash': [{ role: 'helpdesk', academies: ['ash'] }],
  'lead-of-ash': [{ role: 'safeguarding-lead', academies: ['ash'] }],
  'lead-of-elm': [{ role: 'safeguarding-lead', academies: ['elm'] }],
};

const stops: (() => unknown)[] = [];
let estate: Estate;
let running: Running;
/** Allowed by the administrator, and one that is not. */
let receiver: string;
let elsewhere: string;
const received: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];
const incidentOf: Record<string, number> = {};
const epochs = { watch: 0, notify: 0 };

async function listen(host: string): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ path: request.url!, headers: request.headers, body });
      response.writeHead(request.url === '/gone' ? 410 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ said: 'thanks', echo: request.headers['x-key'] ?? null }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  stops.push(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))));
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const directory = temporaryDirectory('alert-api');
  stops.push(() => rmSync(directory, { recursive: true, force: true }));
  const server = await startPostgres({
    directory: path.join(directory, 'postgres'),
    ...{ port: await freePort(), user: 'linewatch', password: 'correct horse' },
  });
  stops.push(() => server.stop());
  const logger = createLogger('estate', 'silent');
  estate = createEstate({ url: server.url, logger, applicationName: 'alert-api', secretKey: randomBytes(32) });
  stops.push(() => estate.close());
  await estate.migrate();
  for (const trust of ['north', 'south']) await setUp(trust);
  receiver = await listen('127.0.0.1');
  elsewhere = await listen('127.0.0.2');
  running = await startApi({
    ...{ estate, trust: 'north', config: { url: 'https://alerts.example.org' } },
    outward: { allowNetworks: ['127.0.0.1/32'], allowHttp: false },
    authenticator: {
      authenticate: ({ headers: { 'x-who': who } }) => {
        const found = typeof who === 'string' ? grants[who] : undefined;
        const by: Actor = { account: null, name: String(who), via: 'session', address: null };
        return Promise.resolve(found && new Principal(by, toGrants(found)));
      },
    },
  });
  stops.push(() => running.stop());
});

/** Two academies with a line each, of which Ash's has an outage; alerts of both, and of safeguarding. */
async function setUp(trust: string): Promise<void> {
  const create = (kind: Change['kind'], id: string, values: object): Change => ({
    kind,
    id,
    op: 'create',
    values: { id, ...values },
  });
  const made = await estate.records.apply(
    actor,
    [
      create('provider', 'telecom', { name: 'Quirk Telecom' }),
      ...['ash', 'elm'].flatMap((id) => [
        create('academy', id, { name: `${id} Academy` }),
        create('circuit', `${id}-1`, { name: `${id} line`, academy: id, provider: 'telecom', role: 'primary' }),
        create('circuit', `${id}-filter`, {
          name: `${id} filter`,
          academy: id,
          provider: 'telecom',
          role: 'primary',
          kind: 'filtering',
        }),
      ]),
    ],
    { trust, title: 'Set up' },
  );
  expect(made.problems).toEqual([]);
  const { circuits, trusts, academies } = await estate.snapshot();
  const own = trusts.find(({ label }) => label === trust)!;
  const lines = circuits.filter((each) => each.trust === own.id);
  const startedMs = Date.now() - 3_600_000;
  epochs.watch ||= await estate.watching.claim('alert-api');
  epochs.notify ||= await estate.notifying.claim('alert-api');
  const downed = (slug: string): boolean => slug === 'ash-1' || slug.endsWith('-filter');
  await estate.watching.commit(epochs.watch, {
    ...{ positions: [], quality: [], entries: [] },
    states: lines.map(({ id, slug }) => ({
      ...{ circuit: id, state: downed(slug) ? ('down' as const) : ('up' as const), cause: 'link' },
      ...{ sinceMs: startedMs, seenMs: Date.now(), snapshot: new Uint8Array(1) },
    })),
    intervals: lines.map(({ id, slug }) => ({
      ...{ circuit: id, fromMs: startedMs - 86_400_000 },
      intervals: [
        { fromMs: startedMs - 86_400_000, toMs: startedMs, state: 'up' as const, cause: 'none', evidence: [] },
        {
          fromMs: startedMs,
          toMs: null,
          state: downed(slug) ? ('down' as const) : ('up' as const),
          cause: 'link',
          evidence: [],
        },
      ],
    })),
    incidents: lines
      .filter(({ slug }) => slug === 'ash-1')
      .map(({ id }) => ({
        ...{
          key: `${trust}-ash`,
          trust: own.id,
          kind: 'outage' as const,
          state: 'open' as const,
          severity: 'major' as const,
        },
        ...{ title: 'ash-1 is down', cause: 'link', circuit: id, academy: null, provider: null, parent: null },
        ...{ startedMs, endedMs: null, detectedMs: startedMs, resolvedMs: null },
        ...{ flaps: 0, backupCarried: false, maintenance: false },
      })),
  });
  const [incident] = (await estate.incidents.list(trust, {}, undefined)).incidents;
  incidentOf[trust] = incident!.id;
  const alert = (academy: string, rule: 'circuit-down' | 'safeguarding'): Alert => ({
    ...{ key: `${rule}/${academy}/${startedMs}`, trust: own.id, rule, kind: rule, severity: 'major', text: '' },
    ...{ title: `${rule} at ${academy}`, labels: { academy, rule, severity: 'major' }, startedMs, endedMs: null },
    ...{ incident: null, circuit: null, provider: null, parent: null, acknowledged: null, quietUntilMs: null },
    academy: academies.find((each) => each.trust === own.id && each.slug === academy)!.id,
    safeguarding: rule === 'safeguarding',
  });
  const alerts = ['ash', 'elm'].flatMap((id) => [alert(id, 'circuit-down'), alert(id, 'safeguarding')]);
  await estate.notifying.commit(epochs.notify, { taken: null, alerts, groups: [], deliveries: [] });
}

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

let client = 0;
beforeEach(() => {
  received.length = 0;
});

interface Answer<T> {
  readonly status: number;
  readonly value: T;
  readonly text: string;
  readonly headers: Headers;
}

async function ask<T>(who: string, method: string, where: string, body?: unknown): Promise<Answer<T>> {
  const response = await fetch(`${running.url}${where}`, {
    method,
    headers: { 'x-who': who, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const value = (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as T;
  return { status: response.status, value, text, headers: response.headers };
}

const without = <T extends object, K extends keyof T>(value: T, ...names: readonly K[]): Omit<T, K> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !(names as readonly string[]).includes(name))) as Omit<
    T,
    K
  >;
const bodyOf = (rule: AlertRule) => without(rule, 'id', 'isDefault', 'builtin', 'revision', 'by');
const secretOf = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const subscription = (over: Partial<SubscriptionBody> = {}): SubscriptionBody => ({
  ...{ name: 'Desk', enabled: true, format: 'webhook', settings: { url: `${receiver}/in` } },
  match: { atLeast: 'info', rules: [], matchers: [] },
  group: { by: ['problem'], waitSeconds: 0, intervalSeconds: 0, repeatHours: 0 },
  ...{ sendResolved: true, reopenMinutes: 30, escalateMinutes: 0, hours: null, perMinute: 600, timeoutSeconds: 5 },
  secrets: { signing: secretOf() },
  ...over,
});
const put = (id: string, body: SubscriptionBody) =>
  ask<Subscription>('noc', 'PUT', `/api/v1/alerts/subscriptions/${id}`, body);
const trial = (what: 'test' | 'preview', body: SubscriptionBody, more: object = {}) =>
  ask<TestResult>('noc', 'POST', `/api/v1/alerts/subscriptions/${what}`, { subscription: body, ...more });
/** Trials are limited to one a second, two at once. */
async function test1<T>(run: () => Promise<Answer<T>>): Promise<Answer<T>> {
  for (;;) {
    const answer = await run();
    if (answer.status !== 429) return answer;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

describe('what fires', () => {
  test('is shown by scope, and of safeguarding to nobody but its readers', async () => {
    const titles = async (who: string, where: string): Promise<string[]> =>
      (await ask<AlertNowList>(who, 'GET', where)).value.alerts.map(({ title }) => title).sort();
    expect(await titles('noc', '/api/v1/alerts')).toEqual(['circuit-down at ash', 'circuit-down at elm']);
    expect(await titles('helpdesk-of-ash', '/api/v1/alerts')).toEqual(['circuit-down at ash']);
    expect(await titles('lead-of-elm', '/api/v1/safeguarding')).toEqual(['safeguarding at elm']);
    expect((await ask('noc', 'GET', '/api/v1/safeguarding')).status).toBe(403);
    expect((await ask('lead-of-ash', 'GET', '/api/v1/alerts')).status).toBe(403);
  });
});

describe('rules', () => {
  const of = async (id: string) =>
    (await ask<AlertRuleList>('noc', 'GET', '/api/v1/alerts/rules')).value.rules.find((each) => each.id === id)!;

  test('are on by default, are changed, and become what they were', async () => {
    const { id, isDefault, builtin, revision, by, ...body } = await of('utilisation');
    expect({ id, isDefault, builtin, revision, by }).toMatchObject({ isDefault: true, builtin: true, revision: 0 });
    const where = '/api/v1/alerts/rules/utilisation';
    const changed = await ask('noc', 'PUT', where, { ...body, settings: { percent: 70 }, revision });
    expect([changed.status, changed.text]).toEqual([200, expect.stringContaining('"percent":70')]);
    expect((await ask('noc', 'PUT', where, { ...body, revision })).status).toBe(409);
    expect((await ask('noc', 'DELETE', where)).status).toBe(200);
    expect(await of('utilisation')).toMatchObject({ isDefault: true });
  });

  test.each([
    [{ settings: { percent: -1 } }, 'body.settings.percent'],
    [{ settings: { nothing: 1 } }, 'body.settings.nothing is not a known setting'],
    [{ kind: 'silent' }, 'add another rule'],
    [{ overrides: [{ kind: 'academy', id: 'ash', settings: { minutes: 0 } }] }, 'body.overrides.0.settings.minutes'],
  ])('are refused with what is wrong: %j', async (over, words) => {
    const body = bodyOf(await of('utilisation'));
    const { status, text } = await ask('noc', 'PUT', '/api/v1/alerts/rules/utilisation', { ...body, ...over });
    expect([status, text]).toEqual([400, expect.stringContaining(words)]);
  });
});

describe('silences', () => {
  const body = (over: object = {}) => ({
    matchers: [{ name: 'academy', op: '=', value: 'ash' }],
    ...{ startMs: Date.now() - 60_000, endMs: Date.now() + 3_600_000, rrule: null, timeZone: null, comment: 'Works' },
    ...over,
  });

  test('of one academy are made by who is for it, silence what they match, and end', async () => {
    const made = await ask<Silence>('helpdesk-of-ash', 'POST', '/api/v1/alerts/silences', body());
    expect(made.value).toMatchObject({ state: 'active', silenced: 1, by: 'helpdesk-of-ash' });
    const { value } = await ask<AlertNowList>('noc', 'GET', '/api/v1/alerts');
    expect(value.alerts.map(({ labels, quiet }) => [labels['academy'], quiet !== null]).sort()).toEqual([
      ['ash', true],
      ['elm', false],
    ]);
    const where = `/api/v1/alerts/silences/${made.value.id}`;
    expect((await ask<Silence>('helpdesk-of-ash', 'DELETE', where)).value).toMatchObject({
      state: 'expired',
      silenced: 0,
    });
  });

  test('of others are neither seen nor made nor ended', async () => {
    const elm = await ask<Silence>(
      'noc',
      'POST',
      '/api/v1/alerts/silences',
      body({ matchers: [{ name: 'academy', op: '=', value: 'elm' }] }),
    );
    const seen = await ask<SilenceList>('helpdesk-of-ash', 'GET', '/api/v1/alerts/silences');
    expect(seen.value.silences.map(({ id }) => id)).not.toContain(elm.value.id);
    expect((await ask('helpdesk-of-ash', 'DELETE', `/api/v1/alerts/silences/${elm.value.id}`)).status).toBe(404);
    for (const matchers of [
      [{ name: 'academy', op: '=', value: 'elm' }],
      [{ name: 'academy', op: '=~', value: 'ash|elm' }],
      [{ name: 'academy', op: '!=', value: 'elm' }],
      [{ name: 'severity', op: '=', value: 'minor' }],
    ])
      expect((await ask('helpdesk-of-ash', 'POST', '/api/v1/alerts/silences', body({ matchers }))).status).toBe(403);
  });

  test('that recur show when they take place', async () => {
    const startMs = Date.UTC(2026, 9, 24, 1); // 02:00 in London, the night before the clocks go back
    const made = await ask<Silence>(
      'noc',
      'POST',
      '/api/v1/alerts/silences',
      body({ startMs, endMs: startMs + 3_600_000, rrule: 'FREQ=DAILY;COUNT=3' }),
    );
    const { value } = await ask<SilenceList>(
      'noc',
      'GET',
      `/api/v1/alerts/silences?from=${startMs}&to=${startMs + 5 * 86_400_000}`,
    );
    expect(
      value.silences.find(({ id }) => id === made.value.id)!.occurrences.map(({ fromMs }) => fromMs - startMs),
    ).toEqual([0, 25 * 3_600_000, 49 * 3_600_000]);
  });

  test.each([
    [{ rrule: 'FREQ=SECONDLY' }, 'FREQ'],
    [{ startMs: Date.UTC(2020, 0, 1), endMs: Date.UTC(2020, 0, 2) }, 'past'],
    [{ matchers: [{ name: 'academy', op: '=~', value: '(' }] }, 'body.matchers.0'],
    [{ matchers: [] }, 'body.matchers'],
  ])('are refused with what is wrong: %j', async (over, words) => {
    const { status, text } = await ask('noc', 'POST', '/api/v1/alerts/silences', body(over));
    expect([status, text]).toEqual([400, expect.stringContaining(words)]);
  });
});

describe('subscriptions', () => {
  test('keep secrets that nobody reads, and tell where helpdesks answer', async () => {
    const signing = secretOf();
    const made = await put('kept', subscription({ secrets: { signing } }));
    expect(made.value).toMatchObject({ secrets: ['signing'], inbound: { secret: false } });
    expect(made.value.inbound.url).toMatch(/^https:\/\/alerts\.example\.org\/api\/v1\/hooks\/\d+$/);
    const list = await ask<SubscriptionList>('noc', 'GET', '/api/v1/alerts/subscriptions');
    const audit = await estate.records.audit('north', { limit: 100 });
    expect(list.text + JSON.stringify(audit)).not.toContain(signing.slice(6));
    for (const where of ['rules', 'subscriptions', 'deliveries'])
      expect((await ask('helpdesk-of-ash', 'GET', `/api/v1/alerts/${where}`)).status).toBe(403);
  });

  test.each<[Partial<SubscriptionBody>, string]>([
    [{ settings: {} }, 'body.settings.url is missing'],
    [{ settings: { url: 'https://a.example', more: 1 } }, 'body.settings.more is not a known setting'],
    [{ secrets: {} }, 'body.secrets.signing'],
    [{ secrets: { signing: 'whsec_short' } }, 'body.secrets.signing'],
    [
      { format: 'template', settings: { url: 'https://a.example', body: '{{ title' }, secrets: {} },
      'body.settings.body',
    ],
  ])('are refused with what is wrong: %j', async (over, words) => {
    const { status, text } = await put('wrong', subscription(over));
    expect([status, text]).toEqual([400, expect.stringContaining(words)]);
  });

  test('send their secrets nowhere else when their address is changed', async () => {
    const desk = subscription({
      format: 'zendesk',
      settings: { url: receiver, email: 'a@b.example' },
      secrets: { token: 'sEcReT-kept' },
    });
    expect((await put('moved', desk)).status).toBe(200);
    const moved = without({ ...desk, settings: { ...desk.settings, url: elsewhere } }, 'secrets');
    expect((await put('moved', moved)).status).toBe(409);
    expect((await test1(() => trial('test', moved, { id: 'moved' }))).status).toBe(409);
    for (const url of [`http://127.0.0.1:1@${elsewhere.slice(7)}`, receiver.replace('http:', 'https:'), `${receiver}1`])
      expect((await put('moved', { ...moved, settings: { ...desk.settings, url } })).status).not.toBe(200);
    expect(received).toEqual([]);
    expect((await put('moved', { ...moved, secrets: { token: 'another' } })).status).toBe(200);
  });

  test('tell their secret by no template either', async () => {
    const own = subscription({
      format: 'template',
      settings: { url: `${receiver}/t`, body: '{"t":{{ title | json }}}' },
      secrets: { secret: 'sEcReT-kept' },
    });
    expect((await put('written', own)).status).toBe(200);
    const body = '{"t":{{ secret | upcase | json }}}';
    const told = without({ ...own, settings: { ...own.settings, body } }, 'secrets');
    expect((await test1(() => trial('test', told, { id: 'written' }))).status).toBe(409);
    expect((await put('written', told)).status).toBe(409);
  });

  test('send an example, signed, and tell what went over the wire without secrets', async () => {
    const signing = secretOf();
    const body = subscription({
      secrets: { signing },
      settings: { url: `${receiver}/in`, headers: [{ name: 'x-key', value: 'plain' }] },
    });
    const { value } = await test1(() => trial('test', body));
    expect(value).toMatchObject({ ok: true, exchanges: [{ request: { method: 'POST' }, answer: { status: 200 } }] });
    const [{ headers, body: sent }] = received as [(typeof received)[number]];
    expect(new Webhook(signing).verify(sent, headers as Record<string, string>)).toMatchObject({
      data: { event: 'test' },
    });
    const gone = await test1(() => trial('test', { ...body, settings: { url: `${receiver}/gone` } }));
    expect(gone.value).toMatchObject({ ok: false, exchanges: [{ answer: { status: 410 } }] });
    expect(JSON.stringify(value)).not.toContain(signing.slice(6));
  });

  test.each([
    'http://localhost:PORT/',
    'http://[::1]:PORT/',
    'http://169.254.169.254/latest',
    'http://0.0.0.0:PORT/',
    'http://127.0.0.2:PORT/',
    'https://10.0.0.1/',
  ])('ask nobody inside: %s', async (url) => {
    const at = url.replace('PORT', new URL(elsewhere).port);
    const { status, value } = await test1(() => trial('test', subscription({ settings: { url: at } })));
    if (status === 200) expect(value).toMatchObject({ ok: false, exchanges: [{ answer: null }] });
    else expect(status).toBe(400);
    expect(received).toEqual([]);
  });

  test('show what would be sent, in every format, without sending', async () => {
    const settings: Record<string, object> = {
      email: { to: ['desk@desk.example'] },
      sms: { url: receiver, to: ['+441632960000'], body: '{"to":{{ to | json }},"text":{{ text | json }}}' },
      template: { url: receiver, body: '{"t":{{ title | json }}}' },
      haloitsm: { url: receiver, clientId: 'x', ticketTypeId: 1 },
      'jsm-request': { url: receiver, email: 'a@b.example', serviceDeskId: '1', requestTypeId: '1' },
      'servicenow-incident': { url: receiver, user: 'x' },
      'servicenow-event': { url: receiver, user: 'x' },
      freshservice: { url: receiver, email: 'a@b.example' },
      zendesk: { url: receiver, email: 'a@b.example' },
    };
    for (const format of formatNames) {
      const free = format === 'pagerduty' || format === 'jsm-alert' || format === 'teams';
      const own = settings[format] ?? (free ? {} : { url: receiver });
      const body = without(subscription({ format, settings: own as Record<string, unknown> }), 'secrets');
      const { status, value, text } = await trial('preview', body);
      expect({ format, status, ok: value.ok, text }).toEqual({ format, status: 200, ok: true, text });
      const said = value.exchanges.map(({ request }) => `${request.headers['subject'] ?? ''}${request.body}`).join('');
      // A heartbeat says nothing.
      if (format !== 'heartbeat') expect(said).toMatch(/Example/);
    }
    expect(received).toEqual([]);
  });
});

describe('a helpdesk', () => {
  let row: string;
  let secret: string;
  beforeAll(async () => {
    const made = await put('desk', subscription());
    row = new URL(made.value.inbound.url).pathname;
    secret = await rotated('desk');
    await tellOf(row, incidentOf['north']!);
  });
  const rotated = async (id: string, keepHours = 24): Promise<string> =>
    (
      await ask<RotatedSecret>('noc', 'POST', `/api/v1/alerts/subscriptions/${id}/rotate`, {
        which: 'inbound',
        keepHours,
      })
    ).value.secret;

  /** As if the incident had been told of. */
  async function tellOf(where: string, incident: number): Promise<void> {
    const of = Number(where.split('/').at(-1));
    const [group] = await estate.notifying.reserve(1);
    const nowMs = Date.now();
    await estate.notifying.commit(epochs.notify, {
      ...{ taken: null, alerts: [], deliveries: [] },
      groups: [
        {
          ...{ id: group!, subscription: of, key: 'k', labels: {}, alerts: [`circuit-down/i${incident}`] },
          ...{ openedMs: nowMs, toldMs: nowMs, sequence: 1, dueMs: null, closedMs: null, mergedInto: null },
          ...{ severity: 'major', memo: {} },
        },
      ],
    });
  }

  /** As a helpdesk would: the signature is another implementation's. */
  async function say(
    hook: object | string,
    how: { key?: string; id?: string; atMs?: number; where?: string; over?: Record<string, string> } = {},
  ) {
    const { key = secret, id = `msg_${++client}`, atMs = Date.now(), where = row, over = {} } = how;
    const body = typeof hook === 'string' ? hook : JSON.stringify(hook);
    for (;;) {
      const response = await fetch(running.url + where, {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/json', 'webhook-id': id },
          'webhook-timestamp': String(Math.floor(atMs / 1000)),
          'webhook-signature': new Webhook(key).sign(id, new Date(atMs), body),
          ...over,
        },
        body,
      });
      const text = await response.text();
      if (response.status === 429) await new Promise((resolve) => setTimeout(resolve, 500));
      else return { status: response.status, text };
    }
  }
  const note = (text: string, incident = incidentOf['north']!) => ({
    type: 'incident.note',
    data: { incident, text, by: 'Jo' },
  });
  const timeline = async () => (await estate.incidents.get('north', incidentOf['north']!, undefined))!;

  test('acknowledges, adds a note and tells its ticket, once each', async () => {
    const incident = incidentOf['north']!;
    expect(await say({ type: 'incident.acknowledge', data: { incident, by: 'Jo' } })).toMatchObject({ status: 200 });
    const ticket = { incident, reference: 'INC-7', url: 'https://desk.example/7' };
    expect(await say({ type: 'ticket.update', data: ticket })).toMatchObject({ status: 200 });
    expect((await say(note('Engineer on site'), { id: 'msg_same' })).text).toBe('{"taken":true}');
    const again = await Promise.all([1, 2, 3].map(() => say(note('Engineer on site'), { id: 'msg_same' })));
    expect(again.map(({ status, text }) => [status, text])).toEqual(again.map(() => [200, '{"taken":false}']));
    const { incident: now, timeline: entries } = await timeline();
    expect(now).toMatchObject({ acknowledged: { by: 'hook:desk' }, ticket: { reference: 'INC-7' } });
    expect(entries.filter(({ text }) => text.includes('Engineer on site'))).toMatchObject([{ actor: 'hook:desk' }]);
  });

  test('says nothing of what it was not told of', async () => {
    const made = await put('elsewhere', subscription({ match: { atLeast: 'info', rules: ['dates'], matchers: [] } }));
    const where = new URL(made.value.inbound.url).pathname;
    const key = await rotated('elsewhere');
    expect(await say(note('Not ours'), { where, key })).toMatchObject({ status: 404 });
    expect(JSON.stringify(await timeline())).not.toContain('Not ours');
  });

  test('is not answered for ever: what it heard from us, or said before, changes nothing', async () => {
    const { incident } = await timeline();
    const echo = note(`Update: down\n\nLinewatch msg_${'0'.repeat(26)}`);
    expect((await say(echo)).text).toBe('{"taken":false}');
    const again = { type: 'incident.acknowledge', data: { incident: incident.id, by: 'Jo' } };
    expect((await say(again)).text).toBe('{"taken":false}');
    expect((await timeline()).incident.revision).toBe(incident.revision);
    const until = { ...again, data: { ...again.data, untilMs: Date.now() + 3_600_000 } };
    expect((await say(until)).text).toBe('{"taken":true}');
  });

  test('is not believed without a signature that holds, whatever is wrong with it', async () => {
    const hook = note('Forged');
    const other = new URL((await put('other', subscription())).value.inbound.url).pathname;
    const off = await put('off', subscription());
    const offKey = await rotated('off');
    await put('off', subscription({ enabled: false }));
    const refusals = await Promise.all([
      say(hook, { key: secretOf() }),
      say(hook, { atMs: Date.now() - 301_000 }),
      say(hook, { atMs: Date.now() + 301_000 }),
      say(hook, { where: other }), // it has no secret
      say(hook, { where: '/api/v1/hooks/999999' }),
      say(hook, { where: new URL(off.value.inbound.url).pathname, key: offKey }),
      say(hook, { over: { 'webhook-signature': '' } }),
      say(hook, { over: { 'webhook-signature': 'v1,' } }),
      say(hook, { over: { 'webhook-signature': `v1a,${'A'.repeat(88)}` } }),
      say(hook, { over: { 'webhook-id': 'msg_another' } }),
      say(hook, { over: { 'webhook-timestamp': 'NaN' } }),
    ]);
    const problems = refusals.map(({ status, text }) => [status, text.replace(/hooks\/\d+/, 'hooks/N')]);
    expect(new Set(problems.map(([, text]) => text)).size).toBe(1);
    expect(problems.map(([status]) => status)).toEqual(problems.map(() => 401));
    expect(JSON.stringify(await timeline())).not.toContain('Forged');
    expect(await running.metrics.text()).toMatch(/hooks_total\{outcome="refused"\} \d\d/);
  });

  test('says nothing of incidents of others, nor of none', async () => {
    for (const data of [
      { incident: incidentOf['south']!, text: 'x' },
      { incident: 999_999, text: 'x' },
      { group: 'linewatch/north/1', text: 'x' },
      { group: 'linewatch/south/1', incident: incidentOf['north']!, text: 'x' },
    ])
      expect(await say({ type: 'incident.note', data })).toMatchObject({ status: 404 });
    expect(await say({ type: 'incident.note', data: { text: 'x' } })).toMatchObject({ status: 400 });
    expect(await say({ type: 'incident.close', data: {} })).toMatchObject({ status: 400 });
    expect(await say('{')).toMatchObject({ status: 400 });
    expect(await say(note('x'.repeat(20_000)))).toMatchObject({ status: 413 });
    expect(await say(note('x'), { over: { 'content-type': 'text/plain' } })).toMatchObject({ status: 415 });
  });

  test('may say again what could not be done', async () => {
    expect(await say(note('Late', 999_999), { id: 'msg_later' })).toMatchObject({ status: 404 });
    expect((await say(note('Late'), { id: 'msg_later' })).text).toBe('{"taken":true}');
  });

  test('changes its secret while the one before still holds', async () => {
    const next = await rotated('desk');
    expect(await say(note('Old key'))).toMatchObject({ status: 200 });
    expect(await say(note('New key'), { key: next })).toMatchObject({ status: 200 });
    const last = await rotated('desk', 0);
    expect(await say(note('Old key'))).toMatchObject({ status: 401 });
    secret = last;
    expect(await say(note('Last key'))).toMatchObject({ status: 200 });
  });
});

describe('deliveries', () => {
  test('are shown with what they said to who may see contacts, and sent again', async () => {
    const { value } = await put('log', subscription());
    const row = Number(new URL(value.inbound.url).pathname.split('/').at(-1));
    const [group] = await estate.notifying.reserve(1);
    const nowMs = Date.now();
    const of = { id: `msg_${'a'.repeat(26)}`, trust: { id: 'north', name: 'North' }, subscription: 'log', url: null };
    await estate.notifying.commit(epochs.notify, {
      ...{ taken: null, alerts: [] },
      groups: [
        {
          ...{
            id: group!,
            subscription: row,
            key: 'k',
            labels: {},
            alerts: [],
            openedMs: nowMs,
            toldMs: nowMs,
            sequence: 1,
          },
          ...{ dueMs: null, closedMs: null, mergedInto: null, severity: 'major', memo: {} },
        },
      ],
      deliveries: [
        {
          ...{ message: of.id, subscription: row, group: group!, sequence: 1, event: 'opened', incident: null },
          ...{ notification: exampleNotification('opened', nowMs, of), safeguarding: false, nextMs: nowMs },
        },
      ],
    });
    const [due] = await estate.notifying.due(row, Date.now(), 1, []);
    await estate.notifying.settle(epochs.notify, [
      {
        ...{
          delivery: due!.id,
          state: 'dead',
          counted: true,
          unknown: false,
          nextMs: null,
          error: 'refused',
          ticket: null,
        },
        exchanges: [],
      },
    ]);
    const where = `/api/v1/alerts/deliveries/${due!.id}`;
    const seen = await ask<DeliveryDetail>('noc', 'GET', where);
    expect(seen.value).toMatchObject({
      delivery: { state: 'dead' },
      notification: { title: expect.stringContaining('Example') as string },
    });
    expect((await ask('helpdesk-of-ash', 'GET', where)).status).toBe(403);
    expect((await ask('noc', 'POST', '/api/v1/alerts/deliveries/replay', {})).status).toBe(400);
    const again = await ask('noc', 'POST', '/api/v1/alerts/deliveries/replay', { deliveries: [due!.id] });
    expect(again.value).toEqual({ replayed: 1 });
    expect((await ask<DeliveryDetail>('noc', 'GET', where)).value.delivery.state).toBe('pending');
  });
});

describe('a status page', () => {
  const page = (where: string) => ask<string>('', 'GET', where);
  const change = (academy: string, over: object = {}) =>
    ask<StatusPage>('noc', 'PUT', `/api/v1/alerts/status-pages/${academy}`, {
      enabled: true,
      title: null,
      message: null,
      ...over,
    });

  test('says whether the connection works, and nothing of suppliers, lines or filters', async () => {
    const { value } = await change('ash', { message: '<b>Ring the office</b>' });
    const { status, text, headers } = await page(value.path!);
    expect([status, text]).toEqual([200, expect.stringContaining('The internet connection does not work.')]);
    expect(text).toContain('&lt;b&gt;Ring the office');
    expect(text).not.toMatch(/telecom|ash line|ash-1|filter|<script|https?:/i);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(headers.get('cache-control')).toBe('public, max-age=30');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    // Its filter is down, too: that is nobody's to know.
    const elm = await change('elm', { title: 'Elm' });
    expect((await page(elm.value.path!)).text).toContain('The internet connection works.');
  });

  test('that is off, of another trust or guessed is not there, in the same words', async () => {
    const south = await estate.alerting.putStatusPage(actor, 'south', 'ash', {
      enabled: true,
      title: null,
      message: null,
    });
    const off = await change('ash');
    await change('ash', { enabled: false });
    await new Promise((resolve) => setTimeout(resolve, 0));
    const guessed = `/status/${'x'.repeat(26)}`;
    const pages = await Promise.all([guessed, south.path!, '/status/x', '/status/%2e%2e%2fetc'].map(page));
    expect(pages.map(({ status, text }) => [status, text])).toEqual(pages.map(() => [404, pages[0]!.text]));
    expect(off.value.path).toMatch(/^\/status\/[a-z0-9]{26}$/);
    expect(
      (await ask('noc', 'PUT', '/api/v1/alerts/status-pages/none', { enabled: true, title: null, message: null }))
        .status,
    ).toBe(404);
  });
});

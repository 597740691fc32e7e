import type { Problem } from '@linewatch/contract';
import { StoreError, type StoreErrorCode } from '@linewatch/store';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Principal } from './access/principal.ts';
import { type ProblemCode, problemCodes, problemTable } from './problems.ts';
import { type Running, type StartOptions, memoryEstate, startApi } from './testing/api.ts';
import { type Answer, type Asked, ask, send } from './testing/raw.ts';
import { status } from './testing/exporters.ts';
import { openStream } from './testing/sse.ts';

let running: Running | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function asked(path: string, request?: Asked, options?: StartOptions): Promise<Answer> {
  running = await startApi(options);
  return ask(running.url, path, request);
}

/** What came back over a bare socket, as an answer. */
function parse(text: string): Answer {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  return { status: Number(first.split(' ')[1]), headers, text: body };
}

const day = `from=${Date.now() - 86_400_000}&to=${Date.now()}`;
const traffic = `/api/v1/academies/ash/traffic?${day}`;
const failing = (code: StoreErrorCode): StartOptions => ({
  store: { series: () => Promise.reject(new StoreError(code, 'a secret of the server')) },
});
const decision = '/api/v1/exporters/main/192.0.2.9/decision';
const decided = (headers: Record<string, string>): Asked => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: '{"decision":"approved"}',
});
const forever = new Promise<never>(() => undefined);

/** Those need a database with accounts (test/system/access.test.ts), or a watch that was told of something (test/system/sla.test.ts). */
type DatabaseProblem =
  | 'change_refused'
  | 'record_changed'
  | 'sign_in_failed'
  | 'code_required'
  | 'link_invalid'
  | 'password_refused'
  | 'account_exists'
  | 'account_unknown'
  | 'account_managed'
  | 'account_changed'
  | 'last_administrator'
  | 'session_unknown'
  | 'token_unknown'
  | 'too_many'
  | 'sign_in_unavailable';

/** How each problem comes about: total, so that a new code needs its way here. */
const ways: Record<Exclude<ProblemCode, DatabaseProblem>, () => Promise<Answer>> = {
  request_invalid: () => asked('/api/v1/academies/ash/traffic?from=2&to=1'),
  request_malformed: async () => {
    running = await startApi();
    return parse(await send(running.url, 'GARBAGE\r\n\r\n'));
  },
  not_found: () => asked('/api/v1/nothing'),
  academy_unknown: () => asked('/api/v1/academies/elm'),
  circuit_unknown: () => asked(`/api/v1/circuits/elm-1/traffic?${day}`),
  exporter_unknown: () => asked(decision, decided({})),
  signed_out: () =>
    asked('/api/v1/academies', {}, { authenticator: { authenticate: () => Promise.resolve(undefined) } }),
  forbidden: () =>
    asked(
      '/api/v1/exporters',
      {},
      {
        authenticator: {
          authenticate: () =>
            Promise.resolve(
              new Principal({ account: 1, name: 'Ash', via: 'session', address: null }, [
                { role: 'academy-reader', academies: new Set(['ash']) },
              ]),
            ),
        },
      },
    ),
  rule_unknown: () => asked('/api/v1/alerts/rules/none'),
  subscription_unknown: () => asked('/api/v1/alerts/subscriptions/none'),
  silence_unknown: () => asked('/api/v1/alerts/silences/9', { method: 'DELETE' }),
  delivery_unknown: () => asked('/api/v1/alerts/deliveries/9'),
  signature_refused: () => asked('/api/v1/hooks/9', { ...decided({}), body: '{}' }),
  record_unknown: () => asked('/api/v1/estate/records/circuit/nowhere'),
  incident_unknown: () => asked('/api/v1/incidents/7'),
  maintenance_unknown: () => asked('/api/v1/maintenance/7/cancel', { ...decided({}), body: '{}' }),
  report_unknown: () => asked('/api/v1/reports/2026-01/html?number=1'),
  batch_unknown: () => asked('/api/v1/estate/batches/7/undo', { ...decided({}), body: '{}' }),
  origin_refused: () => asked(decision, decided({ 'sec-fetch-site': 'cross-site' })),
  content_type_refused: () => asked(decision, decided({ 'content-type': 'text/plain' })),
  queue_unavailable: async () => {
    running = await startApi();
    const { url, tell } = running;
    await tell('exporter/north/main/192.0.2.9', status());
    await vi.waitFor(async () => expect((await ask(url, '/api/v1/exporters')).text).toContain('192.0.2.9'));
    await running.queue.close();
    return ask(url, decision, decided({}));
  },
  method_not_allowed: () => asked('/api/v1/academies', { method: 'DELETE' }),
  request_timeout: async () => {
    running = await startApi({ headersTimeoutMs: 200 });
    return parse(await send(running.url, 'GET / HTTP/1.1\r\nHost: localhost\r\n'));
  },
  body_too_large: () =>
    asked('/api/v1/academies', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `"${'x'.repeat(100_000)}"`,
    }),
  query_too_long: () => asked(`/api/v1/academies?${'x'.repeat(3000)}`),
  host_refused: () => asked('/api/v1/academies', { headers: { host: 'rebound.example:8080' } }),
  rate_limited: async () => {
    running = await startApi({ config: { limits: { requestsPerSecond: 1 } } });
    const { url } = running;
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(url, '/health/live')));
    return answers.find(({ status }) => status === 429)!;
  },
  header_too_large: () => asked('/', { headers: { 'x-long': 'x'.repeat(20_000) } }),
  internal: () => asked(traffic, {}, { store: { series: () => Promise.reject(new Error('a secret of the server')) } }),
  response_invalid: () =>
    asked(traffic, {}, { store: { percentile95: () => Promise.resolve({ inBps: 'much' } as never) } }),
  estate_unavailable: () => asked('/api/v1/academies', {}, { estate: memoryEstate(null).estate }),
  telemetry_unavailable: () => asked(traffic, {}, failing('store_unavailable')),
  busy: async () => {
    running = await startApi({
      config: { limits: { queries: 1, waitingQueries: 0 } },
      store: { series: () => forever },
    });
    const { url } = running;
    void ask(url, traffic).catch(() => undefined);
    for (;;) {
      const answer = await ask(url, `/api/v1/circuits/ash-1/traffic?${day}`, { headers: { connection: 'close' } });
      if (answer.status !== 200) return answer;
    }
  },
  too_many_viewers: async () => {
    running = await startApi({ config: { limits: { viewers: 1 } } });
    const first = await openStream(running.url);
    const answer = await ask(running.url, '/api/v1/stream');
    first.close();
    return answer;
  },
  timed_out: () => asked(traffic, {}, { config: { limits: { queryMs: 100 } }, store: { series: () => forever } }),
  dashboard_missing: () => asked('/', { headers: { accept: '*/*' } }),
};

describe('every way to fail', () => {
  test.each(Object.keys(ways) as (keyof typeof ways)[])('%s is a problem document', async (code) => {
    const { status, headers, text } = await ways[code]();
    expect([status, text]).toEqual([problemTable[code].status, expect.stringContaining(`"code":"${code}"`)]);
    expect(headers['content-type']).toMatch(/^application\/problem\+json(;|$)/);
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['cache-control']).toBe('no-store');
    const problem = JSON.parse(text) as Problem;
    expect(problem).toMatchObject({ type: `/problems/${code}`, title: problemTable[code].title, status, code });
    expect(problem.detail).not.toBe('');
    expect(text).not.toContain('secret');
    expect(await running!.metrics.text()).toContain(`problems_total{code="${code}"}`);
  });
});

describe('an invalid request', () => {
  test.each([
    ['', 'query.from is missing; query.to is missing'],
    ['?from=x&to=2', 'query.from must be number'],
    ['?from=1&from=2&to=3', 'query.from is given more than once'],
    [`?${day}&stpe=60`, 'query.stpe is not a known parameter'],
    [`?${day}&step=61`, 'query.step is not one of 60'],
    ['?from=1e400&to=2', 'query.from must be number'],
    ['?from=1700000000&to=1700000060', 'it is in Unix milliseconds'],
    [`?from=${Date.now() - 3e11}&to=${Date.now()}&step=60`, 'at most 5000'],
    [`?from=${Date.now()}&to=${Date.now() + 1e12}`, 'query.to lies in the future'],
  ])('is told what is wrong and where: %s', async (query, detail) => {
    const { status, text } = await asked(`/api/v1/academies/ash/traffic${query}`);
    expect(status).toBe(400);
    expect((JSON.parse(text) as Problem).detail).toContain(detail);
  });

  test('does not have its query repeated in the answer', async () => {
    const { text } = await asked('/api/v1/academies/ash/traffic?token=hidden');
    expect((JSON.parse(text) as Problem).instance).toBe('/api/v1/academies/ash/traffic');
  });
});

test('a method that is not allowed comes with those that are', async () => {
  const { headers } = await asked('/api/v1/academies/ash', { method: 'PUT' });
  expect(headers.allow).toBe('GET, HEAD');
});

test.each(['rate_limited', 'telemetry_unavailable', 'busy', 'too_many_viewers'] as const)(
  '%s says when to come back',
  async (code) => {
    const { headers } = await ways[code]();
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  },
);

test('each problem type has a page, and no other name has', async () => {
  running = await startApi();
  for (const code of problemCodes) expect((await ask(running.url, `/problems/${code}`)).text).toContain(code);
  expect((await ask(running.url, '/problems/toString')).status).toBe(404);
});

test.each([
  '//',
  '///',
  '/%00',
  '/%zz',
  '/..%2f..%2fetc/passwd',
  '/assets/../../x',
  '/api/v1/academies/%ff',
  '/\\',
  '*',
])('an odd path is refused without a fault of the server: %s', async (path) => {
  running = await startApi();
  const { status } = await ask(running.url, path, { headers: { accept: 'text/html' } });
  expect([400, 403, 404, 503]).toContain(status);
});

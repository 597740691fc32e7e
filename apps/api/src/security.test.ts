import { afterEach, expect, test } from 'vitest';
import { createRateLimit } from './rate.ts';
import { createHostGuard, hostName, isLoopback } from './security.ts';
import { type Running, startApi } from './testing/api.ts';
import { ask } from './testing/raw.ts';

let running: Running | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['localhost', true],
  ['::1', true],
  ['[::1]', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.0.2.1', false],
  ['127.example', false],
  ['localhost.example', false],
])('%s is loopback: %s', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});

test.each([
  ['localhost:8080', 'localhost'],
  ['LOCALHOST', 'localhost'],
  ['localhost.:80', 'localhost'],
  ['[::1]:8080', '::1'],
  ['127.0.0.1', '127.0.0.1'],
  ['', undefined],
  ['a@b', undefined],
  ['localhost:80:80', undefined],
  ['::1', undefined],
  ['localhost/evil', undefined],
])('the name in the Host header %j is %j', (header, name) => {
  expect(hostName(header)).toBe(name);
});

test('on loopback only names of this machine and configured ones are served', () => {
  const served = createHostGuard('127.0.0.1', ['noc.example.sch.uk', 'Wall:8080']);
  for (const host of ['localhost:1', '127.0.0.1:8080', '[::1]', 'noc.example.sch.uk', 'wall:8080'])
    expect(served(host), host).toBe(true);
  for (const host of [undefined, 'evil.example', '192.0.2.1:8080', 'noc.example.sch.uk.evil.example'])
    expect(served(host), host).toBe(false);
});

test('on a network address any address literal is served too, for no one can rebind one', () => {
  const served = createHostGuard('0.0.0.0', []);
  expect([served('192.0.2.1:8080'), served('[2001:db8::1]:8080'), served('evil.example')]).toEqual([true, true, false]);
});

test('a host name that is not configured gets nothing, not even a page', async () => {
  running = await startApi({ config: { hosts: ['noc.example'] } });
  const status = async (host: string): Promise<number> =>
    (await ask(running!.url, '/health/live', { headers: { host } })).status;
  expect(await Promise.all(['localhost', 'noc.example', 'rebound.example'].map(status))).toEqual([200, 200, 421]);
});

test('no answer allows another origin, a frame or an inline script', async () => {
  running = await startApi();
  for (const path of ['/', '/health/live', '/api/v1/academies', '/api/docs', '/metrics', '/api/v1/nothing']) {
    const { headers } = await ask(running.url, path, {
      headers: { origin: 'https://evil.example', accept: 'text/html' },
    });
    const policy = headers['content-security-policy'];
    expect(policy, path).toContain("default-src 'self'");
    expect(policy, path).toContain("frame-ancestors 'none'");
    expect(policy, path).not.toContain('unsafe');
    expect(headers['x-content-type-options'], path).toBe('nosniff');
    expect(headers['referrer-policy'], path).toBe('no-referrer');
    expect(headers['access-control-allow-origin'], path).toBeUndefined();
  }
});

test('asked to listen on every address, it stays on loopback until there is an administrator, and says so', async () => {
  running = await startApi({ config: { host: '0.0.0.0' } });
  expect(running.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  expect((await running.api.health()).detail).toContain('not on 0.0.0.0: no administrator exists yet');
});

test('an address may ask in a burst and then at the configured rate, each by itself', () => {
  const wait = createRateLimit(10);
  const allowed = (address: string, atMs: number): number => {
    let count = 0;
    while (wait(address, atMs) === 0) count++;
    return count;
  };
  expect(allowed('a', 0)).toBe(20);
  expect(allowed('a', 500)).toBe(5);
  expect(allowed('b', 500)).toBe(20);
  expect(wait('a', 500)).toBeGreaterThan(0);
});

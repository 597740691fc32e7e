import { expect, it } from 'vitest';
import { LiquidError } from '../liquid.ts';
import { failedOf, retryAfterMs, sentOf } from './answer.ts';
import { TransportError } from './format.ts';

const nowMs = Date.UTC(2026, 0, 1);
const of = (status: number, headers: Record<string, string> = {}, body = '') =>
  sentOf({ status, headers, body }, nowMs);

it('means by its status what HTTP means', () => {
  for (const status of [200, 201, 202, 204, 299]) expect(of(status)).toEqual({ is: 'delivered' });
  expect(of(410)).toEqual({ is: 'gone', why: 'answered 410' });
  for (const status of [408, 425, 429, 500, 502, 503, 504, 301, 302, 307, 304, 199, 0, 999])
    expect(of(status).is).toBe('later');
  for (const status of [400, 401, 403, 404, 409, 413, 422, 499]) expect(of(status).is).toBe('refused');
});

it('is told with its first words', () => {
  expect(of(400, {}, '<html><h1>No such\n\u0000field</h1></html>')).toEqual({
    is: 'refused',
    why: 'answered 400: No such field',
  });
  const { why } = of(400, {}, 'word '.repeat(1000)) as { why: string };
  expect(why.length).toBeLessThan(220);
});

it('says when to come back, in seconds or as a date, at most a day later', () => {
  expect(of(429, { 'retry-after': '120' })).toMatchObject({ is: 'later', afterMs: 120_000 });
  expect(of(503, { 'retry-after': 'Thu, 01 Jan 2026 00:05:00 GMT' })).toMatchObject({ afterMs: 300_000 });
  expect(of(503, { 'retry-after': 'Thursday, 01-Jan-26 00:05:00 GMT' })).toMatchObject({ afterMs: 300_000 });
  expect(of(503, { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' })).toMatchObject({ afterMs: 0 });
  expect(retryAfterMs('9999999999', nowMs)).toBe(86_400_000);
  for (const bad of ['-1', '1.5', 'soon', '2026-01-02', '', '99999999999', 'Mon', undefined])
    expect(retryAfterMs(bad, nowMs)).toBeUndefined();
});

it('that never came is judged by what is known of the request', () => {
  expect(failedOf(new TransportError('unsent', 'a'))).toEqual({ is: 'later', why: 'a' });
  expect(failedOf(new TransportError('unknown', 'a'))).toEqual({ is: 'later', why: 'a', unknown: true });
  expect(failedOf(new TransportError('refused', 'a'))).toEqual({ is: 'refused', why: 'a' });
  expect(failedOf(new LiquidError('a'))).toEqual({ is: 'refused', why: 'template: a' });
  expect(() => failedOf(new TypeError('a'))).toThrow(TypeError);
});

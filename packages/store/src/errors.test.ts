import { ClickHouseError } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { StoreError, codeOf, storeErrorCodes, toStoreError } from './errors.ts';

const server = (code: string, message = 'refused'): ClickHouseError =>
  new ClickHouseError({ message, code, type: 'X' });

test("the server's numbers become the codes that callers retry by", () => {
  expect(codeOf(252)).toBe('too_many_parts');
  expect(codeOf(241)).toBe('memory_limit');
  expect(codeOf(243)).toBe('disk_full');
  expect(codeOf(159)).toBe('query_timeout');
  expect(codeOf(60)).toBe('schema_missing');
  expect(codeOf(62)).toBe('store_rejected');
});

test('an error of the server keeps its number and cause', () => {
  const cause = server('241');
  const error = toStoreError(cause, 'insert into flows');
  expect(error).toMatchObject({ code: 'memory_limit', clickhouseCode: 241, retryable: true, cause });
  expect(error.message).toContain('insert into flows');
});

test('what is not from the server is a lost connection, to be tried again', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(toStoreError(refused, 'query')).toMatchObject({
    code: 'store_unavailable',
    clickhouseCode: 0,
    retryable: true,
  });
  expect(toStoreError(new Error('Timeout error.'), 'query').code).toBe('store_unavailable');
});

test('our own errors pass through', () => {
  const own = new StoreError('schema_newer', 'later');
  expect(toStoreError(own, 'query')).toBe(own);
  expect(own.retryable).toBe(false);
});

test('codes are distinct', () => {
  expect(new Set(storeErrorCodes).size).toBe(storeErrorCodes.length);
});

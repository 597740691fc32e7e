import { describe, expect, it } from 'vitest';
import { describe as inWords } from '@linewatch/service';
import { EstateError, toEstateError } from './errors.ts';

const withCode = (code: string, message = 'what the server said'): Error => Object.assign(new Error(message), { code });

describe('toEstateError', () => {
  it.each([
    ['ECONNREFUSED', 'unreachable'],
    ['08006', 'unreachable'],
    ['57P01', 'unreachable'],
    ['57014', 'timeout'],
    ['55P03', 'timeout'],
    ['53300', 'exhausted'],
    ['53100', 'exhausted'],
    ['28P01', 'refused'],
    ['3D000', 'refused'],
    ['42501', 'refused'],
    ['42P01', 'schema_missing'],
    ['23505', 'query_failed'],
  ])('makes %s %s', (code, ours) => {
    expect(toEstateError(withCode(code), 'reading').code).toBe(ours);
  });

  it.each([
    ['Query read timeout', 'timeout'],
    ['timeout exceeded when trying to connect', 'timeout'],
    ['timeout expired', 'timeout'],
    ['Connection terminated unexpectedly', 'unreachable'],
    ['Client has encountered a connection error and is not queryable', 'unreachable'],
    ['something new', 'query_failed'],
  ])('knows the driver by its words: %s', (message, ours) => {
    expect(toEstateError(new Error(message), 'reading').code).toBe(ours);
  });

  it('says what was done and why it failed, in one line', () => {
    expect(inWords(toEstateError(withCode('28P01', 'password authentication failed'), 'reading the estate'))).toBe(
      'reading the estate failed: password authentication failed',
    );
    // All addresses of a host refused: the message is empty.
    expect(inWords(toEstateError(withCode('ECONNREFUSED', ''), 'reading the estate'))).toContain('ECONNREFUSED');
  });

  it('leaves an error of ours as it is', () => {
    const error = new EstateError('closed', 'the estate is closed');
    expect(toEstateError(error, 'reading')).toBe(error);
  });
});

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newRecoveryCodes, newTotpSecret, recoveryHash, stepOf, totpUri } from './totp.ts';
import { Vault } from './vault.ts';

/** RFC 6238, appendix B: the secret "12345678901234567890", SHA-1; the last six of its eight digits. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const vectors = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const;

describe('a code', () => {
  test.each(vectors)('at %i s is %s', (atS, code) => {
    const step = Math.floor(atS / 30);
    expect(stepOf(secret, code, atS * 1000)).toBe(step);
    expect(stepOf(secret, code, (atS + 30) * 1000)).toBe(step);
    expect(stepOf(secret, code, (atS - 30) * 1000)).toBe(step);
    expect(stepOf(secret, code, (atS + 90) * 1000)).toBeUndefined();
  });

  test.each(['28708', '2870822', '28708a', '', ' 287082', '２８７０８２'])('is not %j', (code) => {
    expect(stepOf(secret, code, 59_000)).toBeUndefined();
  });

  test('is of a secret of 160 bits that an app can scan', () => {
    const made = newTotpSecret();
    expect(made).toMatch(/^[A-Z2-7]{32}$/);
    const uri = new URL(totpUri(made, 'ada@example.org'));
    expect([uri.protocol, uri.searchParams.get('secret'), uri.searchParams.get('issuer')]).toEqual([
      'otpauth:',
      made,
      'Linewatch',
    ]);
  });
});

test('recovery codes differ, and are found however they are typed', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect(recoveryHash(code.toUpperCase().replaceAll('-', ' '))).toEqual(recoveryHash(code));
  }
});

test('what is sealed opens with the same key, for the same use and owner only', () => {
  const key = randomBytes(32);
  const vault = new Vault(key, 'accounts');
  const sealed = vault.seal('a secret', 'account 1');
  expect(sealed.toString('latin1')).not.toContain('a secret');
  expect(vault.open(sealed, 'account 1')).toBe('a secret');
  expect(vault.open(sealed, 'account 2')).toBeUndefined();
  expect(new Vault(key, 'others').open(sealed, 'account 1')).toBeUndefined();
  expect(new Vault(randomBytes(32), 'accounts').open(sealed, 'account 1')).toBeUndefined();
  for (let i = 0; i < sealed.length; i++) {
    const altered = Buffer.from(sealed);
    altered[i]! ^= 1;
    expect(vault.open(altered, 'account 1')).toBeUndefined();
    expect(vault.open(sealed.subarray(0, i), 'account 1')).toBeUndefined();
  }
});

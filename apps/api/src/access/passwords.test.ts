import { describe, expect, test } from 'vitest';
import { ApiError } from '../problems.ts';
import { Passwords, passwordProblem } from './passwords.ts';

describe('a password', () => {
  const about = ['Ada Lovelace', 'ada.lovelace@example.org'];

  test.each([
    'short',
    'x'.repeat(129),
    'aaaaaaaaaaaaaaa',
    'abababababab',
    '123456789012',
    'abcdefghijklmnop',
    'password1234',
    'Password123!',
    'qwertyuiop12',
    'linewatch2026',
    'AdaLovelace1815',
    'lovelace.example1',
  ])('is refused: %s', (text) => {
    expect(passwordProblem(text, about)).toMatch(/\.$/);
  });

  test.each([
    'nine brown kites',
    'K7$wq!zPn2#r',
    'Überraschungsei',
    '🦊🐢🦉🐝🐌🦋🐙🦀🐬🐳🐊🦒',
    'my password is a horse of glass',
  ])('is taken: %s', (text) => {
    expect(passwordProblem(text, about)).toBeUndefined();
  });

  test('is kept as Argon2id of 19 MiB, and compared however it was typed', async () => {
    const passwords = new Passwords();
    const hash = await passwords.hash('caf\u00e9 au lait, twice');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.verify(hash, 'cafe\u0301 au lait, twice')).toBe(true);
    expect(await passwords.verify(hash, 'cafe au lait, twice')).toBe(false);
  });

  test('of no account is never right', async () => {
    expect(await new Passwords().verify(null, 'anything at all')).toBe(false);
  });

  test('is not looked at when too many wait already', async () => {
    const passwords = new Passwords();
    const many = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('nine brown kites')));
    const refused = many.flatMap((each) => (each.status === 'rejected' ? [each.reason as ApiError] : []));
    expect(refused).toHaveLength(8);
    expect(refused.every((error) => error instanceof ApiError && error.code === 'busy')).toBe(true);
    expect(await passwords.hash('nine brown kites')).toMatch(/^\$argon2id/);
  });
});

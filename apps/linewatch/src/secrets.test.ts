import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readEstateKey, readSecrets } from './secrets.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'linewatch-secrets-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (): string => path.join(directory, 'secrets.json');

it('makes secrets once, for the owner only', () => {
  const made = readSecrets(directory);
  expect(readSecrets(directory)).toEqual(made);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readEstateKey(directory)).toHaveLength(32);
});

it('adds what an earlier version did not have, and keeps the rest', () => {
  writeFileSync(file(), '{"clickhouse":"one","postgres":"two"}');
  const read = readSecrets(directory);
  expect(read).toMatchObject({ clickhouse: 'one', postgres: 'two' });
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual(read);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readSecrets(directory)).toEqual(read);
});

it('does not replace secrets that it cannot read', () => {
  writeFileSync(file(), '{"clickhouse":');
  expect(() => readSecrets(directory)).toThrow(SyntaxError);
  expect(readEstateKey(directory)).toBeUndefined();
  expect(readFileSync(file(), 'utf8')).toBe('{"clickhouse":');
});

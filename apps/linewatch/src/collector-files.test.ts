import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { moveCollectorFiles } from './collector-files.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-files-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const put = (name: string, text: string): void => {
  mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
  writeFileSync(path.join(directory, name), text, { mode: 0o600 });
};
const read = (name: string): string => readFileSync(path.join(directory, name), 'utf8');

test("files of an earlier version become the trust's own, closed to others as before; other trusts' stay", async () => {
  put('main.pseudonym.key', 'key');
  put('main.json', 'templates');
  put('south/main.pseudonym.key', "south's");
  await moveCollectorFiles(path.join(directory, 'north'));
  expect(read('north/main.pseudonym.key')).toBe('key');
  expect(read('north/main.json')).toBe('templates');
  expect(read('south/main.pseudonym.key')).toBe("south's");
  expect(readdirSync(directory).sort()).toEqual(['north', 'south']);
  expect(statSync(path.join(directory, 'north/main.pseudonym.key')).mode & 0o777).toBe(0o600);
});

test('a key that the trust has is never replaced', async () => {
  put('main.pseudonym.key', 'earlier');
  put('north/main.pseudonym.key', 'in use');
  await moveCollectorFiles(path.join(directory, 'north'));
  expect(read('north/main.pseudonym.key')).toBe('in use');
});

test('without files nothing is made', async () => {
  await moveCollectorFiles(path.join(directory, 'collector/north'));
  expect(readdirSync(directory)).toEqual([]);
});

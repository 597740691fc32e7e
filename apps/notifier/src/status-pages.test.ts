import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StatusSource } from '@linewatch/alerting';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeStatusPages } from './status-pages.ts';

const nowMs = Date.UTC(2026, 8, 14, 9, 30);
const [ash, elm] = ['a'.repeat(26), 'b'.repeat(26)];
let directory = '';
let on = new Map<string, { academy: number; title: string }>();
let failing = '';

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'linewatch-status-'));
  on = new Map([
    [ash, { academy: 1, title: 'Ash' }],
    [elm, { academy: 2, title: 'Elm' }],
  ]);
  failing = '';
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const source = {
  estate: () => Promise.resolve({ academies: [1, 2].map((row) => ({ row, circuits: [] })) }),
  facts: {
    intervals: () => Promise.resolve([]),
    annotations: () => Promise.resolve([]),
    incidents: () => Promise.resolve([]),
  },
  maintenance: { list: () => Promise.resolve([]) },
  now: () => Promise.resolve([]),
} as unknown as StatusSource;

const write = (atMs = nowMs) =>
  writeStatusPages({
    directory,
    alerting: {
      enabledStatusPages: () => Promise.resolve([...on].map(([token, { academy }]) => ({ token, academy }))),
      statusPage: (token) => {
        if (token === failing) return Promise.reject(new Error('no server'));
        const page = on.get(token);
        return Promise.resolve(page && { ...page, trust: 'north', message: null });
      },
    },
    source: () => source,
    clock: () => atMs,
  });

test('pages are written when their text has changed, and no half of one is left', async () => {
  writeFileSync(path.join(directory, `.${ash}.html.new`), 'half');
  expect(await write()).toEqual({ written: 2, removed: 0, failures: [] });
  expect(readdirSync(directory).sort()).toEqual([`${ash}.html`, `${elm}.html`]);
  expect(readFileSync(path.join(directory, `${ash}.html`), 'utf8')).toContain('<h1>Ash</h1>');
  expect(await write()).toMatchObject({ written: 0 });
  expect(await write(nowMs + 60_000)).toMatchObject({ written: 2 });
});

test('a page that is switched off is removed; what is not ours stays', async () => {
  await write();
  const others = [`${'c'.repeat(26)}.html`, 'index.html', 'notes.txt'];
  for (const name of others) writeFileSync(path.join(directory, name), '<p>Not ours</p>');
  const link = `${'d'.repeat(26)}.html`;
  symlinkSync(path.join(directory, `${ash}.html`), path.join(directory, link));
  on.delete(elm);
  expect(await write()).toMatchObject({ removed: 1 });
  expect(readdirSync(directory).sort()).toEqual([`${ash}.html`, link, ...others].sort());
});

test('a page that cannot be made stays as it was, and the others are written', async () => {
  await write();
  const before = readFileSync(path.join(directory, `${ash}.html`), 'utf8');
  failing = ash;
  const { written, removed, failures } = await write(nowMs + 60_000);
  expect({ written, removed, failures: failures.length }).toEqual({ written: 1, removed: 0, failures: 1 });
  expect(readFileSync(path.join(directory, `${ash}.html`), 'utf8')).toBe(before);
});

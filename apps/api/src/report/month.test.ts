/** The same inputs give the same octets: whatever order a database gives them in, wherever and whenever the report is made. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Shuffle, monthFiles } from '../testing/month.ts';

const hourMs = 3_600_000;
const academies = 4;
const octoberMs = Date.parse('2026-09-30T23:00:00Z');

/** By keys drawn for each place. */
const shuffleBy =
  (keys: readonly number[]): Shuffle =>
  (all) =>
    all
      .map((each, i) => [keys[i % keys.length]! * ((i % 13) + 1), each] as const)
      .toSorted(([a], [b]) => (a % 101) - (b % 101))
      .map(([, each]) => each);

test('facts in another order give the same octets', async () => {
  const expected = await monthFiles({ academies });
  expect(expected.html).toContain('Éxample');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 40 }), async (keys) => {
      expect(await monthFiles({ academies, shuffle: shuffleBy(keys) })).toEqual(expected);
    }),
    { numRuns: 15 },
  );
});

test('a month that is over does not depend on when it is asked for, nor on outages that go on', async () => {
  const expected = await monthFiles({ academies });
  for (const nowMs of [octoberMs, octoberMs + 1, octoberMs + 400 * 24 * hourMs])
    expect(await monthFiles({ academies, nowMs })).toEqual(expected);
  expect(await monthFiles({ academies, endedMs: octoberMs + 5 * hourMs })).toEqual(expected);
  expect(await monthFiles({ academies, endedMs: octoberMs - hourMs })).not.toEqual(expected);
});

test('other machines, with another time zone and language, give the same octets', async () => {
  const expected = await monthFiles({ academies });
  const helper = path.join(import.meta.dirname, '../testing/month.ts');
  const program = `
    const { monthFiles } = await import(${JSON.stringify(helper)});
    process.stdout.write(JSON.stringify(await monthFiles({ academies: ${academies} })));`;
  for (const [zone, language] of [
    ['Pacific/Auckland', 'tr_TR.UTF-8'],
    ['America/New_York', 'C'],
  ]) {
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      env: { PATH: process.env['PATH'], TZ: zone, LANG: language, LC_ALL: language },
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(expected);
  }
});

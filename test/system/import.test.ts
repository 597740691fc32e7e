/** Files of the estate over HTTP and by command: limits, hostile files, who may, and what stays as it is. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ImportBody, type ImportResult, type Permission, type Problem, permissions } from '@linewatch/contract';
import { type Actor, type Estate, createEstate } from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Principal } from '../../apps/api/src/access/principal.ts';
import { type Running, startApi } from '../../apps/api/src/testing/api.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { startPostgres } from '../../apps/linewatch/src/engines/postgres.ts';
import { runCommand, temporaryDirectory } from '../support/system.ts';

const trust = 'north';
const actor: Actor = { account: null, name: 'test', via: 'token', address: null };
const mebi = 1024 * 1024;

describe('over HTTP', () => {
  let directory: string;
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let estate: Estate;
  let running: Running;

  beforeAll(async () => {
    directory = temporaryDirectory('import');
    server = await startPostgres({ directory, port: await freePort(), user: 'linewatch', password: 'correct horse' });
    estate = createEstate({ url: server.url, logger: createLogger('import-test', 'silent') });
    await estate.migrate();
    running = await startApi({
      estate,
      trust,
      config: { limits: { requestsPerSecond: 1000 } },
      authenticator: {
        authenticate: ({ headers }) =>
          Promise.resolve(
            new Principal(actor, [{ role: 'admin', academies: 'all' }], {
              permissions: String(headers['x-may']).split(' ') as Permission[],
            }),
          ),
      },
    });
  });
  afterAll(async () => {
    await running.stop();
    await estate.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const without = (...out: readonly Permission[]): Permission[] => permissions.filter((each) => !out.includes(each));
  const post = async (
    body: Partial<ImportBody> & Pick<ImportBody, 'text'>,
    may: readonly Permission[] = permissions,
  ): Promise<{ status: number; result: ImportResult; problem: Problem }> => {
    const response = await fetch(`${running.url}/api/v1/estate/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-may': may.join(' ') },
      body: JSON.stringify({ format: 'yaml', dryRun: false, ...body }),
    });
    const answer: unknown = await response.json();
    return { status: response.status, result: answer as ImportResult, problem: answer as Problem };
  };
  const exported = async (query: string, may: readonly Permission[] = permissions): Promise<string> => {
    const response = await fetch(`${running.url}/api/v1/estate/export${query}`, {
      headers: { 'x-may': may.join(' ') },
    });
    expect(response.status).toBe(200);
    return response.text();
  };
  const first = ({ result }: { result: ImportResult }): string => result.problems[0]?.message ?? '';

  const priced = `
trust: {id: ${trust}, name: North}
providers: [{id: p, name: P, account: ACC-1, accountManager: Sam Example}]
contracts: [{id: w, name: W, provider: p, prices: [{from: 2025-09-01, monthly: 640}], uplift: {rule: fixed, percent: 3}, sla: {target: 99.9}}]
academies: [{id: a, name: A}]
contacts: [{id: c, name: Robin Example, academy: a, phone: "01632 960001"}]
circuits: [{id: one, name: One, academy: a, provider: p, contract: w, monthly: 99}]
`;

  it.each(['import', 'estate.write', 'prices.read', 'contacts.read'] as const)('takes %s', async (permission) => {
    const { status } = await post({ text: priced, dryRun: true }, without(permission));
    expect(status).toBe(403);
    const { status: unlimited } = await post({ text: priced, dryRun: true }, without('people.read'));
    expect(unlimited).toBe(200);
  });

  it('leaves alone what an export was made without', async () => {
    expect((await post({ text: priced })).result).toMatchObject({ applied: true, problems: [] });
    const before = await estate.records.all(trust);
    const text = await exported('', without('prices.read', 'contacts.read'));
    expect(text).not.toMatch(/ACC-1|640|99\.00|Example|01632/);
    const again = (await post({ text, prune: true })).result;
    expect([again.problems, again.batch]).toEqual([[], null]);
    const table = await exported('?format=csv&kind=contract', without('prices.read', 'contacts.read'));
    expect((await post({ format: 'csv', kind: 'contract', text: table, prune: true })).result.batch).toBeNull();
    expect(await estate.records.all(trust)).toEqual(before);
    // The same without the mark says that there are none.
    const unmarked = (await post({ text: text.replace(/leftOut:(\n +- .*)+\n/, '') })).result;
    expect(unmarked.problems).toMatchObject([{ path: 'contacts.0.name' }]);
  });

  it('refuses what is too large', async () => {
    const { status, problem } = await post({ text: 'x'.repeat(21 * mebi) });
    expect([status, problem.code]).toEqual([413, 'body_too_large']);
  });

  it('answers others while it reads a large file, and takes one at a time', async () => {
    // Commas alone are the most work for their size.
    const text = `trust: {id: ${trust}, name: North}\nacademies:\n${'- {id: x, name: y, notes: z}\n'.repeat(20_000)}`;
    const state = { done: false };
    const large = post({ text }).finally(() => (state.done = true));
    let answered = 0;
    for (; !state.done; answered++) {
      await exported('');
      if (answered === 30) expect((await post({ text: 'a: b' })).problem.code).toBe('busy');
    }
    expect(answered).toBeGreaterThan(30);
    expect((await large).result).toMatchObject({ applied: false });
  });

  const billion = `a: &a [${'x,'.repeat(50)}]\n${'bcdefgh'
    .split('')
    .map((name, i) => `${name}: &${name} [${`*${'abcdefg'[i]!},`.repeat(50)}]\n`)
    .join('')}`;
  const hostile: readonly (readonly [string, Partial<ImportBody> & Pick<ImportBody, 'text'>])[] = [
    ['a YAML of references to references', { text: billion }],
    ['a YAML of brackets', { text: '['.repeat(100_000) }],
    ['a YAML of keys', { text: Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n') }],
    ['a YAML with zero octets', { text: 'trust: {name: "\0"}' }],
    ['a YAML with half a character', { text: 'trust: {name: "\\ud800"}\nacademies: [{id: x, name: "\ud800"}]' }],
    ['a table of a million columns', { format: 'csv', kind: 'academy', text: 'name,'.repeat(mebi) }],
    ['a table of a million rows', { format: 'csv', kind: 'academy', text: `id,name\n${'x,y\n'.repeat(mebi)}` }],
    ['a table of one quote', { format: 'csv', kind: 'academy', text: `name\n"${'x\n'.repeat(mebi)}` }],
    ['a table with zero octets', { format: 'csv', kind: 'academy', text: 'id,name\nx,\0' }],
    ['a table with half a character', { format: 'csv', kind: 'academy', text: 'id,name\nx,\ud800' }],
    ['a register of nothing', { format: 'register', text: '"'.repeat(mebi) }],
    ['devices of brackets', { format: 'librenms', text: '['.repeat(mebi) }],
  ];
  it.each(hostile)('refuses %s', async (_, body) => {
    const before = await estate.version();
    const { status, result } = await post(body);
    expect(status).toBe(200);
    expect(result.applied).toBe(false);
    expect(first({ result })).not.toBe('');
    expect(result.problems.length).toBeLessThanOrEqual(1000);
    expect(await estate.version()).toBe(before);
  });
});

describe('by command', () => {
  let directory: string;
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => {
    directory = temporaryDirectory('import-command');
    const port = await freePort();
    server = await startPostgres({ directory, port, user: 'linewatch', password: 'correct horse' });
    file('linewatch.yaml', JSON.stringify({ data: path.join(directory, 'data'), postgres: { url: server.url } }));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const file = (name: string, text: string): string => {
    const where = path.join(directory, name);
    writeFileSync(where, text);
    return where;
  };
  const run = (...args: string[]): ReturnType<typeof runCommand> =>
    runCommand([...args, '--config', path.join(directory, 'linewatch.yaml')]);

  it('imports, lists, exports, maps a table and undoes', async () => {
    const estate = file(
      'estate.yaml',
      'trust: {name: T}\nproviders: [{id: p, name: Northgate}]\nacademies: [{id: high, name: High}]\n',
    );
    const tried = await run('import', estate, '--dry-run');
    expect([tried.code, tried.out]).toEqual([
      0,
      `providers: 1 added\nacademies: 1 added\n${estate} has no problems; this was a dry run, and nothing was changed\n`,
    ]);
    expect((await run('undo')).out).toBe('nothing was changed yet\n');
    const done = await run('import', estate);
    expect([done.code, done.err]).toEqual([0, '']);
    const [, batch] = /take it back with: linewatch undo (\d+)\n$/.exec(done.out)!;
    expect((await run('import', estate)).out).toMatch(/academies: 1 unchanged\nnothing to change/);

    const lines = file('lines.csv', 'School,Line,ISP,Speed\nHigh,New line,Northgate,500\n');
    expect((await run('import', lines)).err).toContain('say with --kind what its rows are: cluster, ');
    const lacking = await run('import', lines, '--kind', 'circuit');
    expect([lacking.code, lacking.err]).toEqual([
      1,
      `linewatch: ${lines} has 1 problem; nothing was imported\n${lines}: row 1: name has no column, and a new circuit needs it; ` +
        `say which it is with --map name=Header, or add one\n`,
    ]);
    const mapped = await run('import', lines, '--kind', 'circuit', '--map', 'name=Line');
    expect([mapped.code, mapped.out]).toEqual([0, expect.stringContaining('circuits: 1 added\n')]);
    const table = await run('export', '--format', 'csv', '--kind', 'circuit');
    expect(table.out).toMatch(/^\uFEFFid,name,academy.*\r\nnew-line,New line,high,p,.*500M/);
    const whole = await run('export');
    const back = await run('import', file('back.yaml', whole.out), '--prune');
    expect([back.code, back.out]).toEqual([0, expect.stringContaining('nothing to change')]);

    const early = await run('undo', batch!);
    expect([early.code, early.err]).toEqual([
      1,
      expect.stringMatching(/cannot be undone; nothing was changed\nacademy high: /),
    ]);
    const [last] = (await run('undo')).out.split('\n');
    expect((await run('undo', last!.trim().split(' ')[0]!)).out).toContain(
      'is undone: everything is as it was before it',
    );
    expect((await run('undo', batch!)).code).toBe(0);
    expect((await run('export')).out).not.toContain('high');
  });
});

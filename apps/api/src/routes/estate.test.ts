import type { ChangeResult, EstatePlan, RecordList } from '@linewatch/contract';
import { afterEach, expect, test, vi } from 'vitest';
import type { Authenticator } from '../access/access.ts';
import { Principal, firstRun } from '../access/principal.ts';
import { type Running, memoryEstate, startApi } from '../testing/api.ts';
import { MemoryRecords, record } from '../testing/records.ts';

const token = 'lw_a-token-of-someone';
/** A token as the real one takes it, and nothing else. */
const authenticator: Authenticator = {
  authenticate: ({ headers }) =>
    Promise.resolve(
      headers.authorization === `Bearer ${token}`
        ? new Principal({ account: 1, name: 'Ash', via: 'token', address: null }, [
            { role: 'trust-leader', academies: 'all' },
          ])
        : undefined,
    ),
};
const everyone: Authenticator = { authenticate: () => Promise.resolve(firstRun()) };

let running: Running | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(given: Authenticator, records = new MemoryRecords()): Promise<string> {
  running = await startApi({ authenticator: given, estate: memoryEstate(undefined, records).estate });
  return running.url;
}

const ended = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 10);
const contract = record('contract', 'west', { provider: 'north', end: ended });

test('the calendar feed takes its token from the query, and no other route does', async () => {
  const url = await start(authenticator, new MemoryRecords([contract]));
  const feed = await fetch(`${url}/api/v1/estate/plan.ics?token=${token}`);
  expect([feed.status, feed.headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
  expect(await feed.text()).toContain('UID:contract.west.expired@north.linewatch\r\n');
  for (const path of ['estate/plan.ics', 'estate/plan.ics?token=lw_wrong', `estate/plan?token=${token}`]) {
    const refused = await fetch(`${url}/api/v1/${path}`);
    expect([path, refused.status]).toEqual([path, 401]);
    expect(await refused.text()).not.toContain('lw_');
  }
  expect(await running!.metrics.text()).not.toContain('lw_');
});

test('a change is seen by the next request, and the estate is read once for each version', async () => {
  const records = new MemoryRecords([record('provider', 'north')]);
  const all = vi.spyOn(records, 'all');
  const url = await start(everyone, records);
  const list = async (): Promise<RecordList> =>
    (await (await fetch(`${url}/api/v1/estate/records/provider`)).json()) as RecordList;
  await Promise.all([list(), list(), list()]);
  await list();
  expect(all).toHaveBeenCalledOnce();
  const answer = await fetch(`${url}/api/v1/estate/changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      changes: [{ kind: 'provider', id: 'north', op: 'update', values: { name: 'New name' }, revision: 1 }],
    }),
  });
  expect((await answer.json()) as ChangeResult).toMatchObject({ applied: true, records: [{ revision: 2 }] });
  expect((await list()).records).toMatchObject([{ id: 'north', values: { name: 'New name' } }]);
});

test('too many changes at once are refused, and too large ones', async () => {
  const url = await start(everyone);
  const post = (body: string): Promise<Response> =>
    fetch(`${url}/api/v1/estate/changes`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const changes = [{ kind: 'provider', id: 'x', op: 'end' }];
  expect((await post(`${JSON.stringify({ changes })}${' '.repeat(1024 * 1024)}`)).status).toBe(413);
  const many = await Promise.all(Array.from({ length: 15 }, () => post(JSON.stringify({ changes, dryRun: true }))));
  const refused = many.find(({ status }) => status === 429)!;
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

test.each([
  'estate/records/nothing',
  'estate/records/circuit/NOT%20AN%20ID',
  'estate/records/circuit?ended=perhaps',
  'estate/plan?months=5',
  'estate/search',
  'estate/search?q=',
  'audit?limit=5000',
])('%s is refused as not valid', async (path) => {
  const url = await start(everyone);
  expect((await fetch(`${url}/api/v1/${path}`)).status).toBe(400);
});

test('the plan is of 24 months when nothing else is asked for', async () => {
  const url = await start(everyone, new MemoryRecords([contract]));
  const plan = (await (await fetch(`${url}/api/v1/estate/plan`)).json()) as EstatePlan;
  expect(plan).toMatchObject({ months: 24, items: [{ reason: 'expired', record: 'west', day: ended }] });
});

test('the audit log is a table for a spreadsheet, too, in which nothing is a formula', async () => {
  const records = new MemoryRecords();
  records.entries.push({
    id: 1,
    atMs: Date.UTC(2026, 8, 1),
    actor: '=HYPERLINK("x")',
    via: 'session',
    address: null,
    what: 'account',
    record: 'a, b',
    op: 'create',
    before: null,
    after: { name: 'A' },
    batch: null,
  });
  const url = await start(everyone, records);
  const answer = await fetch(`${url}/api/v1/audit`, { headers: { accept: 'text/csv' } });
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect((await answer.text()).split('\r\n')).toEqual([
    'id,at,actor,via,address,what,record,op,batch,before,after',
    `1,2026-09-01T00:00:00.000Z,"'=HYPERLINK(""x"")",session,,account,"a, b",create,,,"{""name"":""A""}"`,
    '',
  ]);
});

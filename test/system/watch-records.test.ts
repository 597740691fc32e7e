/** What the watch keeps in PostgreSQL, on real servers. */
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Change, IncidentAction, Incident, MaintenanceBody } from '@linewatch/contract';
import {
  type Actor,
  type CircuitStateRow,
  type Estate,
  type IntervalChange,
  type StoredInterval,
  type WatchedEntry,
  type WatchedIncident,
  type WatcherChange,
  EstateError,
  WatchError,
  createEstate,
} from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { type Server, servers, sql as run } from '../support/postgres.ts';
import { temporaryDirectory } from '../support/system.ts';

const ann: Actor = { account: null, name: 'Ann', via: 'session', address: '192.0.2.200' };
const bob: Actor = { account: null, name: 'Bob', via: 'session', address: '192.0.2.201' };

const t0 = Date.UTC(2026, 8, 14, 8);
const minute = 60_000;
const hour = 60 * minute;

const nothing: WatcherChange = { positions: [], states: [], intervals: [], incidents: [], entries: [], quality: [] };

describe.each(servers)('the watch on $name', ({ start }) => {
  const logger = createLogger('watch-test', 'silent');
  const secretKey = randomBytes(32);
  let directory: string;
  let server: Server | undefined;
  let url: string;
  let estate: Estate;
  let trust: string;
  let trusts = 0;
  let nowMs = t0;
  /** Rows by slug. */
  let circuits: Map<string, number>;
  let row: { trust: number; academy: number; provider: number };
  let epoch: number;
  const open: Estate[] = [];

  function another(): Estate {
    const made = createEstate({ url, logger, secretKey, clock: () => nowMs });
    open.push(made);
    return made;
  }
  const sql = (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => run(url, text, values);

  beforeAll(async () => {
    directory = temporaryDirectory('watch-records');
    server = await start(directory, await freePort());
    await run(server.url, 'CREATE DATABASE watch');
    url = server.url.replace(/[^/]*$/, 'watch');
    await another().migrate();
  });
  afterAll(async () => {
    await Promise.all(open.splice(0).map((it) => it.close()));
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    trust = `trust-${++trusts}`;
    nowMs = t0;
    estate = another();
    await sql(
      `WITH t AS (INSERT INTO trust (slug, key, name) VALUES ($1::text, $2, $1::text) RETURNING id),
         p AS (INSERT INTO provider (trust_id, slug, name) SELECT id, s, initcap(s) FROM t, unnest(ARRAY['north', 'south']) AS s RETURNING id, slug),
         a AS (INSERT INTO academy (trust_id, slug, name, pupils)
           SELECT id, s, initcap(s), CASE s WHEN 'oak' THEN 210 END FROM t, unnest(ARRAY['oak', 'ash']) AS s RETURNING id, slug),
         s AS (INSERT INTO site (trust_id, slug, name, academy_id)
           SELECT t.id, 'annexe', 'Annexe', a.id FROM t, a WHERE a.slug = 'oak')
       INSERT INTO circuit (trust_id, slug, name, academy_id, provider_id, role)
       SELECT t.id, c.slug, c.slug, a.id, p.id, 'primary'
       FROM t, (VALUES ('a', 'oak', 'north'), ('b', 'oak', 'north'), ('c', 'ash', 'south')) AS c (slug, academy, provider)
       JOIN a ON a.slug = c.academy JOIN p ON p.slug = c.provider`,
      [trust, trusts],
    );
    await look();
    epoch = await estate.watching.claim('test');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((it) => it.close()));
  });

  async function made(changes: readonly Change[]): Promise<void> {
    expect((await estate.records.apply(ann, changes, { trust })).problems).toEqual([]);
  }
  async function look(): Promise<void> {
    const rows = await sql(
      `SELECT c.slug, c.id, c.trust_id AS trust, c.academy_id AS academy, c.provider_id AS provider
       FROM circuit c JOIN trust t ON t.id = c.trust_id WHERE t.slug = $1 ORDER BY c.id`,
      [trust],
    );
    circuits = new Map(rows.map(({ slug, id }) => [slug as string, id as number]));
    row = rows[0] as unknown as typeof row;
  }
  const of = (slug: string): number => circuits.get(slug)!;

  const commit = (change: Partial<WatcherChange>, by = epoch): Promise<void> =>
    estate.watching.commit(by, { ...nothing, ...change });
  const state = (slug: string, over: Partial<CircuitStateRow> = {}): CircuitStateRow => ({
    ...{
      circuit: of(slug),
      state: 'up',
      cause: 'none',
      sinceMs: t0,
      seenMs: t0 + 1,
      snapshot: Buffer.from([0, 255, 7]),
    },
    ...over,
  });
  const interval = (
    fromMs: number,
    toMs: number | null,
    is: StoredInterval['state'] = 'up',
    text = 'poll',
  ): StoredInterval => ({
    ...{ fromMs, toMs, state: is, cause: is === 'down' ? 'link' : 'none' },
    evidence: [{ atMs: fromMs, source: 'link poll (main)', text }],
  });
  const change = (slug: string, fromMs: number, ...intervals: StoredInterval[]): IntervalChange => ({
    ...{ circuit: of(slug), fromMs, intervals },
  });
  const watched = (key: string, slug: string | null, over: Partial<WatchedIncident> = {}): WatchedIncident => ({
    ...{ key: `${trust} ${key}`, trust: row.trust, kind: slug === null ? 'provider' : 'outage', state: 'open' },
    ...{ severity: 'critical', title: `${key} is down`, cause: 'link', circuit: slug === null ? null : of(slug) },
    ...{
      academy: null,
      provider: null,
      parent: null,
      startedMs: t0,
      endedMs: null,
      detectedMs: t0 + 900,
      resolvedMs: null,
    },
    ...{ flaps: 0, backupCarried: false, maintenance: false },
    ...over,
  });
  const over = (fromMs: number, toMs: number): Partial<WatchedIncident> => ({
    ...{ state: 'resolved', startedMs: fromMs, endedMs: toMs, resolvedMs: toMs + 2 * minute },
  });
  const entry = (key: string, name: string, more: Partial<WatchedEntry> = {}): WatchedEntry => ({
    ...{ incident: `${trust} ${key}`, key: name, atMs: t0, kind: 'evidence', text: name, detail: { n: 1 } },
    ...more,
  });
  /** Makes incidents, and gives their numbers in order. */
  async function incidents(...them: WatchedIncident[]): Promise<number[]> {
    await commit({ incidents: them });
    const rows = await sql('SELECT id, key FROM incident WHERE key = ANY ($1)', [them.map(({ key }) => key)]);
    const ids = new Map(rows.map(({ id, key }) => [key, id as number]));
    return them.map(({ key }) => ids.get(key)!);
  }
  const act = (id: number, action: IncidentAction, actor = ann): Promise<Incident> =>
    estate.incidents.act(actor, trust, id, action);
  const get = async (id: number, seen?: readonly string[]) => estate.incidents.get(trust, id, seen && new Set(seen));
  const shown = async (id: number): Promise<Incident> => (await get(id))!.incident;
  const kept = (slug: string): Promise<Record<string, unknown>[]> =>
    sql(
      `SELECT state, (extract(epoch FROM from_at) * 1000)::float8 AS from, (extract(epoch FROM to_at) * 1000)::float8 AS to,
         superseded_at IS NULL AS current FROM circuit_interval WHERE circuit_id = $1 ORDER BY id`,
      [of(slug)],
    );
  async function refused(work: Promise<unknown>, message: string | RegExp, code = 'refused'): Promise<void> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(WatchError);
    expect((error as WatchError).code).toBe(code);
    expect((error as WatchError).message).toMatch(message);
  }
  const reason = 'as the supplier says';

  describe('a commit', () => {
    it('of all kinds is read back by the next watcher', async () => {
      const change1: Partial<WatcherChange> = {
        positions: [{ topic: `t-${trust}`, partition: 3, log: 'x', offset: 2 ** 40 }],
        states: [state('a'), state('b', { state: 'down', cause: 'probe' })],
        intervals: [change('a', t0, interval(t0, t0 + 5), interval(t0 + 5, null, 'down'))],
        incidents: [
          watched('group', null, { provider: row.provider }),
          watched('one', 'a', { parent: `${trust} group` }),
        ],
        entries: [entry('one', 'opened')],
        quality: [{ circuit: of('a'), kind: 'flows-counters-gap', value: 0.25, atMs: t0 }],
      };
      await commit(change1);
      const read = await another().watching.read(t0);
      expect(read.positions).toContainEqual(change1.positions![0]);
      const own = <T extends { circuit: number | null }>(rows: readonly T[]): T[] =>
        rows.filter((each) => [...circuits.values()].includes(each.circuit ?? -1));
      expect(own(read.states)).toEqual(change1.states);
      expect(own(read.intervals)).toEqual(
        change1.intervals![0]!.intervals.map((each) => ({ circuit: of('a'), ...each })),
      );
      expect(read.incidents.filter(({ key }) => key.startsWith(`${trust} `))).toEqual(change1.incidents);
    });

    it('made twice is as made once', async () => {
      const same: Partial<WatcherChange> = {
        states: [state('a')],
        intervals: [change('a', t0, interval(t0, t0 + 5), interval(t0 + 5, null, 'down'))],
        incidents: [watched('one', 'a')],
        entries: [entry('one', 'opened'), entry('one', 'opened'), entry('one', 'poll')],
      };
      await commit(same);
      const version = await estate.incidents.version();
      const rows = await kept('a');
      await commit(same);
      await commit({ ...same, states: [state('a', { seenMs: t0 + 9 })] });
      expect(await kept('a')).toEqual(rows);
      const { incidents: list } = await estate.incidents.list(trust, {}, undefined);
      expect(list).toHaveLength(1);
      expect((await get(list[0]!.id))!.timeline.map(({ seq, text }) => `${seq} ${text}`)).toEqual([
        '1 opened',
        '2 poll',
      ]);
      expect(await estate.incidents.version()).toBe(version);
      await commit({ states: [state('a', { state: 'down' })] });
      expect(await estate.incidents.version()).toBe(version + 1);
    });

    it('numbers incidents in their order, without gaps', async () => {
      const first = await incidents(watched('1', 'a'), watched('2', 'b'));
      for (let i = 0; i < 5; i++) await incidents(watched('1', 'a', { flaps: i }), watched('2', 'b'));
      const [next] = await incidents(watched('3', 'c'));
      expect([first[1], next]).toEqual([first[0]! + 1, first[0]! + 2]);
    });

    it('supersedes only what is otherwise, and keeps it', async () => {
      await commit({ intervals: [change('a', t0, interval(t0, null))] });
      // What lies before the change stays; the same again is not written again.
      await commit({ intervals: [change('a', t0 + 10, interval(t0 + 10, null, 'down'))] });
      await commit({ intervals: [change('a', t0, interval(t0, t0 + 10), interval(t0 + 10, null, 'down'))] });
      await commit({ intervals: [change('a', t0 + 10, interval(t0 + 10, t0 + 20, 'down'), interval(t0 + 20, null))] });
      const rows = await kept('a');
      expect(
        rows.map(({ state: s, from, to, current }) => [s, Number(from) - t0, to && Number(to) - t0, current]),
      ).toEqual([
        ['up', 0, null, false],
        ...rows.slice(1, 3).map(({ state: s }) => (s === 'up' ? ['up', 0, 10, true] : ['down', 10, null, false])),
        ...rows.slice(3).map(({ state: s }) => (s === 'up' ? ['up', 20, null, true] : ['down', 10, 20, true])),
      ]);
      expect(rows).toHaveLength(5);
      // Two changes of a circuit at once: the later goes over the earlier.
      await commit({
        intervals: [
          change('a', t0 + 30, interval(t0 + 30, null, 'down')),
          change('a', t0 + 15, interval(t0 + 15, null)),
        ],
      });
      const current = await estate.facts.intervals(trust, t0, t0 + hour);
      expect(current.map(({ fromMs, toMs, state: s }) => [fromMs - t0, toMs && toMs - t0, s])).toEqual([
        [0, 10, 'up'],
        [10, 15, 'down'],
        [15, null, 'up'],
      ]);
    });

    it('under an earlier epoch is refused, and nothing of it is kept', async () => {
      const later = await another().watching.claim('another');
      expect(later).toBeGreaterThan(epoch);
      await expect(commit({ states: [state('a')] })).rejects.toMatchObject({ code: 'leadership_lost' });
      await expect(commit({ states: [state('a')] }, later + 1)).rejects.toMatchObject({ code: 'leadership_lost' });
      expect(await estate.incidents.now(trust)).toEqual([]);
      await commit({ states: [state('a')] }, later);
      expect(await estate.incidents.now(trust)).toHaveLength(1);
    });

    it('that goes on while another claims ends before, or is refused', async () => {
      const outcomes: string[] = [];
      for (let i = 0; i < 10; i++) {
        const mine = await estate.watching.claim('mine');
        const [committed, claimed] = await Promise.allSettled([
          commit({ states: [state('a', { sinceMs: t0 + i, state: i % 2 ? 'up' : 'down' })] }, mine),
          another().watching.claim('theirs'),
        ]);
        expect(claimed.status).toBe('fulfilled');
        outcomes.push(committed.status);
        const [line] = await estate.incidents.now(trust);
        expect(line?.sinceMs === t0 + i).toBe(committed.status === 'fulfilled');
        if (committed.status === 'rejected') expect(committed.reason).toMatchObject({ code: 'leadership_lost' });
      }
      expect(outcomes).toHaveLength(10);
    });

    it('that is cut in the middle leaves nothing, and can be made again', async () => {
      const change1 = {
        states: [state('a'), state('b'), state('c')],
        intervals: [change('a', t0, interval(t0, null, 'down'))],
        incidents: [watched('one', 'a')],
        entries: [entry('one', 'opened')],
      };
      // Someone holds the last table, so that the commit waits there with the rest written; its connection is cut.
      const name = `cut-${trust}`;
      const cut = createEstate({ url, logger, secretKey, applicationName: name });
      open.push(cut);
      const blocker = run(url, 'BEGIN; LOCK TABLE incident_entry IN EXCLUSIVE MODE; SELECT pg_sleep(1.5); COMMIT');
      await waiting('SELECT count(*) AS n FROM pg_locks WHERE relation = $1::regclass AND mode = $2', [
        'incident_entry',
        'ExclusiveLock',
      ]);
      const committing = cut.watching.commit(epoch, { ...nothing, ...change1 }).catch((error: unknown) => error);
      await waiting(
        `SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'`,
        [name],
      );
      await sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [name]);
      const error = await committing;
      expect(error).toBeInstanceOf(EstateError);
      expect((error as EstateError).code).toBe('unreachable');
      await blocker;
      expect([await kept('a'), await estate.incidents.now(trust)]).toEqual([[], []]);
      await cut.watching.commit(epoch, { ...nothing, ...change1 });
      expect(await kept('a')).toHaveLength(1);
    });

    it('passes over circuits that were removed meanwhile', async () => {
      const gone = of('b');
      await commit({ states: [state('b')], intervals: [change('b', t0, interval(t0, null))] });
      await made([{ kind: 'circuit', id: 'b', op: 'remove' }]);
      await commit({
        states: [state('a'), state('b', { circuit: gone })],
        intervals: [{ circuit: gone, fromMs: t0, intervals: [interval(t0, null)] }],
        incidents: [watched('gone', 'b', { circuit: gone })],
        entries: [entry('gone', 'opened')],
        quality: [{ circuit: gone, kind: 'flows-counters-gap', value: 1, atMs: t0 }],
      });
      expect((await estate.incidents.now(trust)).map(({ circuit }) => circuit)).toEqual([of('a')]);
      expect((await estate.incidents.list(trust, {}, undefined)).incidents).toEqual([]);
    });

    it('takes what devices sent and no text can hold', async () => {
      const text = 'a\0b\ud800c\\u0000';
      const [id] = await incidents(watched('one', 'a', { title: text + 'x'.repeat(600) }));
      await commit({
        intervals: [change('a', t0, interval(t0, null, 'up', text))],
        entries: [entry('one', 'x', { text, detail: { deep: [text] } })],
      });
      expect((await get(id!))!.timeline[0]).toMatchObject({
        text: 'a\ufffdb\ufffdc\\u0000',
        detail: { deep: ['a\ufffdb\ufffdc\\u0000'] },
      });
    });

    it('of 10,000 circuits is one transaction', async () => {
      await sql(
        `INSERT INTO circuit (trust_id, slug, name, academy_id, provider_id, role)
         SELECT $1, 'x' || n, 'x', $2, $3, 'primary' FROM generate_series(1, 10000) AS n`,
        [row.trust, row.academy, row.provider],
      );
      await look();
      const slugs = [...circuits.keys()].filter((slug) => slug.startsWith('x'));
      const all = (over: Partial<CircuitStateRow>): CircuitStateRow[] =>
        slugs.map((slug) => state(slug, { snapshot: randomBytes(300), ...over }));
      await commit({ states: all({}), intervals: slugs.map((slug) => change(slug, t0, interval(t0, null))) });
      const down = all({ state: 'down', cause: 'link', sinceMs: t0 + 5 });
      await commit({ states: down });
      const now = await estate.incidents.now(trust);
      expect(now).toHaveLength(10_000);
      expect(now.every((line) => line.state === 'down' && line.sinceMs === t0 + 5)).toBe(true);
      expect(await estate.facts.intervals(trust, t0, t0 + 1)).toHaveLength(10_000);
    });
  });

  describe('an incident', () => {
    it('is acknowledged until a time, and no longer', async () => {
      const [id] = await incidents(watched('one', 'a'));
      nowMs = t0 + minute;
      await refused(act(id!, { action: 'unacknowledge' }), /not acknowledged/);
      await refused(act(id!, { action: 'acknowledge', untilMs: t0 }), /is past/);
      const after = await act(id!, { action: 'acknowledge', untilMs: t0 + hour, note: 'engineer called', revision: 1 });
      expect(after).toMatchObject({ revision: 2, acknowledged: { by: 'Ann', atMs: nowMs, untilMs: t0 + hour } });
      expect((await get(id!))!.timeline.at(-1)).toEqual({
        ...{ seq: 1, atMs: nowMs, madeMs: nowMs, actor: 'Ann', kind: 'acknowledged', detail: { untilMs: t0 + hour } },
        text: 'Acknowledged until 14 Sept 2026, 10:00 BST: engineer called',
      });
      nowMs = t0 + hour;
      expect(await shown(id!)).toMatchObject({ acknowledged: null });
      await act(id!, { action: 'acknowledge' }, bob);
      expect(await act(id!, { action: 'unacknowledge' })).toMatchObject({ acknowledged: null, revision: 4 });
      await incidents(watched('one', 'a', over(t0, t0 + hour)));
      await refused(act(id!, { action: 'acknowledge' }), /is resolved/);
    });

    it('is assigned, noted, ticketed and classified, and each is audited with before and after', async () => {
      const [id] = await incidents(watched('one', 'a'));
      await act(id!, { action: 'assign', to: 'Second line' });
      await act(id!, { action: 'note', text: 'Rang the school' });
      await act(id!, { action: 'ticket', reference: 'T-1', url: 'https://desk.example/T-1' });
      await refused(act(id!, { action: 'classify', severity: 'critical', reason }), /classified so already/);
      const after = await act(id!, { action: 'classify', faultClass: 'fibreBreak', severity: 'minor', reason }, bob);
      expect(after).toMatchObject({
        ...{ assignee: 'Second line', ticket: { reference: 'T-1', url: 'https://desk.example/T-1' } },
        ...{ faultClass: 'fibreBreak', severity: 'minor', revision: 4 },
      });
      const audit = (await estate.records.audit(trust, { what: 'incident' })).toReversed();
      expect(audit.map(({ record, op, actor }) => [record, op, actor])).toEqual(
        [
          ['assign', 'Ann'],
          ['note', 'Ann'],
          ['ticket', 'Ann'],
          ['classify', 'Bob'],
        ].map((each) => [String(id), ...each]),
      );
      expect(audit[1]).toMatchObject({ before: {}, after: { text: 'Rang the school' } });
      expect(audit[3]).toMatchObject({
        before: { severity: 'critical', faultClass: null },
        after: { severity: 'minor', faultClass: 'fibreBreak', reason },
      });
      expect(await act(id!, { action: 'ticket', reference: null })).toMatchObject({ ticket: null });
      expect(await act(id!, { action: 'assign', to: null })).toMatchObject({ assignee: null });
    });

    it('says what the supplier was told, and what it says itself', async () => {
      const [id] = await incidents(watched('one', 'a'));
      nowMs = t0 + hour;
      await refused(act(id!, { action: 'report', reportedMs: nowMs + hour }), /future/);
      await refused(act(id!, { action: 'supplier' }), /nothing/);
      await act(id!, { action: 'report', reportedMs: t0 + minute, how: 'portal', reference: 'S-1' });
      await refused(act(id!, { action: 'supplier', startedMs: t0 + hour, fixedMs: t0 }), /before it began/);
      await refused(
        act(id!, { action: 'supplier', stops: [{ fromMs: t0, toMs: t0, reason: 'x' }] }),
        /before it begins/,
      );
      const stops = [{ fromMs: t0, toMs: t0 + minute, reason: 'no access' }];
      await act(id!, { action: 'supplier', startedMs: t0, stops });
      const { supplier } = await act(id!, { action: 'supplier', fixedMs: t0 + hour });
      expect(supplier).toEqual({
        ...{
          reportedMs: t0 + minute,
          how: 'portal',
          by: 'Ann',
          reference: 'S-1',
          startedMs: t0,
          fixedMs: t0 + hour,
          stops,
        },
      });
      expect((await get(id!))!.timeline.map(({ kind, atMs }) => [kind, atMs])).toEqual([
        ['reported', t0 + minute],
        ['supplier', nowMs],
        ['supplier', nowMs],
      ]);
    });

    it('is refused a change by who read it before it was changed, and one that is not there', async () => {
      const [id] = await incidents(watched('one', 'a'));
      await act(id!, { action: 'assign', to: 'Bob', revision: 1 }, bob);
      await refused(act(id!, { action: 'assign', to: 'Ann', revision: 1 }), /changed by Bob/, 'stale');
      // What the watcher says meanwhile takes nothing from a person.
      await incidents(watched('one', 'a', { flaps: 1 }));
      await act(id!, { action: 'assign', to: 'Ann', revision: 2 });
      await refused(act(id! + 1000, { action: 'assign', to: 'Ann' }), /no incident/, 'missing');
      await refused(
        estate.incidents.act(ann, 'elsewhere', id!, { action: 'note', text: 'x' }),
        /no incident/,
        'missing',
      );
      expect((await get(id!))!.timeline).toHaveLength(2);
    });

    it('keeps what people said whatever the watcher repeats', async () => {
      const [id] = await incidents(watched('one', 'a', over(t0, t0 + hour)));
      nowMs = t0 + 2 * hour;
      await act(id!, { action: 'classify', severity: 'info', reason });
      await act(id!, { action: 'backdate', startedMs: t0 - minute, reason });
      await act(id!, { action: 'reopen', reason });
      await incidents(watched('one', 'a', { ...over(t0, t0 + hour), title: 'otherwise', severity: 'major' }));
      expect(await shown(id!)).toMatchObject({
        ...{
          severity: 'info',
          startedMs: t0 - minute,
          state: 'open',
          resolvedMs: null,
          reopened: 1,
          title: 'otherwise',
        },
      });
      expect((await estate.watching.read(t0)).incidents.find(({ key }) => key === `${trust} one`)).toMatchObject({
        ...{ severity: 'major', startedMs: t0, state: 'resolved' },
      });
    });

    it('that a person resolves while it goes on ends with the watcher, and opens again when it goes down again', async () => {
      const [id] = await incidents(watched('one', 'a'));
      nowMs = t0 + minute;
      const resolved = await act(id!, { action: 'resolve', reason });
      expect(resolved).toMatchObject({ state: 'resolved', endedMs: null, resolvedMs: nowMs });
      expect((await get(id!))!.timeline.at(-1)!.text).toMatch(/goes on by what is measured/);
      await refused(act(id!, { action: 'resolve', reason }), /already/);
      await incidents(watched('one', 'a', { state: 'recovering', endedMs: t0 + hour }));
      expect(await shown(id!)).toMatchObject({ state: 'resolved', endedMs: t0 + hour, resolvedMs: nowMs });
      await incidents(watched('one', 'a', { flaps: 1 }));
      expect(await shown(id!)).toMatchObject({ state: 'open', endedMs: null, resolvedMs: null });
      await act(id!, { action: 'resolve', reason });
      // Taken back while it goes on, it is as the watcher says again.
      await refused(act((await incidents(watched('two', 'b')))[0]!, { action: 'reopen', reason }), /open already/);
      expect(await act(id!, { action: 'reopen', reason })).toMatchObject({ state: 'open', reopened: 1 });
      await incidents(watched('one', 'a', { ...over(t0, t0 + hour), flaps: 1 }));
      expect(await shown(id!)).toMatchObject({ state: 'resolved' });
    });

    it('is told of by the state of its line', async () => {
      await commit({ states: [state('a'), state('b')] });
      const [blind, outage] = await incidents(
        watched('x', 'a', { kind: 'blind' }),
        watched('y', 'a'),
        watched('z', 'b', over(t0, t0 + 1)),
      );
      expect((await estate.incidents.now(trust)).map(({ circuit, incident }) => [circuit, incident])).toEqual([
        [of('a'), outage],
        [of('b'), null],
      ]);
      await act(outage!, { action: 'merge', into: blind!, reason });
      expect((await estate.incidents.now(trust))[0]).toMatchObject({ incident: blind });
    });
  });

  describe('excluded time', () => {
    const said = async (): Promise<unknown[]> =>
      (await estate.facts.annotations(trust, t0 - hour, t0 + 10 * hour)).map((each) => [
        [...circuits].find(([, id]) => id === each.circuit)![0],
        each.fromMs - t0,
        each.toMs === null ? null : each.toMs - t0,
        each.code ?? each.state,
      ]);

    it('goes to the end of its incident, wherever that comes to be', async () => {
      const [id] = await incidents(watched('one', 'a'));
      const version = await estate.incidents.version();
      expect(await act(id!, { action: 'exclude', code: 'site-power', reason })).toMatchObject({
        ...{ revision: 2, exclusion: { code: 'site-power', reason, by: 'Ann', atMs: t0 } },
      });
      expect(await estate.incidents.version()).toBeGreaterThan(version);
      expect(await said()).toEqual([['a', 0, null, 'site-power']]);
      await incidents(watched('one', 'a', over(t0 - minute, t0 + hour)));
      expect(await said()).toEqual([['a', -minute, hour, 'site-power']]);
      expect(await act(id!, { action: 'include', reason: 'it was not' })).toMatchObject({ exclusion: null });
      expect(await said()).toEqual([]);
      await refused(act(id!, { action: 'include', reason }), /Nothing of it/);
      // All of it is still there to be read.
      expect(await sql('SELECT kind FROM annotation WHERE trust_id = $1 ORDER BY id', [row.trust])).toEqual([
        { kind: 'exclusion' },
        { kind: 'taken-back' },
      ]);
    });

    it('is part of it, or all; more of it replaces less', async () => {
      const [id] = await incidents(watched('one', 'a', over(t0, t0 + 4 * hour)));
      const exclude = (fromMs: number, toMs: number) =>
        act(id!, { action: 'exclude', code: 'no-access', fromMs, toMs, reason });
      await refused(exclude(t0 + hour, t0 + hour), /before it begins/);
      await refused(exclude(t0 + 5 * hour, t0 + 6 * hour), /outside of it/);
      await exclude(t0, t0 + hour);
      await exclude(t0 + 2 * hour, t0 + 3 * hour);
      await refused(exclude(t0 + hour / 2, t0 + 2 * hour), /is excluded as no-access already/);
      expect(await said()).toHaveLength(2);
      await act(id!, { action: 'exclude', code: 'planned', reason });
      expect(await said()).toEqual([['a', 0, 4 * hour, 'planned']]);
    });

    it("of a group is its members', those that join later too", async () => {
      const [group, one] = await incidents(
        watched('g', null, { provider: row.provider }),
        watched('1', 'a', { parent: `${trust} g` }),
      );
      await act(group!, { action: 'exclude', code: 'force-majeure', reason });
      expect(await said()).toEqual([['a', 0, null, 'force-majeure']]);
      // A site's incident joins with what is in it.
      await incidents(
        watched('s', null, { kind: 'site', academy: row.academy }),
        watched('2', 'b', { parent: `${trust} s` }),
      );
      await incidents(watched('s', null, { kind: 'site', academy: row.academy, parent: `${trust} g` }));
      expect(await said()).toEqual([
        ['a', 0, null, 'force-majeure'],
        ['b', 0, null, 'force-majeure'],
      ]);
      expect(await shown(one!)).toMatchObject({ exclusion: { code: 'force-majeure' } });
      expect(await shown(group!)).toMatchObject({ exclusion: { code: 'force-majeure' }, members: 2 });
      // Taken back of one member, it does not come again.
      await act(one!, { action: 'include', reason });
      await incidents(watched('1', 'a', { parent: `${trust} g`, flaps: 1 }));
      expect(await said()).toEqual([['b', 0, null, 'force-majeure']]);
      await act(group!, { action: 'include', reason });
      expect(await said()).toEqual([]);
    });

    it('needs a circuit', async () => {
      const [id] = await incidents(watched('g', null, { provider: row.provider }));
      await refused(act(id!, { action: 'exclude', code: 'planned', reason }), /no circuit/);
    });

    it('of two who exclude the same at once is one', async () => {
      const [id] = await incidents(watched('one', 'a'));
      await Promise.all([ann, bob].map((actor) => act(id!, { action: 'exclude', code: 'planned', reason }, actor)));
      expect(await said()).toHaveLength(1);
    });
  });

  describe('back-dating', () => {
    it('corrects the state between what was measured and what is said', async () => {
      const [id] = await incidents(watched('one', 'a', over(t0, t0 + 4 * hour)));
      nowMs = t0 + 5 * hour;
      const states = async () =>
        (await estate.facts.annotations(trust, t0 - hour, nowMs)).map((each) => [
          ...[(each.fromMs - t0) / hour, (each.toMs! - t0) / hour, each.kind, each.state],
        ]);
      const after = await act(id!, { action: 'backdate', startedMs: t0 - hour, endedMs: t0 + 3 * hour, reason });
      expect(after).toMatchObject({ startedMs: t0 - hour, endedMs: t0 + 3 * hour, backdated: true });
      expect(await states()).toEqual([
        [-1, 0, 'correction', 'down'],
        [3, 4, 'correction', 'up'],
      ]);
      // The other time stays as it was said.
      await act(id!, { action: 'backdate', startedMs: t0 + hour, reason });
      expect(await states()).toEqual([
        [0, 1, 'correction', 'up'],
        [3, 4, 'correction', 'up'],
      ]);
      expect(await act(id!, { action: 'backdate', startedMs: t0, endedMs: t0 + 4 * hour, reason })).toMatchObject({
        ...{ backdated: false, startedMs: t0, endedMs: t0 + 4 * hour },
      });
      expect(await states()).toEqual([]);
    });

    it('is refused into the future, over another incident, backwards, and where there is no time of its own', async () => {
      const [id, , group, blind] = await incidents(
        watched('one', 'a', over(t0, t0 + hour)),
        watched('two', 'a', { startedMs: t0 + 2 * hour }),
        watched('g', null, { provider: row.provider }),
        watched('x', 'b', { ...over(t0, t0 + hour), kind: 'blind' }),
      );
      const two = id! + 1;
      nowMs = t0 + 3 * hour;
      const backdate = (of_: number, times: { startedMs?: number; endedMs?: number }) =>
        act(of_, { action: 'backdate', ...times, reason });
      await refused(backdate(id!, {}), /neither/);
      await refused(backdate(id!, { endedMs: nowMs + 1 }), /future/);
      await refused(backdate(id!, { startedMs: t0 + hour }), /when it ends/);
      await refused(backdate(id!, { endedMs: t0 + 2 * hour + 1 }), `overlap incident ${two}`);
      await refused(backdate(two, { startedMs: t0 + minute }), `overlap incident ${id!}`);
      await refused(backdate(two, { endedMs: nowMs }), /goes on/);
      await refused(backdate(group!, { startedMs: t0 - 1 }), /those of its members/);
      await refused(backdate(blind!, { startedMs: t0 - 1 }), /outages and degradations/);
      await backdate(two, { startedMs: t0 + hour });
      expect(await estate.facts.annotations(trust, t0, nowMs)).toHaveLength(1);
    });
  });

  describe('groups', () => {
    it('show only what may be seen', async () => {
      const [group, one, two] = await incidents(
        watched('g', null, { provider: row.provider }),
        watched('1', 'a', { parent: `${trust} g` }),
        watched('2', 'c', { parent: `${trust} g`, startedMs: t0 + minute }),
      );
      await commit({
        entries: [
          entry('g', 'all', { detail: {} }),
          entry('g', 'm1', { kind: 'member', detail: { circuit: of('a') } }),
          entry('g', 'm2', { kind: 'member', detail: { circuit: of('c') } }),
        ],
      });
      const all = (await get(group!))!;
      expect(all.incident).toMatchObject({
        members: 2,
        academies: [{ id: 'ash' }, { id: 'oak', pupils: 210 }],
        provider: { id: 'north' },
      });
      expect(all.members.map(({ id }) => id)).toEqual([one, two]);
      const scoped = (await get(group!, ['oak']))!;
      expect(scoped.incident).toMatchObject({ members: 1, academies: [{ id: 'oak' }] });
      expect(scoped.members.map(({ id }) => id)).toEqual([one]);
      expect(scoped.timeline.map(({ text }) => text)).toEqual(['all', 'm1']);
      expect(await get(two!, ['oak'])).toBeUndefined();
      expect(await get(group!, [])).toBeUndefined();
      const listed = async (query: object, seen?: readonly string[]) =>
        (await estate.incidents.list(trust, query, seen && new Set(seen))).incidents.map(({ id }) => id);
      expect(await listed({}, ['oak'])).toEqual([one, group]);
      expect(await listed({}, ['ash'])).toEqual([two, group]);
      expect(await listed({ academy: 'ash' })).toEqual([two, group]);
      expect(await listed({ academy: 'ash' }, ['oak'])).toEqual([group]);
      expect(await listed({ circuit: 'a' })).toEqual([one, group]);
      expect(await listed({ provider: 'south' })).toEqual([two, group]);
      expect(await listed({ kind: 'outage' })).toEqual([two, one]);
      expect(await listed({ to: t0 + 1 })).toEqual([one, group]);
      expect(await estate.incidents.list('elsewhere', {}, undefined)).toEqual({ incidents: [], next: null });
    });

    it('are listed newest first, a page at a time', async () => {
      const ids = await incidents(
        ...Array.from({ length: 7 }, (_, i) =>
          watched(`n${i}`, 'a', i % 2 ? {} : over(t0 + i * hour, t0 + i * hour + minute)),
        ),
      );
      const seen: number[] = [];
      for (let before: number | undefined; ;) {
        const page = await estate.incidents.list(trust, { limit: 3, ...(before && { before }) }, undefined);
        seen.push(...page.incidents.map(({ id }) => id));
        if (page.next === null) break;
        before = page.next;
      }
      expect(seen).toEqual(ids.toReversed());
      const states = async (state_: 'open' | 'closed') =>
        (await estate.incidents.list(trust, { state: state_ }, undefined)).incidents.length;
      expect([await states('open'), await states('closed')]).toEqual([3, 4]);
      const { incidents: since } = await estate.incidents.list(
        trust,
        { state: 'closed', from: t0 + 4 * hour },
        undefined,
      );
      expect(since.map(({ id }) => id)).toEqual([ids[6], ids[4]]);
    });

    it('are made by merging, and go on as long as what was merged into them does', async () => {
      const [first, second, elsewhere] = await incidents(
        watched('1', 'a', over(t0, t0 + hour)),
        watched('2', 'a', { startedMs: t0 + 2 * hour }),
        watched('3', 'c', over(t0, t0 + hour)),
      );
      nowMs = t0 + 3 * hour;
      await act(second!, { action: 'exclude', code: 'planned', reason });
      expect(await act(second!, { action: 'merge', into: first!, reason })).toMatchObject({
        ...{ state: 'resolved', mergedInto: first, resolvedMs: nowMs },
      });
      expect(await shown(first!)).toMatchObject({
        state: 'open',
        startedMs: t0,
        endedMs: null,
        resolvedMs: null,
        members: 1,
      });
      expect((await get(first!))!.members.map(({ id }) => id)).toEqual([second]);
      expect((await get(first!))!.timeline.at(-1)).toMatchObject({ kind: 'merged', detail: { incident: second } });
      expect(await estate.facts.annotations(trust, t0, nowMs)).toMatchObject([
        { incident: second, fromMs: t0 + 2 * hour },
      ]);
      await refused(act(second!, { action: 'resolve', reason }), `merged into incident ${first!}`);
      await act(second!, { action: 'note', text: 'still of use' });
      await incidents(watched('2', 'a', over(t0 + 2 * hour, t0 + 3 * hour)));
      expect(await shown(first!)).toMatchObject({ state: 'resolved', endedMs: t0 + 3 * hour });
      // What was merged goes along.
      await act(first!, { action: 'merge', into: elsewhere!, reason });
      expect(await shown(second!)).toMatchObject({ mergedInto: elsewhere });
      expect(await shown(elsewhere!)).toMatchObject({
        members: 2,
        academies: [{ id: 'ash' }, { id: 'oak' }],
        endedMs: t0 + hour,
      });
      const split = await act(elsewhere!, { action: 'split', members: [first!, second!], reason });
      expect(split).toMatchObject({ members: 0 });
      expect(await shown(first!)).toMatchObject({ mergedInto: null, endedMs: t0 + hour, state: 'resolved' });
    });

    it('refuse merges that make no sense', async () => {
      const [group, one, two, three] = await incidents(
        watched('g', null, { provider: row.provider }),
        watched('1', 'a', { parent: `${trust} g` }),
        watched('2', 'c'),
        watched('3', 'b'),
      );
      await refused(act(one!, { action: 'merge', into: one!, reason }), /itself/);
      await refused(act(one!, { action: 'merge', into: 2_000_000_000, reason }), /no incident/, 'missing');
      await refused(act(one!, { action: 'merge', into: group!, reason }), /member of incident/);
      await refused(act(group!, { action: 'merge', into: one!, reason }), /is a member of this one/);
      await act(two!, { action: 'merge', into: three!, reason });
      await refused(act(one!, { action: 'merge', into: two!, reason }), `merge into that`);
    });

    it('are left by members that are split from them, for good', async () => {
      const [group, one, two] = await incidents(
        watched('g', null, { provider: row.provider }),
        watched('1', 'a', { parent: `${trust} g` }),
        watched('2', 'c', { parent: `${trust} g` }),
      );
      await refused(act(group!, { action: 'split', members: [one!, group!], reason }), `Incident ${group!} is no part`);
      expect(await act(group!, { action: 'split', members: [one!], reason })).toMatchObject({ members: 1 });
      await incidents(watched('1', 'a', { parent: `${trust} g`, flaps: 1 }));
      expect(await shown(one!)).toMatchObject({ parent: null });
      expect(await shown(two!)).toMatchObject({ parent: group });
      expect((await get(one!))!.timeline.at(-1)).toMatchObject({ kind: 'split', actor: 'Ann' });
    });

    it("take people's acts and the watcher's commits at once, and lose neither", async () => {
      const [id, other] = await incidents(watched('one', 'a'), watched('two', 'a', over(t0 - hour, t0 - minute)));
      nowMs = t0 + hour;
      const people = [
        () => act(id!, { action: 'assign', to: 'Ann' }),
        () => act(id!, { action: 'note', text: 'x' }, bob),
        () => act(id!, { action: 'exclude', code: 'planned', reason }),
        () => act(other!, { action: 'merge', into: id!, reason }),
        () => act(id!, { action: 'classify', severity: 'info', reason }, bob),
      ];
      const words = Array.from(
        { length: 20 },
        (_, i) => () =>
          commit({
            incidents: [watched('one', 'a', { flaps: i, title: `word ${i}` })],
            entries: [entry('one', `e${i}`)],
            states: [state('a', { sinceMs: t0 + i })],
            intervals: [change('a', t0 + i, interval(t0 + i, null, i % 2 ? 'up' : 'down'))],
          }),
      );
      const watching = (async () => {
        for (const word of words) await word();
      })();
      await Promise.all([watching, ...people.map((person) => person())]);
      const { incident, timeline } = (await get(id!))!;
      expect(incident).toMatchObject({
        ...{
          assignee: 'Ann',
          severity: 'info',
          exclusion: { code: 'planned' },
          title: 'word 19',
          flaps: 19,
          startedMs: t0 - hour,
        },
      });
      expect(timeline.map(({ seq }) => seq)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    });
  });

  describe('figures', () => {
    it('are made from what overlaps a span, of the trust, by circuit and time', async () => {
      await commit({
        intervals: [
          change(
            'a',
            t0,
            interval(t0, t0 + hour),
            interval(t0 + hour, t0 + 2 * hour, 'down'),
            interval(t0 + 2 * hour, null),
          ),
          change('b', t0, interval(t0 + hour, null)),
        ],
        incidents: [watched('1', 'a', over(t0 + hour, t0 + 2 * hour)), watched('g', null, { provider: row.provider })],
      });
      const spans = async (fromMs: number, toMs: number, only?: readonly number[]) =>
        (await estate.facts.intervals(trust, fromMs, toMs, only)).map((each) => [
          each.circuit,
          (each.fromMs - t0) / hour,
        ]);
      expect(await spans(t0 + hour, t0 + 2 * hour)).toEqual([
        [of('a'), 1],
        [of('b'), 1],
      ]);
      expect(await spans(t0, t0 + 3 * hour, [of('a')])).toEqual([0, 1, 2].map((h) => [of('a'), h]));
      expect(await estate.facts.intervals('elsewhere', 0, t0 * 2)).toEqual([]);
      const found = await estate.facts.incidents(trust, t0, t0 + 3 * hour);
      expect(found).toMatchObject([{ circuitRow: of('a'), circuit: { id: 'a' }, academies: [{ id: 'oak' }] }]);
      expect(await estate.facts.incidents(trust, t0, t0 + hour)).toEqual([]);
      expect(await estate.facts.incidents(trust, t0 + 2 * hour, t0 + 3 * hour)).toEqual([]);
    });
  });

  describe('maintenance', () => {
    const body: MaintenanceBody = {
      ...{ title: 'Fibre works', scope: { kind: 'academy', id: 'oak' }, startMs: t0, endMs: t0 + hour, rrule: null },
      ...{ timeZone: null, notifiedMs: t0 - 48 * hour, code: 'planned', reference: 'CH-1', note: null },
    };

    it('is entered, changed and cancelled, and each is audited', async () => {
      const version = await estate.incidents.version();
      const entered = await estate.maintenance.create(ann, trust, body);
      expect(entered).toEqual({
        ...{ ...body, id: entered.id, scopeName: 'Oak', enteredMs: t0, by: 'Ann', cancelledMs: null, revision: 1 },
      });
      const site = { ...body, scope: { kind: 'site', id: 'annexe' }, rrule: 'FREQ=MONTHLY;BYDAY=2SU' } as const;
      expect(await estate.maintenance.update(bob, trust, entered.id, site, 1)).toMatchObject({
        ...{ scope: { kind: 'site', id: 'annexe' }, scopeName: 'Annexe', revision: 2, by: 'Ann' },
      });
      await refused(estate.maintenance.update(ann, trust, entered.id, body, 1), /changed/, 'stale');
      const whole = await estate.maintenance.create(ann, trust, { ...body, scope: { kind: 'trust', id: '' } });
      expect(whole).toMatchObject({ scopeName: trust, scope: { kind: 'trust', id: '' } });
      await estate.maintenance.cancel(bob, trust, entered.id, t0 + 5);
      await refused(estate.maintenance.cancel(bob, trust, entered.id, t0 + 5), /already/);
      await refused(estate.maintenance.update(bob, trust, entered.id, body, undefined), /cancelled/);
      expect((await estate.maintenance.list(trust)).map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([
        entered.id,
        whole.id,
      ]);
      const stored = await estate.maintenance.stored(trust);
      expect(stored).toMatchObject([
        { scope: { kind: 'site' }, cancelledMs: t0 + 5, rrule: site.rrule, trust: row.trust },
        { scope: { kind: 'trust', row: null } },
      ]);
      expect(await estate.watching.maintenances()).toEqual(expect.arrayContaining([...stored]));
      const audit = await estate.records.audit(trust, { what: 'maintenance' });
      expect(audit.map(({ op, actor }) => `${op} ${actor}`)).toEqual([
        'cancel Bob',
        'create Ann',
        'update Bob',
        'create Ann',
      ]);
      expect(await estate.incidents.version()).toBe(version + 4);
    });

    it('is refused for what is not there, and backwards', async () => {
      const of_ = (over_: Partial<MaintenanceBody>) => estate.maintenance.create(ann, trust, { ...body, ...over_ });
      await refused(of_({ scope: { kind: 'provider', id: 'oak' } }), 'There is no supplier "oak"');
      await refused(of_({ endMs: t0 }), /ends before/);
      await refused(estate.maintenance.create(ann, 'elsewhere', body), /no trust/);
      await refused(estate.maintenance.cancel(ann, trust, 999_999, t0), /no maintenance/, 'missing');
    });

    it('and incidents keep the records that they are for', async () => {
      await estate.maintenance.create(ann, trust, { ...body, scope: { kind: 'site', id: 'annexe' } });
      await incidents(watched('1', 'c'));
      const { problems } = await estate.records.apply(
        ann,
        [
          { kind: 'site', id: 'annexe', op: 'remove' },
          { kind: 'circuit', id: 'c', op: 'remove' },
        ],
        { trust },
      );
      expect(problems.map(({ id, code, message }) => `${id} ${code} ${message}`)).toEqual([
        'annexe in-use is named by maintenances, which are kept: end this one instead',
        'c in-use is named by incidents, which are kept: end this one instead',
      ]);
    });
  });

  describe('a report', () => {
    const report = (figures: string, reason_: string | null = null) => ({
      ...{ month: '2026-08', html: `<p>${figures}</p>`.repeat(10_000), csv: 'a,b', figures, reason: reason_ },
    });

    it('is issued once, and corrected with a reason', async () => {
      const first = await estate.reports.issue(ann, trust, report('99.1'));
      expect(first).toMatchObject({ month: '2026-08', number: 1, by: 'Ann', atMs: t0, reason: null });
      await refused(estate.reports.issue(ann, trust, report('99.1')), /already, as number 1/, 'stale');
      await refused(estate.reports.issue(ann, trust, report('99.2')), /say why/);
      const second = await estate.reports.issue(bob, trust, report('99.2', 'outage 3 was ours'));
      expect(second.number).toBe(2);
      expect((await estate.reports.issue(ann, trust, { ...report('1'), month: '2026-09' })).number).toBe(1);
      expect(await estate.reports.list(trust, '2026-08')).toEqual([second, first]);
      expect(await estate.reports.list(trust)).toHaveLength(3);
      expect(await estate.reports.get(trust, '2026-08', 1)).toEqual({ ...first, ...report('99.1') });
      expect(await estate.reports.get(trust, '2026-08')).toMatchObject({ number: 2, figures: '99.2' });
      expect(await estate.reports.get(trust, '2026-07')).toBeUndefined();
      expect(await estate.records.audit(trust, { what: 'report' })).toHaveLength(3);
    });

    it('of two who issue at once is issued once', async () => {
      const both = await Promise.allSettled([ann, bob].map((actor) => estate.reports.issue(actor, trust, report('1'))));
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });
  });

  describe('the database itself', () => {
    const refusals: readonly (readonly [name: string, statement: string, pattern: RegExp])[] = [
      ['a changed interval', `UPDATE circuit_interval SET state = 'up'`, /immutable/],
      [
        'an interval superseded twice',
        `UPDATE circuit_interval SET superseded_at = now() + interval '1 s' WHERE superseded_at IS NOT NULL`,
        /immutable/,
      ],
      [
        'an interval that is current again',
        'UPDATE circuit_interval SET superseded_at = NULL WHERE superseded_at IS NOT NULL',
        /immutable/,
      ],
      ['a removed interval', 'DELETE FROM circuit_interval', /immutable/],
      ['emptied intervals', 'TRUNCATE circuit_interval', /append-only/],
      ['a changed entry', `UPDATE incident_entry SET text = ''`, /append-only/],
      ['a removed entry', 'DELETE FROM incident_entry', /append-only/],
      ['a changed annotation', `UPDATE annotation SET reason = 'x'`, /append-only/],
      ['a removed annotation', 'DELETE FROM annotation', /append-only/],
      ['a removed incident', 'DELETE FROM incident', /append-only/],
      ['a changed report', 'UPDATE report_issue SET number = 9', /append-only/],
      ['a removed maintenance', 'DELETE FROM maintenance', /append-only/],
      [
        'two states of a circuit at once',
        `INSERT INTO circuit_interval (circuit_id, from_at, state, cause, evidence)
         SELECT circuit_id, from_at + interval '1 ms', 'up', 'none', '[]' FROM circuit_interval WHERE superseded_at IS NULL LIMIT 1`,
        /circuit_interval_apart/,
      ],
      [
        'an interval of nothing',
        `INSERT INTO circuit_interval (circuit_id, from_at, to_at, state, cause, evidence) SELECT circuit_id, to_at, to_at, 'up', 'none', '[]'
         FROM circuit_interval WHERE to_at IS NOT NULL LIMIT 1`,
        /check/,
      ],
      ['a state that is none', `UPDATE circuit_state SET state = 'fine'`, /line_state/],
      [
        'an incident of another trust',
        'UPDATE incident SET trust_id = (SELECT max(id) FROM trust) WHERE trust_id <> (SELECT max(id) FROM trust) AND circuit_id IS NOT NULL',
        /foreign key/,
      ],
    ];
    it('refuses what must not be, whoever writes it', async () => {
      const [id] = await incidents(watched('one', 'a', over(t0, t0 + hour)));
      const down = interval(t0, t0 + hour, 'down');
      await commit({ states: [state('a')], intervals: [change('a', t0, down)], entries: [entry('one', 'opened')] });
      await commit({ intervals: [change('a', t0, down, interval(t0 + hour, null))] });
      await commit({ intervals: [change('a', t0, down)] });
      await act(id!, { action: 'exclude', code: 'planned', reason });
      await estate.reports.issue(ann, trust, { month: '2026-08', html: '', csv: '', figures: '', reason: null });
      for (const [name, statement, pattern] of refusals) await expect(sql(statement), name).rejects.toThrow(pattern);
    });

    it('keeps the intervals of a circuit that is removed no longer than that', async () => {
      await commit({ states: [state('a')], intervals: [change('a', t0, interval(t0, null))] });
      await made([{ kind: 'circuit', id: 'a', op: 'remove' }]);
      expect(await kept('a')).toEqual([]);
    });
  });

  it('comes to an estate of before, with what that has', async () => {
    await run(server!.url, 'DROP DATABASE IF EXISTS earlier');
    await run(server!.url, 'CREATE DATABASE earlier');
    const earlier = server!.url.replace(/[^/]*$/, 'earlier');
    const migrations = path.join(import.meta.dirname, '../../packages/estate/migrations');
    const before = readdirSync(migrations)
      .filter((file) => file < '0005')
      .sort();
    await run(
      earlier,
      'CREATE TABLE schema_migrations (version integer PRIMARY KEY, file text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    for (const file of before) {
      await run(earlier, readFileSync(path.join(migrations, file), 'utf8'));
      await run(earlier, 'INSERT INTO schema_migrations (version, file) VALUES ($1, $2)', [
        Number(file.slice(0, 4)),
        file,
      ]);
    }
    await run(
      earlier,
      `INSERT INTO trust (slug, key, name) VALUES ('main', 1, 'Ridge Trust');
       INSERT INTO provider (trust_id, slug, name) VALUES (1, 'north', 'North');
       INSERT INTO academy (trust_id, slug, name) VALUES (1, 'oak', 'Oak');
       INSERT INTO circuit (trust_id, slug, name, academy_id, provider_id, role, probe) VALUES (1, 'c1', 'C1', 1, 1, 'primary', 'oak.example')`,
    );
    const upgraded = createEstate({ url: earlier, logger, clock: () => nowMs });
    open.push(upgraded);
    expect((await upgraded.migrate()).applied[0]).toBe('0005_watch.sql');
    const [circuit] = (await upgraded.snapshot()).circuits;
    expect(circuit).toMatchObject({ slug: 'c1', probe: 'oak.example', parent: null, pop: null, tunnel: null });
    const first = await upgraded.watching.claim('first');
    await upgraded.watching.commit(first, { ...nothing, states: [state('a', { circuit: circuit!.id })] });
    expect(await upgraded.incidents.now('main')).toHaveLength(1);
  });

  async function waiting(text: string, values: unknown[]): Promise<void> {
    while (Number((await sql(text, values))[0]!.n) === 0) continue;
  }
});

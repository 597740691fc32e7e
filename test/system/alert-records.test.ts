/** What alerts keep in PostgreSQL, on real servers. */
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { AlertRuleBody, Exchange, Notification, SubscriptionBody } from '@linewatch/contract';
import { defaultRule, ruleKindNames } from '@linewatch/contract';
import {
  type Actor,
  type Alert,
  type AlertChange,
  type AlertGroup,
  type Estate,
  type IncidentChange,
  type NewDelivery,
  type Settled,
  type WatchedIncident,
  AlertingError,
  createEstate,
} from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { type Server, servers, sql as run } from '../support/postgres.ts';
import { temporaryDirectory, until } from '../support/system.ts';

const ann: Actor = { account: null, name: 'Ann', via: 'session', address: '192.0.2.200' };

const t0 = Date.UTC(2026, 8, 14, 8);
const minute = 60_000;
const hour = 60 * minute;

const noChange: AlertChange = { taken: null, alerts: [], groups: [], deliveries: [] };
const noWatch = { positions: [], states: [], intervals: [], incidents: [], entries: [], quality: [] };

describe.each(servers)('alerts on $name', ({ start }) => {
  const logger = createLogger('alert-test', 'silent');
  const secretKey = randomBytes(32);
  let directory: string;
  let server: Server | undefined;
  let url: string;
  let estate: Estate;
  let trust: string;
  let trusts = 0;
  let nowMs = t0;
  let row: { trust: number; academy: number; provider: number; a: number; b: number; ash: number };
  let watch: number;
  let epoch: number;
  const open: Estate[] = [];

  function another(key: Uint8Array | undefined = secretKey): Estate {
    const made = createEstate({ url, logger, secretKey: key, clock: () => nowMs });
    open.push(made);
    return made;
  }
  const sql = (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => run(url, text, values);

  beforeAll(async () => {
    directory = temporaryDirectory('alert-records');
    server = await start(directory, await freePort());
    await run(server.url, 'CREATE DATABASE alerts');
    url = server.url.replace(/[^/]*$/, 'alerts');
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
         p AS (INSERT INTO provider (trust_id, slug, name) SELECT id, 'north', 'North' FROM t RETURNING id),
         a AS (INSERT INTO academy (trust_id, slug, name) SELECT id, s, initcap(s) FROM t, unnest(ARRAY['oak', 'ash']) AS s RETURNING id, slug)
       INSERT INTO circuit (trust_id, slug, name, academy_id, provider_id, role)
       SELECT t.id, c.slug, c.slug, a.id, p.id, 'primary'
       FROM t, p, (VALUES ('a', 'oak'), ('b', 'ash')) AS c (slug, academy) JOIN a ON a.slug = c.academy`,
      [trust, trusts],
    );
    const found = await sql(
      `SELECT c.slug, c.id, c.trust_id AS trust, c.academy_id AS academy, c.provider_id AS provider
       FROM circuit c JOIN trust t ON t.id = c.trust_id WHERE t.slug = $1 ORDER BY c.slug`,
      [trust],
    );
    const [a, b] = found as { id: number; trust: number; academy: number; provider: number }[];
    row = { trust: a!.trust, academy: a!.academy, provider: a!.provider, a: a!.id, b: b!.id, ash: b!.academy };
    watch = await estate.watching.claim('test');
    epoch = await estate.notifying.claim('test');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((it) => it.close()));
  });

  const watched = (key: string, over: Partial<WatchedIncident> = {}): WatchedIncident => ({
    ...{ key: `${trust} ${key}`, trust: row.trust, kind: 'outage', state: 'open', severity: 'critical' },
    ...{ title: `${key} is down`, cause: 'link', circuit: row.a, academy: null, provider: null, parent: null },
    ...{ startedMs: t0, endedMs: null, detectedMs: t0, resolvedMs: null, flaps: 0, backupCarried: false },
    maintenance: false,
    ...over,
  });
  const see = (...incidents: WatchedIncident[]): Promise<void> =>
    estate.watching.commit(watch, { ...noWatch, incidents });
  async function incident(key: string, over: Partial<WatchedIncident> = {}): Promise<number> {
    await see(watched(key, over));
    return (await sql('SELECT id FROM incident WHERE key = $1', [`${trust} ${key}`]))[0]!.id as number;
  }
  const latest = async (): Promise<number> =>
    Number((await sql('SELECT coalesce(max(id), 0) AS id FROM incident_change'))[0]!.id);
  async function told(after: number, limit = 1000): Promise<readonly IncidentChange[]> {
    return estate.notifying.changes(after, limit);
  }

  const subscriptionBody = (over: Partial<SubscriptionBody> = {}): SubscriptionBody => ({
    ...{ name: 'Desk', enabled: true, format: 'webhook', settings: { url: 'https://desk.example/in' } },
    match: { atLeast: 'info', rules: [], matchers: [] },
    group: { by: ['problem'], waitSeconds: 30, intervalSeconds: 300, repeatHours: 0 },
    ...{ sendResolved: true, reopenMinutes: 30, escalateMinutes: 0, hours: null, perMinute: 600, timeoutSeconds: 15 },
    secrets: { signing: 'whsec_first' },
    ...over,
  });
  async function subscribe(id = 'desk', over: Partial<SubscriptionBody> = {}): Promise<number> {
    await estate.alerting.putSubscription(ann, trust, id, subscriptionBody(over));
    return (await estate.alerting.stored(trust, id))!.row;
  }
  const alert = (key: string, over: Partial<Alert> = {}): Alert => ({
    ...{
      key,
      trust: row.trust,
      rule: 'circuit-down',
      kind: 'circuit-down',
      severity: 'critical',
      title: `${key} fires`,
    },
    ...{ text: 'It is down.', labels: { rule: 'circuit-down' }, startedMs: t0, endedMs: null, incident: null },
    ...{ circuit: row.a, academy: row.academy, provider: null, parent: null, acknowledged: null, quietUntilMs: null },
    safeguarding: false,
    ...over,
  });
  const group = (id: number, subscription: number, over: Partial<AlertGroup> = {}): AlertGroup => ({
    ...{ id, subscription, key: `k${id}`, labels: {}, alerts: [], openedMs: t0, toldMs: t0, sequence: 1, dueMs: null },
    ...{ closedMs: null, mergedInto: null, severity: 'critical', memo: {} },
    ...over,
  });
  const delivery = (of: AlertGroup, sequence: number, over: Partial<NewDelivery> = {}): NewDelivery => ({
    ...{ message: `msg_${of.id}_${sequence}`, subscription: of.subscription, group: of.id, sequence, event: 'updated' },
    notification: { title: `word ${sequence}`, severity: 'major', sequence } as unknown as Notification,
    ...{ incident: null, safeguarding: false, nextMs: t0 },
    ...over,
  });
  const commit = (change: Partial<AlertChange>, by = epoch): Promise<void> =>
    estate.notifying.commit(by, { ...noChange, ...change });
  const due = (subscription: number, besides: number[] = []) =>
    estate.notifying.due(subscription, t0 + hour, 1000, besides);
  const settled = (id: number, over: Partial<Settled> = {}): Settled => ({
    ...{ delivery: id, state: 'delivered', counted: true, unknown: false, nextMs: null, error: null, ticket: null },
    exchanges: [],
    ...over,
  });
  const settle = (...all: Settled[]): Promise<void> => estate.notifying.settle(epoch, all);
  const exchange = (over: Partial<Exchange> = {}): Exchange => ({
    ...{ atMs: t0, tookMs: 3, error: null },
    request: { method: 'POST', url: 'https://desk.example/in', headers: { a: 'b' }, body: '{}' },
    answer: { status: 200, headers: {}, body: 'ok' },
    ...over,
  });
  async function refused(work: Promise<unknown>, message: RegExp, code = 'refused'): Promise<void> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AlertingError);
    expect((error as AlertingError).message).toMatch(message);
    expect((error as AlertingError).code).toBe(code);
  }

  describe('the outbox of incidents', () => {
    it('has one word for what a transaction does, with its parent, and none when nothing is otherwise', async () => {
      const before = await latest();
      await see(watched('one', { parent: `${trust} all` }), watched('all', { kind: 'provider', circuit: null }));
      const changes = await told(before);
      expect(changes.map(({ kind, incident: { title, state } }) => [kind, title, state])).toEqual([
        ['opened', 'one is down', 'open'],
        ['opened', 'all is down', 'open'],
      ]);
      const [one, all] = changes.map((each) => each.incident);
      expect(one).toEqual({
        ...{ id: one!.id, trust: row.trust, kind: 'outage', state: 'open', severity: 'critical', title: 'one is down' },
        ...{
          cause: 'link',
          circuit: row.a,
          academy: null,
          provider: null,
          parent: all!.id,
          startedMs: t0,
          endedMs: null,
        },
        ...{ flaps: 0, backupCarried: false, maintenance: false, mergedInto: null, reopened: 0, acknowledgedBy: null },
        ...{ acknowledgedMs: null, acknowledgedUntilMs: null, assignee: null, ticket: null, faultClass: null },
        supplier: {},
      });
      // The same again; and what is told to nobody.
      await see(watched('one', { parent: `${trust} all`, detectedMs: t0 + 5 }));
      expect(await told(changes.at(-1)!.id)).toEqual([]);
    });

    it('tells what people do, and their notes', async () => {
      const id = await incident('one');
      const before = await latest();
      await estate.incidents.act(ann, trust, id, { action: 'acknowledge', untilMs: t0 + hour });
      await estate.incidents.act(ann, trust, id, { action: 'note', text: 'Rang the school' });
      await estate.incidents.act(ann, trust, id, { action: 'resolve', reason: 'it was a test' });
      expect(
        (await told(before)).map(({ kind, by, note, incident: { state, acknowledgedBy, acknowledgedUntilMs } }) => ({
          ...{ kind, by, note, state, acknowledgedBy, acknowledgedUntilMs },
        })),
      ).toEqual(
        [
          { kind: 'changed', by: null, note: null, state: 'open' },
          { kind: 'note', by: 'Ann', note: 'Rang the school', state: 'open' },
          { kind: 'changed', by: null, note: null, state: 'resolved' },
        ].map((each) => ({ ...each, acknowledgedBy: 'Ann', acknowledgedUntilMs: t0 + hour })),
      );
    });

    it('is read to the end of a transaction, and no further than was asked', async () => {
      const before = await latest();
      await see(...Array.from({ length: 5 }, (_, i) => watched(`x${i}`)));
      await see(watched('later'));
      expect(await told(before, 2)).toHaveLength(5);
      expect((await told(before, 5)).at(-1)!.incident.title).toBe('x4 is down');
      expect(await told(before, 6)).toHaveLength(6);
    });

    it('is in the order of commits, so that who follows misses nothing', async () => {
      const before = await latest();
      const ids = await Promise.all([1, 2, 3].map((n) => incident(`i${n}`)));
      const writers = [another(), another(), another()];
      const writing = { ended: false };
      const seen: number[] = [];
      let cursor = before;
      const reading = (async () => {
        for (let last = false; ;) {
          const some = await told(cursor, 3);
          seen.push(...some.map(({ id }) => id));
          cursor = seen.at(-1) ?? cursor;
          if (last && some.length === 0) return;
          last = writing.ended;
        }
      })();
      await Promise.all([
        ...writers.map(async (writer, n) => {
          for (let i = 0; i < 25; i++)
            await writer.incidents.act(ann, trust, ids[n]!, { action: 'note', text: `${n} ${i}` });
        }),
        (async () => {
          for (let i = 1; i <= 25; i++) await see(watched('i1', { flaps: i }), watched('i2', { flaps: i }));
        })(),
        // Whoever writes without being asked to wait waits, too.
        (async () => {
          for (let i = 1; i <= 10; i++) await sql(`UPDATE incident SET assignee = 'x${i}' WHERE id = $1`, [ids[2]]);
        })(),
      ]);
      writing.ended = true;
      await reading;
      const all = await sql('SELECT id::float8 AS id FROM incident_change WHERE id > $1 ORDER BY id', [before]);
      expect(seen).toEqual(all.map(({ id }) => id));
      expect(seen.length).toBeGreaterThanOrEqual(3 + 75 + 50 + 10);
    });

    it('is written only by who holds the watch', async () => {
      const id = await incident('one');
      const before = await latest();
      const holding = run(
        url,
        `BEGIN; UPDATE incident SET assignee = 'first' WHERE id = ${id}; SELECT pg_sleep(0.6); COMMIT`,
      );
      await until('the other one holds it', async () => {
        const [free] = await sql(
          'SELECT count(*)::integer AS n FROM (SELECT FROM watch_version FOR UPDATE SKIP LOCKED) v',
        );
        return free!.n === 0;
      });
      await estate.incidents.act(ann, trust, id, { action: 'note', text: 'second' });
      await holding;
      expect((await told(before)).map(({ kind }) => kind)).toEqual(['changed', 'note']);
    });
  });

  describe('a commit', () => {
    it('is read back by the next notifier, and made twice is as made once', async () => {
      const desk = await subscribe();
      const [first, second] = await estate.notifying.reserve(2);
      const of = group(first!, desk, { alerts: ['circuit-down/i1'], memo: { deep: ['x', { y: 1 }] } });
      const taken = (await latest()) + 1;
      const change: Partial<AlertChange> = {
        taken,
        alerts: [alert('circuit-down/i1'), alert('circuit-down/i2', { endedMs: t0 + 5 })],
        groups: [of, group(second!, desk, { closedMs: t0 + 7 })],
        deliveries: [delivery(of, 1), delivery(of, 2)],
      };
      await commit(change);
      await commit(change);
      await commit({ ...change, deliveries: [delivery(of, 2), delivery(of, 3)] });
      const read = await another().notifying.read(t0);
      expect(read.taken).toBe(taken);
      expect(read.alerts.filter((each) => each.trust === row.trust)).toEqual(change.alerts);
      expect(read.groups.filter((each) => each.subscription === desk)).toEqual(change.groups);
      const later = await estate.notifying.read(t0 + 6);
      expect(later.alerts.filter((each) => each.trust === row.trust)).toHaveLength(1);
      const [head, ...others] = await due(desk);
      expect(others).toEqual([]);
      expect(head).toMatchObject({ message: `msg_${first}_1`, sequence: 1, attempts: 0, ticket: null, group: first });
      expect(head!.notification).toEqual(delivery(of, 1).notification);
      expect(await sql('SELECT seq FROM delivery WHERE group_id = $1 ORDER BY seq', [first])).toEqual(
        [1, 2, 3].map((seq) => ({ seq })),
      );
      // It does not go back.
      await commit({ taken: 1 });
      expect((await estate.notifying.read(t0)).taken).toBe(taken);
    });

    it('under an earlier epoch is refused, and nothing of it is kept', async () => {
      const desk = await subscribe();
      const [id] = await estate.notifying.reserve(1);
      const of = group(id!, desk);
      await commit({ groups: [of], deliveries: [delivery(of, 1)] });
      const [head] = await due(desk);
      const later = await another().notifying.claim('another');
      const lost = { code: 'leadership_lost' };
      await expect(commit({ alerts: [alert('x')], deliveries: [delivery(of, 2)] })).rejects.toMatchObject(lost);
      await expect(settle(settled(head!.id))).rejects.toMatchObject(lost);
      const breaker = { state: 'open', failures: 9, untilMs: 1, failingSinceMs: 1, lastError: 'x' } as const;
      await expect(estate.notifying.breaker(epoch, desk, breaker, 'gone')).rejects.toMatchObject(lost);
      expect(await due(desk)).toEqual([head]);
      expect((await estate.alerting.stored(trust, 'desk'))!.breaker.state).toBe('closed');
      await commit({ deliveries: [delivery(of, 2)] }, later);
    });

    it('for a subscription that is gone leaves nothing that waits', async () => {
      const [desk, hook] = [await subscribe(), await subscribe('hook')];
      const [one, two] = await estate.notifying.reserve(2);
      const groups = [group(one!, desk), group(two!, hook)];
      await commit({ groups, deliveries: groups.map((of) => delivery(of, 1)) });
      await estate.alerting.removeSubscription(ann, trust, 'desk');
      await estate.notifying.breaker(epoch, hook, { ...none, lastError: 'HTTP 410' }, 'The receiver is gone (410).');
      await commit({ groups, deliveries: groups.map((of) => delivery(of, 2)) });
      const { deliveries } = await estate.alerting.deliveries(trust, {});
      expect(deliveries.map(({ subscription, sequence, state }) => [subscription, sequence, state])).toEqual([
        ['hook', 2, 'dead'],
        ['desk', 2, 'cancelled'],
        ['hook', 1, 'dead'],
        ['desk', 1, 'cancelled'],
      ]);
      expect([await due(desk), await due(hook)]).toEqual([[], []]);
      const next = await estate.notifying.nextDue();
      expect([next.get(desk), next.get(hook)]).toEqual([undefined, undefined]);
      expect((await estate.notifying.read(t0)).groups.map(({ id }) => id)).not.toContain(one);
      const listed = await estate.alerting.subscriptions(trust);
      expect(listed.map(({ id, disabled, delivery: { dead } }) => [id, disabled?.reason, dead])).toEqual([
        ['hook', 'The receiver is gone (410).', 2],
      ]);
      await refused(estate.alerting.replay(ann, trust, { subscription: 'hook' }), /switch it on first/);
      await refused(estate.alerting.replay(ann, trust, { deliveries: [deliveries[1]!.id] }), /was removed/);
      await estate.alerting.enable(ann, trust, 'hook');
      await refused(estate.alerting.enable(ann, trust, 'hook'), /not switched off/);
      expect(await estate.alerting.replay(ann, trust, { subscription: 'hook' })).toBe(2);
      expect((await due(hook)).map(({ sequence }) => sequence)).toEqual([1]);
    });
  });

  const none = { state: 'closed', failures: 0, untilMs: null, failingSinceMs: null, lastError: null } as const;

  describe('deliveries', () => {
    it('have one head a group, the first that waits, whatever happens in whatever order', async () => {
      const heads = `
        SELECT g.id::float8 AS id, min(d.seq) FILTER (WHERE d.state = 'pending') AS first,
          array_agg(d.seq ORDER BY d.seq) FILTER (WHERE d.head) AS heads
        FROM alert_group g JOIN delivery d ON d.group_id = g.id JOIN subscription s ON s.id = g.subscription_id
        WHERE s.trust_id = $1 GROUP BY g.id`;
      const step = fc.record({
        what: fc.constantFrom(
          'commit',
          'commit',
          'settle',
          'settle',
          'settle',
          'replay',
          'all',
          'gone',
          'merge',
          'remove',
        ),
        group: fc.nat(3),
        n: fc.integer({ min: 1, max: 4 }),
        any: fc.nat(1000),
        state: fc.constantFrom('delivered', 'delivered', 'dead', 'cancelled', 'pending'),
      });
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
          const names = [`p${++runs}`, `q${runs}`];
          const rows = [await subscribe(names[0]), await subscribe(names[1])];
          const ids = await estate.notifying.reserve(4);
          const groups = ids.map((id, i) => group(id, rows[i % 2]!));
          const next = groups.map(() => 1);
          const gone = new Set<string>();
          for (const { what, group: which, n, any, state } of steps) {
            const of = groups[which]!;
            const name = names[which % 2]!;
            const waiting = await sql(
              `SELECT id::float8 AS id FROM delivery WHERE group_id = $1 AND state = 'pending'`,
              [of.id],
            );
            const done = await sql(`SELECT id::float8 AS id FROM delivery WHERE group_id = $1 AND state <> 'pending'`, [
              of.id,
            ]);
            const some = (all: Record<string, unknown>[]): number[] =>
              all.map(({ id }) => id as number).filter((_, i) => (i + any) % 3 < n);
            if (what === 'commit') {
              // Some of them for the second time.
              const from = Math.max(1, next[which]! - (any % 2));
              const deliveries = Array.from({ length: n }, (_, i) => delivery(of, from + i));
              next[which] = Math.max(next[which]!, from + n);
              await commit({ groups: [of], deliveries: any % 5 === 0 ? deliveries.reverse() : deliveries });
            } else if (what === 'settle')
              await settle(
                ...some(waiting).map((id) => settled(id, { state, nextMs: state === 'pending' ? t0 + any : null })),
              );
            else if (what === 'merge')
              await commit({ groups: [{ ...of, closedMs: t0, mergedInto: groups[(which + 2) % 4]!.id }] });
            else if (gone.has(name)) continue;
            else if (what === 'replay' && done.length > 0)
              await estate.alerting.replay(ann, trust, { deliveries: done.map(({ id }) => id as number) });
            else if (what === 'all') await estate.alerting.replay(ann, trust, { subscription: name, sinceMs: 0 });
            else if (what === 'gone' && any % 4 === 0) {
              await estate.notifying.breaker(epoch, of.subscription, none, 'gone');
              await estate.alerting.enable(ann, trust, name);
            } else if (what === 'remove' && any % 4 === 0) {
              await estate.alerting.removeSubscription(ann, trust, name);
              gone.add(name);
            }
            for (const { first, heads: held } of await sql(heads, [row.trust]))
              expect(held ?? []).toEqual(first === null ? [] : [first]);
          }
          for (const name of names.filter((each) => !gone.has(each)))
            await estate.alerting.removeSubscription(ann, trust, name);
        }),
        { numRuns: 6 },
      );
    });

    it('are settled hundreds at once, and the next of each group has its turn', async () => {
      const desk = await subscribe();
      const groups = (await estate.notifying.reserve(400)).map((id) => group(id, desk));
      await commit({ groups, deliveries: groups.flatMap((of) => [delivery(of, 1), delivery(of, 2)]) });
      const heads = await due(desk);
      expect(heads).toHaveLength(400);
      expect(
        await due(
          desk,
          heads.slice(1).map(({ id }) => id),
        ),
      ).toEqual([heads[0]]);
      nowMs = t0 + minute;
      await settle(
        ...heads.map(({ id }, i) =>
          i < 100
            ? settled(id, { state: 'pending', nextMs: t0 + 2 * hour, error: 'x'.repeat(2000), unknown: true })
            : settled(id, { exchanges: [exchange()] }),
        ),
      );
      const next = await due(desk);
      expect(next.map(({ sequence }) => sequence)).toEqual(Array(300).fill(2));
      expect((await estate.notifying.nextDue()).get(desk)).toBe(t0);
      const [listed] = await estate.alerting.subscriptions(trust);
      expect(listed!.delivery).toMatchObject({ pending: 500, dead: 0, lastDeliveredMs: nowMs });
      const [again] = await estate.notifying.due(
        desk,
        t0 + 2 * hour,
        1,
        next.map(({ id }) => id),
      );
      expect(again).toMatchObject({ sequence: 1, attempts: 1, unknown: true });
      // Those of a whole subscription, switched off: nothing is due.
      await estate.alerting.putSubscription(ann, trust, 'desk', subscriptionBody({ enabled: false }));
      expect([await due(desk), (await estate.notifying.nextDue()).has(desk)]).toEqual([[], false]);
    });

    it('that were cancelled meanwhile stay so, unless they were delivered', async () => {
      const desk = await subscribe();
      const groups = (await estate.notifying.reserve(2)).map((id) => group(id, desk));
      await commit({ groups, deliveries: groups.map((of) => delivery(of, 1)) });
      const [one, two] = await due(desk);
      await estate.alerting.removeSubscription(ann, trust, 'desk');
      await settle(settled(one!.id), settled(two!.id, { state: 'pending', nextMs: t0 + 5 }));
      const { deliveries } = await estate.alerting.deliveries(trust, {});
      expect(deliveries.map(({ id, state, attempts }) => [id, state, attempts])).toEqual([
        [two!.id, 'cancelled', 1],
        [one!.id, 'delivered', 1],
      ]);
    });

    it('are in a log that is searched, with what went over the wire cut to what is kept', async () => {
      const desk = await subscribe();
      const id = await incident('one');
      const [first] = await estate.notifying.reserve(1);
      const of = group(first!, desk);
      const notification = { title: '100% of x\0_y', severity: 'major', text: 'a\ud800' } as unknown as Notification;
      await commit({
        groups: [of],
        deliveries: [delivery(of, 1, { incident: id, notification }), delivery(of, 2), delivery(of, 3)],
      });
      const [head] = await due(desk);
      const long = '\u20ac\0'.repeat(100_000);
      const headers = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`h${i}`, 'v'.repeat(3000)]));
      const large = exchange({
        request: { method: 'POST', url: `https://x.example/${long}`, headers, body: long },
        answer: { status: 500, headers, body: long },
        error: long,
      });
      await settle(
        settled(head!.id, { state: 'dead', error: `no\0pe`, exchanges: Array(30).fill(large) as Exchange[] }),
      );
      const found = await estate.alerting.delivery(trust, head!.id);
      expect(found!.exchanges).toHaveLength(20);
      expect(found!.exchanges[0]!.answer!.body).toMatch(/^(\u20ac\ufffd)+.?… \(of 400000 octets\)$/u);
      expect(found!.notification).toMatchObject({ title: '100% of x\ufffd_y', text: 'a\ufffd' });
      expect(found!.delivery).toMatchObject({ state: 'dead', error: 'no\ufffdpe', incident: id, nextMs: null });
      const seqs = async (query: Parameters<typeof estate.alerting.deliveries>[1]): Promise<number[]> =>
        (await estate.alerting.deliveries(trust, query)).deliveries.map(({ sequence }) => sequence);
      expect(await seqs({})).toEqual([3, 2, 1]);
      expect(await seqs({ q: '100%' })).toEqual([1]);
      expect(await seqs({ q: '%' })).toEqual([1]);
      expect(await seqs({ q: 'NO' })).toEqual([1]);
      expect(await seqs({ q: `msg_${first}_2` })).toEqual([2]);
      expect(await seqs({ state: 'pending', subscription: 'desk' })).toEqual([3, 2]);
      expect(await seqs({ incident: id })).toEqual([1]);
      expect(await seqs({ subscription: 'other' })).toEqual([]);
      const page = await estate.alerting.deliveries(trust, { limit: 2 });
      expect(await seqs({ before: page.next! })).toEqual([1]);
      expect(await estate.alerting.delivery('another', head!.id)).toBeUndefined();
      expect(await estate.alerting.incidentOfGroup(desk, `linewatch/${trust}/${first}`)).toBe(id);
      expect(await estate.alerting.incidentOfGroup(desk + 1, `linewatch/${trust}/${first}`)).toBeUndefined();
      expect(await estate.alerting.incidentOfGroup(desk, `linewatch/other/${first}`)).toBeUndefined();
      expect(await estate.alerting.incidentOfGroup(desk, `${first}`)).toBeUndefined();
      expect(await estate.alerting.isTold(desk, id)).toBe(true);
      expect(await estate.alerting.isTold(desk + 1, id)).toBe(false);
      expect(await estate.alerting.isTold(desk, id + 1)).toBe(false);
      expect(await estate.alerting.replay(ann, trust, { deliveries: [head!.id] })).toBe(1);
      expect((await due(desk)).map(({ sequence, attempts, message }) => [sequence, attempts, message])).toEqual([
        [1, 0, head!.message],
      ]);
      await refused(estate.alerting.replay(ann, trust, { subscription: 'other' }), /no subscription/, 'missing');
      await refused(estate.alerting.replay(ann, trust, {}), /neither/);
    });

    it('give their first ticket to the incident, once', async () => {
      const desk = await subscribe('desk', { format: 'zendesk', ...zendesk, name: 'Zendesk of the trust' });
      const id = await incident('one');
      const before = await latest();
      const [first] = await estate.notifying.reserve(1);
      const of = group(first!, desk);
      await commit({ groups: [of], deliveries: [1, 2, 3].map((n) => delivery(of, n, { incident: id })) });
      const ticket = { id: '77', reference: `INC\n${'7'.repeat(300)}`, url: 'javascript:alert(1)' };
      const [head] = await due(desk);
      await settle(settled(head!.id, { ticket }));
      const reference = `INC ${'7'.repeat(196)}`;
      const shown = (await estate.incidents.get(trust, id, undefined))!;
      expect(shown.incident.ticket).toMatchObject({ reference, url: null });
      expect(shown.timeline.map(({ kind, actor, text }) => [kind, actor, text])).toEqual([
        ['ticket', 'Zendesk of the trust', `Ticket ${reference}`],
      ]);
      expect((await told(before)).map((each) => each.incident.ticket)).toEqual([reference]);
      const [second] = await due(desk);
      expect(second!.ticket).toEqual({ id: '77', reference, url: null });
      // Another ticket is the group's; a person's word on the incident stays.
      await estate.incidents.act(ann, trust, id, { action: 'ticket', reference: null });
      await settle(settled(second!.id, { ticket: { id: '78', reference: '', url: 'https://desk.example/78' } }));
      expect((await estate.incidents.get(trust, id, undefined))!.incident.ticket).toBeNull();
      const [third] = await due(desk);
      expect(third!.ticket).toEqual({ id: '78', reference: '78', url: 'https://desk.example/78' });
      await settle(settled(third!.id, { ticket: { id: '9'.repeat(501), reference: 'x', url: null } }));
      expect((await estate.alerting.delivery(trust, third!.id))!.delivery.ticket!.reference).toBe('78');
      const audit = await estate.records.audit(trust, { what: 'incident' });
      expect(audit.map(({ op, actor }) => [op, actor])).toEqual([
        ['ticket', 'Ann'],
        ['ticket', 'Zendesk of the trust'],
      ]);
    });

    it('of safeguarding are in no log, no list and no answer', async () => {
      const hidden = await estate.notifying.safeguarding(row.trust);
      expect(await another().notifying.safeguarding(row.trust)).toBe(hidden);
      const id = await incident('one');
      const [first] = await estate.notifying.reserve(1);
      const of = group(first!, hidden, { alerts: ['safeguarding/i1'] });
      await commit({
        alerts: [
          alert('safeguarding/i1', { safeguarding: true, rule: 'safeguarding', kind: 'safeguarding', incident: id }),
        ],
        groups: [of],
        deliveries: [delivery(of, 1, { safeguarding: true, incident: id })],
      });
      expect((await estate.notifying.nextDue()).get(hidden)).toBe(t0);
      const [head] = await due(hidden);
      expect(head!.safeguarding).toBe(true);
      const ticket = { id: '1', reference: 'S-1', url: null };
      await settle(settled(head!.id, { state: 'dead', exchanges: [exchange()], ticket }));
      const { alerting } = estate;
      expect((await alerting.deliveries(trust, {})).deliveries).toEqual([]);
      expect((await alerting.deliveries(trust, { subscription: 'safeguarding' })).deliveries).toEqual([]);
      expect(await alerting.delivery(trust, head!.id)).toBeUndefined();
      expect(await alerting.replay(ann, trust, { deliveries: [head!.id] })).toBe(0);
      await refused(alerting.replay(ann, trust, { subscription: 'safeguarding' }), /no subscription/, 'missing');
      expect(
        await sql('SELECT count(*)::integer AS n FROM delivery_exchange WHERE delivery_id = $1', [head!.id]),
      ).toEqual([{ n: 0 }]);
      expect((await estate.incidents.get(trust, id, undefined))!.incident.ticket).toBeNull();
      expect([await alerting.subscriptions(trust), await alerting.storedByRow(hidden)]).toEqual([[], undefined]);
      expect((await estate.notifying.setup()).subscriptions.map((each) => each.row)).not.toContain(hidden);
      expect(await alerting.incidentOfGroup(hidden, `linewatch/${trust}/${first}`)).toBeUndefined();
      expect(await alerting.now(trust, { safeguarding: false, seen: undefined })).toEqual([]);
      const seen = (...ids: string[]) => alerting.now(trust, { safeguarding: true, seen: new Set(ids) });
      expect([(await seen('oak')).length, (await seen('ash')).length]).toEqual([1, 0]);
      expect(await estate.records.audit(trust, {})).toEqual([]);
      // Its id is nobody's: another may have it.
      await subscribe('safeguarding');
      expect(await estate.notifying.safeguarding(row.trust)).toBe(hidden);
    });
  });

  const zendesk = { settings: { url: 'https://x.zendesk.com', email: 'a@b.example' }, secrets: { token: 'tok-1' } };

  describe('a subscription', () => {
    it('keeps its secrets sealed, in no answer and no audit', async () => {
      const secret = 'whsec_do-not-tell';
      const settings = { url: 'https://x.example', headers: [{ name: 'x-key', value: 'hidden-header' }] };
      const made = await estate.alerting.putSubscription(
        ann,
        trust,
        'desk',
        subscriptionBody({ settings, secrets: { signing: secret, inbound: 'whsec_in' } }),
      );
      expect(made).toMatchObject({ id: 'desk', secrets: ['inbound', 'signing'], revision: 1, by: 'Ann' });
      const stored = (await estate.alerting.stored(trust, 'desk'))!;
      expect(made.inbound).toEqual({ url: `/api/v1/hooks/${stored.row}`, secret: true });
      expect(stored.secrets).toEqual({
        signing: [{ value: secret, untilMs: null }],
        inbound: [{ value: 'whsec_in', untilMs: null }],
      });
      const rotatedTo = await estate.alerting.rotate(
        ann,
        trust,
        'desk',
        { which: 'signing', keepHours: 24 },
        'whsec_second',
      );
      expect(rotatedTo).toEqual({ secret: 'whsec_second', previousUntilMs: t0 + 24 * hour });
      await estate.alerting.rotate(ann, trust, 'desk', { which: 'signing', keepHours: 1 }, 'whsec_third');
      const live = async () => (await estate.notifying.setup()).subscriptions.find((each) => each.row === stored.row)!;
      expect((await live()).secrets.signing).toEqual([
        { value: 'whsec_third', untilMs: null },
        { value: 'whsec_second', untilMs: t0 + hour },
      ]);
      nowMs = t0 + hour;
      expect((await live()).secrets.signing).toEqual([{ value: 'whsec_third', untilMs: null }]);
      await estate.alerting.putSubscription(ann, trust, 'desk', subscriptionBody({ secrets: { inbound: null } }));
      expect((await estate.alerting.storedByRow(stored.row))!.secrets).toEqual((await live()).secrets);
      expect(Object.keys((await live()).secrets)).toEqual(['signing']);
      const everything = JSON.stringify([
        await estate.alerting.subscriptions(trust),
        await sql('SELECT * FROM subscription WHERE id = $1', [stored.row]),
        await sql('SELECT * FROM audit WHERE trust_id = $1', [row.trust]),
        made,
      ]);
      for (const each of [secret, 'whsec_in', 'whsec_second', 'whsec_third']) expect(everything).not.toContain(each);
      const audit = await estate.records.audit(trust, { what: 'subscription' });
      expect(audit.map(({ op }) => op)).toEqual(['update', 'rotate', 'rotate', 'create']);
      expect(JSON.stringify(audit)).not.toContain('hidden-header');
      expect(audit[0]!.after).toMatchObject({ secrets: ['signing'], settings: { url: 'https://desk.example/in' } });
    });

    it('without the key that its secrets were sealed with goes without them, and says so', async () => {
      const desk = await subscribe();
      const other = another(randomBytes(32));
      expect(await other.alerting.stored(trust, 'desk')).toMatchObject({ secrets: {}, unreadable: ['signing'] });
      const setup = await other.notifying.setup();
      expect(setup.subscriptions.find((each) => each.row === desk)).toMatchObject({
        secrets: {},
        unreadable: ['signing'],
      });
      // Nor is one that was put into another's row.
      const second = await subscribe('second', { secrets: { signing: 'whsec_other' } });
      await sql('UPDATE subscription SET secrets = (SELECT secrets FROM subscription WHERE id = $1) WHERE id = $2', [
        desk,
        second,
      ]);
      expect(await estate.alerting.stored(trust, 'second')).toMatchObject({ secrets: {}, unreadable: ['signing'] });
      const keyless = createEstate({ url, logger, clock: () => nowMs });
      open.push(keyless);
      await refused(
        keyless.alerting.putSubscription(ann, trust, 'third', subscriptionBody()),
        /cannot be kept: this server has no key/,
      );
      expect((await estate.alerting.subscriptions(trust)).map(({ id }) => id)).toEqual(['desk', 'second']);
    });

    it('is checked by the schema of its format', async () => {
      const put = (over: Partial<SubscriptionBody>, id = 'desk') =>
        estate.alerting.putSubscription(ann, trust, id, subscriptionBody(over));
      await refused(put({ settings: {} }), /settings\.url/);
      await refused(put({ settings: { url: 'ftp://x' } }), /settings\.url/);
      await refused(put({ settings: { url: 'https://x.example', other: 1 } }), /settings\.other is not a known/);
      await refused(put({ secrets: {} }), /needs its secret "signing"/);
      await refused(put({ secrets: { signing: 'x', token: 'y' } }), /has no secret "token"/);
      await refused(put({ perMinute: 0 }), /perMinute/);
      await refused(
        put({ match: { atLeast: 'info', rules: [], matchers: [{ name: 'cause', op: '=~', value: '(' }] } }),
        /RE2/,
      );
      await refused(put({}, 'Not an id'), /lower-case/);
      await refused(put({ revision: 3 }), /no subscription/, 'missing');
      await refused(estate.alerting.putSubscription(ann, 'none', 'desk', subscriptionBody()), /no trust/);
      await put({ secrets: {}, enabled: false });
      await put({ revision: 1, secrets: { signing: 'x' } });
      await refused(put({ revision: 1 }), /changed by Ann/, 'stale');
      // Another format: secrets of the one before go.
      await put({ format: 'zendesk', ...zendesk });
      expect((await estate.alerting.stored(trust, 'desk'))!.secrets).toEqual({
        token: [{ value: 'tok-1', untilMs: null }],
      });
      await refused(
        estate.alerting.rotate(ann, trust, 'desk', { which: 'signing', keepHours: 1 }, 'x'),
        /no signing secret/,
      );
      await refused(estate.alerting.removeSubscription(ann, trust, 'other'), /no subscription/, 'missing');
    });

    it('that was removed keeps its log, and its id is free', async () => {
      const desk = await subscribe();
      const [first] = await estate.notifying.reserve(1);
      const of = group(first!, desk);
      await commit({ groups: [of], deliveries: [delivery(of, 1)] });
      await estate.alerting.removeSubscription(ann, trust, 'desk');
      const again = await subscribe();
      expect(again).not.toBe(desk);
      const { deliveries } = await estate.alerting.deliveries(trust, {});
      expect(deliveries).toMatchObject([{ subscription: 'desk', subscriptionName: 'Desk', state: 'cancelled' }]);
    });

    it('is told of at once to who watches, as are incidents', async () => {
      let calls = 0;
      const watching = estate.notifying.watch(() => calls++);
      await until('it began', () => Promise.resolve(calls > 0));
      const at = async (work: Promise<unknown>): Promise<void> => {
        const before = calls;
        await work;
        await until('it was told', () => Promise.resolve(calls > before));
      };
      const { version } = await estate.notifying.setup();
      await at(subscribe());
      expect((await estate.notifying.setup()).version).toBe(version + 1);
      await at(incident('one'));
      await watching.stop();
    });
  });

  it('rules are those of the kinds until they are changed, and refer to what is there', async () => {
    const { alerting } = estate;
    const rules = await alerting.rules(trust);
    expect(rules.map(({ id }) => id)).toEqual(ruleKindNames);
    expect(rules[0]).toMatchObject({ isDefault: true, builtin: true, revision: 0, by: null, enabled: true });
    const put = (id: string, over: Partial<AlertRuleBody>, revision?: number) =>
      alerting.putRule(ann, trust, id, { ...defaultRule('utilisation'), ...over }, revision);
    await refused(put('full', { academies: ['oak', 'elm'] }), /no academy "elm"/);
    await refused(put('full', { providers: ['south'] }), /no .* "south"/);
    const override = (id: string, settings = {}) => ({ kind: 'circuit' as const, id, settings });
    await refused(put('full', { overrides: [override('zz')] }), /no .*"zz"/);
    await refused(put('full', { overrides: [override('a'), override('a')] }), /two thresholds/);
    await refused(put('full', { overrides: [override('a', { percent: -1 })] }), /overrides\.0\.settings\.percent/);
    await refused(put('full', { settings: { other: 1 } }), /settings\.other/);
    await refused(put('circuit-down', {}), /came with Linewatch/);
    const made = await put('full', { academies: ['oak'], overrides: [override('a', { percent: 70 })] });
    expect(made).toMatchObject({ id: 'full', isDefault: false, builtin: false, revision: 1, by: 'Ann', settings: {} });
    await refused(put('full', {}, 7), /changed by Ann/, 'stale');
    await put('utilisation', { enabled: false }, 0);
    await refused(put('utilisation', { enabled: true }, 0), /changed by Ann/, 'stale');
    const mine = (await estate.notifying.setup()).rules.filter((each) => each.trust === row.trust);
    expect(mine.map(({ slug, enabled }) => [slug, enabled])).toEqual([
      ['full', true],
      ['utilisation', false],
    ]);
    await alerting.removeRule(ann, trust, 'utilisation');
    expect((await alerting.rules(trust)).find(({ id }) => id === 'utilisation')).toMatchObject({ isDefault: true });
    await refused(alerting.removeRule(ann, trust, 'utilisation'), /as it came/);
    await alerting.removeRule(ann, trust, 'full');
    await refused(alerting.removeRule(ann, trust, 'full'), /no rule/, 'missing');
    const audit = await estate.records.audit(trust, { what: 'alert-rule' });
    expect(audit.map(({ record, op }) => `${op} ${record}`)).toEqual([
      'remove full',
      'reset utilisation',
      'update utilisation',
      'create full',
    ]);
  });

  it('silences are made, changed and ended', async () => {
    const { alerting } = estate;
    const body = {
      matchers: [{ name: 'academy' as const, op: '=' as const, value: 'oak' }],
      ...{ startMs: t0, endMs: t0 + hour, rrule: null, timeZone: null, comment: 'Works' },
    };
    await refused(alerting.silence(ann, trust, { ...body, endMs: t0 }), /ends before it begins/);
    await refused(alerting.silence(ann, trust, { ...body, startMs: 0, endMs: 5 }), /before now/);
    await refused(alerting.silence(ann, trust, { ...body, matchers: [] }), /matchers/);
    await refused(alerting.silence(ann, trust, { ...body, timeZone: 'Mars/Olympus' }), /no time zone/);
    const made = await alerting.silence(ann, trust, body);
    expect(made).toMatchObject({ ...body, by: 'Ann', madeMs: t0, endedMs: null, revision: 1 });
    const weekly = await alerting.silence(ann, trust, { ...body, rrule: 'FREQ=WEEKLY' });
    const changed = await alerting.changeSilence(ann, trust, made.id, { ...body, endMs: t0 + 2 * hour, revision: 1 });
    expect(changed).toMatchObject({ endMs: t0 + 2 * hour, revision: 2 });
    await refused(alerting.changeSilence(ann, trust, made.id, { ...body, revision: 1 }), /was changed/, 'stale');
    const kept = async () =>
      (await estate.notifying.setup()).silences.filter((each) => each.trust === row.trust).map(({ id }) => id);
    expect(await kept()).toEqual([made.id, weekly.id]);
    nowMs = t0 + 3 * hour;
    expect(await kept()).toEqual([weekly.id]);
    await alerting.endSilence(ann, trust, weekly.id);
    await refused(alerting.endSilence(ann, trust, weekly.id), /ended already/);
    await refused(alerting.endSilence(ann, trust, 1_000_000), /no silence/, 'missing');
    await refused(alerting.endSilence(ann, `trust-${trusts + 1}`, weekly.id), /no trust/);
    expect(await kept()).toEqual([]);
    expect((await alerting.silences(trust, t0)).map(({ id }) => id)).toEqual([weekly.id, made.id]);
    expect(await alerting.silences(trust, t0 + 4 * hour)).toEqual([]);
  });

  it('what fires now says who was told, and is seen as far as academies may be', async () => {
    const desk = await subscribe('desk', { format: 'zendesk', ...zendesk });
    const id = await incident('wide', { kind: 'provider', circuit: null, provider: row.provider });
    await see(watched('member', { circuit: row.b, parent: `${trust} wide` }));
    const [first] = await estate.notifying.reserve(1);
    const of = group(first!, desk, { alerts: ['wide'] });
    const nowhere = { circuit: null, academy: null };
    await commit({
      alerts: [
        alert('wide', { ...nowhere, incident: id }),
        alert('member', { academy: null, circuit: row.b, parent: 'wide', severity: 'minor' }),
        alert('planned', { quietUntilMs: t0 + hour, severity: 'major' }),
        alert('system', { ...nowhere, severity: 'info' }),
        alert('over', { endedMs: t0 }),
      ],
      groups: [of],
      deliveries: [delivery(of, 1)],
    });
    const [head] = await due(desk);
    await settle(settled(head!.id, { ticket: { id: '1', reference: 'Z-1', url: 'https://desk.example/1' } }));
    const now = (seen?: string[]) => estate.alerting.now(trust, { safeguarding: false, seen: seen && new Set(seen) });
    const all = await now();
    expect(all.map(({ key, quiet }) => [key, quiet])).toEqual([
      ['wide', null],
      ['planned', 'In planned maintenance until 14 Sept 2026, 10:00 BST'],
      ['member', 'Part of: wide fires'],
      ['system', null],
    ]);
    expect(all[0]!.told).toEqual([
      { subscription: 'desk', name: 'Desk', ticket: 'Z-1', url: 'https://desk.example/1', waiting: false },
    ]);
    expect((await now(['ash'])).map(({ key }) => key)).toEqual(['wide', 'member']);
    expect((await now(['oak'])).map(({ key }) => key)).toEqual(['planned']);
  });

  it('status pages are off until somebody switches them on, at an address that stays', async () => {
    const { alerting } = estate;
    expect((await alerting.statusPages(trust)).map(({ academy, enabled, path: at }) => [academy, enabled, at])).toEqual(
      [
        ['ash', false, null],
        ['oak', false, null],
      ],
    );
    const on = await alerting.putStatusPage(ann, trust, 'oak', { enabled: true, title: null, message: 'Hello' });
    const token = /^\/status\/([a-z2-7]{26})$/.exec(on.path!)![1]!;
    expect(await alerting.statusPage(token)).toEqual({ academy: row.academy, trust, title: 'Oak', message: 'Hello' });
    expect(await alerting.enabledStatusPages()).toContainEqual({ token, academy: row.academy });
    await alerting.putStatusPage(ann, trust, 'oak', { enabled: false, title: null, message: null });
    expect(await alerting.statusPage(token)).toBeUndefined();
    const again = await alerting.putStatusPage(ann, trust, 'oak', { enabled: true, title: 'Our lines', message: null });
    expect(again).toMatchObject({ path: on.path, title: 'Our lines' });
    await refused(
      alerting.putStatusPage(ann, trust, 'elm', { enabled: true, title: null, message: null }),
      /no academy/,
      'missing',
    );
    expect(JSON.stringify(await estate.records.audit(trust, {}))).not.toContain(token);
    expect(await alerting.statusPage(`${token}'`)).toBeUndefined();
  });

  it('a message from a receiver is taken once, and again when it could not be', async () => {
    const desk = await subscribe();
    const { alerting } = estate;
    let done = 0;
    const work = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      done++;
    };
    const failure = new Error('no such incident');
    await expect(alerting.takeInbound(desk, 'm', () => Promise.reject(failure))).rejects.toBe(failure);
    const taken = await Promise.all(Array.from({ length: 6 }, () => alerting.takeInbound(desk, 'm', work)));
    expect([taken.filter(Boolean).length, done]).toEqual([1, 1]);
    expect(await alerting.takeInbound(desk, 'n', work)).toBe(true);
  });

  it('what is old is removed, and nothing that waits or was not taken', async () => {
    const desk = await subscribe();
    await incident('one');
    const taken = await latest();
    const [a, b, c] = (await estate.notifying.reserve(3)).map((id) => group(id, desk, { closedMs: t0 }));
    await commit({
      ...{ taken, alerts: [alert('old', { endedMs: t0 }), alert('new')], groups: [a!, b!, c!] },
      deliveries: [delivery(a!, 1), delivery(b!, 1), delivery(b!, 2)],
    });
    await incident('two');
    const heads = await due(desk);
    await settle(
      settled(heads[0]!.id, { exchanges: [exchange()] }),
      settled(heads[1]!.id, { state: 'pending', nextMs: t0, exchanges: [exchange()] }),
    );
    const later = Date.now() + 24 * hour;
    const counts = async (): Promise<number[]> => {
      const [counted] = await sql(
        `SELECT (SELECT count(*) FROM incident_change WHERE trust_id = $1) AS changes,
           (SELECT count(*) FROM delivery WHERE subscription_id = $2) AS deliveries,
           (SELECT count(*) FROM delivery_exchange e JOIN delivery d ON d.id = e.delivery_id WHERE d.subscription_id = $2) AS exchanges,
           (SELECT count(*) FROM alert_group WHERE subscription_id = $2) AS groups,
           (SELECT count(*) FROM alert WHERE trust_id = $1) AS alerts`,
        [row.trust, desk],
      );
      return Object.values(counted!).map(Number);
    };
    expect(await counts()).toEqual([2, 3, 2, 3, 2]);
    await estate.notifying.prune({ exchangesMs: t0 - hour, deliveriesMs: t0 - hour });
    expect(await counts()).toEqual([2, 3, 2, 3, 2]);
    expect(await estate.notifying.prune({ exchangesMs: later, deliveriesMs: later })).toBeGreaterThanOrEqual(5);
    expect(await counts()).toEqual([1, 2, 1, 1, 1]);
    expect((await due(desk)).map(({ sequence, group: of }) => [of, sequence])).toEqual([[b!.id, 1]]);
  });

  it('use and certificates are the latest of each, and go with their circuit', async () => {
    const use = { circuit: row.a, minuteMs: t0, inBps: [1, null, 2.5], outBps: [null, 0, 3] };
    await estate.measured.keepUsage([use, { ...use, circuit: 1_000_000 }]);
    await estate.measured.keepUsage([{ ...use, minuteMs: t0 - minute, inBps: [9], outBps: [9] }]);
    const certificate = { circuit: row.a, target: 'https://oak.example', expiresMs: t0 + hour, seenMs: t0 };
    await estate.measured.keepCertificates([certificate, { ...certificate, target: 'x'.repeat(2000) }]);
    await estate.measured.keepCertificates([{ ...certificate, expiresMs: t0, seenMs: t0 - 1 }]);
    expect((await estate.notifying.usage()).filter(({ circuit }) => circuit === row.a)).toEqual([use]);
    expect((await estate.notifying.certificates()).filter(({ circuit }) => circuit === row.a)).toEqual([certificate]);
    await estate.alerting.putStatusPage(ann, trust, 'oak', { enabled: true, title: null, message: null });
    await commit({ alerts: [alert('about-a')] });
    const removed = await estate.records.apply(
      ann,
      [
        { kind: 'circuit', id: 'a', op: 'remove' },
        { kind: 'academy', id: 'oak', op: 'remove' },
      ],
      { trust },
    );
    expect(removed.problems).toEqual([]);
    expect((await estate.notifying.usage()).filter(({ circuit }) => circuit === row.a)).toEqual([]);
    expect((await estate.alerting.now(trust, { safeguarding: false, seen: undefined })).map(({ key }) => key)).toEqual([
      'about-a',
    ]);
    expect(await estate.alerting.now(trust, { safeguarding: false, seen: new Set(['oak', 'ash']) })).toEqual([]);
  });

  it('comes to an estate of before, and tells what goes on there', async () => {
    await run(server!.url, 'DROP DATABASE IF EXISTS earlier');
    await run(server!.url, 'CREATE DATABASE earlier');
    const earlier = server!.url.replace(/[^/]*$/, 'earlier');
    const migrations = path.join(import.meta.dirname, '../../packages/estate/migrations');
    await run(
      earlier,
      'CREATE TABLE schema_migrations (version integer PRIMARY KEY, file text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const before = readdirSync(migrations).filter((each) => each < '0006');
    for (const file of before.sort()) {
      await run(earlier, readFileSync(path.join(migrations, file), 'utf8'));
      await run(earlier, 'INSERT INTO schema_migrations (version, file) VALUES ($1, $2)', [
        Number(file.slice(0, 4)),
        file,
      ]);
    }
    await run(
      earlier,
      `INSERT INTO trust (slug, key, name) VALUES ('main', 1, 'Ridge Trust');
       INSERT INTO incident (trust_id, key, kind, watched_state, watched_severity, title, cause, watched_started_at, watched_ended_at,
         detected_at, flaps, backup_carried, maintenance)
       VALUES (1, 'a', 'provider', 'open', 'major', 'A goes on', 'link', now(), NULL, now(), 0, false, false),
         (1, 'b', 'provider', 'resolved', 'major', 'B is over', 'link', now(), now(), now(), 0, false, false)`,
    );
    const upgraded = createEstate({ url: earlier, logger, clock: () => nowMs });
    open.push(upgraded);
    await upgraded.migrate();
    expect((await upgraded.notifying.changes(0, 10)).map((each) => each.incident.title)).toEqual(['A goes on']);
  });
});

/** The audit log: who changed what, from what to what. It only grows. */
import type { AuditEntry, Batch } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import type { Database } from '../database.ts';
import { EstateError } from '../errors.ts';
import type { Actor, AuditEvent, AuditFilter } from './records.ts';
import { type Draft, isChanged } from './draft.ts';
import { epochMs } from './fields.ts';
import { same } from './merge.ts';
import { endOf } from './read.ts';

/** $1 trust, $2 account, $3 actor, $4 via, $5 address. */
const actorOf = (trust: number, { account, name, via, address }: Actor): unknown[] => [
  trust,
  account,
  name,
  via,
  address,
];

function opOf(draft: Draft, nowMs: number): string {
  const { before, after, kind } = draft;
  if (!before) return 'create';
  if (!after) return 'remove';
  const [was, is] = [before, after].map((state) => endOf(kind, state.values, state.endedMs, nowMs));
  if (was === null && is !== null) return 'end';
  return was !== null && is === null ? 'restore' : 'update';
}

/** @returns the number of the batch. */
export async function writeAudit(
  client: ClientBase,
  trust: number,
  actor: Actor,
  drafts: readonly Draft[],
  nowMs: number,
  batch: { readonly title: string; readonly undoes: number | null },
): Promise<number> {
  const changed = drafts.filter(isChanged);
  const { rows } = await client.query<{ id: number }>(
    'INSERT INTO batch (trust_id, actor, title, changes, undoes) VALUES ($1, $2, $3, $4, $5) RETURNING id',
    [trust, actor.name, Array.from(batch.title).slice(0, 200).join(''), changed.length, batch.undoes],
  );
  const { id } = rows[0]!;
  const entries = changed.map((draft, position) => ({
    position,
    what: draft.kind,
    record: draft.id,
    op: opOf(draft, nowMs),
    before: draft.before?.values ?? null,
    after: draft.after?.values ?? null,
    before_ended_ms: draft.before?.endedMs ?? null,
    after_ended_ms: draft.after?.endedMs ?? null,
    // What a removed credential held is lost too.
    secret_changed: draft.secretChanged || (!draft.after && draft.before?.sealed !== undefined),
    implied: draft.implied,
  }));
  await client.query(
    `INSERT INTO audit (trust_id, account, actor, via, address, what, record, op, before, after, before_ended_at, after_ended_at,
       secret_changed, implied, batch_id)
     SELECT $1::integer, $2::integer, $3::text, $4::text, $5::inet, i.what, i.record, i.op, nullif(i.before, 'null'), nullif(i.after, 'null'),
       to_timestamp(i.before_ended_ms / 1000.0), to_timestamp(i.after_ended_ms / 1000.0), i.secret_changed, i.implied, $6::integer
     FROM jsonb_to_recordset($7::jsonb) AS i (position integer, what text, record text, op text, before jsonb, after jsonb,
       before_ended_ms float8, after_ended_ms float8, secret_changed boolean, implied boolean)
     ORDER BY i.position`,
    [...actorOf(trust, actor), id, JSON.stringify(entries)],
  );
  return id;
}

export async function writeEvent(
  client: ClientBase,
  trust: number,
  actor: Actor,
  event: Omit<AuditEvent, 'trust'>,
): Promise<void> {
  const json = (value: unknown): string | null =>
    value === undefined || value === null ? null : JSON.stringify(value);
  await client.query(
    `INSERT INTO audit (trust_id, account, actor, via, address, what, record, op, before, after)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [...actorOf(trust, actor), event.what, event.record, event.op, json(event.before), json(event.after)],
  );
}

const maxEntries = 1000;
const bounded = (limit: number): number => Math.min(maxEntries, Math.max(1, Math.floor(limit)));

export function readAudit(database: Database, trust: string, filter: AuditFilter): Promise<AuditEntry[]> {
  const conditions = ['trust_id = (SELECT id FROM trust WHERE slug = $1)'];
  const values: unknown[] = [trust];
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add((p) => `what = ${p}`, filter.what);
  add((p) => `record = ${p}`, filter.record);
  add((p) => `actor = ${p}`, filter.actor);
  add((p) => `at >= to_timestamp(${p}::float8 / 1000)`, filter.fromMs);
  add((p) => `at < to_timestamp(${p}::float8 / 1000)`, filter.toMs);
  add((p) => `id < ${p}::bigint`, filter.before);
  return database.query<AuditEntry>(
    'reading the audit log',
    `SELECT id::float8 AS id, ${epochMs('at')} AS "atMs", actor, via, host(address) AS address, what, record, op, before, after,
       batch_id AS batch
     FROM audit WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ${bounded(filter.limit ?? 100)}`,
    values,
  );
}

/** A batch is undone by the latest one that undid it and was not undone itself. */
export const readBatches = (database: Database, trust: string, limit: number): Promise<Batch[]> =>
  database.query<Batch>(
    'reading the batches',
    `SELECT b.id, ${epochMs('b.at')} AS "atMs", b.actor, b.title, b.changes,
       (SELECT max(u.id) FROM batch u WHERE u.undoes = b.id AND NOT EXISTS (SELECT FROM batch r WHERE r.undoes = u.id)) AS "undoneBy"
     FROM batch b WHERE b.trust_id = (SELECT id FROM trust WHERE slug = $1) ORDER BY b.id DESC LIMIT ${bounded(limit)}`,
    [trust],
  );

export interface Done {
  readonly what: Draft['kind'];
  readonly record: string;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly beforeEndedMs: number | null;
  readonly afterEndedMs: number | null;
  readonly secretChanged: boolean;
  readonly implied: boolean;
}

/** What a batch did, last first. */
export async function readDone(
  client: ClientBase,
  trust: number,
  batch: number,
): Promise<{ readonly title: string; readonly done: readonly Done[] }> {
  const { rows } = await client.query<{ title: string }>('SELECT title FROM batch WHERE trust_id = $1 AND id = $2', [
    trust,
    batch,
  ]);
  const [found] = rows;
  if (!found) throw new EstateError('not_found', `there is no batch ${batch}`);
  const { rows: done } = await client.query<Done>(
    `SELECT what, record, before, after, ${epochMs('before_ended_at')} AS "beforeEndedMs", ${epochMs('after_ended_at')} AS "afterEndedMs",
       secret_changed AS "secretChanged", implied
     FROM audit WHERE trust_id = $1 AND batch_id = $2 ORDER BY id DESC`,
    [trust, batch],
  );
  return { title: found.title, done };
}

/** Whether a record is as a change left it. */
export const isAsLeft = (
  current: { readonly values: unknown; readonly endedMs: number | null } | undefined,
  { after, afterEndedMs }: Done,
): boolean =>
  current ? after !== null && current.endedMs === afterEndedMs && same(current.values, after) : after === null;

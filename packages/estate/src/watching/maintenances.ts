/** Planned maintenance, as people enter it and as the figures need it. */
import type { Maintenance, MaintenanceBody } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import type { Database } from '../database.ts';
import { writeEvent } from '../records/audit.ts';
import type { Actor } from '../records/records.ts';
import { trustId } from '../records/trust.ts';
import { WatchError, refusing } from './errors.ts';
import type { StoredMaintenance } from './model.ts';
import type { Maintenances } from './ports.ts';
import { lockWatch, moment, ms, nextVersion } from './sql.ts';

const columns = `m.id, m.title, ${ms('m.start_at')} AS "startMs", ${ms('m.end_at')} AS "endMs", m.rrule, m.time_zone AS "timeZone",
  ${ms('m.notified_at')} AS "notifiedMs", m.code, ${ms('m.entered_at')} AS "enteredMs", ${ms('m.cancelled_at')} AS "cancelledMs"`;

/** $1: the trust's label. */
const shownText = `
  SELECT ${columns}, json_build_object('kind', m.scope, 'id', coalesce(c.slug, a.slug, s.slug, p.slug, '')) AS scope,
    coalesce(c.name, a.name, s.name, p.name, t.name) AS "scopeName", m.reference, m.note, m.entered_by AS by, m.revision
  FROM maintenance m JOIN trust t ON t.id = m.trust_id
  LEFT JOIN circuit c ON c.id = m.circuit_id LEFT JOIN academy a ON a.id = m.academy_id
  LEFT JOIN site s ON s.id = m.site_id LEFT JOIN provider p ON p.id = m.provider_id
  WHERE t.slug = $1`;

/** Of all trusts without a label. */
export const storedMaintenances = (database: Database, trust: string | null): Promise<readonly StoredMaintenance[]> =>
  database.query<StoredMaintenance & { [column: string]: unknown }>(
    'reading maintenances',
    `SELECT ${columns}, m.trust_id AS trust, json_build_object('kind', m.scope,
       'row', coalesce(m.circuit_id, m.academy_id, m.site_id, m.provider_id)) AS scope
     FROM maintenance m WHERE $1::text IS NULL OR m.trust_id = (SELECT id FROM trust WHERE slug = $1) ORDER BY m.id`,
    [trust],
  );

const tables = { circuit: 'circuit', academy: 'academy', site: 'site', provider: 'provider' } as const;

async function scopeRow(
  client: ClientBase,
  trust: number,
  { kind, id }: MaintenanceBody['scope'],
): Promise<number | null> {
  if (kind === 'trust') return null;
  const { rows } = await client.query<{ id: number }>(
    `SELECT id FROM ${tables[kind]} WHERE trust_id = $1 AND slug = $2`,
    [trust, id],
  );
  if (!rows[0]) throw new WatchError('refused', `There is no ${kind === 'provider' ? 'supplier' : kind} "${id}".`);
  return rows[0].id;
}

/** Values of the columns that a body gives, in order; the first is $3. */
async function valuesOf(client: ClientBase, trust: number, body: MaintenanceBody): Promise<unknown[]> {
  if (body.endMs <= body.startMs) throw new WatchError('refused', 'It ends before it begins.');
  const { kind } = body.scope;
  const row = await scopeRow(client, trust, body.scope);
  return [
    ...[body.title, kind],
    ...(['circuit', 'academy', 'site', 'provider'] as const).map((each) => (each === kind ? row : null)),
    ...[body.startMs, body.endMs, body.rrule, body.timeZone, body.notifiedMs, body.code, body.reference, body.note],
  ];
}

const given = [
  'title',
  'scope',
  'circuit_id',
  'academy_id',
  'site_id',
  'provider_id',
  'start_at',
  'end_at',
  'rrule',
].concat(['time_zone', 'notified_at', 'code', 'reference', 'note']);
const expressions = given.map((column, i) => (column.endsWith('_at') ? moment(`$${i + 3}`) : `$${i + 3}`));

async function find(client: ClientBase, trust: string, id: number): Promise<Maintenance> {
  const { rows } = await client.query<Maintenance>(`${shownText} AND m.id = $2`, [trust, id]);
  if (!rows[0]) throw new WatchError('missing', `There is no maintenance ${id}.`);
  return rows[0];
}

export function createMaintenances(database: Database, clock: () => number): Maintenances {
  /** `work` gives the number of what it wrote. */
  const change = (
    actor: Actor,
    label: string,
    op: string,
    id: number | undefined,
    work: (client: ClientBase, trust: number, before: Maintenance | undefined) => Promise<number>,
  ): Promise<Maintenance> =>
    refusing(
      database.transact('changing a maintenance', async (client) => {
        await lockWatch(client);
        const trust = await trustId(client, label);
        if (trust === undefined) throw new WatchError('refused', `There is no trust "${label}" yet.`);
        const before = id === undefined ? undefined : await find(client, label, id);
        const after = await find(client, label, await work(client, trust, before));
        await writeEvent(client, trust, actor, { what: 'maintenance', record: String(after.id), op, before, after });
        await nextVersion(client);
        return after;
      }),
    );

  return {
    list: (trust) =>
      database.query<Maintenance & { [column: string]: unknown }>(
        'reading maintenances',
        `${shownText} ORDER BY m.start_at DESC, m.id DESC`,
        [trust],
      ),

    stored: (trust) => storedMaintenances(database, trust),

    create: (actor, label, body) =>
      change(actor, label, 'create', undefined, async (client, trust) => {
        const { rows } = await client.query<{ id: number }>(
          `INSERT INTO maintenance (trust_id, entered_by, changed_by, entered_at, ${given.join(', ')})
           VALUES ($1, $2, $2, ${moment(`$${given.length + 3}`)}, ${expressions.join(', ')}) RETURNING id`,
          [trust, actor.name, ...(await valuesOf(client, trust, body)), clock()],
        );
        return rows[0]!.id;
      }),

    update: (actor, label, id, body, revision) =>
      change(actor, label, 'update', id, async (client, trust, before) => {
        if (revision !== undefined && revision !== before!.revision)
          throw new WatchError('stale', `Maintenance ${id} was changed since it was read.`);
        if (before!.cancelledMs !== null)
          throw new WatchError('refused', 'It was cancelled: enter another one instead.');
        await client.query(
          `UPDATE maintenance SET revision = revision + 1, changed_by = $2,
             ${given.map((column, i) => `${column} = ${expressions[i]!}`).join(', ')} WHERE id = $1`,
          [id, actor.name, ...(await valuesOf(client, trust, body))],
        );
        return id;
      }),

    cancel: (actor, label, id, atMs) =>
      change(actor, label, 'cancel', id, async (client, _trust, before) => {
        if (before!.cancelledMs !== null) throw new WatchError('refused', 'It was cancelled already.');
        await client.query(
          `UPDATE maintenance SET revision = revision + 1, changed_by = $2, cancelled_at = ${moment('$3')} WHERE id = $1`,
          [id, actor.name, atMs],
        );
        return id;
      }),
  };
}

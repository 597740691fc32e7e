/** What a person does to an incident: looked at, done, told in the timeline and in the audit log, in one transaction. */
import type { Incident, IncidentAction } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import { writeEvent } from '../records/audit.ts';
import type { Actor } from '../records/records.ts';
import { same } from '../records/merge.ts';
import { trustId } from '../records/trust.ts';
import { backdate } from './backdate.ts';
import { WatchError } from './errors.ts';
import { exclude, include } from './exclusions.ts';
import { merge, split } from './grouping.ts';
import { readIncident } from './incident-read.ts';
import { json, lockWatch, moment, nextVersion } from './sql.ts';
import { reopen, resolve } from './state.ts';
import { acknowledge, assign, classify, report, supplier, ticket, unacknowledge } from './words.ts';

export interface Act<A = IncidentAction> {
  readonly actor: Actor;
  /** Label. */
  readonly trust: string;
  readonly id: number;
  readonly action: A;
  readonly nowMs: number;
}

/** What an act is done to, and with. */
export interface Doing<A> extends Omit<Act<A>, 'trust'> {
  readonly client: ClientBase;
  /** Row. */
  readonly trust: number;
  readonly incident: Incident;
}

/** What an act makes of its incident. */
export interface Deed {
  /** Column → value. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly entry: {
    readonly kind: string;
    readonly text: string;
    /** What it tells of; now without it. */
    readonly atMs?: number;
    readonly detail?: Readonly<Record<string, unknown>>;
  };
}

export type Handler<Name extends IncidentAction['action']> = (
  doing: Doing<Extract<IncidentAction, { action: Name }>>,
) => Deed | Promise<Deed>;

const handlers: { readonly [Name in IncidentAction['action']]: Handler<Name> } = {
  acknowledge,
  unacknowledge,
  assign,
  note: ({ action: { text } }) => ({ set: {}, entry: { kind: 'note', text } }),
  ticket,
  report,
  supplier,
  classify,
  exclude,
  include,
  merge,
  split,
  reopen,
  resolve,
  backdate,
};

/** What can still be done to one that was merged into another. */
const ofMerged: readonly IncidentAction['action'][] = ['note', 'include'];

export async function act(client: ClientBase, { actor, trust, id, action, nowMs }: Act): Promise<Incident> {
  await lockWatch(client);
  const incident = await readIncident(client, trust, id, nowMs, undefined);
  const trustRow = await trustId(client, trust);
  if (!incident || trustRow === undefined) throw new WatchError('missing', `There is no incident ${id}.`);
  const { action: op, revision, ...said } = action as { action: string; revision?: number };
  if (revision !== undefined && revision !== incident.revision) {
    const by = await changedBy(client, id);
    throw new WatchError('stale', `Incident ${id} was changed${by && ` by ${by}`} since it was read.`);
  }
  if (incident.mergedInto !== null && !ofMerged.includes(action.action))
    throw new WatchError(
      'refused',
      `Incident ${id} was merged into incident ${incident.mergedInto}: do it there, or split it from that first.`,
    );
  const handler = handlers[action.action] as (doing: Doing<IncidentAction>) => Deed | Promise<Deed>;
  const { set, entry } = await handler({ client, actor, trust: trustRow, id, action, nowMs, incident });
  // A note contradicts nothing that another may be about to say.
  if (action.action !== 'note') {
    const assigned = Object.keys(set).map((column, i) => `, ${column} = $${i + 3}`);
    await client.query(
      `UPDATE incident SET revision = revision + 1, changed_by = $2${assigned.join('')} WHERE id = $1`,
      [...[id, actor.name, ...Object.values(set)]],
    );
  }
  await tell(client, { id, actor, nowMs, ...entry });
  const after = (await readIncident(client, trust, id, nowMs, undefined))!;
  await writeEvent(client, trustRow, actor, {
    what: 'incident',
    record: String(id),
    op,
    before: difference(after, incident),
    after: { ...said, ...difference(incident, after) },
  });
  await nextVersion(client);
  return after;
}

/** A line of a person's in the timeline. */
export async function tell(
  client: ClientBase,
  {
    id,
    actor,
    nowMs,
    kind,
    text,
    atMs = nowMs,
    detail = {},
  }: Deed['entry'] & { readonly id: number; readonly actor: Actor; readonly nowMs: number },
): Promise<void> {
  await client.query(
    `INSERT INTO incident_entry (incident_id, seq, at, made_at, actor, kind, text, detail)
     SELECT $1::integer, coalesce(max(seq), 0) + 1, ${moment('$2')}, ${moment('$3')}, $4, $5, left($6, 5000), $7
     FROM incident_entry WHERE incident_id = $1`,
    [id, atMs, nowMs, actor.name, kind, text, json(detail)],
  );
}

async function changedBy(client: ClientBase, id: number): Promise<string> {
  const { rows } = await client.query<{ by: string | null }>('SELECT changed_by AS by FROM incident WHERE id = $1', [
    id,
  ]);
  return rows[0]?.by ?? '';
}

/** Of `to`, what is other than in `from`. */
const difference = (from: Incident, to: Incident): Partial<Incident> =>
  Object.fromEntries(
    Object.entries(to).filter(([key, value]) => key !== 'revision' && !same(from[key as keyof Incident], value)),
  );

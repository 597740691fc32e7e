/** Silences, as people make, change and end them. */
import { type SilenceBody, SilenceBody as Body } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import { moment, ms } from '../watching/sql.ts';
import type { Changing } from './change.ts';
import { checkMatchers, checkTimeZone, checked } from './check.ts';
import { AlertingError, refuse } from './errors.ts';
import type { KeptSilence } from './model.ts';

const maxSilences = 1000;
/** Of what people see at once. */
const maxShown = 2000;

const columns = `s.id, s.matchers, ${ms('s.start_at')} AS "startMs", ${ms('s.end_at')} AS "endMs", s.rrule, s.time_zone AS "timeZone",
  s.comment, s.made_by AS by, ${ms('s.made_at')} AS "madeMs", ${ms('s.ended_at')} AS "endedMs", s.revision`;

/** $1: the trust's label. */
const from = 'FROM silence s JOIN trust t ON t.id = s.trust_id WHERE t.slug = $1';

export const readSilences = async (client: ClientBase, trust: string, fromMs: number): Promise<KeptSilence[]> =>
  (
    await client.query<KeptSilence>(
      `SELECT ${columns} ${from} AND (s.rrule IS NOT NULL OR s.end_at >= ${moment('$2')})
         AND coalesce(s.ended_at >= ${moment('$2')}, true)
       ORDER BY s.start_at DESC, s.id DESC LIMIT ${maxShown}`,
      [trust, fromMs],
    )
  ).rows;

export interface SilenceChanging extends Changing {
  /** Label. */
  readonly label: string;
  readonly nowMs: number;
}

async function find({ client, label }: SilenceChanging, id: number): Promise<KeptSilence> {
  const { rows } = await client.query<KeptSilence>(`SELECT ${columns} ${from} AND s.id = $2`, [label, id]);
  if (!rows[0]) throw new AlertingError('missing', `There is no silence ${id}.`);
  return rows[0];
}

/** Values of the columns that a body gives. */
function valuesOf(raw: SilenceBody): unknown[] {
  const body = checked(raw, Body, '');
  checkMatchers(body.matchers);
  checkTimeZone(body.timeZone);
  if (body.endMs <= body.startMs) refuse('It ends before it begins.');
  if (body.rrule === '') refuse('Its recurrence is empty: leave it out instead.');
  return [JSON.stringify(body.matchers), body.startMs, body.endMs, body.rrule, body.timeZone, body.comment];
}

export async function makeSilence(changing: SilenceChanging, body: SilenceBody): Promise<KeptSilence> {
  const { client, trust, actor, nowMs } = changing;
  const values = valuesOf(body);
  if (body.rrule === null && body.endMs <= nowMs) refuse('It ends before now: nothing would be silenced.');
  const { rows: count } = await client.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM silence
     WHERE trust_id = $1 AND ended_at IS NULL AND (rrule IS NOT NULL OR end_at > ${moment('$2')})`,
    [trust, nowMs],
  );
  if (count[0]!.n >= maxSilences)
    refuse(`There are ${maxSilences} silences already: end one that is no longer needed.`);
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO silence (matchers, start_at, end_at, rrule, time_zone, comment, trust_id, made_by, changed_by, made_at)
     VALUES ($1, ${moment('$2')}, ${moment('$3')}, $4, $5, $6, $7, $8, $8, ${moment('$9')}) RETURNING id`,
    [...values, trust, actor.name, nowMs],
  );
  const after = await find(changing, rows[0]!.id);
  await changing.audit({ what: 'silence', record: String(after.id), op: 'create', after });
  return after;
}

export async function changeSilence(changing: SilenceChanging, id: number, body: SilenceBody): Promise<KeptSilence> {
  const { client, actor } = changing;
  const values = valuesOf(body);
  const before = await find(changing, id);
  if (body.revision !== undefined && body.revision !== before.revision)
    throw new AlertingError('stale', `Silence ${id} was changed since it was read.`);
  if (before.endedMs !== null) refuse('It was ended: make another one instead.');
  await client.query(
    `UPDATE silence SET matchers = $1, start_at = ${moment('$2')}, end_at = ${moment('$3')}, rrule = $4, time_zone = $5, comment = $6,
       changed_by = $8, revision = revision + 1 WHERE id = $7`,
    [...values, id, actor.name],
  );
  const after = await find(changing, id);
  await changing.audit({ what: 'silence', record: String(id), op: 'update', before, after });
  return after;
}

export async function endSilence(changing: SilenceChanging, id: number): Promise<KeptSilence> {
  const { client, actor, nowMs } = changing;
  const before = await find(changing, id);
  if (before.endedMs !== null) refuse('It was ended already.');
  await client.query(
    `UPDATE silence SET ended_at = ${moment('$2')}, changed_by = $3, revision = revision + 1 WHERE id = $1`,
    [id, nowMs, actor.name],
  );
  const after = await find(changing, id);
  await changing.audit({ what: 'silence', record: String(id), op: 'end', before, after });
  return after;
}

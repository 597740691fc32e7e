/** Records as they are in the database. */
import type { EstateRecord, Kind } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import { momentMs } from '../units.ts';
import { inSchemaOrder } from './canonical.ts';
import { type Row, epochMs, quoted } from './fields.ts';
import { type Values, isObject } from './merge.ts';
import type { Sealed } from './seal.ts';
import { fieldsOf } from './tables.ts';

/** A record with what is needed to change it. */
export interface Stored {
  readonly kind: Kind;
  readonly id: string;
  readonly values: Values;
  readonly revision: number;
  readonly managed: boolean;
  readonly changedMs: number;
  readonly changedBy: string;
  readonly createdMs: number;
  /** As written: of a circuit, only that it was withdrawn before it began. */
  readonly endedMs: number | null;
  readonly sealed?: Sealed | undefined;
}

// A circuit that was withdrawn by an earlier version did not note when.
const endedAt = (kind: Kind): string =>
  kind === 'circuit' ? 'CASE WHEN isempty(t.valid) THEN coalesce(t.ended_at, t.changed_at) END' : 't.ended_at';

function selectOf(kind: Kind, where: string): string {
  const fields = fieldsOf[kind];
  const columns = fields.flatMap((field) => Object.entries(field.select)).map(([as, sql]) => `${sql} AS ${quoted(as)}`);
  const joins = fields.flatMap((field) => field.selectJoin ?? []);
  return `
    SELECT t.slug, t.revision, t.managed, t.changed_by, ${epochMs('t.changed_at')} AS changed_ms,
      ${epochMs('t.created_at')} AS created_ms, ${epochMs(endedAt(kind))} AS ended_ms, ${columns.join(', ')}
    FROM ${kind} t ${joins.join(' ')} WHERE t.trust_id = $1 ${where}`;
}

function storedOf(kind: Kind, row: Row): Stored {
  const values: Record<string, unknown> = { id: row.slug };
  for (const field of fieldsOf[kind]) field.read(row, values);
  return {
    kind,
    id: row.slug as string,
    values: inSchemaOrder(kind, values),
    revision: row.revision as number,
    managed: row.managed as boolean,
    changedMs: row.changed_ms as number,
    changedBy: row.changed_by as string,
    createdMs: row.created_ms as number,
    endedMs: row.ended_ms as number | null,
    ...(typeof row.sealed === 'string' && {
      sealed: { keyId: row.key_id as string, sealed: Buffer.from(row.sealed, 'base64') },
    }),
  };
}

/** @param ids of the records; without it, all of the kind. */
export async function readStored(
  client: ClientBase,
  trust: number,
  kind: Kind,
  ids?: readonly string[],
): Promise<Stored[]> {
  const text = selectOf(kind, ids ? 'AND t.slug = ANY ($2::text[])' : '');
  const { rows } = await client.query<Record<string, unknown>>(text, ids ? [trust, ids] : [trust]);
  return rows.map((row) => storedOf(kind, row));
}

/** When a record ended: of a circuit, when its validity did, if it has. */
export function endOf(kind: Kind, values: Values, endedMs: number | null, nowMs: number): number | null {
  if (kind !== 'circuit' || endedMs !== null || typeof values.to !== 'string') return endedMs;
  const to = momentMs(values.to);
  return 'value' in to && to.value <= nowMs ? to.value : null;
}

export const recordOf = (stored: Omit<Stored, 'createdMs' | 'sealed'>, nowMs: number): EstateRecord => ({
  kind: stored.kind,
  id: stored.id,
  revision: stored.revision,
  ended: endOf(stored.kind, stored.values, stored.endedMs, nowMs),
  managed: stored.managed,
  changedMs: stored.changedMs,
  changedBy: stored.changedBy,
  values: stored.values,
  hidden: [],
});

const names = new Intl.Collator('en-GB', { numeric: true });

/** What people call a record. */
const nameOf = ({ id, values }: Pick<EstateRecord, 'id' | 'values'>): string =>
  isObject(values) && typeof values.name === 'string' ? values.name : id;

export const byName = (a: EstateRecord, b: EstateRecord): number =>
  names.compare(nameOf(a), nameOf(b)) || (a.id < b.id ? -1 : 1);

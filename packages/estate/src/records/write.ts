/** Writes drafts: a few statements for each kind, however many records there are. */
import { type Kind, kindNames } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import { EstateError } from '../errors.ts';
import type { Actor } from './records.ts';
import { type Draft, isChanged } from './draft.ts';
import { quoted } from './fields.ts';
import { type Values, valueAt } from './merge.ts';
import type { Sealed, Sealer } from './seal.ts';
import { secretPaths } from './secret-field.ts';
import { ownerOf } from './secrets.ts';
import { fieldsOf } from './tables.ts';

export interface Writing {
  readonly trust: number;
  readonly label: string;
  readonly actor: Actor;
  readonly sealer: Sealer;
}

const common = { row_number: 'integer', slug: 'text', ended_ms: 'float8', managed: 'boolean' };

interface Statements {
  readonly insert: string;
  readonly update: string;
  readonly after: readonly string[];
  readonly beforeRemove: readonly string[];
  readonly remove: string;
}

/** $1: the trust's row, $2: the records as JSON (or slugs, to remove), $3: who. */
function statementsOf(kind: Kind): Statements {
  const fields = fieldsOf[kind];
  const properties = Object.entries(Object.assign({}, common, ...fields.map(({ input }) => input)) as typeof common);
  const input = `jsonb_to_recordset($2::jsonb) AS i (${properties.map(([name, type]) => `${quoted(name)} ${type}`).join(', ')})`;
  const from = [input, ...fields.flatMap(({ inputJoin }) => inputJoin ?? [])].join('\n');
  const assign = Object.entries({
    ...(Object.assign({}, ...fields.map((field) => field.assign)) as Record<string, string>),
    ended_at: 'to_timestamp(i.ended_ms / 1000.0)',
    managed: 'i.managed',
  });
  const columns = assign.map(([name]) => quoted(name));
  const expressions = assign.map(([name, sql]) => `${sql} AS ${quoted(name)}`);
  return {
    insert: `INSERT INTO ${kind} (trust_id, slug, changed_by, ${columns.join(', ')})
      SELECT $1::integer, i.slug, $3::text, ${assign.map(([, sql]) => sql).join(', ')} FROM ${from} ORDER BY i.row_number`,
    update: `UPDATE ${kind} t SET revision = t.revision + 1, changed_at = now(), changed_by = $3::text,
        ${columns.map((name) => `${name} = s.${name}`).join(', ')}
      FROM (SELECT i.slug, ${expressions.join(', ')} FROM ${from}) s WHERE t.trust_id = $1 AND t.slug = s.slug`,
    after: fields.flatMap(({ after = [] }) => after).map((text) => `WITH input AS (SELECT * FROM ${input}) ${text}`),
    beforeRemove: fields.flatMap(({ beforeRemove }) => beforeRemove ?? []),
    remove: `DELETE FROM ${kind} WHERE trust_id = $1 AND slug = ANY ($2::text[])`,
  };
}

const statements = new Map<Kind, Statements>();
function statementsFor(kind: Kind): Statements {
  const made = statements.get(kind) ?? statementsOf(kind);
  statements.set(kind, made);
  return made;
}

function sealedOf({ id, before, after, secrets }: Draft, { sealer, label }: Writing): Record<string, unknown> {
  if (!secrets) return before?.sealed ? sealedRow(before.values, before.sealed) : { secret_fields: [] };
  if (Object.keys(secrets.texts).length === 0) return { secret_fields: [] };
  const sealed = sealer.seal(JSON.stringify(secrets.texts), ownerOf(label, id));
  if (!sealed) throw new EstateError('query_failed', 'this server has no key to keep secrets with');
  return sealedRow(after!.values, sealed);
}

const sealedRow = (values: Values, { keyId, sealed }: Sealed): Record<string, unknown> => ({
  secret_fields: secretPaths.filter((path) => valueAt(values, path) !== undefined),
  key_id: keyId,
  sealed: sealed.toString('base64'),
});

function rowOf(draft: Draft, number: number, writing: Writing): Record<string, unknown> {
  const { kind, id, after } = draft;
  const { values, endedMs, managed } = after!;
  const row: Record<string, unknown> = { row_number: number, slug: id, ended_ms: endedMs, managed };
  for (const field of fieldsOf[kind]) Object.assign(row, field.write(values));
  if (kind === 'credential') Object.assign(row, sealedOf(draft, writing));
  return row;
}

export async function writeDrafts(client: ClientBase, drafts: Iterable<Draft>, writing: Writing): Promise<void> {
  const { trust, actor } = writing;
  const changed = [...drafts].filter(isChanged);
  const removed = (kind: Kind): string[] =>
    changed.filter((each) => each.kind === kind && !each.after).map(({ id }) => id);

  const write = async (text: string, values: unknown[], rows: number): Promise<void> => {
    const { rowCount } = await client.query(text, values);
    if (rowCount !== rows)
      throw new EstateError('query_failed', `${rows} records were to be written, and ${rowCount} were`);
  };
  // First, so that what they held is free for others.
  for (const kind of kindNames) {
    const ids = removed(kind);
    if (ids.length > 0) for (const text of statementsFor(kind).beforeRemove) await client.query(text, [trust, ids]);
  }
  for (const kind of kindNames) {
    const kept = changed.filter((each) => each.kind === kind && each.after);
    if (kept.length === 0) continue;
    const sql = statementsFor(kind);
    const rows = kept.map((each, i) => rowOf(each, i, writing));
    const added = rows.filter((_, i) => !kept[i]!.before);
    const updated = rows.filter((_, i) => kept[i]!.before);
    if (added.length > 0) await write(sql.insert, [trust, JSON.stringify(added), actor.name], added.length);
    if (updated.length > 0) await write(sql.update, [trust, JSON.stringify(updated), actor.name], updated.length);
    for (const text of sql.after) await client.query(text, [trust, JSON.stringify(rows)]);
  }
  for (const kind of kindNames.toReversed()) {
    const ids = removed(kind);
    if (ids.length > 0) await write(statementsFor(kind).remove, [trust, ids], ids.length);
  }
}

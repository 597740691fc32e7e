/** The trust that changes are made for. It is there from the first change on. */
import { labelKey } from '@linewatch/record';
import type { ClientBase } from 'pg';
import { EstateError } from '../errors.ts';
import { textProblem } from '../units.ts';
import { writeEvent } from './audit.ts';
import type { Actor } from './records.ts';

export async function trustId(client: ClientBase, label: string): Promise<number | undefined> {
  const { rows } = await client.query<{ id: number }>('SELECT id FROM trust WHERE slug = $1', [label]);
  return rows[0]?.id;
}

/** @param name without it, a trust keeps its name, and a new one is named by its label. */
export async function ensureTrust(
  client: ClientBase,
  actor: Actor,
  label: string,
  name?: string,
): Promise<{ readonly id: number; readonly changed: boolean }> {
  if (name !== undefined && (name === '' || textProblem(name)))
    throw new EstateError('conflict', `the name of the trust ${textProblem(name) ?? 'is empty'}`);
  const { rows } = await client.query<{ id: number; name: string }>('SELECT id, name FROM trust WHERE slug = $1', [
    label,
  ]);
  const [found] = rows;
  if (found) {
    if (name === undefined || name === found.name) return { id: found.id, changed: false };
    await client.query('UPDATE trust SET name = $2 WHERE id = $1', [found.id, name]);
    await note(client, found.id, actor, label, { name: found.name }, { name });
    return { id: found.id, changed: true };
  }
  const key = labelKey(label);
  const holder = await client.query<{ slug: string }>('SELECT slug FROM trust WHERE key = $1', [key]);
  if (holder.rows[0])
    throw new EstateError(
      'trust_key_collision',
      `trust id "${label}" has the same number in telemetry (${key}) as the trust "${holder.rows[0].slug}": give one of them another id`,
    );
  const added = await client.query<{ id: number }>(
    'INSERT INTO trust (slug, key, name) VALUES ($1, $2, $3) RETURNING id',
    [label, key, name ?? label],
  );
  const { id } = added.rows[0]!;
  await note(client, id, actor, label, undefined, { name: name ?? label });
  return { id, changed: true };
}

const note = (
  client: ClientBase,
  id: number,
  actor: Actor,
  label: string,
  before: unknown,
  after: unknown,
): Promise<void> =>
  writeEvent(client, id, actor, {
    what: 'setting',
    record: `trust ${label}`,
    op: before ? 'update' : 'create',
    before,
    after,
  });

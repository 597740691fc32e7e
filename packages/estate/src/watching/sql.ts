/** Parts that statements of the watch share. */
import type { ClientBase } from 'pg';
import { epochMs } from '../records/fields.ts';

export const ms = epochMs;
/** A number of ms as a moment. */
export const moment = (expression: string): string => `to_timestamp(${expression}::float8 / 1000)`;

/** Annotations `a` that were not taken back. */
export const live = (a: string): string =>
  `NOT EXISTS (SELECT FROM annotation b WHERE b.trust_id = ${a}.trust_id AND b.takes_back = ${a}.id)`;

/** What devices send may hold what PostgreSQL's texts cannot: NUL, and halves of characters. */
const storable = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value;

export const json = (value: unknown): string => JSON.stringify(value, storable);

/** The watcher's commits and what people do are one after the other. */
export const lockWatch = (client: ClientBase): Promise<unknown> => client.query('SELECT FROM watch_version FOR UPDATE');

export const nextVersion = (client: ClientBase): Promise<unknown> =>
  client.query('UPDATE watch_version SET version = version + 1');

/**
 * Incidents under some, these too: their members, those merged into them, and theirs. `ids`: of the first. Rows: root, via (of the
 * first step), id, circuit_id, academy_id.
 */
export const treeOf = (ids: string): string => `
  WITH RECURSIVE tree AS (
    SELECT i.id AS root, NULL::integer AS via, i.id, i.circuit_id, i.academy_id FROM incident i WHERE i.id = ANY (${ids}::integer[])
    UNION
    SELECT t.root, coalesce(t.via, m.id), m.id, m.circuit_id, m.academy_id FROM tree t
    JOIN LATERAL (
      SELECT id, circuit_id, academy_id FROM incident WHERE parent_id = t.id
      UNION ALL SELECT id, circuit_id, academy_id FROM incident WHERE merged_into = t.id
    ) m ON true
  )`;

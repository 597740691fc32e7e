/** Parts that statements of the watch share. */
import type { ClientBase } from 'pg';
import { epochMs } from '../records/fields.ts';

export const ms = epochMs;
/** A number of ms as a moment. */
export const moment = (expression: string): string => `to_timestamp(${expression}::float8 / 1000)`;

/** Annotations `a` that were not taken back. */
export const live = (a: string): string => `NOT EXISTS (SELECT FROM annotation b WHERE b.takes_back = ${a}.id)`;

/** What devices send may hold what PostgreSQL's texts cannot: NUL, and halves of characters. */
const storable = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value;

export const json = (value: unknown): string => JSON.stringify(value, storable);

/** The watcher's commits and what people do are one after the other. */
export const lockWatch = (client: ClientBase): Promise<unknown> => client.query('SELECT FROM watch_version FOR UPDATE');

export const nextVersion = (client: ClientBase): Promise<unknown> =>
  client.query('UPDATE watch_version SET version = version + 1');

/** Incidents under some: their members, those merged into them, and theirs. `$n`: ids. Rows: root, via (of the first step), id. */
export const treeOf = (ids: string): string => `
  WITH RECURSIVE tree AS (
    SELECT r AS root, NULL::integer AS via, r AS id FROM unnest(${ids}::integer[]) AS r
    UNION
    SELECT t.root, coalesce(t.via, m.id), m.id FROM tree t
    JOIN LATERAL (SELECT id FROM incident WHERE parent_id = t.id UNION ALL SELECT id FROM incident WHERE merged_into = t.id) m ON true
  )`;

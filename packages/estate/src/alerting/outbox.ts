/** What incidents tell, as their transactions wrote it. */
import type { Database } from '../database.ts';
import { ms } from '../watching/sql.ts';
import type { IncidentChange } from './model.ts';

const most = 10_000;

/**
 * $1: after it; $2: so many. The transaction of the last of them is read to its end: a member is not seen before its parent. Its
 * rows are together, as one writes at a time.
 */
const text = `
  WITH page AS MATERIALIZED (
    SELECT * FROM incident_change WHERE id > $1 ORDER BY id LIMIT $2
  ), last AS MATERIALIZED (
    SELECT * FROM page ORDER BY id DESC LIMIT 1
  ), rest AS (
    SELECT c.* FROM last l JOIN incident_change c ON c.id > l.id AND c.id < coalesce((
      SELECT min(n.id) FROM incident_change n WHERE n.id > l.id AND (n.transaction, n.at) <> (l.transaction, l.at)
    ), 9223372036854775807)
  )
  SELECT id::float8 AS id, ${ms('at')} AS "atMs", kind, incident, by, note
  FROM (SELECT * FROM page UNION ALL SELECT * FROM rest) c ORDER BY c.id`;

export const readChanges = (database: Database, after: number, limit: number): Promise<readonly IncidentChange[]> =>
  database.query<IncidentChange & { [column: string]: unknown }>('reading changes of incidents', text, [
    after,
    Math.min(most, Math.max(1, Math.floor(limit))),
  ]);

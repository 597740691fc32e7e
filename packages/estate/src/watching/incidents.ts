import type { Database } from '../database.ts';
import { act } from './act.ts';
import { refusing } from './errors.ts';
import { filtered, readIncident, readIncidents, readTimeline } from './incident-read.ts';
import type { Incidents, LineNow } from './ports.ts';
import { ms } from './sql.ts';

const maxPage = 500;

/** An outage before what is less. What is merged into an incident that is open is that. */
const nowText = `
  WITH open AS (
    SELECT DISTINCT ON (i.circuit_id) i.circuit_id, t.id
    FROM incident t JOIN trust r ON r.id = t.trust_id
    JOIN LATERAL (SELECT t.circuit_id, t.kind UNION ALL SELECT m.circuit_id, m.kind FROM incident m WHERE m.merged_into = t.id) i ON true
    WHERE r.slug = $1 AND t.state <> 'resolved' AND i.circuit_id IS NOT NULL
    ORDER BY i.circuit_id, array_position(ARRAY['outage', 'degradation', 'blind', 'quality'], i.kind), t.id DESC
  )
  SELECT s.circuit_id AS circuit, s.state, s.cause, ${ms('s.since_at')} AS "sinceMs", ${ms('s.seen_at')} AS "seenMs", o.id AS incident
  FROM circuit_state s JOIN circuit c ON c.id = s.circuit_id JOIN trust r ON r.id = c.trust_id
  LEFT JOIN open o ON o.circuit_id = s.circuit_id WHERE r.slug = $1 ORDER BY s.circuit_id`;

export function createIncidents(database: Database, clock: () => number): Incidents {
  const reading = 'reading incidents';
  return {
    list: (trust, { limit = 100, ...query }, seen) =>
      database.read(reading, async (client) => {
        const { where, values } = filtered(trust, clock(), query, seen);
        const most = Math.min(maxPage, Math.max(1, limit));
        const page = `${where} ORDER BY i.id DESC LIMIT ${most + 1}`;
        const incidents = await readIncidents(client, { where: page, values }, seen);
        return { incidents: incidents.slice(0, most), next: incidents.length > most ? incidents[most - 1]!.id : null };
      }),

    get: (trust, id, seen) =>
      database.read(reading, async (client) => {
        const nowMs = clock();
        const incident = await readIncident(client, trust, id, nowMs, seen);
        if (!incident) return undefined;
        const { where, values } = filtered(trust, nowMs, {}, seen);
        values.push(id);
        const parameter = `$${values.length}`;
        const of = `${where} AND (i.parent_id = ${parameter} OR i.merged_into = ${parameter}) ORDER BY i.id`;
        return {
          incident,
          timeline: await readTimeline(client, id, seen),
          members: await readIncidents(client, { where: of, values }, seen),
        };
      }),

    act: (actor, trust, id, action) =>
      refusing(
        database.transact('changing an incident', (client) =>
          act(client, { actor, trust, id, action, nowMs: clock() }),
        ),
      ),

    now: (trust) => database.query<LineNow & { [column: string]: unknown }>('reading the lines', nowText, [trust]),

    version: async () =>
      (
        await database.query<{ version: number }>(
          'reading the watch',
          'SELECT version::float8 AS version FROM watch_version',
        )
      )[0]!.version,
  };
}

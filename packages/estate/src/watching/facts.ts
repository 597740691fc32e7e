/** What figures are made from, a query each. */
import type { Database } from '../database.ts';
import { type IncidentRow, assemble, selectIncidents } from './incident-read.ts';
import type { Annotation, CircuitInterval, Facts } from './ports.ts';
import { live, moment, ms } from './sql.ts';

/** $1 trust's label, $2 and $3 the span, $4 rows of circuits or null. */
const intervalsText = (evidence: boolean): string => `
  SELECT v.circuit_id AS circuit, ${ms('v.from_at')} AS "fromMs", ${ms('v.to_at')} AS "toMs", v.state, v.cause,
    ${evidence ? 'v.evidence' : `'[]'::json AS evidence`}, ${ms('s.seen_at')} AS "seenMs"
  FROM circuit c JOIN circuit_interval v ON v.circuit_id = c.id LEFT JOIN circuit_state s ON s.circuit_id = c.id
  WHERE c.trust_id = (SELECT id FROM trust WHERE slug = $1) AND ($4::integer[] IS NULL OR c.id = ANY ($4))
    AND v.superseded_at IS NULL AND tstzrange(v.from_at, v.to_at) && tstzrange(${moment('$2')}, ${moment('$3')})
  ORDER BY v.circuit_id, v.from_at`;

/** The beginning and end of an incident are what they are now. */
const annotationsText = `
  SELECT * FROM (
    SELECT a.id, a.circuit_id AS circuit, ${ms('coalesce(a.from_at, i.started_at)')} AS "fromMs",
      ${ms('coalesce(a.to_at, i.ended_at)')} AS "toMs", a.kind, a.code, a.state, a.reason, a.incident_id AS incident, a.by,
      ${ms('a.at')} AS "atMs"
    FROM annotation a JOIN incident i ON i.id = a.incident_id
    WHERE a.trust_id = (SELECT id FROM trust WHERE slug = $1) AND a.kind <> 'taken-back' AND ${live('a')}
  ) a
  WHERE a."fromMs" < $3::float8 AND coalesce(a."toMs" > $2::float8 AND a."toMs" > a."fromMs", true) ORDER BY a.id`;

export const createFacts = (database: Database, clock: () => number): Facts => ({
  intervals: (trust, fromMs, toMs, circuits, evidence = true) =>
    database.query<CircuitInterval & { [column: string]: unknown }>('reading intervals', intervalsText(evidence), [
      ...[trust, fromMs, toMs, circuits ?? null],
    ]),

  annotations: (trust, fromMs, toMs) =>
    database.query<Annotation & { [column: string]: unknown }>('reading annotations', annotationsText, [
      ...[trust, fromMs, toMs],
    ]),

  incidents: (trust, fromMs, toMs) =>
    database.read('reading incidents', async (client) => {
      const { rows } = await client.query<IncidentRow & { readonly circuitRow: number }>(
        `${selectIncidents(', i.circuit_id AS "circuitRow"')} AND i.circuit_id IS NOT NULL AND i.started_at < ${moment('$4')}
           AND (i.ended_at IS NULL OR i.ended_at > ${moment('$3')})
         ORDER BY i.circuit_id, i.started_at, i.id`,
        [trust, clock(), fromMs, toMs],
      );
      return assemble(client, rows, undefined);
    }),
});

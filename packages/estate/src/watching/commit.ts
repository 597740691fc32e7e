/** The statements of a watcher's commit. Each takes all its rows at once, and says how much of it was new. */
import type { ClientBase } from 'pg';
import type { CircuitStateRow, IntervalChange, QualityNote, WatchedEntry, WatchedIncident } from './model.ts';
import type { WatcherPosition } from './model.ts';
import { json, live, moment } from './sql.ts';

const changed = async (client: ClientBase, text: string, values: unknown[]): Promise<number> =>
  (await client.query<{ changed: number }>(text, values)).rows[0]!.changed;

export async function putPositions(client: ClientBase, positions: readonly WatcherPosition[]): Promise<void> {
  if (positions.length === 0) return;
  await client.query(
    `INSERT INTO watcher_position (topic, partition, log, "offset")
     SELECT n.topic, n.partition, n.log, n."offset"
     FROM json_to_recordset($1) AS n (topic text, partition integer, log text, "offset" bigint)
     ON CONFLICT (topic, partition) DO UPDATE SET log = excluded.log, "offset" = excluded."offset"`,
    [json(positions)],
  );
}

/** A circuit that was removed meanwhile is passed over, here and below. How far a state was seen is nothing new. */
export async function putStates(client: ClientBase, states: readonly CircuitStateRow[]): Promise<number> {
  if (states.length === 0) return 0;
  const rows = states.map(({ snapshot, ...state }) => ({
    ...state,
    snapshot: Buffer.from(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength).toString('base64'),
  }));
  return changed(
    client,
    `WITH told AS MATERIALIZED (
       SELECT c.id, n.state, n.cause, ${moment('n."sinceMs"')} AS since_at, ${moment('n."seenMs"')} AS seen_at,
         decode(n.snapshot, 'base64') AS snapshot
       FROM json_to_recordset($1) AS n (circuit integer, state text, cause text, "sinceMs" float8, "seenMs" float8, snapshot text)
       JOIN circuit c ON c.id = n.circuit
     ), put AS (
       INSERT INTO circuit_state (circuit_id, state, cause, since_at, seen_at, snapshot) SELECT * FROM told
       ON CONFLICT (circuit_id) DO UPDATE SET state = excluded.state, cause = excluded.cause, since_at = excluded.since_at,
         seen_at = excluded.seen_at, snapshot = excluded.snapshot
     )
     SELECT count(*)::integer AS changed FROM told t LEFT JOIN circuit_state s ON s.circuit_id = t.id
     WHERE (s.state, s.cause, s.since_at) IS DISTINCT FROM (t.state, t.cause, t.since_at)`,
    [json(rows)],
  );
}

/**
 * What is held is found by the index of the constraint that keeps intervals apart: the past costs nothing, however long it is.
 * What is as it was stays; the part of an interval that lies before its circuit's change does too, in a row of its own.
 */
const intervalsText = `
  WITH change AS MATERIALIZED (
    SELECT c.id AS circuit, ${moment('n."fromMs"')} AS at
    FROM json_to_recordset($1) AS n (circuit integer, "fromMs" float8) JOIN circuit c ON c.id = n.circuit
  ), held AS MATERIALIZED (
    SELECT v.id, v.circuit_id, v.from_at, v.to_at, v.state, v.cause, v.evidence, c.at
    FROM change c JOIN circuit_interval v ON v.circuit_id = c.circuit
    WHERE v.superseded_at IS NULL AND tstzrange(v.from_at, v.to_at) && tstzrange(c.at, NULL)
  ), wanted AS MATERIALIZED (
    SELECT c.circuit, ${moment('n."fromMs"')} AS from_at, ${moment('n."toMs"')} AS to_at, n.state, n.cause, n.evidence
    FROM json_to_recordset($2) AS n (circuit integer, "fromMs" float8, "toMs" float8, state text, cause text, evidence jsonb)
    JOIN change c ON c.circuit = n.circuit
    UNION ALL
    SELECT circuit_id, from_at, at, state, cause, evidence FROM held WHERE from_at < at
  ), kept AS MATERIALIZED (
    SELECT h.id, h.circuit_id, h.from_at FROM held h JOIN wanted w ON w.circuit = h.circuit_id AND w.from_at = h.from_at
    WHERE w.to_at IS NOT DISTINCT FROM h.to_at AND w.state = h.state AND w.cause = h.cause AND w.evidence = h.evidence
  ), superseded AS (
    UPDATE circuit_interval v SET superseded_at = now() FROM held h
    WHERE v.id = h.id AND h.id NOT IN (SELECT k.id FROM kept k) RETURNING v.id
  ), added AS (
    INSERT INTO circuit_interval (circuit_id, from_at, to_at, state, cause, evidence)
    SELECT * FROM wanted w WHERE (w.circuit, w.from_at) NOT IN (SELECT k.circuit_id, k.from_at FROM kept k)
    RETURNING id
  )
  SELECT ((SELECT count(*) FROM superseded) + (SELECT count(*) FROM added))::integer AS changed`;

export async function putIntervals(client: ClientBase, changes: readonly IntervalChange[]): Promise<number> {
  let made = 0;
  let rest = changes;
  // Of two changes of one circuit, the later goes over the earlier.
  while (rest.length > 0) {
    const round = new Map<number, IntervalChange>();
    const later: IntervalChange[] = [];
    for (const change of rest)
      if (round.has(change.circuit)) later.push(change);
      else round.set(change.circuit, change);
    const of = [...round.values()];
    made += await changed(client, intervalsText, [
      json(of.map(({ circuit, fromMs }) => ({ circuit, fromMs }))),
      json(of.flatMap(({ circuit, intervals }) => intervals.map((each) => ({ circuit, ...each })))),
    ]);
    rest = later;
  }
  return made;
}

const incidentRows = `json_to_recordset($1) AS n (position integer, key text, trust integer, kind text, state text, severity text,
  title text, cause text, circuit integer, academy integer, provider integer, parent text, "startedMs" float8, "endedMs" float8,
  "detectedMs" float8, "resolvedMs" float8, flaps integer, "backupCarried" boolean, maintenance boolean)`;

/** What the watcher may say otherwise later: column → expression. */
const watched = Object.entries({
  watched_state: 'n.state',
  watched_severity: 'n.severity',
  title: 'left(n.title, 500)',
  cause: 'left(n.cause, 64)',
  watched_started_at: moment('n."startedMs"'),
  watched_ended_at: moment('n."endedMs"'),
  detected_at: moment('n."detectedMs"'),
  watched_resolved_at: moment('n."resolvedMs"'),
  flaps: 'n.flaps',
  backup_carried: 'n."backupCarried"',
  maintenance: 'n.maintenance',
});
const columns = watched.map(([column]) => column);
const expressions = watched.map(([, expression]) => expression);

// Rows are looked for before they are added: a conflict would use up a number each time.
const incidentsText = `
  WITH updated AS (
    -- Down again is new: it is not over, whoever called it resolved.
    UPDATE incident i SET
      said_state = CASE WHEN n.flaps > i.flaps AND n.state = 'open' THEN nullif(i.said_state, 'resolved') ELSE i.said_state END,
      said_state_at = CASE WHEN n.flaps > i.flaps AND n.state = 'open' AND i.said_state = 'resolved' THEN NULL
        ELSE i.said_state_at END,
      ${watched.map(([column, expression]) => `${column} = ${expression}`).join(', ')}
    FROM ${incidentRows}
    WHERE i.key = n.key AND (${columns.map((column) => `i.${column}`).join(', ')}) IS DISTINCT FROM (${expressions.join(', ')})
    RETURNING i.id
  ), added AS (
    INSERT INTO incident (key, trust_id, kind, circuit_id, academy_id, provider_id, ${columns.join(', ')})
    SELECT n.key, t.id, n.kind, c.id, a.id, p.id, ${expressions.join(', ')}
    FROM ${incidentRows} JOIN trust t ON t.id = n.trust
    LEFT JOIN circuit c ON c.trust_id = t.id AND c.id = n.circuit
    LEFT JOIN academy a ON a.trust_id = t.id AND a.id = n.academy
    LEFT JOIN provider p ON p.trust_id = t.id AND p.id = n.provider
    WHERE (n.circuit IS NULL OR c.id IS NOT NULL) AND NOT EXISTS (SELECT FROM incident i WHERE i.key = n.key)
    ORDER BY n.position RETURNING id
  )
  SELECT ((SELECT count(*) FROM updated) + (SELECT count(*) FROM added))::integer AS changed`;

const parentsText = `
  WITH updated AS (
    UPDATE incident i SET watched_parent_id = p.id
    FROM ${incidentRows} LEFT JOIN incident p ON p.key = n.parent AND p.trust_id = n.trust AND p.key <> n.key
    WHERE i.key = n.key AND i.watched_parent_id IS DISTINCT FROM p.id RETURNING i.id
  )
  SELECT count(*)::integer AS changed FROM updated`;

/** What a person excluded as a whole holds for those that come under it later, at any depth. Once: it can be taken back. */
const inheritText = `
  WITH RECURSIVE below AS (
    SELECT i.id FROM incident i WHERE i.key = ANY ($1::text[])
    UNION SELECT m.id FROM below b JOIN incident m ON m.parent_id = b.id
  ), above AS (
    SELECT b.id, i.parent_id AS group_id FROM below b JOIN incident i ON i.id = b.id WHERE i.parent_id IS NOT NULL
    UNION SELECT a.id, i.parent_id FROM above a JOIN incident i ON i.id = a.group_id WHERE i.parent_id IS NOT NULL
  ), added AS (
    INSERT INTO annotation (trust_id, kind, circuit_id, code, reason, incident_id, said_of, by, at)
    SELECT DISTINCT ON (i.id) i.trust_id, 'exclusion', i.circuit_id, a.code, a.reason, i.id, a.said_of, a.by, now()
    FROM above u JOIN incident i ON i.id = u.id AND i.circuit_id IS NOT NULL
    JOIN annotation a ON a.said_of = u.group_id AND a.kind = 'exclusion' AND num_nonnulls(a.from_at, a.to_at) = 0 AND ${live('a')}
    WHERE NOT EXISTS (SELECT FROM annotation o WHERE o.incident_id = i.id AND o.said_of = a.said_of)
    ORDER BY i.id, a.id DESC RETURNING id
  )
  SELECT count(*)::integer AS changed FROM added`;

export async function putIncidents(client: ClientBase, incidents: readonly WatchedIncident[]): Promise<number> {
  if (incidents.length === 0) return 0;
  // Of two words on one incident, the later.
  const latest = [...new Map(incidents.map((incident) => [incident.key, incident])).values()];
  const rows = [json(latest.map((incident, position) => ({ position, ...incident })))];
  let made = await changed(client, incidentsText, rows);
  made += await changed(client, parentsText, rows);
  const keys = [latest.map(({ key }) => key)];
  if (latest.some(({ parent }) => parent !== null)) made += await changed(client, inheritText, keys);
  await client.query(
    `SELECT gather_merged(array_agg(DISTINCT i.merged_into)) FROM incident i
     WHERE i.merged_into IS NOT NULL AND i.key = ANY ($1::text[])`,
    keys,
  );
  return made;
}

export async function putEntries(client: ClientBase, entries: readonly WatchedEntry[]): Promise<number> {
  if (entries.length === 0) return 0;
  return changed(
    client,
    `WITH told AS (
       SELECT DISTINCT ON (i.id, n.key) i.id, n.* FROM json_to_recordset($1)
         AS n (position integer, incident text, key text, "atMs" float8, kind text, text text, detail jsonb)
       JOIN incident i ON i.key = n.incident
       WHERE NOT EXISTS (SELECT FROM incident_entry e WHERE e.incident_id = i.id AND e.key = n.key)
       ORDER BY i.id, n.key, n.position
     ), added AS (
       INSERT INTO incident_entry (incident_id, seq, key, at, kind, text, detail)
       SELECT t.id, row_number() OVER (PARTITION BY t.id ORDER BY t.position)
           + coalesce((SELECT max(e.seq) FROM incident_entry e WHERE e.incident_id = t.id), 0),
         t.key, ${moment('t."atMs"')}, t.kind, left(t.text, 5000), t.detail
       FROM told t RETURNING seq
     )
     SELECT count(*)::integer AS changed FROM added`,
    [json(entries.map((entry, position) => ({ position, ...entry })))],
  );
}

export async function putQuality(client: ClientBase, notes: readonly QualityNote[]): Promise<number> {
  if (notes.length === 0) return 0;
  const latest = [...new Map(notes.map((note) => [`${note.circuit} ${note.kind}`, note])).values()];
  return changed(
    client,
    `WITH put AS (
       INSERT INTO circuit_quality (circuit_id, kind, value, at)
       SELECT c.id, n.kind, n.value, ${moment('n."atMs"')}
       FROM json_to_recordset($1) AS n (circuit integer, kind text, value float8, "atMs" float8) JOIN circuit c ON c.id = n.circuit
       ON CONFLICT (circuit_id, kind) DO UPDATE SET value = excluded.value, at = excluded.at
       WHERE (circuit_quality.value, circuit_quality.at) IS DISTINCT FROM (excluded.value, excluded.at)
       RETURNING circuit_id
     )
     SELECT count(*)::integer AS changed FROM put`,
    [json(latest)],
  );
}

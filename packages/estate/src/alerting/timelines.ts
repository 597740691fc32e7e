/** Of incidents that are told of: how each began, what its latest evidence says, and how those who notify are doing. */
import type { Database } from '../database.ts';
import { ms } from '../watching/sql.ts';
import type { ToldIncident } from './model.ts';

export interface TimelineEntry {
  readonly incident: number;
  readonly atMs: number;
  readonly kind: string;
  readonly text: string;
  /** Row of the line that it is of, where it names one. */
  readonly circuit?: number | null;
}

export interface IncidentTimeline {
  readonly detectedMs: number;
  /** How many incidents are part of it. */
  readonly members: number;
  /** Of the watcher only, by their time: the first 10 and the last 20. */
  readonly entries: readonly TimelineEntry[];
}

const first = 10;
const last = 20;

const detectedText = `
  SELECT i.id, ${ms('i.detected_at')} AS "detectedMs",
    (SELECT count(*)::integer FROM incident m WHERE m.parent_id = i.id AND m.merged_into IS NULL) AS members
  FROM incident i WHERE i.id = ANY ($1::integer[])`;

const entriesText = `
  SELECT i.id AS incident, ${ms('e.at')} AS "atMs", e.kind, left(e.text, 500) AS text,
    CASE WHEN e.kind = 'member' THEN (e.detail->>'circuit')::integer END AS circuit
  FROM unnest($1::integer[]) AS i (id) CROSS JOIN LATERAL (
    (SELECT seq, at, kind, text, detail FROM incident_entry WHERE incident_id = i.id AND actor IS NULL ORDER BY seq LIMIT ${first})
    UNION
    (SELECT seq, at, kind, text, detail FROM incident_entry WHERE incident_id = i.id AND actor IS NULL ORDER BY seq DESC LIMIT ${last})
  ) e ORDER BY i.id, e.at, e.seq`;

/** Those that are not there are left out. */
export async function readTimelines(
  database: Database,
  incidents: readonly number[],
): Promise<ReadonlyMap<number, IncidentTimeline>> {
  if (incidents.length === 0) return new Map();
  const values = [[...new Set(incidents)].slice(0, 1000)];
  const reading = 'reading incidents';
  const [rows, entries] = await Promise.all([
    database.query<{ id: number; detectedMs: number; members: number }>(reading, detectedText, values),
    database.query<TimelineEntry & { [column: string]: unknown }>(reading, entriesText, values),
  ]);
  const byIncident = Map.groupBy(entries, ({ incident }) => incident);
  return new Map(
    rows.map(({ id, detectedMs, members }) => [id, { detectedMs, members, entries: byIncident.get(id) ?? [] }]),
  );
}

export interface NotifyingVitals {
  /** Up to when the latest line was seen; null: no line is watched. */
  readonly seenMs: number | null;
  /** When the oldest word of incidents that was not taken was said; null: all are. */
  readonly untakenMs: number | null;
  readonly pending: number;
  readonly dead: number;
  /** When the oldest delivery that waits was made. */
  readonly oldestMs: number | null;
}

const vitalsText = `
  SELECT (SELECT ${ms('max(seen_at)')} FROM circuit_state) AS "seenMs",
    (SELECT ${ms('c.at')} FROM incident_change c WHERE c.id > (SELECT change_id FROM notifier) ORDER BY c.id LIMIT 1) AS "untakenMs",
    (SELECT count(*)::integer FROM delivery WHERE state = 'dead') AS dead, p.pending, p."oldestMs"
  FROM (SELECT count(*)::integer AS pending, ${ms('min(made_at)')} AS "oldestMs" FROM delivery WHERE state = 'pending') p`;

export const readVitals = async (database: Database): Promise<NotifyingVitals> =>
  (await database.query<NotifyingVitals & { [column: string]: unknown }>('reading deliveries', vitalsText))[0]!;

/** Incidents of all trusts that are not resolved, as their changes tell of them. */
export const readOpenIncidents = async (database: Database): Promise<readonly ToldIncident[]> =>
  (
    await database.query<{ told: ToldIncident }>(
      'reading incidents',
      `SELECT told_of(i) AS told FROM incident i WHERE i.state <> 'resolved' ORDER BY i.id`,
    )
  ).map(({ told }) => told);

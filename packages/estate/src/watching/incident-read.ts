/** Incidents as people see them: what the watcher says, with what people said over it. */
import type { Incident, IncidentEntry, IncidentQuery } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import type { Seen } from './ports.ts';
import { live, moment, ms, treeOf } from './sql.ts';

export type IncidentRow = Omit<Incident, 'academies' | 'members' | 'supplier'> & {
  readonly supplier: Partial<Incident['supplier']>;
};

const named = (a: string): string =>
  `CASE WHEN ${a}.id IS NOT NULL THEN json_build_object('id', ${a}.slug, 'name', ${a}.name) END`;

/** $1: the trust's label; $2: now, ms. `more`: further columns. */
export const selectIncidents = (more = ''): string => `
  SELECT i.id, i.kind, i.state, i.severity, i.title, i.cause, ${named('c')} AS circuit, ${named('p')} AS provider, i.parent_id AS parent, ${ms('i.started_at')} AS "startedMs", ${ms('i.ended_at')} AS "endedMs",
    ${ms('i.detected_at')} AS "detectedMs",
    ${ms(`CASE WHEN i.state <> 'resolved' THEN NULL ELSE coalesce(i.merged_at, i.said_state_at, i.watched_resolved_at) END`)}
      AS "resolvedMs",
    i.flaps, i.backup_carried AS "backupCarried", i.maintenance,
    CASE WHEN i.acknowledged_by IS NOT NULL AND coalesce(i.acknowledged_until > ${moment('$2')}, true) THEN json_build_object(
      'by', i.acknowledged_by, 'atMs', ${ms('i.acknowledged_at')}, 'untilMs', ${ms('i.acknowledged_until')}) END AS acknowledged,
    i.assignee,
    CASE WHEN i.ticket_reference IS NOT NULL THEN json_build_object('reference', i.ticket_reference, 'url', i.ticket_url,
      'atMs', (SELECT ${ms('e.at')} FROM incident_entry e
        WHERE e.incident_id = i.id AND e.kind = 'ticket' AND e.detail->>'reference' = i.ticket_reference ORDER BY e.seq LIMIT 1)) END AS ticket,
    i.supplier, i.fault_class AS "faultClass", x.exclusion, i.merged_into AS "mergedInto",
    num_nonnulls(i.said_started_at, i.said_ended_at) > 0 AS backdated, i.reopened, i.revision${more}
  FROM incident i JOIN trust t ON t.id = i.trust_id
  LEFT JOIN circuit c ON c.id = i.circuit_id
  LEFT JOIN provider p ON p.id = coalesce(i.provider_id, c.provider_id)
  LEFT JOIN LATERAL (
    SELECT json_build_object('code', a.code, 'reason', a.reason, 'by', a.by, 'atMs', ${ms('a.at')}) AS exclusion
    FROM annotation a WHERE a.kind = 'exclusion' AND (a.incident_id = i.id OR a.said_of = i.id) AND ${live('a')}
    ORDER BY a.id DESC LIMIT 1
  ) x ON true
  WHERE t.slug = $1`;

/** Incidents that some circuits, academies or providers are in: theirs, and those that these are members of. `where`: of `i`. */
const touching = (where: string): string => `
  i.id IN (
    WITH RECURSIVE touched AS (
      SELECT i.id, i.parent_id, i.merged_into FROM incident i WHERE ${where}
      UNION
      SELECT p.id, p.parent_id, p.merged_into FROM touched t JOIN incident p ON p.id IN (t.parent_id, t.merged_into)
    )
    SELECT id FROM touched)`;

const rowsOf = (kind: string, slugs: string): string =>
  `(SELECT id FROM ${kind} WHERE trust_id = (SELECT id FROM trust WHERE slug = $1) AND slug = ANY (${slugs}::text[]))`;

const ofAcademies = (slugs: string): string => {
  const academies = rowsOf('academy', slugs);
  return touching(
    `i.academy_id IN ${academies} OR i.circuit_id IN (SELECT id FROM circuit WHERE academy_id IN ${academies})`,
  );
};
const ofProviders = (slugs: string): string => {
  const providers = rowsOf('provider', slugs);
  return touching(
    `i.provider_id IN ${providers} OR i.circuit_id IN (SELECT id FROM circuit WHERE provider_id IN ${providers})`,
  );
};

/** Conditions after `selectIncidents`, and the values of all. */
export function filtered(
  trust: string,
  nowMs: number,
  { state, academy, circuit, provider, kind, from, to, before }: Omit<IncidentQuery, 'limit'>,
  seen: Seen,
): { readonly where: string; readonly values: unknown[] } {
  const conditions = [''];
  const values: unknown[] = [trust, nowMs];
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (state === 'open') conditions.push(`i.state <> 'resolved'`);
  if (state === 'closed') conditions.push(`i.state = 'resolved'`);
  add(ofAcademies, seen && [...seen]);
  add(ofAcademies, academy && [academy]);
  add((p) => touching(`i.circuit_id IN ${rowsOf('circuit', p)}`), circuit && [circuit]);
  add(ofProviders, provider && [provider]);
  add((p) => `i.kind = ${p}`, kind);
  add((p) => `(i.ended_at IS NULL OR i.ended_at >= ${moment(p)})`, from);
  add((p) => `i.started_at < ${moment(p)}`, to);
  add((p) => `i.id < ${p}::integer`, before);
  return { where: conditions.join(' AND '), values };
}

interface Below {
  readonly root: number;
  readonly via: number | null;
  readonly id: string | null;
  readonly name: string | null;
  readonly pupils: number | null;
}

const noReport: Incident['supplier'] = {
  reportedMs: null,
  how: null,
  by: null,
  reference: null,
  startedMs: null,
  fixedMs: null,
  stops: [],
};

/** With the academies and members of each, as far as they may be seen. */
export async function assemble<Row extends IncidentRow>(
  client: ClientBase,
  rows: readonly Row[],
  seen: Seen,
): Promise<(Omit<Row, 'supplier'> & Pick<Incident, 'academies' | 'members' | 'supplier'>)[]> {
  const { rows: below } = await client.query<Below>(
    `${treeOf('$1')}
     SELECT DISTINCT t.root, t.via, a.slug AS id, a.name, a.pupils
     FROM tree t LEFT JOIN circuit c ON c.id = t.circuit_id
     LEFT JOIN academy a ON a.id = coalesce(t.academy_id, c.academy_id) ORDER BY a.name, a.slug`,
    [rows.map(({ id }) => id)],
  );
  const byRoot = Map.groupBy(
    below.filter(({ id }) => !seen || (id !== null && seen.has(id))),
    ({ root }) => root,
  );
  return rows.map(({ supplier, ...row }) => {
    const of = byRoot.get(row.id) ?? [];
    const academies = new Map(
      of.flatMap(({ id, name, pupils }) => (id === null ? [] : [[id, { id, name: name!, pupils }] as const])),
    );
    return {
      ...row,
      academies: [...academies.values()],
      members: new Set(of.flatMap(({ via }) => via ?? [])).size,
      supplier: { ...noReport, ...supplier },
    };
  });
}

export async function readIncidents(
  client: ClientBase,
  filter: { readonly where: string; readonly values: unknown[] },
  seen: Seen,
): Promise<Incident[]> {
  const { rows } = await client.query<IncidentRow>(`${selectIncidents()}${filter.where}`, filter.values);
  return rows.length === 0 ? [] : assemble(client, rows, seen);
}

export async function readIncident(
  client: ClientBase,
  trust: string,
  id: number,
  nowMs: number,
  seen: Seen,
): Promise<Incident | undefined> {
  const { where, values } = filtered(trust, nowMs, {}, seen);
  values.push(id);
  const [incident] = await readIncidents(client, { where: `${where} AND i.id = $${values.length}`, values }, seen);
  return incident;
}

/** Those whose detail names a circuit of an academy that may not be seen are left out. */
export async function readTimeline(client: ClientBase, id: number, seen: Seen): Promise<IncidentEntry[]> {
  const { rows } = await client.query<IncidentEntry>(
    `SELECT e.seq, ${ms('e.at')} AS "atMs", ${ms('e.made_at')} AS "madeMs", e.actor, e.kind, e.text, e.detail
     FROM incident_entry e JOIN incident i ON i.id = e.incident_id
     WHERE e.incident_id = $1 AND ($2::text[] IS NULL OR NOT e.detail ? 'circuit' OR EXISTS (
       SELECT FROM circuit c JOIN academy a ON a.id = c.academy_id
       WHERE c.trust_id = i.trust_id AND e.detail->>'circuit' IN (c.slug, c.id::text) AND a.slug = ANY ($2)))
     ORDER BY e.seq`,
    [id, seen ? [...seen] : null],
  );
  return rows;
}

/** Time of an incident that people put under a code, and take back: annotations of its circuits, those of its members included. */
import type { Handler } from './act.ts';
import { WatchError } from './errors.ts';
import { live, moment, ms, treeOf } from './sql.ts';
import { at } from './texts.ts';

interface Part {
  readonly incident: number;
  readonly circuit: number;
  readonly name: string;
  readonly startedMs: number;
  readonly endedMs: number | null;
  /** Of it excluded already. */
  readonly excluded: readonly {
    readonly id: number;
    readonly code: string;
    readonly fromMs: number;
    readonly toMs: number | null;
  }[];
}

const partsText = `${treeOf('ARRAY[$1]')}
  SELECT i.id AS incident, c.id AS circuit, c.name, ${ms('i.started_at')} AS "startedMs", ${ms('i.ended_at')} AS "endedMs",
    coalesce(x.excluded, '[]') AS excluded
  FROM (SELECT DISTINCT id FROM tree) t JOIN incident i ON i.id = t.id JOIN circuit c ON c.id = i.circuit_id
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', a.id, 'code', a.code, 'fromMs', ${ms('coalesce(a.from_at, i.started_at)')},
      'toMs', ${ms('coalesce(a.to_at, i.ended_at)')})) AS excluded
    FROM annotation a WHERE a.incident_id = i.id AND a.kind = 'exclusion' AND ${live('a')}
  ) x ON true
  ORDER BY i.id`;

const end = (toMs: number | null): number => toMs ?? Infinity;

/** Takes annotations back: $1 trust's row, $2 reason, $3 by, $4 at; `where` says which of `a`. */
export const takeBack = (where: string): string => `
  INSERT INTO annotation (trust_id, kind, takes_back, reason, by, at)
  SELECT $1::integer, 'taken-back', a.id, $2, $3, ${moment('$4')} FROM annotation a
  WHERE ${where} AND ${live('a')} ORDER BY a.id RETURNING id`;

export const exclude: Handler<'exclude'> = async ({ client, trust, actor, id, nowMs, action }) => {
  const { code, fromMs = null, toMs = null, reason } = action;
  if (fromMs !== null && toMs !== null && toMs <= fromMs)
    throw new WatchError('refused', `The time to exclude ends (${at(toMs)}) before it begins (${at(fromMs)}).`);
  const { rows: all } = await client.query<Part>(partsText, [id]);
  const parts = all.filter(({ startedMs, endedMs }) => end(toMs) > startedMs && (fromMs ?? startedMs) < end(endedMs));
  if (parts.length === 0)
    throw new WatchError(
      'refused',
      all.length === 0
        ? 'It is of no circuit: there is no time to exclude.'
        : 'The time to exclude lies outside of it.',
    );
  const replaced: number[] = [];
  for (const { name, startedMs, endedMs, excluded } of parts) {
    const [from, to] = [fromMs ?? startedMs, toMs === null ? end(endedMs) : toMs];
    for (const old of excluded) {
      if (old.fromMs >= to || end(old.toMs) <= from) continue;
      if (old.fromMs < from || end(old.toMs) > to)
        throw new WatchError(
          'refused',
          `From ${at(old.fromMs)}${old.toMs === null ? ' on' : ` to ${at(old.toMs)}`} ${name} is excluded as ${old.code} already: ` +
            'include that first, or exclude all of it anew.',
        );
      replaced.push(old.id);
    }
  }
  if (replaced.length > 0)
    await client.query(takeBack('a.id = ANY ($5::integer[])'), [
      ...[trust, `Replaced: ${reason}`.slice(0, 4000), actor.name, nowMs, replaced],
    ]);
  await client.query(
    `INSERT INTO annotation (trust_id, kind, circuit_id, from_at, to_at, code, reason, incident_id, said_of, by, at)
     SELECT $1::integer, 'exclusion', p.circuit, ${moment('$2')}, ${moment('$3')}, $4, $5, p.incident, $6::integer, $7, ${moment('$8')}
     FROM unnest($9::integer[], $10::integer[]) AS p (circuit, incident)`,
    [
      ...[trust, fromMs, toMs, code, reason, id, actor.name, nowMs],
      ...[parts.map(({ circuit }) => circuit), parts.map(({ incident }) => incident)],
    ],
  );
  const span = `${fromMs === null ? 'from its beginning' : `from ${at(fromMs)}`} ${toMs === null ? 'to its end' : `to ${at(toMs)}`}`;
  return {
    set: {},
    entry: {
      kind: 'excluded',
      text: `Excluded as ${code}, ${span}${parts.length > 1 ? `, of ${parts.length} circuits` : ''}: ${reason}`,
      detail: { code, fromMs, toMs, circuits: parts.length },
    },
  };
};

export const include: Handler<'include'> = async ({ client, trust, actor, id, nowMs, action: { reason } }) => {
  const { rows } = await client.query(takeBack(`a.kind = 'exclusion' AND (a.incident_id = $5 OR a.said_of = $5)`), [
    trust,
    reason,
    actor.name,
    nowMs,
    id,
  ]);
  if (rows.length === 0) throw new WatchError('refused', 'Nothing of it is excluded.');
  return { set: {}, entry: { kind: 'included', text: `Included again: ${reason}` } };
};

/** When it really began or ended: the incident's times, and the state of its circuit between those and what was measured. */
import type { ClientBase } from 'pg';
import type { Handler } from './act.ts';
import { WatchError } from './errors.ts';
import { takeBack } from './exclusions.ts';
import { moment, ms } from './sql.ts';
import { at } from './texts.ts';

interface Times {
  readonly circuit: number | null;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly saidStartedMs: number | null;
  readonly saidEndedMs: number | null;
}

const timesText = `
  SELECT circuit_id AS circuit, ${ms('watched_started_at')} AS "startedMs", ${ms('watched_ended_at')} AS "endedMs",
    ${ms('said_started_at')} AS "saidStartedMs", ${ms('said_ended_at')} AS "saidEndedMs"
  FROM incident WHERE id = $1`;

const worse = { outage: 'down', degradation: 'degraded' } as const;

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: 'up' | 'degraded' | 'down';
}

/** Between what was measured and what is said: bad where it is said to have lasted longer, up where shorter. */
const between = (measured: number, said: number, bad: Stretch['state'], at: 'start' | 'end'): Stretch[] => {
  if (measured === said) return [];
  const longer = at === 'start' ? said < measured : said > measured;
  return [{ fromMs: Math.min(measured, said), toMs: Math.max(measured, said), state: longer ? bad : 'up' }];
};

const day = (timeMs: number | null): Date | null => (timeMs === null ? null : new Date(timeMs));

export const backdate: Handler<'backdate'> = async ({ client, trust, actor, id, nowMs, incident, action }) => {
  const { reason } = action;
  const { kind } = incident;
  const times = (await client.query<Times>(timesText, [id])).rows[0]!;
  const refuse = (why: string): never => {
    throw new WatchError('refused', why);
  };
  if (action.startedMs === undefined && action.endedMs === undefined)
    refuse('It says neither when it began nor when it ended.');
  if (times.circuit === null)
    return refuse('The times of a group are those of its members: change those of the members.');
  if (kind !== 'outage' && kind !== 'degradation')
    return refuse('Only the times of outages and degradations can be changed.');
  if (action.endedMs !== undefined && times.endedMs === null)
    refuse('It goes on by what is measured: it can be given another end when it has one.');
  const startedMs = action.startedMs ?? times.saidStartedMs ?? times.startedMs;
  const endedMs = action.endedMs ?? times.saidEndedMs ?? times.endedMs;
  for (const said of [startedMs, endedMs]) if (said !== null && said > nowMs) refuse(`${at(said)} lies in the future.`);
  if (startedMs >= (endedMs ?? nowMs))
    refuse(
      `It would begin (${at(startedMs)}) ${endedMs === null ? 'now or later' : `when it ends (${at(endedMs)}) or later`}.`,
    );
  await refuseOverlap(client, { id, circuit: times.circuit, kind, startedMs, endedMs });

  // Each word is of all of it: what was corrected before is taken back.
  await client.query(takeBack(`a.kind = 'correction' AND a.incident_id = $5`), [trust, reason, actor.name, nowMs, id]);
  const stretches = [
    ...between(times.startedMs, startedMs, worse[kind], 'start'),
    ...(endedMs !== null && times.endedMs !== null ? between(times.endedMs, endedMs, worse[kind], 'end') : []),
  ];
  for (const { fromMs, toMs, state } of stretches)
    await client.query(
      `INSERT INTO annotation (trust_id, kind, circuit_id, from_at, to_at, state, reason, incident_id, said_of, by, at)
       VALUES ($1, 'correction', $2, ${moment('$3')}, ${moment('$4')}, $5, $6, $7, $7, $8, ${moment('$9')})`,
      [trust, times.circuit, fromMs, toMs, state, reason, id, actor.name, nowMs],
    );
  const said = [
    ...(action.startedMs === undefined ? [] : [`it began ${at(startedMs)} (measured: ${at(times.startedMs)})`]),
    ...(action.endedMs === undefined ? [] : [`it ended ${at(endedMs!)} (measured: ${at(times.endedMs!)})`]),
  ];
  return {
    set: {
      said_started_at: day(startedMs === times.startedMs ? null : startedMs),
      said_ended_at: day(endedMs === times.endedMs ? null : endedMs),
    },
    entry: {
      kind: 'backdated',
      text: `Back-dated: ${said.join('; ')}: ${reason}`,
      detail: { startedMs: action.startedMs, endedMs: action.endedMs },
    },
  };
};

/** A circuit is down once at a time. What was merged into it is it. */
async function refuseOverlap(
  client: ClientBase,
  it: { id: number; circuit: number; kind: string; startedMs: number; endedMs: number | null },
): Promise<void> {
  const { rows } = await client.query<{ id: number; startedMs: number; endedMs: number | null }>(
    `SELECT id, ${ms('started_at')} AS "startedMs", ${ms('ended_at')} AS "endedMs" FROM incident
     WHERE circuit_id = $1 AND kind = $2 AND id <> $3 AND merged_into IS NULL
       AND ($5::float8 IS NULL OR started_at < ${moment('$5')}) AND coalesce(ended_at > ${moment('$4')}, true)
     ORDER BY started_at LIMIT 1`,
    [it.circuit, it.kind, it.id, it.startedMs, it.endedMs],
  );
  const [other] = rows;
  if (!other) return;
  const span = `${at(other.startedMs)} ${other.endedMs === null ? 'until now' : `to ${at(other.endedMs)}`}`;
  throw new WatchError(
    'refused',
    `It would overlap incident ${other.id} of the same circuit (${span}): merge the two, or choose other times.`,
  );
}

import type { Database } from '../database.ts';
import { EstateError } from '../errors.ts';
import { putEntries, putIncidents, putIntervals, putPositions, putQuality, putStates } from './commit.ts';
import { storedMaintenances } from './maintenances.ts';
import type { CircuitStateRow, StoredInterval, WatchedIncident, WatcherPosition, Watching } from './model.ts';
import { ms, nextVersion } from './sql.ts';

const positionsText = 'SELECT topic, partition, log, "offset"::float8 AS "offset" FROM watcher_position ORDER BY 1, 2';

const statesText = `
  SELECT circuit_id AS circuit, state, cause, ${ms('since_at')} AS "sinceMs", ${ms('seen_at')} AS "seenMs", snapshot
  FROM circuit_state ORDER BY circuit_id`;

/** $1: ends after it. */
const intervalsText = `
  SELECT circuit_id AS circuit, ${ms('from_at')} AS "fromMs", ${ms('to_at')} AS "toMs", state, cause, evidence
  FROM circuit_interval WHERE superseded_at IS NULL AND (to_at IS NULL OR to_at > $1) ORDER BY circuit_id, from_at`;

/** $1: resolved after it. */
const incidentsText = `
  SELECT i.key, i.trust_id AS trust, i.kind, i.watched_state AS state, i.watched_severity AS severity, i.title, i.cause,
    i.circuit_id AS circuit, i.academy_id AS academy, i.provider_id AS provider, p.key AS parent,
    ${ms('i.watched_started_at')} AS "startedMs", ${ms('i.watched_ended_at')} AS "endedMs", ${ms('i.detected_at')} AS "detectedMs",
    ${ms('i.watched_resolved_at')} AS "resolvedMs", i.flaps, i.backup_carried AS "backupCarried", i.maintenance
  FROM incident i LEFT JOIN incident p ON p.id = i.watched_parent_id
  WHERE i.watched_state <> 'resolved' OR i.watched_resolved_at > $1 ORDER BY i.id`;

export const createWatching = (database: Database): Watching => ({
  claim: async (holder) =>
    (
      await database.query<{ epoch: number }>(
        'claiming the watch',
        'UPDATE watcher SET epoch = epoch + 1, holder = left($1, 200), claimed_at = now() RETURNING epoch::float8 AS epoch',
        [holder],
      )
    )[0]!.epoch,

  read: (sinceMs) =>
    database.read('reading the watch', async (client) => {
      const since = new Date(sinceMs);
      return {
        positions: (await client.query<WatcherPosition>(positionsText)).rows,
        states: (await client.query<CircuitStateRow>(statesText)).rows,
        intervals: (await client.query<StoredInterval & { circuit: number }>(intervalsText, [since])).rows,
        incidents: (await client.query<WatchedIncident>(incidentsText, [since])).rows,
      };
    }),

  commit: (epoch, { positions, states, intervals, incidents, entries, quality }) =>
    database.transact('keeping the watch', async (client) => {
      // Whoever claims waits until this has ended, and what comes after the claim sees it.
      const { rows } = await client.query<{ epoch: number; holder: string }>(
        'SELECT w.epoch::float8 AS epoch, w.holder FROM watcher w, watch_version v FOR SHARE OF w FOR UPDATE OF v',
      );
      const [latest] = rows;
      if (latest?.epoch !== epoch)
        throw new EstateError('leadership_lost', `the watch was claimed by ${latest?.holder ?? 'another watcher'}`);
      await putPositions(client, positions);
      const made = [
        await putStates(client, states),
        await putIntervals(client, intervals),
        await putIncidents(client, incidents),
        await putEntries(client, entries),
        await putQuality(client, quality),
      ];
      if (made.some((count) => count > 0)) await nextVersion(client);
    }),

  maintenances: () => storedMaintenances(database, null),
});

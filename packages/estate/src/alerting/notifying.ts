import type { Logger } from '@linewatch/service';
import type { Database } from '../database.ts';
import { follow } from '../follow.ts';
import type { Sealer } from '../records/seal.ts';
import { putBreaker } from './breaker.ts';
import { commit } from './commit.ts';
import { readDue, readNextDue } from './due.ts';
import { alertsChannel } from './locks.ts';
import { readCertificates, readUsage } from './measured.ts';
import { readMemory } from './memory.ts';
import { readChanges } from './outbox.ts';
import type { Notifying } from './ports.ts';
import { prune } from './prune.ts';
import { settle } from './settle.ts';
import { readOpenIncidents, readTimelines, readVitals } from './timelines.ts';
import { readSetup, safeguardingOf } from './setup.ts';

export interface AlertingDependencies {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly logger: Logger;
  readonly clock: () => number;
}

/** Most groups that ids are reserved for at once. */
const maxReserved = 100_000;

export function createNotifying(
  { database, sealer, logger, clock }: AlertingDependencies,
  following: <T extends { stop(): Promise<void> }>(it: T) => T,
): Notifying {
  return {
    claim: async (holder) =>
      (
        await database.query<{ epoch: number }>(
          'claiming the telling',
          'UPDATE notifier SET epoch = epoch + 1, holder = left($1, 200), claimed_at = now() RETURNING epoch::float8 AS epoch',
          [holder],
        )
      )[0]!.epoch,

    read: (sinceMs) => readMemory(database, sinceMs),

    changes: (after, limit) => readChanges(database, after, limit),

    reserve: async (count) => {
      if (count <= 0) return [];
      const rows = await database.query<{ id: number }>(
        'reserving ids of groups',
        `SELECT nextval(pg_get_serial_sequence('alert_group', 'id'))::float8 AS id FROM generate_series(1, $1::integer)`,
        [Math.min(maxReserved, count)],
      );
      return rows.map(({ id }) => id);
    },

    commit: (epoch, change) => database.transact('keeping alerts', (client) => commit(client, epoch, change)),

    setup: () =>
      database.read('reading the set-up of alerts', (client) => readSetup(client, { sealer, logger, nowMs: clock() })),

    safeguarding: (trust) =>
      database.transact('reading the set-up of alerts', (client) => safeguardingOf(client, trust)),

    watch: (onChange) =>
      following(
        follow(database, logger, { doing: 'watching alerts', channel: alertsChannel, pollMs: 2000 }, async (client) => {
          // Whether the connection is there still.
          await client.query('SELECT');
          onChange();
        }),
      ),

    due: (subscription, nowMs, limit, besides) => readDue(database, subscription, nowMs, limit, besides),

    nextDue: () => readNextDue(database),

    settle: (epoch, settled) =>
      database.transact('keeping what was sent', (client) => settle(client, epoch, settled, clock())),

    breaker: (epoch, subscription, breaker, disabled) =>
      database.transact('keeping how a receiver is doing', (client) =>
        putBreaker(client, { epoch, subscription, breaker, disabled, nowMs: clock() }),
      ),

    openIncidents: () => readOpenIncidents(database),

    timelines: (incidents) => readTimelines(database, incidents),

    vitals: () => readVitals(database),

    usage: () => readUsage(database),

    certificates: () => readCertificates(database),

    prune: (before) => prune(database, before),
  };
}

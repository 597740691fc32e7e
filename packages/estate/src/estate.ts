import type { ImportResult } from '@linewatch/contract';
import type { Health } from '@linewatch/service';
import { describe } from '@linewatch/service';
import { createAlerting } from './alerting/alerting.ts';
import { createMeasured } from './alerting/measured.ts';
import { createNotifying } from './alerting/notifying.ts';
import type { Alerting, Measured, Notifying } from './alerting/ports.ts';
import { type DatabaseOptions, openDatabase } from './database.ts';
import { type ExportRequest, exportFile } from './files/export.ts';
import { TooMuch, importApart, isLarge } from './files/apart.ts';
import { type ImportRequest, importFile, refusedFile } from './files/import.ts';
import { importPorts, readTrustName } from './files/lookups.ts';
import { type Campaign, type Leadership, tryLead, whileLeading } from './leader.ts';
import { type Migrated, knownMigrations, migrate } from './migrate.ts';
import type { Snapshot } from './model.ts';
import { type People, createPeople } from './people/people.ts';
import { createRecords } from './records/create.ts';
import type { Records } from './records/records.ts';
import { createSealer } from './records/seal.ts';
import { readSnapshot } from './snapshot.ts';
import { createFacts } from './watching/facts.ts';
import { createIncidents } from './watching/incidents.ts';
import { createMaintenances } from './watching/maintenances.ts';
import type { Watching } from './watching/model.ts';
import type { Facts, Incidents, Maintenances, Reports } from './watching/ports.ts';
import { createReports } from './watching/reports.ts';
import { createWatching } from './watching/watching.ts';
import { type OnChange, type Watch, watchVersion } from './watch.ts';

export interface EstateOptions extends DatabaseOptions {
  /** Unix ms, of sessions, tokens and links, and of what people do to incidents. */
  readonly clock?: (() => number) | undefined;
  /** 32 octets that secrets are kept with (AES-256). Without it none can be kept or read. */
  readonly secretKey?: Uint8Array | undefined;
}

/** The estate in PostgreSQL. Every promise here rejects with an EstateError only. */
export interface Estate {
  /** What the estate is made of: read, changed, undone and told of. */
  readonly records: Records;
  /** Accounts, sessions, tokens. What it refuses is a PeopleError. */
  readonly people: People;
  /** What the watcher keeps. */
  readonly watching: Watching;
  readonly incidents: Incidents;
  readonly maintenance: Maintenances;
  /** What figures are made from. */
  readonly facts: Facts;
  readonly reports: Reports;
  /** What the notifier keeps. */
  readonly notifying: Notifying;
  /** What people say of alerts, and see of them. What it refuses is an AlertingError. */
  readonly alerting: Alerting;
  /** What the watcher measures for rules. */
  readonly measured: Measured;
  /** Brings the schema up to date. Safe to call from several processes at once. */
  migrate(): Promise<Migrated>;
  /** Ready: the server answers and the schema is ours. Never rejects. */
  health(): Promise<Health>;
  /** One transaction: all of the file or nothing; what is wrong with it is in the result. The same file again changes nothing. */
  importFile(request: ImportRequest): Promise<ImportResult>;
  /** Importing it again changes nothing. */
  exportFile(request: ExportRequest): Promise<string>;
  /** Everything, as of one moment. */
  snapshot(): Promise<Snapshot>;
  /** The version of the estate; it grows with each change. */
  version(): Promise<number>;
  /** Follows the version, over lost connections too. */
  watch(onChange: OnChange): Watch;
  /** Tries once to be the only holder of the name's lock. Undefined: another has it. */
  leader(name: string): Promise<Leadership | undefined>;
  /** Does the work in only one process at a time, as long as this one runs. */
  whileLeading(name: string, work: (signal: AbortSignal) => Promise<void>): Campaign;
  /** Stops watches and campaigns, releases locks, closes connections. */
  close(): Promise<void>;
}

/** Opens nothing yet: connections are made when they are needed. */
export function createEstate(options: EstateOptions): Estate {
  const { logger, clock = Date.now } = options;
  const database = openDatabase(options);
  const following = new Set<{ stop(): Promise<void> }>();
  const locks = new Set<Leadership>();
  const closed = new AbortController();

  function follow<T extends { stop(): Promise<void> }>(it: T): T {
    following.add(it);
    return it;
  }

  const sealer = createSealer(options.secretKey);
  const records = createRecords(database, sealer);
  const alerts = { database, sealer, logger, clock };

  return {
    records,

    people: createPeople(database, clock),

    watching: createWatching(database),
    incidents: createIncidents(database, clock),
    maintenance: createMaintenances(database, clock),
    facts: createFacts(database, clock),
    reports: createReports(database, clock),
    notifying: createNotifying(alerts, follow),
    alerting: createAlerting(alerts),
    measured: createMeasured(database),

    migrate: () => migrate(database, logger),

    health: async () => {
      try {
        const [row] = await database.query<{ server: string; schema: number; estate: number }>(
          'reading the estate',
          `SELECT current_setting('server_version') AS server, (SELECT max(version) FROM schema_migrations) AS schema,
             (SELECT version::float8 FROM estate_version) AS estate`,
        );
        const { server, schema, estate } = row!;
        const latest = (await knownMigrations()).at(-1)?.version ?? 0;
        const detail = `PostgreSQL ${server}, schema ${schema}, estate version ${estate}`;
        if (schema === latest) return { ready: true, detail };
        return { ready: false, detail: `${detail}; this program needs schema ${latest}` };
      } catch (error) {
        return { ready: false, detail: describe(error) };
      }
    },

    importFile: async (request) => {
      if (!isLarge(request)) return importFile(importPorts(database, records), request);
      const { url, applicationName, secretKey } = options;
      try {
        return await importApart({ database: { url, applicationName }, secretKey, request }, closed.signal);
      } catch (error) {
        if (error instanceof TooMuch) return refusedFile(request, error.message);
        throw error;
      }
    },

    exportFile: (request) =>
      exportFile(
        {
          records,
          nameOf: (trust) => database.read('reading the estate', (client) => readTrustName(client, trust)),
        },
        request,
      ),

    snapshot: () => database.read('reading the estate', readSnapshot),

    version: async () =>
      (
        await database.query<{ version: number }>(
          'reading the estate',
          'SELECT version::float8 AS version FROM estate_version',
        )
      )[0]!.version,

    watch: (onChange) => follow(watchVersion(database, logger, onChange)),

    leader: async (name) => {
      const leadership = await tryLead(database, name);
      if (leadership) {
        locks.add(leadership);
        leadership.signal.addEventListener('abort', () => locks.delete(leadership), { once: true });
      }
      return leadership;
    },

    whileLeading: (name, work) => follow(whileLeading(database, logger, name, work)),

    close: async () => {
      closed.abort();
      await Promise.all([...following].map((it) => it.stop()));
      await Promise.all([...locks].map((it) => it.release()));
      await database.close();
    },
  };
}

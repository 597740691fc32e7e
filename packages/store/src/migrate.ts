import { readFile, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { sleep } from '@linewatch/service';
import { createDictionaries } from './dictionaries.ts';
import { StoreError } from './errors.ts';
import { type Retention, applyRetention, defaultRetention } from './retention.ts';
import type { Store } from './store.ts';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

const directory = new URL('./migrations/', import.meta.url);

/** Statements end in `;` at the end of a line. Each can be run again: ClickHouse has no transaction around them. */
const split = (sql: string): string[] =>
  sql
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');

async function readMigrations(): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => /^\d{4}-.+\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => ({
      number: Number(file.slice(0, 4)),
      name: file.slice(5, -4),
      statements: split(await readFile(new URL(file, directory), 'utf8')),
    })),
  );
}

const lockTable = 'schema_lock';
const lockStaleS = 15;
const lockWaitMs = 120_000;

/**
 * One migrator at a time: CREATE TABLE is atomic, so it is the lock. Its holder touches it; a lock that has not been
 * touched for 15 s was left by a process that died. Two waiters may then both take it, which does no harm: every statement
 * can be run again, and beside each other.
 */
async function locked<T>(store: Store, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + lockWaitMs;
  for (;;) {
    try {
      await store.command(`CREATE TABLE ${lockTable} (holder String) ENGINE = Memory`);
      break;
    } catch (error) {
      if (!(error instanceof StoreError) || error.clickhouseCode !== 57) throw error; // TABLE_ALREADY_EXISTS
      const [lock] = await store.query<{ age_s: number; comment: string }>(
        `SELECT toFloat64(dateDiff('second', metadata_modification_time, now())) AS age_s, comment
         FROM system.tables WHERE database = currentDatabase() AND name = '${lockTable}'`,
      );
      if (lock && lock.age_s > lockStaleS) {
        store.logger.warn({ holder: lock.comment, ageSeconds: lock.age_s }, 'stale migration lock removed');
        await store.command(`DROP TABLE IF EXISTS ${lockTable} SYNC`);
      } else if (Date.now() > until) {
        throw new StoreError('migration_locked', `another migration is running (${lock?.comment ?? 'unknown holder'})`);
      } else {
        await sleep(250);
      }
    }
  }
  const touch = (): Promise<void> =>
    store.command(`ALTER TABLE ${lockTable} MODIFY COMMENT {holder:String}`, {
      holder: `${hostname()} ${process.pid} ${new Date().toISOString()}`,
    });
  const timer = setInterval(() => void touch().catch(() => undefined), 3000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await store.command(`DROP TABLE IF EXISTS ${lockTable} SYNC`).catch(() => undefined);
  }
}

async function createDatabase(store: Store): Promise<void> {
  // Looked up first: a user of a shared server may not be allowed to create databases.
  try {
    await store.query('SELECT 1');
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'schema_missing') throw error;
    await store.command(`CREATE DATABASE IF NOT EXISTS ${store.database}`, {}, { atServer: true });
  }
}

export interface MigrateResult {
  /** Number of the latest migration. */
  readonly version: number;
  /** Names of those applied now. */
  readonly applied: readonly string[];
}

/**
 * Brings the database to this code's schema, sets retention and dictionaries. Safe to run again and from several
 * processes.
 * @throws StoreError `schema_newer` when a later version of the code has migrated it, `migration_locked`, or the server's.
 */
export async function migrate(store: Store, retention: Retention = defaultRetention): Promise<MigrateResult> {
  const migrations = await readMigrations();
  const latest = migrations.at(-1)?.number ?? 0;
  await createDatabase(store);
  return locked(store, async () => {
    await store.command(
      `CREATE TABLE IF NOT EXISTS schema_migrations (number UInt32, name String, applied_at DateTime('UTC') DEFAULT now())
       ENGINE = MergeTree ORDER BY number`,
    );
    const [at] = await store.query<{ number: number }>('SELECT max(number) AS number FROM schema_migrations');
    const current = at?.number ?? 0;
    if (current > latest)
      throw new StoreError(
        'schema_newer',
        `the database is at schema ${current}, this version knows up to ${latest}: run a later version`,
      );
    const applied: string[] = [];
    for (const { number, name, statements } of migrations) {
      if (number <= current) continue;
      for (const statement of statements) await store.command(statement, {}, { maxSeconds: 3600 });
      await store.command('INSERT INTO schema_migrations (number, name) VALUES ({number:UInt32}, {name:String})', {
        number,
        name,
      });
      store.logger.info({ number, name }, 'migration applied');
      applied.push(name);
    }
    await applyRetention(store, retention);
    await createDictionaries(store);
    return { version: latest, applied };
  });
}

/** Numbered migrations, forward only: every one that the database lacks, in one transaction. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '@linewatch/service';
import type { Database } from './database.ts';
import { EstateError } from './errors.ts';

const directory = path.join(import.meta.dirname, '..', 'migrations');
const timeoutMs = 300_000;

/** First of the two numbers of our advisory locks; the second says which lock. ASCII "LWAT". */
export const lockSpace = 0x4c574154;
const migrationLock = 1;

interface Migration {
  readonly version: number;
  readonly file: string;
}

/** The migrations that this program knows, oldest first. */
export async function knownMigrations(): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => /^\d{4}_\w+\.sql$/.test(file)).sort();
  return files.map((file) => ({ version: Number(file.slice(0, 4)), file }));
}

export interface Migrated {
  /** Version of the schema now. */
  readonly version: number;
  /** Files applied by this call. */
  readonly applied: readonly string[];
}

export async function migrate(database: Database, logger: Logger): Promise<Migrated> {
  const known = await knownMigrations();
  const latest = known.at(-1)?.version ?? 0;
  return database.write('migrating the estate database', timeoutMs, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1, $2)', [lockSpace, migrationLock]);
    const { rows } = await client.query<{ present: boolean }>(
      `SELECT to_regclass('schema_migrations') IS NOT NULL AS present`,
    );
    if (!rows[0]!.present)
      await client.query(
        'CREATE TABLE schema_migrations (version integer PRIMARY KEY, file text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
      );
    const done = new Set(
      (await client.query<{ version: number }>('SELECT version FROM schema_migrations')).rows.map((row) => row.version),
    );
    const current = Math.max(0, ...done);
    if (current > latest)
      throw new EstateError(
        'schema_newer',
        `the estate database has schema version ${current}, made by a newer Linewatch; this one knows up to ${latest}: upgrade it`,
      );
    const applied: string[] = [];
    for (const { version, file } of known) {
      if (done.has(version)) continue;
      try {
        await client.query(await readFile(path.join(directory, file), 'utf8'));
      } catch (error) {
        throw new EstateError('migration_failed', `migration ${file} failed, nothing was changed`, { cause: error });
      }
      await client.query('INSERT INTO schema_migrations (version, file) VALUES ($1, $2)', [version, file]);
      applied.push(file);
    }
    if (applied.length > 0) logger.info({ applied, version: latest }, 'estate database migrated');
    return { version: latest, applied };
  });
}

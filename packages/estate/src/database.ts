/** Connections to PostgreSQL: a bounded pool for short queries, and single ones for locks, LISTEN and long transactions. */
import { Client, type ClientBase, Pool, type QueryResultRow } from 'pg';
import { type Logger, type Metrics, describe } from '@linewatch/service';
import { EstateError, type EstateErrorCode, toEstateError } from './errors.ts';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`. Not through a pooler that shares sessions: locks and LISTEN need their own. */
  readonly url: string;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  /** Shown by the server beside each connection. */
  readonly applicationName?: string | undefined;
  /** Most connections of the pool. */
  readonly poolSize?: number | undefined;
  readonly statementTimeoutMs?: number | undefined;
  readonly connectTimeoutMs?: number | undefined;
}

export interface Database {
  /** Runs one statement on the pool. */
  query<Row extends QueryResultRow>(doing: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs a read on one consistent state of the database. */
  read<T>(doing: string, work: (client: ClientBase) => Promise<T>): Promise<T>;
  /** Runs a short transaction on the pool. */
  transact<T>(doing: string, work: (client: ClientBase) => Promise<T>): Promise<T>;
  /** Runs a transaction on a connection of its own, which may take long. */
  write<T>(doing: string, timeoutMs: number, work: (client: ClientBase) => Promise<T>): Promise<T>;
  /** A connection of its own; the caller ends it. `onLost` is called at most once, when it breaks. */
  connect(doing: string, timeoutMs: number, onLost: (error: Error) => void): Promise<Client>;
  close(): Promise<void>;
}

const rollBack = (client: ClientBase): Promise<unknown> => client.query('ROLLBACK').catch(() => undefined);

async function inTransaction<T>(
  client: ClientBase,
  begin: string,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  await client.query(begin);
  try {
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await rollBack(client);
    throw error;
  }
}

export function openDatabase(options: DatabaseOptions): Database {
  const { url, logger, metrics, applicationName = 'linewatch', poolSize = 4 } = options;
  const { statementTimeoutMs = 10_000, connectTimeoutMs = 5000 } = options;
  const failures = metrics?.counter('estate_failures_total', 'Failed operations on the estate database, by reason.', [
    'reason',
  ]);
  let closed = false;

  const config = (timeoutMs: number) => ({
    connectionString: url,
    application_name: applicationName,
    statement_timeout: timeoutMs,
    // The server cannot tell us of a timeout over a dead connection.
    query_timeout: timeoutMs + 1000,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  const pool = new Pool({ ...config(statementTimeoutMs), max: poolSize, idleTimeoutMillis: 30_000 });
  pool.on('error', (error) => logger.debug({ reason: describe(error) }, 'idle estate connection lost'));
  metrics?.gauge('estate_connections', 'Connections of the pool to the estate database.', [], (g) =>
    g.set(pool.totalCount),
  );

  async function guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
    if (closed) throw new EstateError('closed', `${doing} failed: the estate is closed`);
    try {
      return await work();
    } catch (error) {
      const known = toEstateError(error, doing);
      failures?.inc({ reason: known.code });
      throw known;
    }
  }

  const onPool = <T>(doing: string, begin: string, work: (client: ClientBase) => Promise<T>): Promise<T> =>
    guarded(doing, async () => {
      const client = await pool.connect();
      let broken = false;
      // The pool listens to idle ones only; what is under way is told by its own rejection.
      const lost = (): void => void (broken = true);
      client.on('error', lost);
      try {
        return await inTransaction(client, begin, work);
      } catch (error) {
        const transient: readonly EstateErrorCode[] = ['unreachable', 'timeout'];
        broken ||= transient.includes(toEstateError(error, doing).code);
        throw error;
      } finally {
        client.off('error', lost);
        client.release(broken);
      }
    });

  async function connect(timeoutMs: number, onLost: (error: Error) => void): Promise<Client> {
    const client = new Client(config(timeoutMs));
    let told = false;
    const lost = (error: Error): void => {
      if (told) return;
      told = true;
      onLost(error);
    };
    client.on('error', lost);
    try {
      await client.connect();
    } catch (error) {
      told = true;
      client.end().catch(() => undefined);
      throw error;
    }
    client.on('end', () => lost(new Error('connection ended')));
    return client;
  }

  return {
    query: <Row extends QueryResultRow>(doing: string, text: string, values: readonly unknown[] = []) =>
      guarded(doing, async () => (await pool.query<Row>(text, [...values])).rows),

    read: (doing, work) => onPool(doing, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work),

    transact: (doing, work) => onPool(doing, 'BEGIN', work),

    write: (doing, timeoutMs, work) =>
      guarded(doing, async () => {
        const client = await connect(timeoutMs, () => undefined);
        try {
          return await inTransaction(client, 'BEGIN', work);
        } finally {
          client.end().catch(() => undefined);
        }
      }),

    connect: (doing, timeoutMs, onLost) => guarded(doing, () => connect(timeoutMs, onLost)),

    close: async () => {
      if (closed) return;
      closed = true;
      await pool.end();
    },
  };
}

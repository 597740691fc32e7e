import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type ClickHouseSettings, createClient } from '@clickhouse/client';
import type { Logger } from '@linewatch/service';
import { StoreError, toStoreError } from './errors.ts';

export interface StoreOptions {
  /** `http://host:port` of ClickHouse's HTTP interface. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Default `linewatch`. Made by `migrate()` when it is not there. */
  readonly database?: string;
  readonly logger: Logger;
  /** Longest that the server may be silent, ms. Default 5 minutes: an insert of the largest size has its time in it. */
  readonly requestTimeoutMs?: number;
}

export type Params = Readonly<Record<string, unknown>>;

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Longest the server may work on it, seconds. Default 10 for queries. */
  readonly maxSeconds?: number;
}

export interface InsertOptions extends CallOptions {
  /** Rows for which this expression is one of these numbers are left out: they are stored already. */
  readonly except?: { readonly expression: string; readonly values: readonly number[] };
}

/** A ClickHouse connection pool. Every method throws StoreError. */
export interface Store {
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly logger: Logger;
  /** Rows of a SELECT. UInt64 and Int64 come as decimal strings: cast to Float64 in SQL where 2^53 is enough. */
  query<Row>(sql: string, params?: Params, options?: CallOptions): Promise<Row[]>;
  /** A statement without rows: DDL, INSERT … SELECT. `atServer` runs it outside our database, which may not exist yet. */
  command(sql: string, params?: Params, options?: CallOptions & { readonly atServer?: boolean }): Promise<void>;
  /**
   * One Native block into one table, under a deduplication token: a repeated token adds nothing, in the table and in
   * everything that views feed from it. Resolves when all of them are written.
   */
  insertBlock(table: string, chunks: readonly Uint8Array[], token: string, options?: InsertOptions): Promise<void>;
  /** Rejects when the server does not answer or refuses the user. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const defaultRequestTimeoutMs = 300_000;

const querySettings = (maxSeconds: number): ClickHouseSettings => ({
  max_execution_time: maxSeconds,
  max_rows_to_read: '2000000000',
  max_bytes_to_read: '100000000000',
  max_result_rows: '2000000',
  max_result_bytes: '500000000',
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 0,
});

/**
 * One insert is one block in each table that it reaches, so that one token names all of it. Squashing below 16 M rows joins
 * whatever pieces the aggregation of a view hands on; nothing splits above it, for a Native block is taken as it stands.
 */
const insertSettings = (token: string, maxSeconds: number): ClickHouseSettings => ({
  async_insert: 0,
  wait_end_of_query: 1,
  insert_deduplicate: 1,
  insert_deduplication_token: token,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  max_insert_block_size: '16777216',
  min_insert_block_size_rows: '16777216',
  min_insert_block_size_bytes: '0',
  max_insert_threads: '1',
  max_threads: 1,
  // A view's rows are grouped already: summing them again costs a quarter of the insert.
  optimize_on_insert: 0,
  parallel_view_processing: 0,
  // A refusal would come again at each retry: late and wrong times may touch many days.
  max_partitions_per_insert_block: '0',
  input_format_defaults_for_omitted_fields: 1,
  max_execution_time: maxSeconds,
});

/** Small chunks joined, large ones as they are: one write to the socket each. */
function* joined(chunks: readonly Uint8Array[], target = 1 << 18): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let length = 0;
  for (const chunk of chunks) {
    if (chunk.length >= target) {
      if (length > 0) yield Buffer.concat(small, length);
      small = [];
      length = 0;
      yield chunk;
      continue;
    }
    small.push(chunk);
    length += chunk.length;
    if (length >= target) {
      yield Buffer.concat(small, length);
      small = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(small, length);
}

const identifier = /^[a-z_][a-z0-9_]{0,62}$/;

/** Opens no connection yet. @throws StoreError `input_invalid` */
export function createStore({
  url,
  user,
  password,
  database = 'linewatch',
  logger,
  requestTimeoutMs = defaultRequestTimeoutMs,
}: StoreOptions): Store {
  if (!identifier.test(database))
    throw new StoreError('input_invalid', `not a database name: ${database.slice(0, 60)}`);
  const common = {
    url,
    username: user,
    password,
    application: 'linewatch',
    request_timeout: requestTimeoutMs,
    max_open_connections: 16,
    log: { level: 127 as const }, // our own errors say it
  };
  const client = createClient({ ...common, database });
  const server = createClient({ ...common, database: 'default' });
  const signalOf = ({ signal }: CallOptions): { abort_signal?: AbortSignal } => {
    if (!signal) return {};
    // The client hears of an abort only while a request runs.
    if (signal.aborted) throw new Error('called off before it began');
    return { abort_signal: signal };
  };

  /** What a block's rows go through on their way: nothing, or a filter. */
  const source = async (table: string, { except, ...options }: InsertOptions): Promise<string> => {
    if (!except || except.values.length === 0) return '';
    const columns = await self.query<{ name: string; type: string }>(
      'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position',
      { table },
      options,
    );
    const structure = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
    const literal = structure.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
    return ` SELECT * FROM input('${literal}') WHERE ${except.expression} NOT IN (${except.values.map(Number).join(', ')})`;
  };

  const self: Store = {
    database,
    user,
    password,
    logger,
    async query<Row>(sql: string, params: Params = {}, options: CallOptions = {}): Promise<Row[]> {
      try {
        const result = await client.query({
          query: sql,
          query_params: { ...params },
          format: 'JSONEachRow',
          clickhouse_settings: querySettings(options.maxSeconds ?? 10),
          ...signalOf(options),
        });
        return await result.json<Row>();
      } catch (error) {
        throw toStoreError(error, 'query');
      }
    },
    async command(sql, params = {}, options = {}): Promise<void> {
      try {
        await (options.atServer ? server : client).command({
          query: sql,
          query_params: { ...params },
          clickhouse_settings: { wait_end_of_query: 1, max_execution_time: options.maxSeconds ?? 60 },
          ...signalOf(options),
        });
      } catch (error) {
        throw toStoreError(error, 'command');
      }
    },
    async insertBlock(table, chunks, token, options = {}): Promise<void> {
      if (!identifier.test(table)) throw new StoreError('input_invalid', `not a table name: ${table.slice(0, 60)}`);
      if (token === '') throw new StoreError('input_invalid', 'an insert has no deduplication token');
      try {
        const { stream } = await client.exec({
          query: `INSERT INTO ${table}${await source(table, options)} FORMAT Native`,
          values: Readable.from(joined(chunks), { objectMode: false }),
          clickhouse_settings: insertSettings(token, options.maxSeconds ?? 120),
          ...signalOf(options),
        });
        stream.resume();
        await finished(stream);
      } catch (error) {
        throw toStoreError(error, `insert into ${table}`);
      }
    },
    async ping(): Promise<void> {
      const result = await server.ping({ select: true, abort_signal: AbortSignal.timeout(5000) });
      if (!result.success) throw toStoreError(result.error, 'ping');
    },
    async close(): Promise<void> {
      await Promise.all([client.close(), server.close()]);
    },
  };
  return self;
}

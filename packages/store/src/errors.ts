import { LinewatchError } from '@linewatch/service';

/** Whether the same call may succeed later, unchanged. A total record: the compiler finds the missing code. */
const retryable = {
  /** No connection, connection lost, shutting down, overloaded; an insert may or may not have been done. */
  store_unavailable: true,
  /** The user or its password is not accepted, or it lacks a grant. */
  access_denied: false,
  /** A table or database is not there: not migrated yet. */
  schema_missing: true,
  /** The database was migrated by a later version of this code. */
  schema_newer: false,
  /** Another process held the migration lock for too long. */
  migration_locked: true,
  /** Merges do not keep up with inserts. */
  too_many_parts: true,
  /** The server's or the query's memory limit. */
  memory_limit: true,
  disk_full: true,
  /** `max_execution_time` passed. */
  query_timeout: false,
  /** A limit on rows or octets read or returned. */
  query_too_large: false,
  /** What the caller passed is not acceptable; nothing was sent. */
  input_invalid: false,
  /** Any other refusal of the server. */
  store_rejected: false,
} as const;

export type StoreErrorCode = keyof typeof retryable;

export const storeErrorCodes = Object.keys(retryable) as readonly StoreErrorCode[];

export class StoreError extends LinewatchError<StoreErrorCode> {
  /** ClickHouse's own number, 0 when the error is not the server's. */
  readonly clickhouseCode: number;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown; clickhouseCode?: number }) {
    super(code, message, options);
    this.clickhouseCode = options?.clickhouseCode ?? 0;
  }

  get retryable(): boolean {
    return retryable[this.code];
  }
}

/** https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
const codes: Readonly<Record<number, StoreErrorCode>> = {
  60: 'schema_missing', // UNKNOWN_TABLE
  81: 'schema_missing', // UNKNOWN_DATABASE
  158: 'query_too_large', // TOO_MANY_ROWS
  307: 'query_too_large', // TOO_MANY_BYTES
  396: 'query_too_large', // TOO_MANY_ROWS_OR_BYTES
  159: 'query_timeout', // TIMEOUT_EXCEEDED
  160: 'query_timeout', // TOO_SLOW
  192: 'access_denied', // UNKNOWN_USER
  193: 'access_denied', // WRONG_PASSWORD
  194: 'access_denied', // REQUIRED_PASSWORD
  497: 'access_denied', // ACCESS_DENIED
  516: 'access_denied', // AUTHENTICATION_FAILED
  173: 'memory_limit', // CANNOT_ALLOCATE_MEMORY
  241: 'memory_limit', // MEMORY_LIMIT_EXCEEDED
  252: 'too_many_parts', // TOO_MANY_PARTS
  75: 'disk_full', // CANNOT_WRITE_TO_FILE_DESCRIPTOR: what write(2) gives when the disk fills up
  243: 'disk_full', // NOT_ENOUGH_SPACE
  202: 'store_unavailable', // TOO_MANY_SIMULTANEOUS_QUERIES
  203: 'store_unavailable', // NO_FREE_CONNECTION
  209: 'store_unavailable', // SOCKET_TIMEOUT
  210: 'store_unavailable', // NETWORK_ERROR
  236: 'store_unavailable', // ABORTED: the server is shutting down
  242: 'store_unavailable', // TABLE_IS_READ_ONLY
  279: 'store_unavailable', // ALL_CONNECTION_TRIES_FAILED
  285: 'store_unavailable', // TOO_FEW_LIVE_REPLICAS
  319: 'store_unavailable', // UNKNOWN_STATUS_OF_INSERT
  394: 'store_unavailable', // QUERY_WAS_CANCELLED
  425: 'store_unavailable', // SYSTEM_ERROR
  999: 'store_unavailable', // KEEPER_EXCEPTION
};

/** What ClickHouse's error number means to a caller. */
export const codeOf = (clickhouseCode: number): StoreErrorCode => codes[clickhouseCode] ?? 'store_rejected';

/** An error of the client library as one of ours: the server's by its number, everything else is the connection's. */
export function toStoreError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error;
  const number = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^\d+$/.test(number)) {
    const text = (error as Error).message.replaceAll('\n', ' ').slice(0, 1000);
    const clickhouseCode = Number(number);
    return new StoreError(codeOf(clickhouseCode), `${doing}: ${text}`, { cause: error, clickhouseCode });
  }
  return new StoreError('store_unavailable', `${doing}: no answer from ClickHouse`, { cause: error });
}

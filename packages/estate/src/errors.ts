import { LinewatchError, type Problem } from '@linewatch/service';

/**
 * - `unreachable`: the server cannot be reached, or the connection was lost. Worth a retry.
 * - `timeout`: it did not answer in time. Worth a retry.
 * - `exhausted`: it has no connection, memory or disk left. Worth a retry, later.
 * - `refused`: wrong user, password, database or rights.
 * - `schema_missing`: `migrate()` has not run on this database.
 * - `schema_newer`: the database was made by a newer Linewatch.
 * - `migration_failed`: a migration could not be applied; nothing of it was kept.
 * - `trust_key_collision`: two trusts' ids have the same number in telemetry; one must be renamed.
 * - `conflict`: an import contradicts rows that its file does not hold; see `problems`.
 * - `not_found`: what was asked for is not there.
 * - `leadership_lost`: the connection that held the lock has gone.
 * - `closed`: the estate was closed.
 * - `query_failed`: anything else.
 */
export type EstateErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'exhausted'
  | 'refused'
  | 'schema_missing'
  | 'schema_newer'
  | 'migration_failed'
  | 'trust_key_collision'
  | 'conflict'
  | 'not_found'
  | 'leadership_lost'
  | 'closed'
  | 'query_failed';

export class EstateError extends LinewatchError<EstateErrorCode> {
  /** For `conflict`: each contradiction, with its line in the imported file. */
  readonly problems: readonly Problem[];

  constructor(code: EstateErrorCode, message: string, options?: { cause?: unknown; problems?: readonly Problem[] }) {
    super(code, message, options);
    this.problems = options?.problems ?? [];
  }
}

const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ETIMEDOUT',
]);

/** SQLSTATE (PostgreSQL documentation, appendix A) or system error → our code. */
function codeOf(code: string): EstateErrorCode {
  if (systemCodes.has(code) || code.startsWith('08') || /^57P0[1-5]$/.test(code)) return 'unreachable';
  if (code === '57014' || code === '55P03' || code === '25P03') return 'timeout';
  if (code.startsWith('53')) return 'exhausted';
  if (code.startsWith('28') || code === '3D000' || code === '42501') return 'refused';
  if (code === '42P01' || code === '42703') return 'schema_missing';
  return 'query_failed';
}

/** What the driver says in words only: it gives these errors no code. */
const driverMessages: readonly (readonly [RegExp, EstateErrorCode])[] = [
  [/^Query read timeout$/, 'timeout'],
  [/^timeout e(xpired|xceeded)/, 'timeout'],
  [/^Connection terminated/, 'unreachable'],
  [/^Client (has encountered a connection error|was closed)/, 'unreachable'],
  [/^Cannot use a pool after calling end/, 'closed'],
];

/** Any error of the driver or the server as an EstateError; `doing` says what we were about, e.g. "reading the estate". */
export function toEstateError(error: unknown, doing: string): EstateError {
  if (error instanceof EstateError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // A host name with several addresses that all refuse gives an AggregateError whose message is empty.
  const code = (error as { code?: unknown } | null)?.code;
  const mapped =
    typeof code === 'string'
      ? codeOf(code)
      : (driverMessages.find(([pattern]) => pattern.test(message))?.[1] ?? 'query_failed');
  const hint =
    mapped === 'schema_missing'
      ? ': the database has not been migrated'
      : message === '' && typeof code === 'string'
        ? ` (${code})`
        : '';
  return new EstateError(mapped, `${doing} failed${hint}`, { cause: error });
}

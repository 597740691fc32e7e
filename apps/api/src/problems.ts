import type { Problem } from '@linewatch/contract';
import { LinewatchError } from '@linewatch/service';

/** Every way in which a request can fail: one row here, one HTTP status, one title. `doc` is what its type's page says. */
export const problemTable = {
  request_invalid: {
    status: 400,
    title: 'The request is not valid',
    doc: 'A parameter is missing, malformed or out of range. The detail says which and why.',
  },
  request_malformed: {
    status: 400,
    title: 'The request is not well-formed',
    doc: 'The request could not be read as HTTP/1.1, its path is not well-formed, or its body is not JSON.',
  },
  not_found: { status: 404, title: 'There is nothing here', doc: 'No resource has this path.' },
  academy_unknown: { status: 404, title: 'No such academy', doc: 'No academy of the estate has this id.' },
  circuit_unknown: { status: 404, title: 'No such circuit', doc: 'No circuit of the estate has this id.' },
  record_unknown: { status: 404, title: 'No such record', doc: 'No record of this kind has this id.' },
  batch_unknown: { status: 404, title: 'No such batch', doc: 'Nothing that was done has this number.' },
  incident_unknown: { status: 404, title: 'No such incident', doc: 'No incident that you may see has this number.' },
  maintenance_unknown: {
    status: 404,
    title: 'No such maintenance',
    doc: 'No maintenance that you may see has this number.',
  },
  report_unknown: {
    status: 404,
    title: 'No such report',
    doc: 'No report of the month was issued under this number.',
  },
  rule_unknown: { status: 404, title: 'No such rule', doc: 'No rule of the trust has this id.' },
  subscription_unknown: {
    status: 404,
    title: 'No such subscription',
    doc: 'No subscription of the trust has this id.',
  },
  silence_unknown: { status: 404, title: 'No such silence', doc: 'No silence that you may see has this number.' },
  delivery_unknown: { status: 404, title: 'No such delivery', doc: 'No delivery of the trust has this number.' },
  signature_refused: {
    status: 401,
    title: 'The signature does not hold',
    doc: 'The message is not signed with a secret of this address, or its time is more than 5 minutes off. Which of them is not told.',
  },
  record_changed: {
    status: 409,
    title: 'It has changed since',
    doc: 'Someone changed it after it was read, or there is nothing new. Read it again.',
  },
  change_refused: { status: 409, title: 'This cannot be done', doc: 'The detail says why. Nothing was changed.' },
  exporter_unknown: {
    status: 404,
    title: 'No such exporter',
    doc: 'No collector has told of an exporter with this address.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This method is not allowed here',
    doc: 'The path exists, though not with this method. The Allow header lists those that it takes.',
  },
  signed_out: {
    status: 401,
    title: 'Sign in first',
    doc: 'What is asked for is for people with an account, or programs with an API token. The session may have ended.',
  },
  forbidden: {
    status: 403,
    title: 'This is not allowed to you',
    doc: 'The account or token lacks the permission that this takes, or it is about an academy outside its scope.',
  },
  sign_in_failed: {
    status: 401,
    title: 'The sign-in did not work',
    doc: 'E-mail address, password or code is wrong, or the account may not sign in. Which of them is not told.',
  },
  code_required: {
    status: 401,
    title: 'A code is needed, too',
    doc: 'The account has a second factor: send the code of the authenticator app, or a recovery code, with the password.',
  },
  link_invalid: {
    status: 410,
    title: 'This link no longer works',
    doc: 'The link was used, has expired, or was replaced by a newer one.',
  },
  password_refused: {
    status: 400,
    title: 'This password is not taken',
    doc: 'A password has 12 to 128 characters and is not one of the first that someone would try.',
  },
  account_exists: {
    status: 409,
    title: 'There is such an account already',
    doc: 'Another account has this e-mail address, or the first administrator was set up already.',
  },
  account_unknown: { status: 404, title: 'No such account', doc: 'No account of the trust has this number.' },
  account_managed: {
    status: 409,
    title: 'The account comes from the identity provider',
    doc: "Its name, e-mail address, password and roles are the identity provider's, and are changed there.",
  },
  account_changed: {
    status: 409,
    title: 'The account has changed since',
    doc: 'Someone changed it after it was read. Read it again.',
  },
  last_administrator: {
    status: 409,
    title: 'An administrator must be left',
    doc: 'No one would be left who can let others in.',
  },
  session_unknown: { status: 404, title: 'No such session', doc: 'There is no such session, or it has ended.' },
  token_unknown: { status: 404, title: 'No such token', doc: 'There is no such API token, or it was revoked.' },
  too_many: { status: 409, title: 'There are as many as there may be', doc: 'Remove one that is not needed first.' },
  sign_in_unavailable: {
    status: 503,
    title: 'Nobody can sign in now',
    doc: 'The database of accounts or the identity provider does not answer. Try again shortly.',
  },
  origin_refused: {
    status: 403,
    title: 'The request comes from another site',
    doc: 'What changes something is taken from the dashboard itself, or from a program that is no browser.',
  },
  request_timeout: { status: 408, title: 'The request took too long to arrive', doc: 'Send the request again.' },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    doc: 'The request carries more octets than are read.',
  },
  query_too_long: {
    status: 414,
    title: 'The address is too long',
    doc: 'The path and query together are longer than is read.',
  },
  content_type_refused: {
    status: 415,
    title: 'The body is not JSON',
    doc: 'Send the body as JSON, with the header Content-Type: application/json.',
  },
  host_refused: {
    status: 421,
    title: 'This host name is not served',
    doc: 'The Host header names something other than this server. Add the name to api.hosts in the configuration if it is right.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    doc: 'This address asks more often than is answered. The Retry-After header says when to come back.',
  },
  header_too_large: {
    status: 431,
    title: 'The headers are too large',
    doc: 'The request carries more header octets than are read.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong here',
    doc: 'A fault of the server. It has been logged with the request id.',
  },
  response_invalid: {
    status: 500,
    title: 'The answer broke its own contract',
    doc: 'A fault of the server: what it was about to send does not fit the schema. It has been logged.',
  },
  estate_unavailable: {
    status: 503,
    title: 'The estate is not available yet',
    doc: 'The list of academies and circuits has not been read since the server started. Try again shortly.',
  },
  telemetry_unavailable: {
    status: 503,
    title: 'Stored telemetry is not available',
    doc: 'The telemetry database does not answer. Live rates go on; try again shortly.',
  },
  busy: {
    status: 503,
    title: 'Too many queries at once',
    doc: 'More history is being asked for than can be read. Try again shortly.',
  },
  queue_unavailable: {
    status: 503,
    title: 'The queue does not accept',
    doc: 'What was asked for has not been passed on. See the health of the queue.',
  },
  too_many_viewers: { status: 503, title: 'Too many live viewers', doc: 'Every place at the live stream is taken.' },
  timed_out: {
    status: 503,
    title: 'The answer took too long',
    doc: 'The server gave up on this request. Try again, or ask for less.',
  },
  dashboard_missing: {
    status: 503,
    title: 'The dashboard has not been built',
    doc: 'Its files are not there. Build it with "npm run build", or start with "npm start", which does.',
  },
} as const satisfies Record<string, { status: number; title: string; doc: string }>;

export type ProblemCode = keyof typeof problemTable;

export const problemCodes = Object.keys(problemTable) as ProblemCode[];

export interface ProblemOptions {
  readonly cause?: unknown;
  /** Sent as Retry-After, s. */
  readonly retryAfterS?: number;
}

/** Thrown by handlers; becomes a problem document. The message is the document's detail. */
export class ApiError extends LinewatchError<ProblemCode> {
  readonly retryAfterS: number | undefined;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(code, detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryAfterS = options.retryAfterS;
  }
}

export const problemType = 'application/problem+json';

/** An RFC 9457 document. The instance is a path without its query, which may hold what should not be repeated. */
export function problemOf(code: ProblemCode, detail: string, path: string): Problem {
  const { status, title } = problemTable[code];
  return { type: `/problems/${code}`, title, status, detail, instance: path.split('?', 1)[0]!.slice(0, 500), code };
}

/** The codes of Fastify's own errors that a request can bring about. */
const fastifyCodes: Readonly<Partial<Record<string, ProblemCode>>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content_type_refused',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request_malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'request_malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request_malformed',
  FST_ERR_BAD_URL: 'request_malformed',
  FST_ERR_INVALID_URL: 'request_malformed',
  FST_ERR_ASYNC_CONSTRAINT: 'request_malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'query_too_long',
  FST_ERR_HANDLER_TIMEOUT: 'timed_out',
  FST_STATIC_FORBIDDEN_PATH: 'not_found',
};

/** Which problem an error is. Whatever is not known is a fault of ours. */
export function codeOf(error: unknown): ProblemCode {
  if (error instanceof ApiError) return error.code;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? fastifyCodes[code] : undefined;
  if (known) return known;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? 'request_malformed' : 'internal';
}

/** The one place that talks HTTP to the API. Every failure is an ApiError with a code, a title and a detail to show. */
import type { Problem } from '@linewatch/contract';

export type ApiErrorCode =
  /** No answer: the server cannot be reached. */
  | 'network'
  /** No complete answer in time. */
  | 'timeout'
  /** The caller gave up. */
  | 'aborted'
  /** The server answered with an error. */
  | 'refused'
  /** The server answered with something that is not what was asked for. */
  | 'malformed';

interface Answered {
  /** HTTP status, where there was an answer. */
  readonly status?: number | null;
  /** The code of the problem document, where there was one. */
  readonly problem?: string | null;
  /** After how many seconds the server takes such a request again, where it said so. */
  readonly retryAfterS?: number | null;
  readonly cause?: unknown;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly title: string;
  readonly detail: string;
  readonly status: number | null;
  readonly problem: string | null;
  readonly retryAfterS: number | null;

  constructor(code: ApiErrorCode, title: string, detail: string, answered: Answered = {}) {
    super(`${title}: ${detail}`, { cause: answered.cause });
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.status = answered.status ?? null;
    this.problem = answered.problem ?? null;
    this.retryAfterS = answered.retryAfterS ?? null;
  }
}

interface RequestOptions<T extends object> {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Whether what came is what was asked for; see `hasList` and `hasFields`. An answer without a body is `{}`. */
  readonly check: (body: object) => body is T;
  readonly signal: AbortSignal;
  /** For what is known to take long. */
  readonly timeoutMs?: number;
}

/** `path` begins with `/api/v1/`. @throws ApiError */
export type Request = <T extends object>(path: string, options: RequestOptions<T>) => Promise<T>;

export interface ClientOptions {
  /** Where the API is; empty = the server that the page came from. */
  readonly base?: string;
  readonly timeoutMs?: number;
  /** The server no longer knows who asks: the session ended. */
  readonly onSignedOut?: () => void;
}

/** The text of a CSV. `path` begins with `/api/v1/`. @throws ApiError */
export type CsvRequest = (path: string, signal: AbortSignal) => Promise<string>;

export function createRequest(options: ClientOptions = {}): Request {
  return async (path, { method = 'GET', body, check, signal, timeoutMs }) => {
    const sent = {
      method,
      headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const { status, text } = await exchange(path, sent, signal, timeoutMs, options);
    const answer = text === '' ? {} : parseObject(text);
    if (answer === null || !check(answer)) throw unexpected(path, status);
    return answer;
  };
}

export function createCsvRequest(options: ClientOptions = {}): CsvRequest {
  return async (path, signal) => {
    const { status, text, type } = await exchange(path, { headers: { accept: 'text/csv' } }, signal, 60_000, options);
    if (!type.startsWith('text/csv')) throw unexpected(path, status);
    return text;
  };
}

async function exchange(
  path: string,
  sent: RequestInit,
  signal: AbortSignal,
  ownMs: number | undefined,
  { base = '', timeoutMs = 15_000, onSignedOut }: ClientOptions,
): Promise<{ readonly status: number; readonly text: string; readonly type: string }> {
  const limitMs = ownMs ?? timeoutMs;
  const deadline = AbortSignal.timeout(limitMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(base + path, { ...sent, signal: AbortSignal.any([signal, deadline]) });
    text = await response.text();
  } catch (cause) {
    if (signal.aborted) throw new ApiError('aborted', 'Cancelled', 'The request was cancelled.', { cause });
    if (deadline.aborted) {
      const detail = `The server did not answer within ${Math.round(limitMs / 1000)} seconds.`;
      throw new ApiError('timeout', 'No answer in time', detail, { cause });
    }
    const detail = 'Is Linewatch running, and is this device connected to its network?';
    throw new ApiError('network', 'The server cannot be reached', detail, { cause });
  }
  if (!response.ok) {
    const error = refusal(response, parseObject(text));
    if (error.problem === 'signed_out') onSignedOut?.();
    throw error;
  }
  return { status: response.status, text, type: response.headers.get('content-type') ?? '' };
}

function unexpected(path: string, status: number): ApiError {
  const detail = `What came from ${path.replace(/\?.*/, '')} is not what this page expects. Reload the page; it may be older than the server.`;
  return new ApiError('malformed', 'An unexpected answer', detail, { status });
}

/** A check that what came has a list of this name. */
export function hasList<T extends object>(name: keyof T & string): (body: object) => body is T {
  return (body): body is T => Array.isArray((body as Record<string, unknown>)[name]);
}

/** A check that what came has fields of these names. */
export function hasFields<T extends object>(...names: (keyof T & string)[]): (body: object) => body is T {
  return (body): body is T => names.every((name) => name in body);
}

/** Any answer will do: what counts is that it was done. */
export const anyAnswer = (body: object): body is object => !Array.isArray(body);

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function refusal(response: Response, body: Partial<Problem> | null): ApiError {
  const { status } = response;
  const title = typeof body?.title === 'string' && body.title !== '' ? body.title : `Error ${status}`;
  const detail =
    typeof body?.detail === 'string' && body.detail !== '' ? body.detail : 'The server gave no further explanation.';
  const after = Number(response.headers.get('retry-after') ?? NaN);
  return new ApiError('refused', title, detail, {
    status,
    problem: typeof body?.code === 'string' ? body.code : null,
    retryAfterS: Number.isFinite(after) ? after : null,
  });
}

/** Any failure as an ApiError, so that a page has one thing to show. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ApiError('malformed', 'Something went wrong in this page', detail, { cause: error });
}

/** The one place that talks HTTP to the API. Every failure is an ApiError with a code, a title and a detail to show. */
import type {
  AcademyDetail,
  AcademyList,
  Exporter,
  ExporterDecision,
  ExporterList,
  Problem,
  Traffic,
} from '@linewatch/contract';

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

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly title: string;
  readonly detail: string;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;

  constructor(code: ApiErrorCode, title: string, detail: string, status: number | null = null, cause?: unknown) {
    super(`${title}: ${detail}`, { cause });
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.status = status;
  }
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a traffic series is of. */
export type Subject = { readonly kind: 'academies' | 'circuits'; readonly id: string };

export interface Api {
  academies(signal: AbortSignal): Promise<AcademyList>;
  academy(id: string, signal: AbortSignal): Promise<AcademyDetail>;
  traffic(subject: Subject, span: Span, signal: AbortSignal): Promise<Traffic>;
  exporters(signal: AbortSignal): Promise<ExporterList>;
  /** Takes or refuses an exporter; answers with it as it is then. */
  decide(
    exporter: Pick<Exporter, 'collector' | 'address'>,
    decision: ExporterDecision,
    signal: AbortSignal,
  ): Promise<Exporter>;
}

export interface ApiOptions {
  /** Where the API is; empty = the server that the page came from. */
  readonly base?: string;
  readonly timeoutMs?: number;
}

export function createApi({ base = '', timeoutMs = 15_000 }: ApiOptions = {}): Api {
  async function ask(
    path: string,
    isAnswer: (body: object) => boolean,
    signal: AbortSignal,
    init: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
  ): Promise<unknown> {
    const deadline = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(base + path, {
        ...init,
        headers: { accept: 'application/json', ...init.headers },
        signal: AbortSignal.any([signal, deadline]),
      });
      text = await response.text();
    } catch (cause) {
      if (signal.aborted) throw new ApiError('aborted', 'Cancelled', 'The request was cancelled.', null, cause);
      if (deadline.aborted) {
        const detail = `The server did not answer within ${Math.round(timeoutMs / 1000)} seconds.`;
        throw new ApiError('timeout', 'No answer in time', detail, null, cause);
      }
      const detail = 'Is Linewatch running, and is this device connected to its network?';
      throw new ApiError('network', 'The server cannot be reached', detail, null, cause);
    }
    const body = parseObject(text);
    if (!response.ok) throw refusal(response, body);
    if (body === null || !isAnswer(body)) {
      const detail = `What came from ${path.replace(/\?.*/, '')} is not what this page expects. Reload the page; it may be older than the server.`;
      throw new ApiError('malformed', 'An unexpected answer', detail, response.status);
    }
    return body;
  }

  return {
    academies: async (signal) =>
      (await ask(
        '/api/v1/academies',
        (body) => 'academies' in body && Array.isArray(body.academies),
        signal,
      )) as AcademyList,
    academy: async (id, signal) =>
      (await ask(
        `/api/v1/academies/${encodeURIComponent(id)}`,
        (body) => 'academy' in body && 'circuits' in body && Array.isArray(body.circuits),
        signal,
      )) as AcademyDetail,
    traffic: async ({ kind, id }, { fromMs, toMs }, signal) =>
      (await ask(
        `/api/v1/${kind}/${encodeURIComponent(id)}/traffic?from=${Math.round(fromMs)}&to=${Math.round(toMs)}`,
        (body) => 'timesS' in body && Array.isArray(body.timesS),
        signal,
      )) as Traffic,
    exporters: async (signal) =>
      (await ask(
        '/api/v1/exporters',
        (body) => 'exporters' in body && Array.isArray(body.exporters),
        signal,
      )) as ExporterList,
    decide: async ({ collector, address }, decision, signal) =>
      (await ask(
        `/api/v1/exporters/${encodeURIComponent(collector)}/${encodeURIComponent(address)}/decision`,
        (body) => 'address' in body,
        signal,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ decision }),
        },
      )) as Exporter,
  };
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function refusal(response: Response, body: Partial<Problem> | null): ApiError {
  const title = typeof body?.title === 'string' && body.title !== '' ? body.title : `Error ${response.status}`;
  const detail =
    typeof body?.detail === 'string' && body.detail !== '' ? body.detail : 'The server gave no further explanation.';
  return new ApiError('refused', title, detail, response.status);
}

/** Any failure as an ApiError, so that a page has one thing to show. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ApiError('malformed', 'Something went wrong in this page', detail, null, error);
}

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem } from '@linewatch/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { Logger } from '@linewatch/service';
import type { ApiMetrics } from './metrics.ts';
import { ApiError, type ProblemCode, codeOf, problemOf, problemTable, problemType } from './problems.ts';
import { securityHeaders } from './security.ts';

/** Response schemas of a route: what it answers, and the problems that are its own. */
export function answers(schema: TSchema, ...codes: readonly ProblemCode[]): Record<number, unknown> {
  const responses: Record<number, unknown> = { 200: schema };
  for (const code of ['rate_limited', 'internal', ...codes] as const) {
    const { status, title } = problemTable[code];
    const before = responses[status] as { description: string } | undefined;
    responses[status] = {
      description: before ? `${before.description}; or: ${title}` : title,
      content: { [problemType]: { schema: Problem } },
    };
  }
  return responses;
}

/** A text answer in the API's description. */
export const textAnswer = (description: string): TSchema => Type.String({ description });

/** Every failure of a request ends here. */
export class ProblemSender {
  readonly #metrics: ApiMetrics;
  readonly #logger: Logger;

  constructor(metrics: ApiMetrics, logger: Logger) {
    this.#metrics = metrics;
    this.#logger = logger;
  }

  send(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const code = codeOf(error);
    const { status } = problemTable[code];
    const expected = error instanceof ApiError && code !== 'response_invalid';
    if (status === 500)
      this.#logger.error(
        { err: error, request: request.id, path: request.url.split('?', 1)[0]!.slice(0, 200) },
        'request failed',
      );
    else if (expected && error.cause !== undefined)
      this.#logger.warn({ err: error.cause, code }, 'request not answered');
    // What an unforeseen error says is for the log, not for a stranger.
    const detail = expected
      ? error.message
      : status === 500
        ? `See the log, request ${request.id}.`
        : problemTable[code].doc;
    this.#metrics.problems.inc({ code });
    for (const name of Object.keys(reply.getHeaders()))
      if (/^(content-|etag|last-modified)/.test(name)) reply.removeHeader(name);
    const retryAfterS = error instanceof ApiError ? error.retryAfterS : undefined;
    if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS));
    return reply
      .code(status)
      .headers({ ...securityHeaders, 'cache-control': 'no-store' })
      .type(problemType)
      .send(JSON.stringify(problemOf(code, detail, request.url)));
  }

  /** What could not even be read as HTTP: there is no request to answer, only a socket. */
  sendRaw(error: Error & { code?: string }, socket: Duplex): void {
    const code: ProblemCode =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? 'header_too_large'
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? 'request_timeout'
          : 'request_malformed';
    this.#metrics.problems.inc({ code });
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const { status, doc } = problemTable[code];
    const body = JSON.stringify(problemOf(code, doc, '/'));
    const headers = {
      ...securityHeaders,
      'cache-control': 'no-store',
      'content-type': problemType,
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  }
}

/** Methods by path, to tell "not with this method" from "nothing here". Wildcards are left out: they match anything. */
export function trackMethods(app: FastifyInstance): (path: string) => readonly string[] {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const source = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[^\w-]/g, '\\$&')));
    routes.push({ pattern: new RegExp(`^${source.join('/')}$`), methods: [method].flat() });
  });
  return (path) => [...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))];
}

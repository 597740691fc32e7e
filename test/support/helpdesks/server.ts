/**
 * A helpdesk of one's own, on loopback: real HTTP, strict about what it takes, with faults to inject. What a format sends that its
 * vendor would refuse is a problem that tests see.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { FormatName } from '@linewatch/contract';

/** `effect`: what was asked for was done, and nobody learns. */
export type Fault =
  | { readonly kind: 'hang' | 'reset' | 'garbage' | 'cut'; readonly effect: boolean }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly effect: boolean;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    };

interface Faults {
  /** One a request, in order. */
  readonly next: (Fault | null)[];
  /** Asked where `next` is empty. */
  when: ((asked: Asked) => Fault | null) | null;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** Of JSON; undefined: no body. */
  readonly body: unknown;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A ticket as tests see it. */
export interface TicketSeen {
  readonly id: string;
  readonly reference: string;
  readonly title: string;
  readonly description: string;
  readonly state: 'open' | 'resolved' | 'closed';
  readonly priority: string;
  /** Comments, oldest first. */
  readonly notes: readonly string[];
  /** As it is kept. */
  readonly row: Readonly<Record<string, unknown>>;
}

export interface Helpdesk {
  readonly format: FormatName;
  /** Once it has started. */
  readonly url: string;
  readonly faults: Faults;
  start(port?: number): Promise<void>;
  stop(): Promise<void>;
  tickets(): readonly TicketSeen[];
  /** What was sent and would be refused by the vendor. */
  problems(): readonly string[];
  requests(): readonly { readonly method: string; readonly path: string }[];
  /** Of a subscription to it. */
  settings(): Record<string, unknown>;
  readonly secrets: Readonly<Record<string, string>>;
  /** What a person there does. */
  person: {
    move(id: string, state: 'open' | 'resolved' | 'closed'): void;
    remove(id: string): void;
  };
}

/** An answer that is no success. `isProblem`: the request was wrong. */
export class Refusal extends Error {
  readonly reply: Reply;
  readonly isProblem: boolean;

  constructor(status: number, body: unknown, isProblem = true) {
    super(`${status} ${JSON.stringify(body)}`);
    this.reply = { status, body };
    this.isProblem = isProblem;
  }
}

const mostOctets = 1_048_576;

async function textOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    octets += chunk.length;
    if (octets > mostOctets) throw new Refusal(413, { error: 'too long' });
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

async function askedOf(request: http.IncomingMessage): Promise<Asked> {
  const url = new URL(request.url ?? '/', 'http://helpdesk');
  const text = await textOf(request);
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim();
  let body: unknown;
  if (text !== '' && type === 'application/json') {
    try {
      body = JSON.parse(text);
    } catch {
      throw new Refusal(400, { error: 'no JSON' });
    }
  } else if (text !== '' && type !== 'application/x-www-form-urlencoded')
    throw new Refusal(415, { error: `content type ${type}` });
  return {
    method: request.method ?? '',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: request.headers,
    text,
    body,
  };
}

function answer(response: http.ServerResponse, { status, body, headers = {} }: Reply): void {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

/** The fault, after the effect or instead of it. */
function answerBadly(response: http.ServerResponse, fault: Fault, reply: Reply): void {
  if (fault.kind === 'status') {
    answer(response, {
      status: fault.status,
      body: fault.body ?? { error: 'something is wrong' },
      headers: fault.headers ?? {},
    });
    return;
  }
  if (fault.kind === 'reset') response.socket?.destroy();
  if (fault.kind === 'garbage') response.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>Please wait');
  if (fault.kind === 'cut') {
    const text = JSON.stringify(reply.body ?? {});
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) + 100 };
    response.writeHead(reply.status, headers);
    response.write(text.slice(0, Math.floor(text.length / 2)), () => response.socket?.destroy());
  }
  // A hanging one is never answered.
}

export interface Listening {
  readonly url: string;
  readonly faults: Faults;
  start(port?: number): Promise<void>;
  stop(): Promise<void>;
  problems(): readonly string[];
  requests(): readonly { readonly method: string; readonly path: string }[];
}

/** @param handle what one request does; throws a Refusal for what it does not take */
export function listening(handle: (asked: Asked) => Reply): Listening {
  const problems: string[] = [];
  const requests: { method: string; path: string }[] = [];
  const faults: Faults = { next: [], when: null };

  async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let asked: Asked | undefined;
    const run = (): Reply => {
      try {
        return handle(asked!);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.isProblem) problems.push(`${asked!.method} ${asked!.path}: ${error.message}`);
        return error.reply;
      }
    };
    try {
      asked = await askedOf(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(error.message);
      answer(response, error.reply);
      return;
    }
    requests.push({ method: asked.method, path: asked.path });
    const fault = faults.next.length > 0 ? (faults.next.shift() ?? null) : (faults.when?.(asked) ?? null);
    if (fault === null) answer(response, run());
    else answerBadly(response, fault, fault.effect ? run() : { status: 200, body: {} });
  }

  const server = http.createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      problems.push(`it failed: ${String(error)}`);
      if (!response.headersSent) answer(response, { status: 500, body: { error: 'failed' } });
    });
  });
  let url = '';
  return {
    get url() {
      if (url === '') throw new Error('it has not started');
      return url;
    },
    faults,
    async start(port = 0) {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      url = `http://127.0.0.1:${address.port}`;
    },
    async stop() {
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
    problems: () => problems,
    requests: () => requests,
  };
}

/** A helpdesk is its server, and what it keeps. */
export const withServer = <T extends object>(server: Listening, more: T): Listening & T =>
  // The address is not known before it starts: getters stay getters.
  Object.defineProperties(more, Object.getOwnPropertyDescriptors(server)) as Listening & T;

import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createApi } from './api.ts';
import { ApiError, type ClientOptions, anyAnswer, createRequest, toApiError } from './request.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const never = new AbortController().signal;

async function failure(handler: Handler, options: ClientOptions = {}, signal = never): Promise<ApiError> {
  const api = createApi(createRequest({ base: await serve(handler), ...options }));
  const error: unknown = await api.academies(signal).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('the API client', () => {
  it('asks for what the contract names', async () => {
    const asked: (string | undefined)[] = [];
    const base = await serve((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify({ academies: [], academy: {}, circuits: [], timesS: [] }));
    });
    const api = createApi(createRequest({ base }));
    await api.academies(never);
    await api.academy('a/b c', never);
    await api.traffic({ kind: 'circuits', id: 'c1' }, { fromMs: 1000.4, toMs: 2000 }, never);
    expect(asked).toEqual([
      '/api/v1/academies',
      '/api/v1/academies/a%2Fb%20c',
      '/api/v1/circuits/c1/traffic?from=1000&to=2000',
    ]);
  });

  it('sends a decision as JSON, and gives the exporter as it is then', async () => {
    const seen: unknown[] = [];
    const base = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push(request.method, request.url, request.headers['content-type'], body);
        response.end('{"address":"2001:db8::1"}');
      });
    });
    const decided = await createApi(createRequest({ base })).decide(
      { collector: 'main', address: '2001:db8::1' },
      'approved',
      never,
    );
    expect(decided).toEqual({ address: '2001:db8::1' });
    const path = '/api/v1/exporters/main/2001%3Adb8%3A%3A1/decision';
    expect(seen).toEqual(['POST', path, 'application/json', '{"decision":"approved"}']);
  });

  it('shows the title and detail of a problem document', async () => {
    const error = await failure((_, response) => {
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ title: 'Not found', detail: 'No academy has this id.', status: 404 }));
    });
    expect(error).toMatchObject({
      code: 'refused',
      status: 404,
      title: 'Not found',
      detail: 'No academy has this id.',
    });
  });

  it('tells when the session ended, by the code of the problem and not by the status', async () => {
    let told = 0;
    const refuse =
      (status: number, code: string): Handler =>
      (_, response) => {
        response.writeHead(status, { 'retry-after': '30' });
        response.end(JSON.stringify({ title: 'No', detail: 'No.', status, code }));
      };
    const onSignedOut = (): number => (told += 1);
    const wrong = await failure(refuse(401, 'sign_in_refused'), { onSignedOut });
    expect([wrong.problem, wrong.retryAfterS, told]).toEqual(['sign_in_refused', 30, 0]);
    await failure(refuse(401, 'signed_out'), { onSignedOut });
    expect(told).toBe(1);
  });

  it('takes an answer without a body where any will do', async () => {
    const methods: (string | undefined)[] = [];
    const base = await serve((request, response) => {
      methods.push(request.method, request.headers['content-type']);
      response.writeHead(204).end();
    });
    expect(await createRequest({ base })('/x', { method: 'DELETE', check: anyAnswer, signal: never })).toEqual({});
    expect(methods).toEqual(['DELETE', undefined]);
  });

  it('copes with an error that is no problem document', async () => {
    const error = await failure((_, response) => {
      response.writeHead(502);
      response.end('<h1>Bad gateway</h1>');
    });
    expect(error).toMatchObject({ code: 'refused', status: 502, title: 'Error 502' });
  });

  it('refuses an answer that is not JSON or not the thing asked for', async () => {
    for (const body of ['<html>', '{"ok":', 'null', '[]', '{}', '"academies"']) {
      expect((await failure((_, response) => response.end(body))).code).toBe('malformed');
    }
  });

  it('gives up when the answer takes too long', async () => {
    const error = await failure((_, response) => response.write('{"academies":'), { timeoutMs: 50 });
    expect(error.code).toBe('timeout');
  });

  it('stops when the caller does', async () => {
    const caller = new AbortController();
    const error = await failure(() => caller.abort(), {}, caller.signal);
    expect(error.code).toBe('aborted');
  });

  it('says when nothing answers', async () => {
    const error = await failure((request) => request.socket.destroy());
    expect(error.code).toBe('network');
  });
});

it('keeps unforeseen failures as something to show', () => {
  expect(toApiError(new TypeError('x is undefined'))).toMatchObject({ code: 'malformed', detail: 'x is undefined' });
});

/** Each method against a real server, or against nobody. */
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, type Server, type Socket, createServer as createTcpServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type DnsTarget, type HttpTarget, parseProbe } from '@linewatch/record';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { probeDns } from './dns.ts';
import { readFping, runFping } from './fping.ts';
import { probeHttp } from './http.ts';
import { failureOf } from './outcome.ts';
import { probeTcp } from './tcp.ts';

const here = '127.0.0.1';
/** Of class E (RFC 1112): no host has it. */
const nowhere = '240.0.0.1';
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function listen(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, here, resolve));
  ends.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
async function nobody(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, here, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
const answered = (trouble: string, more: object = {}) => ({
  is: 'answered',
  rttMs: expect.any(Number) as number,
  trouble,
  ...more,
});

describe('a TCP probe', () => {
  it('is answered where something listens, and not by a refusal, which anybody on the way may send', async () => {
    expect(await probeTcp(here, await listen(createTcpServer()), 2000)).toEqual(answered(''));
    expect(await probeTcp(here, await nobody(), 2000)).toEqual({ is: 'failed', reason: 'refused' });
  });

  it('is not held against anybody where this machine itself refuses', () => {
    const failed = (code: string) => failureOf(Object.assign(new Error(), { code }));
    expect(failed('ENETUNREACH')).toEqual({ is: 'failed', reason: 'network unreachable' });
    expect(failed('EADDRNOTAVAIL')).toEqual({ is: 'untried', reason: 'local', detail: 'EADDRNOTAVAIL' });
  });
});

describe('an HTTP probe', () => {
  const target = (port: number, rest = '/', scheme = 'http'): HttpTarget =>
    parseProbe(`${scheme}://${here}:${port}${rest}`) as HttpTarget;
  const probe = (to: HttpTarget, timeoutMs = 2000, ca?: string) => probeHttp(to, { address: here, timeoutMs, ca });

  it('asks for what it was told, without a secret, and follows nothing', async () => {
    const asked: unknown[] = [];
    const port = await listen(
      createHttpServer(({ method, url, headers }, response) => {
        asked.push([method, url, headers]);
        response.writeHead(302, { location: '/elsewhere' }).end();
      }),
    );
    expect(await probe(target(port, '/status?x=1'))).toEqual(answered('', { expiresMs: undefined }));
    const headers = { host: `${here}:${port}`, 'user-agent': 'linewatch', accept: '*/*', connection: 'close' };
    expect(asked).toEqual([['GET', '/status?x=1', headers]]);
  });

  it('is answered by any status, and one of 500 or more is trouble', async () => {
    const port = await listen(createHttpServer(({ url }, response) => response.writeHead(Number(url!.slice(1))).end()));
    const troubles = await Promise.all([200, 404, 499, 500, 503].map((status) => probe(target(port, `/${status}`))));
    expect(troubles).toMatchObject(['', '', '', 'http 500', 'http 503'].map((trouble) => answered(trouble)));
  });

  it('does not wait for a body, however long that is', async () => {
    let closed = false;
    const port = await listen(
      createHttpServer((_request, response) => {
        response
          .on('close', () => (closed = true))
          .writeHead(200)
          .write('x');
      }),
    );
    expect(await probe(target(port))).toMatchObject(answered(''));
    await expect.poll(() => closed).toBe(true);
  });

  it('says what else there is: no HTTP, a refusal, an end, silence', async () => {
    const server = (onSocket: (socket: Socket) => void): Promise<number> => listen(createTcpServer(onSocket));
    expect(await probe(target(await server((socket) => socket.end('SSH-2.0-x\r\n'))))).toMatchObject(
      answered('not http'),
    );
    expect(
      await probe(target(await server((socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)))),
    ).toMatchObject(answered('not http'));
    expect(await probe(target(await nobody()))).toEqual({ is: 'failed', reason: 'refused' });
    expect(await probe(target(await server((socket) => socket.on('data', () => socket.destroy()))))).toEqual({
      is: 'failed',
      reason: 'reset',
    });
    expect(await probe(target(await server(() => undefined)), 100)).toEqual({ is: 'failed', reason: 'timeout' });
  });

  describe.skipIf(spawnSync('openssl', ['version']).status !== 0)('over TLS (openssl makes the certificates)', () => {
    let directory: string;
    const read = (name: string): string => readFileSync(path.join(directory, name), 'utf8');
    beforeAll(() => {
      directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-tls-'));
      const make = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '5'];
      const named = [
        '-keyout',
        'key.pem',
        '-out',
        'cert.pem',
        '-subj',
        '/CN=probe',
        '-addext',
        `subjectAltName=IP:${here}`,
      ];
      expect(spawnSync('openssl', [...make, ...named], { cwd: directory }).status).toBe(0);
    });
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    it('tells when the certificate runs out, and that it is not believed where it is not', async () => {
      const port = await listen(
        createHttpsServer({ key: read('key.pem'), cert: read('cert.pem') }, (_request, response) =>
          response.writeHead(500).end(),
        ),
      );
      const expiresMs = Date.parse(new X509Certificate(read('cert.pem')).validTo);
      const days = { expiresMs };
      expect(await probe(target(port, '/', 'https'), 2000, read('cert.pem'))).toEqual(answered('http 500', days));
      expect(await probe(target(port, '/', 'https'))).toEqual(
        answered('http 500, certificate depth zero self signed cert', days),
      );
    });

    it('tells one that is no TLS from one that is not there', async () => {
      const plain = await listen(createHttpServer((_request, response) => response.end()));
      expect(await probe(target(plain, '/', 'https'))).toMatchObject({
        is: 'answered',
        trouble: expect.stringMatching(/^tls /) as string,
      });
      const silent = await listen(createTcpServer());
      expect(await probe(target(silent, '/', 'https'), 200)).toEqual({ is: 'failed', reason: 'timeout' });
    });
  });
});

describe('a DNS probe', () => {
  /** Answers with a response code and, of an A question, an address; `undefined` = never. */
  async function serve(answer: (name: string) => number | 'garbage' | undefined) {
    const socket = createSocket('udp4');
    const asked: string[] = [];
    socket.on('message', (query, { port, address }) => {
      let name = '';
      let at = 12;
      for (let length = query[at]!; length > 0; at += length + 1, length = query[at]!)
        name += `${query.toString('latin1', at + 1, at + 1 + length)}.`;
      const type = query.readUInt16BE(at + 1);
      asked.push(`${name} ${type}`);
      const code = answer(name);
      if (code === undefined) return;
      const question = query.subarray(12, at + 5);
      const record = Buffer.from('c00c00010001000000050004c0000201', 'hex');
      const hasAnswer = code === 0 && type === 1;
      const header = Buffer.alloc(12);
      query.copy(header, 0, 0, 2);
      header.writeUInt16BE(0x8180 | (code === 'garbage' ? 0 : code), 2);
      header.writeUInt16BE(1, 4);
      header.writeUInt16BE(hasAnswer ? 1 : 0, 6);
      const whole =
        code === 'garbage'
          ? Buffer.concat([header, Buffer.from('ff', 'hex')])
          : Buffer.concat([header, question, ...(hasAnswer ? [record] : [])]);
      socket.send(whole, port, address);
    });
    await new Promise<void>((resolve) => socket.bind(0, here, resolve));
    ends.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
    return { port: socket.address().port, asked };
  }
  const probe = (port: number, rest: string, timeoutMs = 1000) =>
    probeDns(parseProbe(`dns://${here}:${port}/${rest}`) as DnsTarget, here, timeoutMs);

  it('asks the server that it names for the type that it names', async () => {
    const { port, asked } = await serve(() => 0);
    expect(await probe(port, 'www.example.org')).toEqual(answered(''));
    expect(await probe(port, 'example.org?type=MX')).toEqual(answered(''));
    expect(asked).toEqual(['www.example.org. 1', 'example.org. 15']);
  });

  it.each([
    [3, answered('')],
    [5, answered('dns refused')],
    [4, answered('dns not implemented')],
    [2, { is: 'failed', reason: 'dns servfail' }],
  ])('of response code %d comes to %o', async (code, outcome) => {
    const { port } = await serve(() => code);
    expect(await probe(port, 'www.example.org')).toEqual(outcome);
  });

  it('without an answer, or with what is none, fails', async () => {
    const silent = await serve(() => undefined);
    expect(await probe(silent.port, 'example.org', 200)).toEqual({ is: 'failed', reason: 'timeout' });
    const garbage = await serve(() => 'garbage');
    expect((await probe(garbage.port, 'example.org', 400)).is).toBe('failed');
  });
});

describe('echo requests', () => {
  const options = { packets: 3, spacingMs: 20, timeoutMs: 300, signal: new AbortController().signal };

  it.skipIf(spawnSync('fping', ['--version']).status !== 0)(
    'by the real fping tell who answered, and how soon',
    async () => {
      const found = await runFping([here, '127.9.9.9', '::1', nowhere], options);
      for (const address of [here, '127.9.9.9'])
        expect(found.get(address)).toMatchObject({
          is: 'packets',
          packets: { sent: 3, rttsMs: [expect.any(Number), expect.any(Number), expect.any(Number)] },
        });
      expect(found.get(nowhere)).toEqual({ is: 'failed', reason: 'timeout', sent: 3 });
      expect([...found.keys()]).toHaveLength(4);
    },
  );

  it('are not made without the program, or by one that fails: nothing is said of anybody', async () => {
    expect([...(await runFping([here], { ...options, command: '/nonexistent/fping' })).values()]).toMatchObject([
      { is: 'untried', reason: 'no_fping' },
    ]);
    // It takes none of our options.
    expect([...(await runFping([here], { ...options, command: 'false' })).values()]).toMatchObject([
      { is: 'untried', detail: 'no figures' },
    ]);
    expect([...(await runFping([here], { ...options, command: 'sleep' })).values()]).toMatchObject([
      { is: 'untried', reason: 'fping_failed' },
    ]);
    const stopped = { ...options, signal: AbortSignal.timeout(50), command: 'cat' };
    expect([...(await runFping([here], stopped)).values()]).toMatchObject([{ is: 'untried' }]);
  });

  it('are read line by line, and what is no figure of an address that was asked is passed over', () => {
    const output = [
      'a message',
      '10.0.0.1 : 0.33 - 12',
      '10.0.0.2    : - - -',
      '10.0.0.3 : 1 2',
      '10.0.0.9 : 1 2 3',
      '10.0.0.4 : 1 -2 3',
      '',
    ].join('\n');
    const addresses = [1, 2, 3, 4, 5].map((each) => `10.0.0.${each}`);
    const none = { is: 'untried', reason: 'fping_failed', detail: 'no figures' };
    expect([...readFping(output, addresses, 3).values()]).toEqual([
      { is: 'packets', packets: { sent: 3, rttsMs: [0.33, 12] } },
      { is: 'failed', reason: 'timeout', sent: 3 },
      none,
      none,
      none,
    ]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect([...readFping(text, addresses, 3).keys()]).toEqual(addresses);
      }),
    );
  });
});

import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { certificateOf } from './certificate.suite.ts';
import { answerWords, sentOf } from '../formats/answer.ts';
import { createTransport } from './create.ts';
import type { Resolved, Transport, TransportOptions } from './transport.ts';

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  return (server.address() as AddressInfo).port;
}

/** `tell`: what it answers; requests are kept. */
async function receiver(tell: http.RequestListener = (_, answer) => answer.end('fine')) {
  const requests: { url: string; headers: http.IncomingHttpHeaders; body: string }[] = [];
  const server = http.createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ url: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
      tell(request, answer);
    });
  });
  const port = await listening(server);
  open.push({ close: () => server.closeAllConnections() });
  return { port, requests, url: `http://127.0.0.1:${port}` };
}

function transportOf(options: Partial<TransportOptions> = {}): Transport {
  const transport = createTransport({ allowNetworks: ['127.0.0.1'], allowHttp: false, ...options });
  open.push(transport);
  return transport;
}

const wireOf = (transport: Transport, timeoutMs = 5000, secrets: string[] = []) =>
  transport.open({ timeoutMs, secrets, recipients: [] });
const post = (url: string, body = '{}', headers: Record<string, string> = {}) =>
  ({ method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, body }) as const;
const resolving =
  (...addresses: string[]) =>
  (): Promise<Resolved[]> =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

describe('a request', () => {
  it('shows nobody what it signs in with, though the receiver repeats it', async () => {
    const { url } = await receiver((request, answer) => {
      answer.writeHead(404, { 'content-type': 'text/plain' });
      answer.end(`Cannot POST ${request.url}: ${JSON.stringify(request.headers)}, ${atob('am86d29yZC1vZi1qbw==')}`);
    });
    const wire = wireOf(transportOf(), 5000, [`${url}/workflows/0123456789abcdef0123?sig=signature`]);
    const basic = `Basic ${Buffer.from('jo:word-of-jo').toString('base64')}`;
    for (const authorization of [basic, 'Bearer token-of-the-day']) {
      const address = `${url}/workflows/0123456789abcdef0123?sig=signature`;
      const answer = await wire.exchange(post(address, '{}', { authorization }));
      // Formats need what was said as it was said.
      expect(answer.body).toContain(authorization.split(' ')[1]);
      for (const shown of [answerWords(answer), JSON.stringify(sentOf(answer, 0)), JSON.stringify(wire.exchanges())])
        expect(shown).not.toMatch(/0123456789abcdef0123|signature|am86|word-of-jo|token-of/);
    }
  });

  it('arrives as it was made, and what went over the wire is kept without secrets', async () => {
    const { url, requests } = await receiver((_, answer) => {
      answer.writeHead(202, { 'x-request-id': 'r1', 'set-cookie': 'session=hidden-cookie' });
      answer.end('{"you sent":"top-secret"}');
    });
    const wire = wireOf(transportOf(), 5000, ['top-secret']);
    const body = '{"words":"Dŵr – top-secret"}';
    const answer = await wire.exchange(
      post(`${url}/hook?key=top-secret`, body, {
        authorization: 'Bearer other',
        host: 'elsewhere',
        'content-length': '1',
      }),
    );

    expect(answer).toMatchObject({ status: 202, body: '{"you sent":"top-secret"}' });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ url: '/hook?key=top-secret', body });
    expect(requests[0]!.headers).toMatchObject({
      host: url.slice(7),
      'user-agent': 'Linewatch',
      authorization: 'Bearer other',
      'content-length': String(Buffer.byteLength(body)),
    });
    const [kept] = wire.exchanges();
    expect(kept).toMatchObject({
      request: {
        method: 'POST',
        url: `${url}/hook?key=•••`,
        headers: { authorization: 'Bearer •••' },
        body: '{"words":"Dŵr – •••"}',
      },
      answer: { status: 202, headers: { 'x-request-id': 'r1', 'set-cookie': '•••' }, body: '{"you sent":"•••"}' },
      error: null,
    });
  });

  it('does not follow redirects', async () => {
    const target = await receiver();
    const { url } = await receiver((_, answer) => answer.writeHead(307, { location: target.url }).end());
    expect(await wireOf(transportOf()).exchange(post(url))).toMatchObject({ status: 307 });
    expect(target.requests).toHaveLength(0);
  });

  it('reads 64 KiB of an answer and cuts the rest off, and keeps 16 KiB', async () => {
    const { url } = await receiver((_, answer) => {
      answer.on('error', () => undefined);
      const more = () => {
        if (!answer.destroyed) answer.write('x'.repeat(65_536), () => setImmediate(more));
      };
      more();
    });
    const wire = wireOf(transportOf());
    const answer = await wire.exchange(post(url));
    expect(answer).toMatchObject({ status: 200, cut: true });
    expect(answer.body).toHaveLength(65_536);
    expect(wire.exchanges()[0]!.answer!.body).toHaveLength(16_384);
  });

  it('is answered by its status when the body ends half way, or never', async () => {
    const { url } = await receiver((request, answer) => {
      answer.writeHead(200, { 'content-length': '1000' });
      answer.write('half', () => request.url === '/half' && request.socket.destroy());
    });
    const transport = transportOf();
    expect(await wireOf(transport).exchange(post(`${url}/half`))).toMatchObject({
      status: 200,
      body: 'half',
      cut: true,
    });
    expect(await wireOf(transport, 200).exchange(post(`${url}/never`))).toMatchObject({
      status: 200,
      body: 'half',
      cut: true,
    });
  });

  it('uses a connection again', async () => {
    const ports = new Set<number>();
    const { url } = await receiver((request, answer) => {
      ports.add(request.socket.remotePort!);
      answer.end();
    });
    const transport = transportOf();
    for (let count = 0; count < 3; count += 1) await wireOf(transport).exchange(post(url));
    expect(ports.size).toBe(1);
  });

  it('that holds what no header may is refused, not thrown about', async () => {
    const { url } = await receiver();
    const wire = wireOf(transportOf());
    await expect(wire.exchange(post(url, '{}', { 'x-one': 'a\r\nx-two: b' }))).rejects.toMatchObject({
      code: 'refused',
    });
    await expect(wire.exchange(post(url, '{}', { 'x-one': '…' }))).rejects.toMatchObject({ code: 'refused' });
    for (const other of ['ftp://127.0.0.1/', 'file:///etc/passwd', 'nonsense', 'http://'])
      await expect(wire.exchange(post(other))).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('what became of a request without an answer', () => {
  const tellOf = async (url: string, timeoutMs = 5000, transport = transportOf()) => {
    const wire = wireOf(transport, timeoutMs);
    const error = await wire.exchange(post(url)).catch((reason: unknown) => reason as Error & { code: string });
    expect(wire.exchanges()[0]).toMatchObject({ answer: null, error: (error as Error).message });
    return error;
  };

  it('unsent: the connection was refused', async () => {
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, 'close');
    expect(await tellOf(`http://127.0.0.1:${port}`)).toMatchObject({
      code: 'unsent',
      message: 'the connection was refused',
    });
  });

  it('unsent: the name is not known, or is not looked up in time', async () => {
    const unknown = Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    const failing = transportOf({ resolve: () => Promise.reject(unknown) });
    expect(await tellOf('http://a.example', 5000, failing)).toMatchObject({
      code: 'unsent',
      message: 'the name is not known',
    });
    const hanging = transportOf({ resolve: () => new Promise(() => undefined) });
    expect(await tellOf('http://a.example', 50, hanging)).toMatchObject({ code: 'unsent' });
  });

  it('unknown: the connection was cut, or nothing came, after the request had left', async () => {
    const { url } = await receiver((request) => request.url === '/cut' && request.socket.destroy());
    expect(await tellOf(`${url}/cut`)).toMatchObject({ code: 'unknown', message: 'the connection was cut' });
    expect(await tellOf(`${url}/hang`, 100)).toMatchObject({ code: 'unknown', message: 'no answer in time' });
  });

  it('unknown: what came is not HTTP, has endless headers, or changes the protocol', async () => {
    for (const [said, message] of [
      ['SSH-2.0-OpenSSH_9.9\r\n', 'the answer is not HTTP'],
      [`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 'the answer’s headers are too long'],
      [
        'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n',
        'the answer changes to another protocol',
      ],
    ] as const) {
      const port = await listening(
        createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.write(said))),
      );
      expect(await tellOf(`http://127.0.0.1:${port}`)).toMatchObject({ code: 'unknown', message });
    }
  });

  it('unsent: nobody answers the TLS handshake', async () => {
    const port = await listening(createServer((socket) => socket.on('error', () => undefined).resume()));
    expect(await tellOf(`https://127.0.0.1:${port}`, 150)).toMatchObject({
      code: 'unsent',
      message: 'no connection in time',
    });
  });
});

describe('TLS', () => {
  const good = certificateOf(['hooks.example.org']);
  async function secureReceiver({ key, cert }: { key: string; cert: string }) {
    let requests = 0;
    const server = https.createServer({ key, cert }, (_, answer) => {
      requests += 1;
      answer.end('secure');
    });
    const port = await listening(server);
    return { url: `https://hooks.example.org:${port}/`, count: () => requests };
  }
  const loopback = { resolve: resolving('127.0.0.1') };

  it('reaches a receiver whose certificate is trusted and for its name', async () => {
    const { url, count } = await secureReceiver(good);
    const transport = transportOf({ ...loopback, ca: good.cert });
    expect(await wireOf(transport).exchange(post(url))).toMatchObject({ status: 200, body: 'secure' });
    expect(count()).toBe(1);
  });

  it('sends nothing to one that is not', async () => {
    const expired = certificateOf(['hooks.example.org'], -3_600_000);
    const other = certificateOf(['other.example.org']);
    for (const [certificate, ca, message] of [
      [good, undefined, 'the certificate is signed by nobody but itself'],
      [expired, expired.cert, 'the certificate has expired'],
      [other, other.cert, 'the certificate is for another name'],
    ] as const) {
      const { url, count } = await secureReceiver(certificate);
      const transport = transportOf({ ...loopback, ...(ca !== undefined && { ca }) });
      await expect(wireOf(transport).exchange(post(url))).rejects.toMatchObject({ code: 'unsent', message });
      expect(count()).toBe(0);
    }
  });
});

describe('addresses inside', () => {
  it.each([
    'http://127.0.0.1:PORT',
    'http://127.1:PORT',
    'http://0x7f.0.0.1:PORT',
    'http://0177.0.0.1:PORT',
    'http://2130706433:PORT',
    'http://127.0.0.1.:PORT',
    'http://[::ffff:127.0.0.1]:PORT',
    'http://[::ffff:7f00:1]:PORT',
    'http://[::1]:PORT',
    'http://[64:ff9b::7f00:1]:PORT',
    'http://0:PORT',
    'http://127。0。0。1:PORT',
    'http://localhost:PORT',
    'http://user:word@127.0.0.1:PORT',
    'http://169.254.169.254/latest/meta-data',
  ])('%s is never asked', async (form) => {
    const { port, requests } = await receiver();
    const wire = wireOf(transportOf({ allowNetworks: [], allowHttp: true }));
    await expect(wire.exchange(post(form.replace('PORT', String(port))))).rejects.toMatchObject({ code: 'refused' });
    expect(requests).toHaveLength(0);
  });

  it('are not asked by a name that leads there, also when only one of its addresses does', async () => {
    const { port, requests } = await receiver();
    for (const addresses of [
      ['127.0.0.1'],
      ['8.8.8.8', '127.0.0.1'],
      ['::ffff:127.0.0.1'],
      ['fd00::1'],
      ['10.0.0.1'],
    ]) {
      const transport = transportOf({ allowNetworks: [], allowHttp: true, resolve: resolving(...addresses) });
      await expect(wireOf(transport).exchange(post(`http://rebind.example.org:${port}`))).rejects.toMatchObject({
        code: 'refused',
      });
    }
    expect(requests).toHaveLength(0);
  });

  it('are not reached by a name that is public when it is judged and inside a moment later', async () => {
    const victim = await receiver();
    const judged = http.createServer((_, answer) => answer.end('judged'));
    judged.listen(victim.port, '127.0.0.2');
    await once(judged, 'listening');
    open.push(judged, { close: () => judged.closeAllConnections() });
    let asked = 0;
    const resolve = () => resolving((asked += 1) === 1 ? '127.0.0.2' : '127.0.0.1')();
    const transport = transportOf({ allowNetworks: ['127.0.0.2'], resolve });
    const request = post(`http://rebind.example.org:${victim.port}`);
    expect(await wireOf(transport).exchange(request)).toMatchObject({ body: 'judged' });
    expect(asked).toBe(1);
    await expect(wireOf(transport).exchange(request)).rejects.toMatchObject({ code: 'refused' });
    expect(victim.requests).toHaveLength(0);
  });

  it('are asked where the administrator allowed their network, by name and without TLS', async () => {
    const { port, requests } = await receiver();
    const transport = transportOf({ resolve: resolving('127.0.0.1') });
    expect(await wireOf(transport).exchange(post(`http://desk.internal:${port}`))).toMatchObject({ status: 200 });
    expect(requests[0]!.headers.host).toBe(`desk.internal:${port}`);
  });

  it('and public ones are asked with TLS only, at ports of HTTP', async () => {
    const wire = wireOf(transportOf({ resolve: resolving('8.8.8.8') }));
    await expect(wire.exchange(post('http://a.example'))).rejects.toMatchObject({
      code: 'refused',
      message: 'without TLS (http:) only allowed networks are asked',
    });
    await expect(wire.exchange(post('https://a.example:25'))).rejects.toMatchObject({
      code: 'refused',
      message: 'port 25 is another protocol’s',
    });
  });
});

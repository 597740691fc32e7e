/**
 * One request over HTTP(S), and its answer. Names are looked up here and the addresses judged; the connection is made to what was
 * judged and to nothing else, so that a name which answers otherwise the next moment leads nowhere. Redirects are not followed.
 */
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { TransportError, type HttpAnswer, type HttpRequest, type TransportCode } from '../formats/format.ts';
import { type Guard, isHttpPort } from './guard.ts';
import { keepable } from './record.ts';
import type { Resolved, TransportOptions } from './transport.ts';

const mostAnswerOctets = 65_536;
const mostHeaderOctets = 16_384;
/** A connection that nobody uses is closed before the receiver's own limit, which is 5 s with many: a reused one is then seldom dead. */
const idleMs = 4000;
/** Ours to write. */
const ownHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
export const isOwnHeader = (name: string): boolean => ownHeaders.has(name.toLowerCase());

export interface HttpClient {
  /** @throws TransportError */
  ask(request: HttpRequest, timeoutMs: number): Promise<HttpAnswer>;
  close(): void;
}

/** What went wrong, for people who know the receiver. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to the receiver',
  ENETUNREACH: 'there is no way to the receiver',
  ETIMEDOUT: 'the receiver cannot be reached',
  ENOTFOUND: 'the name is not known',
  ENODATA: 'the name has no address',
  ETIMEOUT: 'the name could not be looked up in time',
  ESERVFAIL: 'the name could not be looked up',
  EAI_AGAIN: 'the name could not be looked up',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by nobody but itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate’s issuer is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate’s issuer is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate’s issuer is not trusted',
  HPE_HEADER_OVERFLOW: 'the answer’s headers are too long',
};

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (words[code] !== undefined) return words[code];
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  // Several addresses were tried, and none took the connection.
  if (error instanceof AggregateError)
    return error.errors.length > 0 ? wordsOf(error.errors[0]) : 'no address answered';
  return code === '' ? error.message.slice(0, 200) : `${error.message.slice(0, 200)} (${code})`;
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '')
    throw new TransportError('refused', 'the address is no http(s) address');
  return url;
}

/** Answers with what was judged, whatever is asked. */
function pinned(addresses: readonly Resolved[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all) callback(null, [...addresses]);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  };
}

function headersOf(raw: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name,
      keepable(Array.isArray(value) ? value.join(', ') : (value ?? '')),
    ]),
  );
}

export function createHttpClient(
  options: Pick<TransportOptions, 'allowHttp' | 'ca'>,
  guard: Guard,
  resolve: (host: string) => Promise<readonly Resolved[]>,
): HttpClient {
  const shared = {
    keepAlive: true,
    maxSockets: 64,
    maxTotalSockets: 1024,
    maxFreeSockets: 4,
    timeout: idleMs,
  } as const;
  const plain = new http.Agent(shared);
  const secure = new https.Agent({
    ...shared,
    minVersion: 'TLSv1.2',
    ...(options.ca !== undefined && { ca: [...getCACertificates('default'), options.ca] }),
  });

  /** Addresses of the host, all of which may be asked. */
  async function judged(url: URL): Promise<readonly Resolved[]> {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const literal = isIP(host);
    let addresses: readonly Resolved[];
    try {
      addresses = literal === 0 ? await resolve(host) : [{ address: host, family: literal === 6 ? 6 : 4 }];
    } catch (error) {
      throw new TransportError('unsent', wordsOf(error), { cause: error });
    }
    if (addresses.length === 0) throw new TransportError('unsent', 'the name has no address');
    const verdicts = addresses.map(({ address }) => guard.judge(address));
    // A name with public and inner addresses is no accident: all of them, or none.
    if (verdicts.includes('refused'))
      throw new TransportError(
        'refused',
        `${host} leads to an address that may not be asked (private, local or reserved)`,
      );
    if (verdicts.every((verdict) => verdict === 'allowed')) return addresses;
    if (url.protocol === 'http:' && !options.allowHttp)
      throw new TransportError('refused', 'without TLS (http:) only allowed networks are asked');
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    if (!isHttpPort(port)) throw new TransportError('refused', `port ${port} is another protocol’s`);
    return addresses;
  }

  function send(
    url: URL,
    request: HttpRequest,
    addresses: readonly Resolved[],
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    return new Promise((resolveAnswer, reject) => {
      const isSecure = url.protocol === 'https:';
      const body = request.body === null ? null : Buffer.from(request.body);
      // Whether an octet of the request may have left: then its effect is not known.
      let begun = false;
      const fail = (code: TransportCode, message: string, cause?: unknown) =>
        reject(new TransportError(code, message, { cause }));
      let outgoing: http.ClientRequest;
      try {
        outgoing = (isSecure ? https : http).request(url, {
          method: request.method,
          agent: isSecure ? secure : plain,
          lookup: pinned(addresses),
          maxHeaderSize: mostHeaderOctets,
          headers: {
            'user-agent': 'Linewatch',
            accept: 'application/json, text/plain;q=0.9, */*;q=0.5',
            'accept-encoding': 'identity',
            ...Object.fromEntries(Object.entries(request.headers).filter(([name]) => !isOwnHeader(name))),
            ...(body && { 'content-length': String(body.length) }),
          },
        });
      } catch (error) {
        // Characters that no header or path may have.
        fail('refused', `the request cannot be made: ${wordsOf(error)}`, error);
        return;
      }
      const onAbort = () => outgoing.destroy(new Error('time is up'));
      signal.addEventListener('abort', onAbort, { once: true });
      outgoing.once('close', () => signal.removeEventListener('abort', onAbort));
      outgoing.once('socket', (socket) => {
        if (outgoing.reusedSocket || !socket.connecting) begun = true;
        else socket.once(isSecure ? 'secureConnect' : 'connect', () => (begun = true));
      });
      // Since the answer's first line: the status says what became of the request, and a body that ends early, or never, does not
      // take that back.
      let finish: ((whole: boolean) => void) | undefined;
      outgoing.on('error', (error) => {
        if (finish) {
          finish(false);
          return;
        }
        const message = signal.aborted ? (begun ? 'no answer in time' : 'no connection in time') : wordsOf(error);
        fail(begun ? 'unknown' : 'unsent', message, error);
      });
      outgoing.once('upgrade', (_answer, socket) => {
        socket.destroy();
        fail('unknown', 'the answer changes to another protocol');
      });
      outgoing.once('response', (incoming) => {
        const chunks: Buffer[] = [];
        let octets = 0;
        const done = (whole: boolean) => {
          resolveAnswer({
            status: incoming.statusCode ?? 0,
            headers: headersOf(incoming.headers),
            body: keepable(Buffer.concat(chunks).subarray(0, mostAnswerOctets).toString('utf8')),
            ...(!whole && { cut: true }),
          });
          if (!whole) outgoing.destroy();
        };
        finish = done;
        incoming.on('data', (chunk: Buffer) => {
          if (octets > mostAnswerOctets) return;
          chunks.push(chunk);
          octets += chunk.length;
          if (octets > mostAnswerOctets) done(false);
        });
        incoming.once('end', () => done(true));
        incoming.once('error', () => done(false));
        incoming.once('close', () => done(incoming.complete && octets <= mostAnswerOctets));
      });
      outgoing.end(body ?? undefined);
    });
  }

  return {
    async ask(request, timeoutMs) {
      const url = urlOf(request.url);
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), timeoutMs);
      try {
        const late = new Promise<never>((_, reject) =>
          limit.signal.addEventListener('abort', () =>
            reject(new TransportError('unsent', 'the name could not be looked up in time')),
          ),
        );
        late.catch(() => undefined);
        const addresses = await Promise.race([judged(url), late]);
        return await send(url, request, addresses, limit.signal);
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

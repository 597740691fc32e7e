/**
 * One GET, until the head of the answer is there. Any answer in HTTP shows that the path carries: what is wrong with it (a
 * status of 500 and more, a certificate that is not valid) is told beside that. Redirects are not followed, no proxy is
 * used, nothing of a body is read, and the request bears no secret.
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { HttpTarget } from '@linewatch/record';
import { type Outcome, codeOf, failureOf } from './outcome.ts';

const maxHeaderBytes = 16 * 1024;

export interface HttpOptions {
  /** Resolved already. */
  readonly address: string;
  readonly timeoutMs: number;
  /** Authorities to believe besides those that Node has. */
  readonly ca?: string | undefined;
}

/** What a certificate is, however the rest of the exchange goes. */
interface Shown {
  /** Unix ms. */
  readonly expiresMs: number | undefined;
  readonly trouble: string;
}

export function probeHttp(target: HttpTarget, { address, timeoutMs, ca }: HttpOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    let shown: Shown | undefined;
    const common = {
      host: address,
      port: target.port,
      path: target.path,
      method: 'GET',
      agent: false,
      maxHeaderSize: maxHeaderBytes,
      setDefaultHeaders: false,
      headers: { host: hostHeader(target), 'user-agent': 'linewatch', accept: '*/*', connection: 'close' },
    } as const;
    const servername = isIP(target.host) === 0 ? target.host : '';
    // Whether its certificate is valid is told, and is no reason not to look further.
    const tls = { servername, rejectUnauthorized: false, ...(ca === undefined ? {} : { ca }) };
    const request = target.kind === 'https' ? requestHttps({ ...common, ...tls }) : requestHttp(common);
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      request.destroy();
      resolve(outcome);
    };
    const answered = (trouble: string): void =>
      end({ is: 'answered', rttMs: performance.now() - startMs, trouble, expiresMs: shown?.expiresMs });
    const timer = setTimeout(() => end({ is: 'failed', reason: 'timeout' }), timeoutMs);
    request.once('socket', (socket) => {
      if (socket instanceof TLSSocket) socket.once('secureConnect', () => (shown = readCertificate(socket)));
    });
    request.once('response', ({ statusCode = 0 }) => {
      const status = statusCode >= 500 ? `http ${statusCode}` : '';
      answered([status, shown?.trouble ?? ''].filter((each) => each !== '').join(', '));
    });
    // A protocol of its own: that it was spoken to is certain.
    request.once('upgrade', () => answered(''));
    // It may have more to say after it was destroyed.
    request.on('error', (error) => {
      const code = codeOf(error);
      if (code.startsWith('HPE_')) answered('not http');
      // An alert, or what is no TLS: either way the far end has spoken.
      else if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_'))
        answered(
          `tls ${code
            .replace(/^ERR_(?:SSL|TLS)_/, '')
            .toLowerCase()
            .replaceAll('_', ' ')}`,
        );
      else end(failureOf(error));
    });
    request.end();
  });
}

function hostHeader({ kind, host, port }: HttpTarget): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === (kind === 'https' ? 443 : 80) ? name : `${name}:${port}`;
}

function readCertificate(socket: TLSSocket): Shown {
  const expiresMs = Date.parse(socket.getPeerCertificate().valid_to);
  // Its type says Error; it is the code.
  const error = socket.authorizationError as unknown;
  const code = typeof error === 'string' ? error : codeOf(error);
  const why = code === '' ? 'not valid' : code.toLowerCase().replaceAll('_', ' ');
  return {
    expiresMs: Number.isNaN(expiresMs) ? undefined : expiresMs,
    trouble: socket.authorized ? '' : `certificate ${why}`,
  };
}

import { isIP } from 'node:net';
import { formatAddress, parseAddress } from '@linewatch/record';
import type { FastifyRequest } from 'fastify';

const canonical = (text: string): string | undefined => {
  // Some proxies tell the port, too.
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? undefined : formatAddress(parseAddress(bare));
};

/**
 * Of whoever asks, each in one form: a socket for IPv6 and IPv4 tells `::ffff:192.0.2.1`, of which all are in one network of 64 bits,
 * and a link-local address has a zone, which a database does not take.
 */
export const clientAddress = (request: FastifyRequest): string =>
  canonical(request.ip) ?? canonical(request.socket.remoteAddress ?? '') ?? '::';

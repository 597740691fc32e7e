import type { FastifyRequest } from 'fastify';
import { hostName, isLoopback } from '../security.ts';

const loopback = /^(127\.|::1$|::ffff:127\.)/;
/** What proxies and tunnels add. */
const forwarding =
  /^(x-forwarded.*|forwarded|via|(x-)?(real|client|cluster-client)-ip|(cf-connecting|true-client|fastly-client)-ip)$/;

/**
 * Whether someone on this machine asks, for this machine: not a proxy here for someone elsewhere. One that adds no header may
 * still pass on the name that it is reached under.
 */
export const isLocal = (request: FastifyRequest): boolean =>
  loopback.test(request.socket.remoteAddress ?? '') &&
  isLoopback(hostName(request.headers.host) ?? '') &&
  !Object.keys(request.headers).some((name) => forwarding.test(name));

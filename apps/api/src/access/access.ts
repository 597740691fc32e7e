/** Every route says who may ask for it; one that does not say so cannot be registered. */
import type { ServerResponse } from 'node:http';
import type { Permission } from '@linewatch/contract';
import type { SignedIn } from '@linewatch/estate';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../problems.ts';
import { isSameOrigin } from '../security.ts';
import type { Server } from '../server.ts';
import { isLocal } from './local.ts';
import type { Principal } from './principal.ts';

/**
 * `public`: no sign-in. `local`: no sign-in for programs on this machine, telemetry.read of the whole trust for others.
 * `known`: no sign-in, and it is known who is signed in. `signed-in`: any account. Else whoever has the permission for one academy at least: the route narrows what is shown to the scope.
 */
type Access = 'public' | 'known' | 'local' | 'signed-in' | Permission;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    principal: Principal | null;
    /** The session or token that was shown; null: none. */
    credential: SignedIn | null;
  }
}

export interface Authenticated {
  readonly principal: Principal;
  readonly credential: SignedIn | null;
}

export interface Authenticator {
  /** Who asks, by the request's cookie or Authorization header. Undefined: no one known. @throws ApiError when what they show is not valid. */
  authenticate(request: FastifyRequest): Promise<Principal | Authenticated | undefined>;
  /** Ends the response when whoever asked for it may no longer: some go on for hours. */
  follow?(request: FastifyRequest, response: ServerResponse): void;
}

/** Changes nothing, by HTTP's own meaning (RFC 9110, section 9.2.1). */
const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Of people as a whole: a token for single academies has them for none. */
const trustWide: readonly Access[] = ['local', 'people.read', 'people.write'];

/** Before the routes. */
export function registerAccess(app: Server, authenticator: Authenticator): void {
  app.decorateRequest('principal', null);
  app.decorateRequest('credential', null);
  app.addHook('onRoute', (route) => {
    if (route.url === '/metrics') route.config = { access: 'local', ...route.config };
    // The dashboard's files and the API's description hold nothing of the trust's.
    if (!route.url.startsWith('/api/v1/')) route.config = { access: 'public', ...route.config };
    if (route.config?.access === undefined)
      throw new Error(`the route ${String(route.method)} ${route.url} does not say who may ask for it`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { access } = request.routeOptions.config;
    // A cookie comes along whoever's page it is that asks.
    if (!safe.has(request.method) && !isSameOrigin(request.headers))
      throw new ApiError('origin_refused', 'Another site may not ask for this.');
    if (access === undefined || access === 'public' || (access === 'local' && isLocal(request))) return;
    const asking = authenticator.authenticate(request);
    const found = await (access === 'known' ? asking.catch(() => undefined) : asking);
    if (!found && access === 'known') return;
    if (!found) throw new ApiError('signed_out', 'Sign in, or send an API token.');
    const { principal, credential } = 'principal' in found ? found : { principal: found, credential: null };
    const permission = access === 'local' ? 'telemetry.read' : access;
    const all = trustWide.includes(access);
    if (
      permission !== 'signed-in' &&
      permission !== 'known' &&
      !(all ? principal.mayAll(permission) : principal.may(permission))
    )
      throw new ApiError('forbidden', `This takes the permission "${permission}"${all ? ' for the whole trust' : ''}.`);
    request.principal = principal;
    request.credential = credential;
    authenticator.follow?.(request, reply.raw);
  });
}

/** Of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new Error('a public route has no principal');
  return request.principal;
}

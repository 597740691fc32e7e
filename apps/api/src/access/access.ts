/** Every route says who may ask for it; one that does not say so cannot be registered. */
import type { Permission } from '@linewatch/contract';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../problems.ts';
import type { Server } from '../server.ts';
import type { Principal } from './principal.ts';

/** `public`: no sign-in. `signed-in`: any account. Else whoever has the permission for one academy at least: the route narrows what is shown to the scope. */
export type Access = 'public' | 'signed-in' | Permission;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

export interface Authenticator {
  /** Who asks, by the request's cookie or Authorization header. Undefined: no one known. @throws ApiError when what they show is not valid. */
  authenticate(request: FastifyRequest): Promise<Principal | undefined>;
}

/** Before the routes. */
export function registerAccess(app: Server, authenticator: Authenticator): void {
  app.decorateRequest('principal', null);
  app.addHook('onRoute', (route) => {
    // The dashboard's files and the API's description hold nothing of the trust's.
    if (!route.url.startsWith('/api/v1/')) route.config = { access: 'public', ...route.config };
    if (route.config?.access === undefined)
      throw new Error(`the route ${String(route.method)} ${route.url} does not say who may ask for it`);
  });
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'public') return;
    const principal = await authenticator.authenticate(request);
    if (!principal) throw new ApiError('signed_out', 'Sign in, or send an API token.');
    if (access !== 'signed-in' && !principal.may(access))
      throw new ApiError('forbidden', `This takes the permission "${access}".`);
    request.principal = principal;
  });
}

/** Of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new Error('a public route has no principal');
  return request.principal;
}

/** Calendars cannot send headers: on the routes that say so, an API token may come in the query. */
import type { Server } from '../server.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes `?token=` in place of the Authorization header. The query is never logged. */
    tokenInQuery?: boolean;
  }
}

/** Longer ones are none of ours. */
const maxToken = 200;

/** Before the authenticator is asked. */
export function registerFeedTokens(app: Server): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions.config.tokenInQuery === true && request.headers.authorization === undefined) {
      const { token } = request.query as { token?: unknown };
      if (typeof token === 'string' && token.length <= maxToken && /^[\w.~+/=-]+$/.test(token))
        request.headers.authorization = `Bearer ${token}`;
    }
    done();
  });
}

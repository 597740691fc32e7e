import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify } from 'fastify';
import type { Logger } from '@linewatch/service';
import { ProblemSender, trackMethods } from './answer.ts';
import { type ApiConfig, maxBodyBytes, maxHeaderBytes, maxUrlBytes } from './config.ts';
import { registerDashboard, sendPage } from './dashboard.ts';
import type { ApiMetrics } from './metrics.ts';
import { ApiError } from './problems.ts';
import { createRateLimit } from './rate.ts';
import { serializerCompiler, validatorCompiler } from './schema.ts';
import { createHostGuard, securityHeaders } from './security.ts';

export interface ServerOptions {
  readonly config: ApiConfig;
  /** Address that is really listened on; it may change when the first administrator exists. */
  readonly host: () => string;
  readonly dashboardDir: string;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly headersTimeoutMs: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Longest path and query that the route takes, octets, where it is not the usual. */
    maxUrlBytes?: number;
  }
}

export type Server = Awaited<ReturnType<typeof createServer>>;

/** Time for all of a request to arrive, ms. */
const requestTimeoutMs = 20_000;
const idleTimeoutMs = 75_000;
const maxHeaders = 100;

/** The HTTP server with its limits, guards, problem documents and the dashboard, before any route of the API. */
export async function createServer(options: ServerOptions) {
  const { config, host, dashboardDir, metrics, logger, clock, headersTimeoutMs } = options;
  const problems = new ProblemSender(metrics, logger);
  const { limits } = config;
  const app = fastify({
    logger: false,
    trustProxy: config.proxies.length > 0 ? config.proxies : false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: idleTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    handlerTimeout: limits.queryMs,
    return503OnClosing: false, // what still comes on an open connection is answered
    routerOptions: { maxParamLength: 200 },
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 10),
      requireHostHeader: false,
    },
    frameworkErrors: (error, request, reply) => void problems.send(error, request, reply),
    clientErrorHandler: (error, socket) => problems.sendRaw(error, socket),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxHeadersCount = maxHeaders;
  app.server.maxConnections = limits.connections;
  // Bodies are JSON: a form of another site cannot send that without being asked first (Fetch, CORS preflight).
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => problems.send(error, request, reply));

  const methodsOf = trackMethods(app);
  const names = config.url === undefined ? config.hosts : [...config.hosts, new URL(config.url).hostname];
  let guarded = host();
  let served = createHostGuard(guarded, names);
  const waitFor = createRateLimit(limits.requestsPerSecond);
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(securityHeaders);
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
    done(refusal());

    function refusal(): ApiError | undefined {
      if (guarded !== host()) served = createHostGuard((guarded = host()), names);
      const longest = request.routeOptions.config.maxUrlBytes ?? maxUrlBytes;
      if (!served(request.headers.host))
        return new ApiError('host_refused', 'The Host header does not name this server.');
      if (request.url.length > longest)
        return new ApiError('query_too_long', `Path and query are over ${longest} octets.`);
      const retryAfterS = waitFor(request.ip, clock());
      if (retryAfterS > 0)
        return new ApiError('rate_limited', `More than ${limits.requestsPerSecond} requests a second.`, {
          retryAfterS,
        });
      return undefined;
    }
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.requests.inc({ route, status: reply.statusCode });
    metrics.requestSeconds.observe({ route }, reply.elapsedTime / 1000);
    done();
  });
  app.setNotFoundHandler(async (request, reply) => {
    const [path = '/'] = request.url.split('?', 1);
    if (await sendPage(request, reply, dashboardDir)) return reply;
    const allowed = methodsOf(path);
    if (allowed.length === 0 || allowed.includes(request.method))
      throw new ApiError('not_found', 'No resource has this path.');
    void reply.header('allow', allowed.join(', '));
    throw new ApiError('method_not_allowed', `${request.method} is not allowed here; ${allowed.join(' and ')} are.`);
  });
  await registerDashboard(app, dashboardDir);
  return app;
}

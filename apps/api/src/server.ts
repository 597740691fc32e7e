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
  /** Address that is really listened on. */
  readonly host: string;
  readonly dashboardDir: string;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
  readonly clock: () => number;
}

export type Server = Awaited<ReturnType<typeof createServer>>;

/** Time for a request's head, and for all of it, to arrive, ms. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 20_000;
const idleTimeoutMs = 75_000;
const maxHeaders = 100;

/** The HTTP server with its limits, guards, problem documents and the dashboard, before any route of the API. */
export async function createServer({ config, host, dashboardDir, metrics, logger, clock }: ServerOptions) {
  const problems = new ProblemSender(metrics, logger);
  const { limits } = config;
  const app = fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: idleTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    handlerTimeout: limits.queryMs,
    return503OnClosing: false, // answered by the hook below, as a problem document
    routerOptions: { maxParamLength: 200 },
    http: { maxHeaderSize: maxHeaderBytes, headersTimeout: headersTimeoutMs, requireHostHeader: false },
    frameworkErrors: (error, request, reply) => void problems.send(error, request, reply),
    clientErrorHandler: (error, socket) => problems.sendRaw(error, socket),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxHeadersCount = maxHeaders;
  app.server.maxConnections = limits.connections;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => problems.send(error, request, reply));

  const methodsOf = trackMethods(app);
  const served = createHostGuard(host, config.hosts);
  const waitFor = createRateLimit(limits.requestsPerSecond);
  const state = { closing: false };
  app.addHook('preClose', (done) => {
    state.closing = true;
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(securityHeaders);
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
    done(refusal());

    function refusal(): ApiError | undefined {
      if (state.closing) return new ApiError('stopping', 'The server is stopping.', { retryAfterS: 2 });
      if (!served(request.headers.host))
        return new ApiError('host_refused', 'The Host header does not name this server.');
      if (request.url.length > maxUrlBytes)
        return new ApiError('query_too_long', `Path and query are over ${maxUrlBytes} octets.`);
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

import { isIP } from 'node:net';
import { type App, type Health, LinewatchError, type Logger, type Metrics, toError } from '@linewatch/service';
import { type TransportOptions, createTransport } from '@linewatch/alerting';
import type { Campaign } from '@linewatch/estate';
import { type Authenticator, registerAccess } from './access/access.ts';
import { firstRun } from './access/principal.ts';
import { type AccessOptions, createAccessServices } from './access/services.ts';
import { createPreview } from './alerts/preview/preview.ts';
import { type PreviewRule, createAlertServices } from './alerts/services.ts';
import type { ApiConfig } from './config.ts';
import { Exporters } from './exporters/exporters.ts';
import { type Components, readHealth, readMetrics } from './health.ts';
import { applyRules } from './inbox/automatic.ts';
import { Inbox } from './inbox/inbox.ts';
import { Broadcast } from './live/broadcast.ts';
import { Live } from './live/live.ts';
import { createApiMetrics } from './metrics.ts';
import { PlannedMaintenance } from './maintenance/maintenance.ts';
import { Overview } from './overview.ts';
import { registerFeedTokens } from './estate/feed-token.ts';
import { EstateRecords } from './estate/records.ts';
import type { EstateReader, LiveQueue, Telemetry } from './ports.ts';
import { registerDeliveryRoutes } from './routes/alert-deliveries.ts';
import { registerStatusRoutes } from './routes/alert-status.ts';
import { registerAlertRoutes } from './routes/alerts.ts';
import { registerDescription, registerDocs } from './routes/docs.ts';
import { registerEstateRoutes } from './routes/estate.ts';
import { registerExporterRoutes } from './routes/exporters.ts';
import { registerFileRoutes } from './routes/files.ts';
import { registerHookRoutes } from './routes/hooks.ts';
import { registerInboxRoutes } from './routes/inbox.ts';
import { registerPeopleRoutes } from './routes/people.ts';
import { registerReportRoutes } from './routes/reports.ts';
import { registerServiceRoutes } from './routes/service.ts';
import { registerSessionRoutes } from './routes/session.ts';
import { registerSlaRoutes } from './routes/sla.ts';
import { registerStreamRoute } from './routes/stream.ts';
import { registerTelemetryRoutes } from './routes/telemetry.ts';
import { registerWatchRoutes } from './routes/watch.ts';
import { createReporting } from './report/reporting.ts';
import { isLoopback } from './security.ts';
import { type Server, createServer } from './server.ts';
import { History } from './traffic.ts';
import { Lines } from './watch/follow.ts';
import { WatchIncidents } from './watch/incidents.ts';

/** Connections that have not ended by themselves this long after a stop are cut, ms. */
const closeMs = 3000;

export type ApiStartErrorCode = 'address_in_use' | 'address_refused';
export class ApiStartError extends LinewatchError<ApiStartErrorCode> {}

export interface ApiOptions {
  readonly config: ApiConfig;
  readonly queue: LiveQueue;
  readonly store: Telemetry;
  readonly estate: EstateReader;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Folder of the built dashboard; it may come later. */
  readonly dashboardDir: string;
  readonly components: Components;
  /** People and sign-in. Without it whoever is at this machine may do everything, and no one else anything. */
  readonly access?: AccessOptions;
  /** Where examples of alerts may be sent, and by which mail server: as the notifier sends alerts. */
  readonly outward: TransportOptions;
  /** What a rule would have done; without it, nobody can ask for it. */
  readonly previewRule?: PreviewRule;
  /** In place of that of `access`. */
  readonly authenticator?: Authenticator;
  /** Of the API's description. */
  readonly version?: string;
  /** Unix ms. */
  readonly clock?: () => number;
  /** Time for a request's head to arrive, ms. */
  readonly headersTimeoutMs?: number;
}

export interface Api extends App {
  /** Where it listens, e.g. `http://127.0.0.1:8080`; empty before it does. */
  readonly url: string;
}

/** Name of this component among the others. */
const componentName = 'api';

/** The HTTP API and the dashboard, with the live state behind them. The queue, store and estate stay the caller's. */
export function createApi(options: ApiOptions): Api {
  const { config, queue, store, estate, logger, dashboardDir, components } = options;
  const clock = options.clock ?? Date.now;
  const { limits } = config;
  const metrics = createApiMetrics(options.metrics);
  const shared = { queue, store, estate, limits, metrics, logger, clock };
  const live = new Live({ ...shared, trust: options.trust });
  const records = new EstateRecords({ ...shared, trust: options.trust });
  const reporting = createReporting({
    ...shared,
    estate: { ...estate, records: { all: () => records.register() } },
    trust: options.trust,
  });
  const watched = {
    incidents: estate.incidents,
    maintenance: estate.maintenance,
    facts: estate.facts,
    trust: options.trust,
    clock,
  };
  const incidents = new WatchIncidents({ ...watched, estate: reporting.estate });
  const maintenance = new PlannedMaintenance({ ...watched, estate: reporting.estate });
  const lines = new Lines({
    ...shared,
    incidents: estate.incidents,
    covered: (nowMs, key) => maintenance.covered(nowMs, key),
    plan: () => live.plan,
    trust: options.trust,
  });
  const transport = createTransport(options.outward);
  const alerts = createAlertServices({
    ...{ estate, transport, slaEstate: reporting.estate },
    ...{ trust: options.trust, url: config.url, metrics, clock },
    previewRule: options.previewRule ?? createPreview({ estate, slaEstate: reporting.estate, store, clock }),
  });
  const overview = new Overview({ ...shared, live, lines });
  const history = new History({ ...shared, live });
  const exporters = new Exporters({ ...shared, live, trust: options.trust });
  const inbox = new Inbox({ ...shared, live, exporters, records, trust: options.trust });
  const broadcast = new Broadcast({
    ...shared,
    viewers: limits.viewers,
    viewerBufferBytes: limits.viewerBufferBytes,
    source: (nowMs) =>
      live.plan && {
        version: live.plan.version,
        academies: live.academies(nowMs).map((each) => ({ ...each, line: lines.academy(each.id) })),
      },
    onError: (error) => logger.error({ err: error }, 'live update failed'),
  });
  // Until someone can be asked to sign in, only this machine is served.
  let host = isLoopback(config.host) ? config.host : '127.0.0.1';
  const restriction = (): string =>
    host === config.host ? '' : `, not on ${config.host}: no administrator exists yet`;
  const access =
    options.access &&
    createAccessServices({ ...options.access, ...shared, config, trust: options.trust, onSetUp: () => void openUp() });
  let server: Server | undefined;
  let url = '';
  let mapping: Campaign | undefined;

  const health = (): Health => {
    if (url === '') return { ready: false, detail: 'does not listen yet' };
    if (!live.plan) return { ready: false, detail: `listens on ${url}${restriction()}; has not read the estate yet` };
    if (live.trouble !== '') return { ready: false, detail: `listens on ${url}${restriction()}; ${live.trouble}` };
    return { ready: true, detail: `listens on ${url}${restriction()}; ${broadcast.size} live viewers` };
  };

  async function build(): Promise<Server> {
    const app = await createServer({
      config,
      host: () => host,
      dashboardDir,
      metrics,
      logger,
      clock,
      headersTimeoutMs: options.headersTimeoutMs ?? 10_000,
    });
    registerFeedTokens(app);
    registerAccess(
      app,
      options.authenticator ?? access?.authenticator ?? { authenticate: () => Promise.resolve(firstRun()) },
    );
    await registerDescription(app, options.version ?? '1');
    await app.register(async () => {
      registerTelemetryRoutes(app, { overview, history, clock });
      registerExporterRoutes(app, { exporters, clock });
      registerEstateRoutes(app, {
        records,
        trust: () => live.plan?.trust ?? { label: options.trust, name: options.trust },
        clock,
      });
      registerFileRoutes(app, { estate, trust: options.trust });
      registerInboxRoutes(app, { inbox, clock });
      registerWatchRoutes(app, { incidents, maintenance, clock });
      registerSlaRoutes(app, reporting);
      registerReportRoutes(app, { reports: reporting.reports, trust: options.trust });
      registerAlertRoutes(app, { ...alerts, clock });
      registerDeliveryRoutes(app, { ...alerts, clock });
      registerStatusRoutes(app, { pages: alerts.pages, clock });
      await registerHookRoutes(app, { hooks: alerts.hooks, clock });
      if (access) {
        registerSessionRoutes(app, access);
        registerPeopleRoutes(app, access);
      }
      registerStreamRoute(app, broadcast);
      registerServiceRoutes(app, {
        clock,
        health: () =>
          readHealth(
            {
              queue: async () => {
                const { accepting, detail } = await queue.health();
                return { ready: accepting, detail: detail === '' ? 'accepting' : detail };
              },
              clickhouse: () => store.health(),
              postgres: () => estate.health(),
              [componentName]: health,
            },
            components,
          ),
        metrics: async () => readMetrics({ component: componentName, text: await options.metrics.text() }, components),
      });
      await registerDocs(app);
    });
    return app;
  }

  async function listen(app: Server): Promise<void> {
    try {
      url = await app.listen({ host, port: config.port });
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'EADDRINUSE')
        throw new ApiStartError(
          'address_in_use',
          `port ${config.port} on ${host} is taken by another program; set api.port`,
          { cause: error },
        );
      if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
        throw new ApiStartError('address_refused', `cannot listen on ${host}, port ${config.port}`, { cause: error });
      throw toError(error);
    }
  }

  /** From when there is an administrator on, the address that is configured. What is open stays open. */
  async function openUp(): Promise<void> {
    if (host === config.host) return;
    const before = host;
    host = config.host;
    if (!server || url === '') return;
    const { port } = new URL(url);
    const { server: http } = server;
    const listenAgain = (at: string): Promise<void> =>
      new Promise((resolve, reject) => {
        http.once('error', reject);
        http.listen({ host: at, port: Number(port) }, () => {
          http.off('error', reject);
          resolve();
        });
      });
    http.close();
    try {
      await listenAgain(host);
      url = `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
      logger.info({ url }, 'an administrator exists: listening as configured');
    } catch (error) {
      logger.error({ err: error, host }, 'cannot listen as configured');
      host = before;
      await listenAgain(host).catch((again: unknown) => logger.error({ err: again }, 'cannot listen any more'));
    }
  }

  return {
    get url() {
      return url;
    },
    async start() {
      // A database that does not answer yet is asked again while we run.
      await access?.authenticator.isSetUp().catch(() => false);
      if (restriction() !== '')
        logger.warn(
          { asked: config.host, host },
          'listening on loopback only: no administrator exists yet, so no one could sign in',
        );
      server = await build();
      await Promise.all([live.start(), exporters.start()]);
      lines.start();
      broadcast.start();
      mapping = estate.whileLeading(`inbox-rules/${options.trust}`, (signal) =>
        applyRules({ inbox, estate, trust: options.trust, logger, clock }, signal),
      );
      await listen(server);
      access?.authenticator.start();
      logger.info({ url }, 'listening');
    },
    async stop() {
      broadcast.stop();
      const mapped = mapping?.stop();
      transport.close();
      const cut = setTimeout(() => server?.server.closeAllConnections(), closeMs);
      await access?.authenticator.stop();
      await Promise.all([server?.close(), live.stop(), lines.stop(), exporters.stop(), mapped]);
      clearTimeout(cut);
      url = '';
    },
    health,
  };
}

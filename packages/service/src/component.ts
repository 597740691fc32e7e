/**
 * What every process of Linewatch has in common: it starts, says how it is, and stops when it is told to or when its
 * parent has gone.
 */
import { mkdir, rm } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import path from 'node:path';
import { describe } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export interface App {
  /** Resolves when the app does its job. */
  start(): Promise<void>;
  /** Resolves when everything accepted is safe and everything opened is closed. Safe to call after a failed start. */
  stop(): Promise<void>;
  health(): Health | Promise<Health>;
}

export interface Health {
  readonly ready: boolean;
  /** One line for people: what is wrong, or what it does. */
  readonly detail: string;
}

/** Longest a component may take to stop, ms: the supervisor kills it after this. */
export const stopTimeoutMs = 8000;

/** Where a component answers `/metrics` and `/health/ready`: a socket in the data directory, so that no port is taken. */
export const statusSocket = (runDir: string, component: string): string => path.join(runDir, `${component}.sock`);

async function serveStatus(socket: string, app: App, metrics: Metrics, logger: Logger): Promise<Server> {
  await mkdir(path.dirname(socket), { recursive: true });
  await rm(socket, { force: true });
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.url === '/metrics') {
        response.setHeader('content-type', metrics.registry.contentType).end(await metrics.text());
      } else if (request.url === '/health/ready') {
        const health = await app.health();
        response
          .writeHead(health.ready ? 200 : 503, { 'content-type': 'application/json' })
          .end(JSON.stringify(health));
      } else if (request.url === '/health/live') {
        response.end('ok');
      } else {
        response.writeHead(404).end();
      }
    };
    answer().catch((error: unknown) => {
      logger.warn({ reason: describe(error) }, 'status request failed');
      response.writeHead(500).end();
    });
  });
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(socket, resolve);
  });
  return server;
}

export interface ProcessOptions {
  readonly component: string;
  readonly app: App;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Directory of the status sockets. */
  readonly runDir: string;
}

/**
 * Runs an app as this process: status socket, start, then stop on SIGTERM, SIGINT, or when the parent that holds our IPC
 * channel goes away. The process exits with 0 after a clean stop and 1 otherwise.
 */
export async function runProcess({ component, app, metrics, logger, runDir }: ProcessOptions): Promise<void> {
  let stopping = false;
  const stop = (why: string, code: number): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, 'stopping');
    setTimeout(() => {
      logger.error('did not stop in time');
      process.exit(1);
    }, stopTimeoutMs).unref();
    app.stop().then(
      () => process.exit(code),
      (error: unknown) => {
        logger.error({ reason: describe(error) }, 'stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  process.on('disconnect', () => stop('parent has gone', 0));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => {
    logger.fatal({ err: error }, 'unhandled rejection');
    process.exit(1);
  });
  metrics.process();
  try {
    await serveStatus(statusSocket(runDir, component), app, metrics, logger);
    await app.start();
    logger.info('started');
    process.send?.({ started: true });
  } catch (error) {
    logger.fatal({ reason: describe(error) }, 'start failed');
    stop('start failed', 1);
  }
}

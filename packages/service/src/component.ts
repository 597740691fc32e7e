/**
 * What every process of Linewatch has in common: it starts, says how it is, and stops when it is told to or when its
 * parent has gone.
 */
import { mkdir, rm } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { LinewatchError, describe } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { sleep } from './sleep.ts';

class ComponentError extends LinewatchError<'component_running' | 'path_too_long'> {}

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
/** The same once its parent has gone: nobody is left to kill it, and the next start needs its place. */
const orphanStopTimeoutMs = 4000;
/** Longest path of a socket, octets: sockaddr_un less its final zero. */
const maxSocketPath = process.platform === 'linux' ? 107 : 103;

/** Where a component answers `/metrics` and `/health/ready`: a socket in the data directory, so that no port is taken. */
export const statusSocket = (runDir: string, component: string): string => path.join(runDir, `${component}.sock`);

const isServed = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const connection = connect(socket);
    const end = (served: boolean): void => {
      connection.destroy();
      resolve(served);
    };
    connection.once('connect', () => end(true)).once('error', () => end(false));
  });

/** Makes the socket's path free. @throws ComponentError when another process serves it and goes on doing so. */
async function claim(socket: string): Promise<void> {
  const octets = Buffer.byteLength(socket);
  if (octets > maxSocketPath)
    throw new ComponentError(
      'path_too_long',
      `the path of the data directory is too long: its socket ${socket} would have ${octets} octets, the most is ${maxSocketPath}`,
    );
  await mkdir(path.dirname(socket), { recursive: true });
  // One whose parent has gone may still be stopping.
  const deadline = Date.now() + orphanStopTimeoutMs + 500;
  while (await isServed(socket)) {
    if (Date.now() > deadline)
      throw new ComponentError(
        'component_running',
        `another ${path.basename(socket, '.sock')} already runs on this data directory: it answers at ${socket}`,
      );
    await sleep(100);
  }
  await rm(socket, { force: true });
}

async function serveStatus(socket: string, app: App, metrics: Metrics, logger: Logger): Promise<Server> {
  await claim(socket);
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
  /** Runs before anything in the data directory is touched; when it fails, nothing is. */
  readonly claim?: () => Promise<void>;
  /** Longest that stopping may take, ms, whatever asks for it. Default: `stopTimeoutMs`, and less without a parent. */
  readonly stopMs?: number;
  /** Tells of a failed start; without it that is a log line. */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * Runs an app as this process: status socket, start, then stop on SIGTERM, SIGINT, or when the parent that holds our IPC
 * channel goes away. The process exits with 0 after a clean stop and 1 otherwise.
 */
export async function runProcess(options: ProcessOptions): Promise<void> {
  const { component, app, metrics, logger, runDir, stopMs } = options;
  let stopping = false;
  let begun = false;
  const exitWithin = (ms: number): void => {
    setTimeout(() => {
      logger.error('did not stop in time');
      process.exit(1);
    }, ms).unref();
  };
  const stop = (why: string, code: number): void => {
    if (stopping) return;
    stopping = true;
    // What is in the data directory may be another process's.
    if (!begun) process.exit(code);
    logger.info({ why }, 'stopping');
    exitWithin(stopMs ?? stopTimeoutMs);
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
  process.on('disconnect', () => {
    exitWithin(stopMs ?? orphanStopTimeoutMs);
    stop('parent has gone', 0);
  });
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
    await options.claim?.();
    await serveStatus(statusSocket(runDir, component), app, metrics, logger);
    begun = true;
    await app.start();
    logger.info('started');
    process.send?.({ started: true });
  } catch (error) {
    if (options.onFailure) options.onFailure(error);
    else logger.fatal({ reason: describe(error) }, 'start failed');
    stop('start failed', 1);
  }
}

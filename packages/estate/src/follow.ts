/** Following what others write: told by NOTIFY, checked by a slow poll on the same connection. */
import type { Client } from 'pg';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import type { Database } from './database.ts';
import { toEstateError } from './errors.ts';

export interface Watch {
  /** Resolves when no call is going on and none will come. */
  stop(): Promise<void>;
}

export interface Followed {
  /** For errors and the log, e.g. `watching the estate`. */
  readonly doing: string;
  readonly channel: string;
  readonly pollMs: number;
}

const queryTimeoutMs = 3000;
const maxPauseMs = 5000;

/**
 * Calls `look` at the start, whenever something was told, and at each poll, one call at a time. When it rejects, the connection is
 * made anew after a pause. The signal aborts when this is stopped.
 */
export function follow(
  database: Database,
  logger: Logger,
  { doing, channel, pollMs }: Followed,
  look: (client: Client, signal: AbortSignal) => Promise<void>,
): Watch {
  const stopped = new AbortController();
  let told = new AbortController();
  const wake = (): void => told.abort();
  const isStopped = (): boolean => stopped.signal.aborted;

  async function listen(): Promise<Client> {
    const client = await database.connect(doing, queryTimeoutMs, wake);
    client.on('notification', wake);
    try {
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      client.end().catch(() => undefined);
      throw toEstateError(error, doing);
    }
    return client;
  }

  async function run(): Promise<void> {
    let client: Client | undefined;
    let attempt = 0;
    while (!isStopped()) {
      let pauseMs = pollMs;
      // Set before looking: what is told from here on wakes the pause below.
      told = new AbortController();
      try {
        client ??= await listen();
        await look(client, stopped.signal);
        if (attempt > 0) logger.info({ doing }, 'connection to the estate is back');
        attempt = 0;
      } catch (error) {
        if (attempt === 0)
          logger.warn({ reason: describe(error), doing }, 'connection to the estate lost; trying again');
        client?.end().catch(() => undefined);
        client = undefined;
        pauseMs = backoffMs(attempt++, 100, maxPauseMs);
        // The broken connection's own call is not a reason to hurry.
        told = new AbortController();
      }
      if (!isStopped()) await sleep(pauseMs, told.signal);
    }
    client?.end().catch(() => undefined);
  }

  const running = run();
  return {
    stop: () => {
      stopped.abort();
      wake();
      return running;
    },
  };
}

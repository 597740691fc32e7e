/** Following the estate's version: told by NOTIFY, checked by a slow poll on the same connection. */
import type { Client } from 'pg';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import { changedChannel } from './channel.ts';
import type { Database } from './database.ts';
import { toEstateError } from './errors.ts';

export interface Watch {
  /** Resolves when no call of `onChange` is going on and none will come. */
  stop(): Promise<void>;
}

/**
 * Called with the version at the start and after each change, one call at a time; versions in between may be left out. When
 * it rejects, it is called again after a pause. The signal aborts when the watch is stopped.
 */
export type OnChange = (version: number, signal: AbortSignal) => void | Promise<void>;

const queryTimeoutMs = 3000;
const maxPauseMs = 5000;

export function watchVersion(database: Database, logger: Logger, onChange: OnChange, pollMs = 2000): Watch {
  const stopped = new AbortController();
  let told = new AbortController();
  const wake = (): void => told.abort();
  const isStopped = (): boolean => stopped.signal.aborted;

  async function listen(): Promise<Client> {
    const client = await database.connect('watching the estate', queryTimeoutMs, wake);
    client.on('notification', wake);
    try {
      await client.query(`LISTEN ${changedChannel}`);
    } catch (error) {
      client.end().catch(() => undefined);
      throw toEstateError(error, 'watching the estate');
    }
    return client;
  }

  async function versionOf(client: Client): Promise<number> {
    try {
      const { rows } = await client.query<{ version: number }>('SELECT version::float8 AS version FROM estate_version');
      return rows[0]!.version;
    } catch (error) {
      throw toEstateError(error, 'watching the estate');
    }
  }

  async function run(): Promise<void> {
    let client: Client | undefined;
    let seen: number | undefined;
    let attempt = 0;
    while (!isStopped()) {
      let pauseMs = pollMs;
      // Set before reading: what is told from here on wakes the pause below.
      told = new AbortController();
      try {
        client ??= await listen();
        const version = await versionOf(client);
        if (attempt > 0) logger.info('estate watch is back');
        attempt = 0;
        if (version !== seen) {
          try {
            await onChange(version, stopped.signal);
            seen = version;
          } catch (error) {
            logger.warn({ reason: describe(error), version }, 'change of the estate was not taken; trying again');
          }
        }
      } catch (error) {
        if (attempt === 0) logger.warn({ reason: describe(error) }, 'estate watch lost; trying again');
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

/** Following the estate's version. */
import type { Client } from 'pg';
import { type Logger, describe } from '@linewatch/service';
import { changedChannel } from './channel.ts';
import type { Database } from './database.ts';
import { toEstateError } from './errors.ts';
import { type Watch, follow } from './follow.ts';

export type { Watch } from './follow.ts';

/**
 * Called with the version at the start and after each change, one call at a time; versions in between may be left out. When
 * it rejects, it is called again after a pause. The signal aborts when the watch is stopped.
 */
export type OnChange = (version: number, signal: AbortSignal) => void | Promise<void>;

const doing = 'watching the estate';

async function versionOf(client: Client): Promise<number> {
  try {
    const { rows } = await client.query<{ version: number }>('SELECT version::float8 AS version FROM estate_version');
    return rows[0]!.version;
  } catch (error) {
    throw toEstateError(error, doing);
  }
}

export function watchVersion(database: Database, logger: Logger, onChange: OnChange, pollMs = 2000): Watch {
  let seen: number | undefined;
  return follow(database, logger, { doing, channel: changedChannel, pollMs }, async (client, signal) => {
    const version = await versionOf(client);
    if (version === seen) return;
    try {
      await onChange(version, signal);
      seen = version;
    } catch (error) {
      logger.warn({ reason: describe(error), version }, 'change of the estate was not taken; trying again');
    }
  });
}

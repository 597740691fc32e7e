/** Commands that change or read the estate, whether Linewatch runs or not. */
import type { Actor, Estate } from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import type { Config } from '../config.ts';
import { openEstate } from '../databases.ts';
import { freePort } from '../engines/engine.ts';
import { startPostgres } from '../engines/postgres.ts';
import { takeLock } from '../lock.ts';
import { paths } from '../paths.ts';
import { readSecrets } from '../secrets.ts';

/** Who works at the server itself. */
export const commandActor = (): Actor => ({
  account: null,
  name: process.env['SUDO_USER'] ?? process.env['USER'] ?? 'command',
  via: 'command',
  address: null,
});

/** Opens the estate of a running installation or server, or starts the embedded one for as long as it is needed. */
export async function withEstate<T>(config: Config, use: (estate: Estate) => Promise<T>): Promise<T> {
  const logger = createLogger('estate', 'warn');
  let stop: () => Promise<unknown> = () => Promise.resolve();
  let settings = config;
  if (!config.postgres.url) {
    const where = paths(config.data);
    const { postgres: password } = readSecrets(config.data);
    takeLock(where.lock);
    const engine = await startPostgres({
      directory: where.postgres,
      port: await freePort(),
      user: 'linewatch',
      password,
    });
    stop = () => engine.stop();
    settings = { ...config, postgres: { url: engine.url } };
  }
  try {
    const estate = openEstate(settings, logger);
    try {
      await estate.migrate();
      return await use(estate);
    } finally {
      await estate.close();
    }
  } finally {
    await stop();
  }
}

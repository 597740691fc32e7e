import path from 'node:path';
import { LinewatchError } from '@linewatch/service';

export class ConfigError extends LinewatchError<'config_invalid' | 'config_missing'> {}

/** Where things are in a data directory. */
export const paths = (dataDir: string) => ({
  lock: path.join(dataDir, 'lock'),
  run: path.join(dataDir, 'run'),
  /** The configuration with the running engines' addresses, for this installation's own processes. */
  effective: path.join(dataDir, 'run', 'effective.json'),
  queue: path.join(dataDir, 'queue'),
  clickhouse: path.join(dataDir, 'clickhouse'),
  postgres: path.join(dataDir, 'postgres'),
  /** What the collectors of a trust keep: keys and pseudonyms of two trusts have nothing in common. */
  collector: (trust: string) => path.join(dataDir, 'collector', trust),
  /** What waits for Kafka while it is away: of each collector, a directory a worker, by its number. */
  spill: (trust: string, collector: string) => path.join(dataDir, 'spill', trust, collector),
});

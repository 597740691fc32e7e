import { readFileSync } from 'node:fs';
import { type Estate, EstateError, type ImportResult, type ParsedEstate, parseEstate } from '@linewatch/estate';
import { labelKey } from '@linewatch/record';
import { LinewatchError, createLogger, formatProblem } from '@linewatch/service';
import type { Config } from '../config.ts';
import { type CommonOptions, effectiveConfig } from '../context.ts';
import { freePort } from '../engines/engine.ts';
import { startPostgres } from '../engines/postgres.ts';
import { takeLock } from '../lock.ts';
import { openEstate } from '../databases.ts';
import { paths } from '../paths.ts';
import { readSecrets } from '../secrets.ts';

export class ImportError extends LinewatchError<'estate_invalid' | 'estate_unreadable'> {}

export interface ImportCommandOptions extends CommonOptions {
  readonly prune?: boolean;
  readonly dryRun?: boolean;
}

/** @throws ImportError that lists every problem with its line. */
export function readEstate(file: string): ParsedEstate {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ImportError('estate_unreadable', `${file} cannot be read`, { cause });
  }
  const parsed = parseEstate(text, { labelKey });
  if ('value' in parsed) return parsed.value;
  const lines = parsed.problems.map((problem) => formatProblem(file, problem));
  const many = lines.length === 1 ? '1 problem' : `${lines.length} problems`;
  throw new ImportError('estate_invalid', `${file} has ${many}; nothing was imported\n${lines.join('\n')}`);
}

/** Opens the estate of a running installation or server, or starts the embedded one for as long as it is needed. */
async function withEstate<T>(config: Config, use: (estate: Estate) => Promise<T>): Promise<T> {
  const logger = createLogger('import', 'warn');
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

/** What an import did, for people. */
function report(result: ImportResult): string {
  if (!result.changed) return `nothing to change: the estate is as the file says (version ${result.version})\n`;
  const kinds = ['providers', 'academies', 'circuits'] as const;
  const lines = kinds.map((kind) => {
    const { added, changed, unchanged, ended, absent } = result[kind];
    const kept =
      absent.length > 0
        ? `; not in the file and left as they are: ${absent.slice(0, 10).join(', ')}${absent.length > 10 ? ` and ${absent.length - 10} more` : ''}`
        : '';
    return `${kind}: ${added} added, ${changed} changed, ${unchanged} unchanged, ${ended} ended${kept}`;
  });
  return `${lines.join('\n')}\nestate version ${result.version}\n`;
}

export async function importFile(file: string, options: ImportCommandOptions): Promise<void> {
  const parsed = readEstate(file);
  const { academies, circuits } = parsed;
  const config = await effectiveConfig(options);
  if (![config, ...config.trusts].some(({ trust }) => trust === parsed.trust.id))
    process.stderr.write(
      `note: this installation collects for the trust "${config.trust}", the file is of "${parsed.trust.id}": ` +
        `its circuits show data only from collectors of that trust\n`,
    );
  if (options.dryRun) {
    process.stdout.write(
      `${file} is valid: ${academies.length} academies, ${circuits.length} circuits; nothing was imported\n`,
    );
    return;
  }
  const result = await withEstate(config, (estate) =>
    estate.importEstate(parsed, { prune: options.prune === true }),
  ).catch((error: unknown) => {
    if (!(error instanceof EstateError) || error.problems.length === 0) throw error;
    const lines = error.problems.map((problem) => formatProblem(file, problem));
    throw new ImportError(
      'estate_invalid',
      `${file} contradicts the estate; nothing was imported\n${lines.join('\n')}`,
    );
  });
  process.stdout.write(report(result));
}

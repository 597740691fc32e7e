/** `linewatch report`: a month's service levels as files. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createReporting, reportFile, storedTelemetry } from '@linewatch/api';
import type { Estate } from '@linewatch/estate';
import { LinewatchError, createLogger } from '@linewatch/service';
import type { Config } from '../config.ts';
import { type CommonOptions, effectiveConfig } from '../context.ts';
import { openStore } from '../databases.ts';
import { commandActor, withEstate } from './with-estate.ts';

class ReportError extends LinewatchError<'report_refused'> {}

export interface ReportCommandOptions extends CommonOptions {
  readonly month: string;
  readonly academy?: string;
  readonly out: string;
  readonly issue?: boolean;
  readonly reason?: string;
  readonly trust?: string;
}

/** Who works at the server itself sees all of it. */
const sees = { scope: 'all', prices: 'all' } as const;

/** @throws ReportError for what cannot be asked; ApiError for a month or academy that is none, and for an issue that is refused */
export async function report({ month, academy, out, issue, reason, ...options }: ReportCommandOptions): Promise<void> {
  if (!/^20\d{2}-(0[1-9]|1[0-2])$/.test(month))
    throw new ReportError('report_refused', `"${month.slice(0, 20)}" is not a month such as 2026-09`);
  if (reason !== undefined && issue !== true)
    throw new ReportError('report_refused', '--reason belongs to --issue: it says why a report is issued again');
  if (issue === true && academy !== undefined)
    throw new ReportError('report_refused', 'a report is issued for the whole trust: leave --academy out');
  const config = await effectiveConfig(options);
  const trust = options.trust ?? config.trust;
  await withEstate(config, (estate) =>
    withReports(config, estate, trust, async ({ reports }) => {
      const issued = issue === true ? await reports.issue(commandActor(), month, reason ?? null) : undefined;
      const which = {
        month,
        ...(academy !== undefined && { academy }),
        ...(issued && { number: issued.number }),
      };
      await mkdir(out, { recursive: true });
      for (const kind of ['html', 'csv'] as const) {
        const file = path.join(out, reportFile(trust, month, kind, academy));
        await writeFile(file, await reports.file(kind, sees, which));
        process.stdout.write(`${file}\n`);
      }
      if (issued) process.stdout.write(`issued as number ${issued.number} of ${month}\n`);
    }),
  );
}

/** Without ClickHouse there is no bandwidth, and the files say so. */
async function withReports(
  config: Config,
  estate: Estate,
  trust: string,
  use: (reporting: ReturnType<typeof createReporting>) => Promise<void>,
): Promise<void> {
  const logger = createLogger('report', 'warn');
  const store = config.clickhouse.url ? openStore(config, logger) : undefined;
  const away = (): Promise<never> => Promise.reject(new Error('ClickHouse does not run'));
  try {
    const telemetry = store ? storedTelemetry(store, trust) : { fiveMinutes: away, measured: away };
    await use(createReporting({ estate, store: telemetry, trust, logger, clock: Date.now }));
  } finally {
    await store?.close();
  }
}

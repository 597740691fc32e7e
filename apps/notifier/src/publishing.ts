/** Status pages as files, each minute, where a directory is configured. */
import type { Estate } from '@linewatch/estate';
import { type Logger, LinewatchError, describe, sleep } from '@linewatch/service';
import { writeStatusPages } from './status-pages.ts';
import type { Subjects } from './subjects.ts';

class PublishingError extends LinewatchError<'trust_unknown'> {}

export interface PublishingOptions {
  readonly estate: Pick<Estate, 'alerting' | 'facts' | 'maintenance' | 'incidents'>;
  readonly subjects: () => Subjects;
  /** Undefined: none are written. */
  readonly directory: string | undefined;
  readonly logger: Logger;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const everyMs = 60_000;

export async function publishStatusPages(options: PublishingOptions): Promise<void> {
  const { estate, subjects, directory, logger, now, signal } = options;
  if (directory === undefined) return;
  const estateOf = async (label: string) => {
    const row = subjects().snapshot.trusts.find((trust) => trust.label === label)?.id;
    const figures = row === undefined ? undefined : await subjects().figures(row);
    if (!figures) throw new PublishingError('trust_unknown', `there is no trust ${label}`);
    return figures;
  };
  const source = (trust: string) => ({
    facts: estate.facts,
    maintenance: estate.maintenance,
    estate: () => estateOf(trust),
    now: (label: string) => estate.incidents.now(label),
  });
  while (!signal.aborted) {
    try {
      const { failures } = await writeStatusPages({ directory, alerting: estate.alerting, source, clock: now });
      if (failures.length > 0)
        logger.warn({ pages: failures.length, reason: describe(failures[0]) }, 'status pages could not be written');
    } catch (error) {
      logger.warn({ reason: describe(error) }, 'status pages could not be written; trying again');
    }
    await sleep(everyMs, signal);
  }
}

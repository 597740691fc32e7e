/** What the core has to know of the estate, live: circuits, the limits of their contracts, maintenance. */
import type { Estate, Snapshot, Watch } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';
import type { Terms } from '@linewatch/sla';
import type { Core } from './core.ts';
import type { Limits } from './limits.ts';
import { planOf } from './plan.ts';

export interface FollowingOptions {
  readonly estate: Pick<Estate, 'snapshot' | 'watch' | 'watching' | 'records'>;
  readonly core: Pick<Core, 'follow' | 'maintain'>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Maintenances change without the estate's version. */
const maintenancesEveryMs = 15_000;

/** Limits of contracts, by the row of the trust and the contract's id. */
async function readLimits({ estate }: FollowingOptions, { trusts }: Snapshot): Promise<Map<string, Partial<Limits>>> {
  const found = new Map<string, Partial<Limits>>();
  for (const { id: trust, label } of trusts)
    for (const { id, values } of await estate.records.list(label, 'contract')) {
      const { sla } = values as { readonly sla?: Terms | null };
      if (!sla) continue;
      const { lossPercent, latencyMs, jitterMs } = sla;
      found.set(`${trust}/${id}`, { lossPercent, latencyMs, jitterMs });
    }
  return found;
}

async function readEstate(options: FollowingOptions): Promise<void> {
  const { estate, core } = options;
  const snapshot = await estate.snapshot();
  const limits = await readLimits(options, snapshot);
  core.follow(planOf(snapshot), ({ circuit }) =>
    circuit.contract === null ? undefined : limits.get(`${circuit.trust}/${circuit.contract}`),
  );
}

/** Resolves when all is known once. @throws EstateError when it cannot be read at first. */
export async function followEstate(options: FollowingOptions): Promise<{ stop(): Promise<void> }> {
  const { estate, core, logger, signal } = options;
  await readEstate(options);
  core.maintain(await estate.watching.maintenances());
  const watch: Watch = estate.watch(() => readEstate(options));
  const again = async (): Promise<void> => {
    for (;;) {
      await sleep(maintenancesEveryMs, signal);
      if (signal.aborted) return;
      try {
        core.maintain(await estate.watching.maintenances());
      } catch (error) {
        logger.warn({ reason: describe(error) }, 'maintenances could not be read; trying again');
      }
    }
  };
  const maintenances = again();
  return {
    stop: async () => {
      await watch.stop();
      await maintenances;
    },
  };
}

/** The rules of all trusts, as they are in force: what an incident means by them. */
import { type Alert, type RuleInForce, alertsOf, rulesInForce } from '@linewatch/alerting';
import type { AlertingSetup, Estate, StoredMaintenance, ToldIncident } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';
import type { Subjects } from './subjects.ts';
import { createSurroundings } from './surroundings.ts';

export interface RuleBook {
  /** Alerts of an incident, those that it ended too. */
  alertsOf(incident: ToldIncident, atMs: number, told: (id: number) => ToldIncident | undefined): readonly Alert[];
  /** Of a trust: defaults, what was made of them, and those of its own. */
  inForce(trust: number): readonly RuleInForce[];
  /** Follows maintenances until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
}

export interface RuleBookOptions {
  readonly setup: () => AlertingSetup;
  readonly subjects: () => Subjects;
  readonly watching: Pick<Estate['watching'], 'maintenances'>;
  readonly logger: Logger;
}

/** They change without telling. */
const maintenancesEveryMs = 15_000;

/** @throws EstateError when maintenances cannot be read at first */
export async function createRuleBook({ setup, subjects, watching, logger }: RuleBookOptions): Promise<RuleBook> {
  let maintenances: readonly StoredMaintenance[] = await watching.maintenances();
  let from: AlertingSetup | undefined;
  const byTrust = new Map<number, readonly RuleInForce[]>();
  let told: (id: number) => ToldIncident | undefined = () => undefined;
  const around = createSurroundings({ subjects, maintenances: () => maintenances, incident: (id) => told(id) });
  const inForce = (trust: number): readonly RuleInForce[] => {
    const now = setup();
    if (from !== now) byTrust.clear();
    from = now;
    let rules = byTrust.get(trust);
    if (!rules) byTrust.set(trust, (rules = rulesInForce(now.rules.filter((rule) => rule.trust === trust))));
    return rules;
  };
  return {
    inForce,
    alertsOf: (incident, atMs, known) => {
      told = known;
      return alertsOf(incident, inForce(incident.trust), around, atMs);
    },
    follow: async (signal) => {
      const isOver = (): boolean => signal.aborted;
      while (!isOver()) {
        await sleep(maintenancesEveryMs, signal);
        try {
          if (!isOver()) maintenances = await watching.maintenances();
        } catch (error) {
          logger.warn({ reason: describe(error) }, 'maintenances could not be read; trying again');
        }
      }
    },
  };
}

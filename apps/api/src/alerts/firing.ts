/** What fires now, as each asker may see it. */
import { type AlertNow, type AlertNowList, severities } from '@linewatch/contract';
import type { Alerting } from '@linewatch/estate';
import { type Principal, type Scope, within } from '../access/principal.ts';
import { timeText } from '@linewatch/sla';
import { asked } from '../estate/records.ts';
import { fitsOf } from './matching.ts';
import { holdsUntilMs } from './occurrences.ts';

export interface FiringOptions {
  readonly alerting: Pick<Alerting, 'now' | 'silences'>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

const gravity = ({ severity }: AlertNow): number => (severities as readonly string[]).indexOf(severity);

/** Of what concerns several academies, those are given that concern one of the scope. */
const sees = (scope: Scope, { labels: { academy } }: AlertNow): boolean =>
  academy === undefined || within(scope, academy);

export class Firing {
  readonly #options: FiringOptions;

  constructor(options: FiringOptions) {
    this.#options = options;
  }

  list(principal: Principal): Promise<AlertNowList> {
    return this.#read(principal.scope('alerts.read'), false);
  }

  safeguarding(principal: Principal): Promise<AlertNowList> {
    return this.#read(principal.scope('safeguarding.read'), true);
  }

  async #read(scope: Scope, safeguarding: boolean): Promise<AlertNowList> {
    const { alerting, trust, clock } = this.#options;
    const seen = scope === 'all' ? undefined : scope;
    const alerts = await asked(alerting.now(trust, { safeguarding, seen }));
    const nowMs = clock();
    // Nothing silences a safeguarding signal.
    const kept = safeguarding ? [] : await asked(alerting.silences(trust, nowMs));
    const silences = kept.flatMap((each) => {
      const untilMs = holdsUntilMs(each, nowMs);
      return untilMs === undefined ? [] : [{ fits: fitsOf(each.matchers), untilMs }];
    });
    const quietOf = ({ quiet, labels }: AlertNow): string | null => {
      const untilMs = Math.max(...silences.filter(({ fits }) => fits(labels)).map((each) => each.untilMs));
      return (
        quiet ?? (Number.isFinite(untilMs) ? `Silenced until ${timeText(Math.floor(untilMs / 1000) * 1000)}` : null)
      );
    };
    return {
      nowMs,
      alerts: alerts
        .filter((each) => sees(scope, each))
        .map((each) => ({ ...each, quiet: quietOf(each) }))
        .sort((a, b) => gravity(a) - gravity(b) || b.startedMs - a.startedMs || (a.key < b.key ? -1 : 1)),
    };
  }
}

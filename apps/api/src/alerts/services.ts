/** All that the routes of alerts are made of. */
import type { Transport } from '@linewatch/alerting';
import type { SlaEstate } from '@linewatch/figures';
import type { ApiMetrics } from '../metrics.ts';
import type { EstateReader } from '../ports.ts';
import { Deliveries } from './deliveries.ts';
import { Examples } from './examples.ts';
import { Firing } from './firing.ts';
import { Hooks } from './hooks.ts';
import { AlertRules, type PreviewRule } from './rules.ts';
import { Silences } from './silences.ts';
import { StatusPages } from './status.ts';
import { Subscriptions } from './subscriptions.ts';

export type { PreviewRule } from './rules.ts';

export interface AlertServicesOptions {
  readonly estate: EstateReader;
  readonly slaEstate: () => Promise<SlaEstate>;
  readonly transport: Pick<Transport, 'open'>;
  readonly previewRule?: PreviewRule;
  /** Label of the trust that is shown. */
  readonly trust: string;
  /** Where people reach the dashboard. */
  readonly url: string | undefined;
  readonly metrics: ApiMetrics;
  readonly clock: () => number;
}

export function createAlertServices(options: AlertServicesOptions) {
  const { estate, slaEstate, transport, previewRule, trust, url, metrics, clock } = options;
  const { alerting, incidents, facts, maintenance } = estate;
  const shared = { alerting, trust, clock };
  let row: number | undefined;
  /** It does not change: it is looked for until it is there. */
  const ownRow = async (): Promise<number | undefined> =>
    (row ??= (await estate.snapshot()).trusts.find(({ label }) => label === trust)?.id);
  return {
    firing: new Firing(shared),
    rules: new AlertRules({ ...shared, ...(previewRule && { previewRule }) }),
    silences: new Silences(shared),
    subscriptions: new Subscriptions({ ...shared, url }),
    examples: new Examples({
      ...{ alerting, transport, url, clock },
      trust: async () => ({ label: trust, name: (await slaEstate()).trust.name }),
    }),
    deliveries: new Deliveries(shared),
    hooks: new Hooks({
      ...{ alerting, incidents, counter: metrics.hooks, clock },
      trust: async () => ({ row: await ownRow(), label: trust }),
    }),
    pages: new StatusPages({
      ...shared,
      source: { facts, maintenance, estate: slaEstate, now: (of) => incidents.now(of) },
    }),
  };
}

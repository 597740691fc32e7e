import { AlertingError, type Alerting } from '@linewatch/estate';

const refused = (): Promise<never> => Promise.reject(new AlertingError('missing', 'nothing is kept here'));

/** Alerts in memory that nothing was told: what is kept is tested on a database. */
export const memoryAlerting = (): Alerting => ({
  rules: () => Promise.resolve([]),
  putRule: refused,
  removeRule: refused,
  subscriptions: () => Promise.resolve([]),
  stored: () => Promise.resolve(undefined),
  storedByRow: () => Promise.resolve(undefined),
  putSubscription: refused,
  removeSubscription: refused,
  rotate: refused,
  enable: refused,
  silences: () => Promise.resolve([]),
  silence: refused,
  changeSilence: refused,
  endSilence: refused,
  now: () => Promise.resolve([]),
  deliveries: () => Promise.resolve({ deliveries: [], next: null }),
  delivery: () => Promise.resolve(undefined),
  replay: refused,
  takeInbound: async (_subscription, _message, work) => (await work(), true),
  isTold: () => Promise.resolve(false),
  incidentOfGroup: () => Promise.resolve(undefined),
  statusPages: () => Promise.resolve([]),
  putStatusPage: refused,
  statusPage: () => Promise.resolve(undefined),
  enabledStatusPages: () => Promise.resolve([]),
});

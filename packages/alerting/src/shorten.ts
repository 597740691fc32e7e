/** A notification as data, made to fit: less and less of what matters least, and how much is left out. */
import type { Notification } from '@linewatch/contract';
import { cleanLines, cut } from './text.ts';

interface Bounds {
  readonly alerts: number;
  /** Items of evidence, and of what was tested, of each alert. */
  readonly items: number;
  readonly academies: number;
  readonly labels: number;
  /** Characters of each text. */
  readonly text: number;
}

const bounds: readonly Bounds[] = [
  { alerts: 50, items: 50, academies: 100, labels: 20, text: 4000 },
  { alerts: 50, items: 5, academies: 100, labels: 20, text: 1000 },
  { alerts: 50, items: 0, academies: 50, labels: 20, text: 500 },
  { alerts: 20, items: 3, academies: 20, labels: 20, text: 500 },
  { alerts: 10, items: 2, academies: 10, labels: 20, text: 300 },
  { alerts: 5, items: 2, academies: 10, labels: 20, text: 300 },
  { alerts: 1, items: 3, academies: 5, labels: 15, text: 300 },
  { alerts: 1, items: 0, academies: 3, labels: 15, text: 100 },
  { alerts: 0, items: 0, academies: 0, labels: 0, text: 100 },
];

interface LeftOut {
  readonly alerts: number;
  readonly academies: number;
  readonly tested: number;
  readonly evidence: number;
}
export type Shortened = Notification & { readonly leftOut: LeftOut };

/** What is not cut: half an address or key is none. Beyond this, keys are cut and addresses left out. */
const mostKeyCharacters = 300;
const addresses = new Set(['url', 'portal']);
const keys = new Set(['id', 'key']);

function cutAll(value: unknown, of: Bounds, name: string): unknown {
  if (typeof value === 'string') {
    if (addresses.has(name)) return value.length <= 1000 && of.text >= 100 ? value.toWellFormed() : null;
    return cut(cleanLines(value), keys.has(name) ? mostKeyCharacters : of.text);
  }
  if (Array.isArray(value)) return value.map((each) => cutAll(each, of, ''));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const kept = name === 'labels' ? entries.slice(0, of.labels) : entries;
  return Object.fromEntries(
    kept.map(([key, each]) => [
      name === 'labels' ? cut(key, 100) : key,
      cutAll(each, of, name === 'labels' ? '' : key),
    ]),
  );
}

function within(notification: Notification, of: Bounds): Shortened {
  const alerts = notification.alerts.slice(0, of.alerts);
  const leftItems = (which: 'tested' | 'evidence') =>
    alerts.reduce((sum, alert) => sum + Math.max(0, alert[which].length - of.items), 0);
  const some: Notification = {
    ...notification,
    academies: notification.academies.slice(0, of.academies),
    alerts: alerts.map((alert) => ({
      ...alert,
      tested: alert.tested.slice(0, of.items),
      evidence: alert.evidence.slice(0, of.items),
    })),
  };
  return {
    ...(cutAll(some, of, '') as Notification),
    leftOut: {
      // Those that the notification itself had no room for, too.
      alerts: Math.max(notification.alerts.length, notification.firing + notification.resolved) - alerts.length,
      academies: notification.academies.length - some.academies.length,
      tested: leftItems('tested'),
      evidence: leftItems('evidence'),
    },
  };
}

/** What `make` makes of as much as fits into `mostOctets`. The least of it is about 5 kB. */
export function fitting(
  notification: Notification,
  mostOctets: number,
  make: (shortened: Shortened) => unknown,
): string {
  let body = '';
  for (const of of bounds) {
    body = JSON.stringify(make(within(notification, of)));
    if (Buffer.byteLength(body) <= mostOctets) return body;
  }
  return body;
}

/** Body of version 4, as Alertmanager sends. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
import type { FormatSettings, Notification, NotifiedAlert } from '@linewatch/contract';
import { fitting, type Shortened } from '../shorten.ts';
import { cut } from '../text.ts';
import { factsOf } from '../words.ts';
import { secretOf, told } from './answer.ts';
import type { Format } from './format.ts';
import { headersOf } from './headers.ts';

const mostOctets = 256_000;
/** How Go writes the time of what has not ended. */
const noTime = '0001-01-01T00:00:00Z';

/** FNV-1a of 64 bits, as Alertmanager's are; of the alert's key, because its labels change (severity) and it stays the same alert. */
export function fingerprintOf(key: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const octet of Buffer.from(key)) hash = BigInt.asUintN(64, (hash ^ BigInt(octet)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

/** Names of labels and annotations: letters, digits, underscores. */
const nameOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^(?=[0-9])/, '_');
const named = (entries: readonly (readonly [string, string])[]): Record<string, string> =>
  Object.fromEntries(entries.map(([name, value]) => [nameOf(name), value]));

const labelsOf = (alert: NotifiedAlert): Record<string, string> =>
  named([['alertname', alert.rule], ...Object.entries(alert.labels), ['severity', alert.severity]]);

const annotationsOf = (alert: NotifiedAlert): Record<string, string> => ({
  ...named(factsOf(alert)),
  summary: alert.title,
  description: alert.text,
  ...(alert.tested.length > 0 && { tested: alert.tested.join('\n') }),
  ...(alert.evidence.length > 0 && {
    evidence: alert.evidence
      .map(({ atMs, source, text }) => `${new Date(atMs).toISOString()} ${source}: ${text}`)
      .join('\n'),
  }),
});

/** What all of them agree in. */
function common(all: readonly Record<string, string>[]): Record<string, string> {
  const [first = {}, ...rest] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((each) => each[name] === value)),
  );
}

function bodyOf(notification: Shortened, whole: Notification): unknown {
  const alerts = notification.alerts.map((alert) => ({
    status: alert.status,
    labels: labelsOf(alert),
    annotations: annotationsOf(alert),
    startsAt: new Date(alert.startedMs).toISOString(),
    endsAt: alert.endedMs === null ? noTime : new Date(alert.endedMs).toISOString(),
    generatorURL: alert.url ?? notification.url ?? '',
    fingerprint: fingerprintOf(alert.key),
  }));
  return {
    version: '4',
    // Whole: it is what the receiver knows the problem by.
    groupKey: cut(whole.group.key, 2000).toWellFormed(),
    truncatedAlerts: notification.leftOut.alerts,
    status: notification.status,
    receiver: notification.subscription,
    groupLabels: named(Object.entries(notification.group.labels)),
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: notification.url ?? '',
    alerts,
  };
}

export const alertmanagerBody = (notification: Notification): string =>
  fitting(notification, mostOctets, (shortened) => bodyOf(shortened, notification));

export const alertmanager: Format = {
  name: 'alertmanager',
  async send(sending) {
    const { url, headers = [] } = sending.settings as FormatSettings<'alertmanager'>;
    const bearer = secretOf(sending, 'bearer');
    return told(sending, {
      method: 'POST',
      url,
      headers: {
        ...headersOf(headers),
        'content-type': 'application/json',
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      },
      body: alertmanagerBody(sending.notification),
    });
  },
};

/** PagerDuty Events API v2. https://developer.pagerduty.com/docs/events-api-v2-overview */
import { createHash } from 'node:crypto';
import type { FormatSettings, Notification, NotificationEvent, Severity } from '@linewatch/contract';
import { cleanLine, cut, linkOf } from '../text.ts';
import { factsOf, textOf, titleOf } from '../words.ts';
import { secretOf, told, without } from './answer.ts';
import type { Format } from './format.ts';

const address = 'https://events.pagerduty.com/v2/enqueue';
const mostSummary = 1024;
const mostDedupKey = 255;
/** Half a million are allowed of all; in JSON, a character of text is two octets at the most after its own. */
const mostDetailsOctets = 100_000;

const actions: Readonly<Record<NotificationEvent, 'trigger' | 'acknowledge' | 'resolve'>> = {
  opened: 'trigger',
  updated: 'trigger',
  acknowledged: 'acknowledge',
  note: 'trigger',
  reminder: 'trigger',
  resolved: 'resolve',
  reopened: 'trigger',
  test: 'trigger',
};
const severities: Readonly<Record<Severity, string>> = {
  critical: 'critical',
  major: 'error',
  minor: 'warning',
  info: 'info',
};

/** The same from the opening to the end; one that is too long becomes its hash. */
export const dedupKeyOf = (key: string): string =>
  key.length <= mostDedupKey ? key.toWellFormed() : `linewatch/${createHash('sha256').update(key).digest('hex')}`;

export function pagerdutyEvent(notification: Notification, routingKey: string): Record<string, unknown> {
  const first = notification.alerts[0];
  const link = linkOf(notification.url);
  const action =
    notification.status === 'resolved' && notification.event !== 'test' ? 'resolve' : actions[notification.event];
  const common = { routing_key: routingKey, event_action: action, dedup_key: dedupKeyOf(notification.group.key) };
  if (action !== 'trigger') return common;
  const some = (value: string | undefined) => cut(cleanLine(value ?? ''), 500) || undefined;
  return {
    ...common,
    client: 'Linewatch',
    ...(link !== null && { client_url: link, links: [{ href: link, text: 'Details' }] }),
    payload: {
      summary: titleOf(notification, mostSummary),
      source: some(first?.academy?.name) ?? some(notification.trust.name) ?? 'Linewatch',
      severity: severities[notification.severity],
      timestamp: new Date(notification.startedMs).toISOString(),
      component: some(first?.circuit?.name),
      group: some(first?.academy?.name),
      class: some(first?.rule),
      custom_details: {
        ...Object.fromEntries((first ? factsOf(first) : []).map(([label, value]) => [label, cut(value, 2000)])),
        Details: textOf(notification, { mostOctets: mostDetailsOctets }),
      },
    },
  };
}

export const pagerduty: Format = {
  name: 'pagerduty',
  async send(sending) {
    const { url = address } = sending.settings as FormatSettings<'pagerduty'>;
    const routingKey = secretOf(sending, 'routingKey');
    if (routingKey === undefined) return without('routing key');
    return told(sending, {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(pagerdutyEvent(sending.notification, routingKey)),
    });
  },
};

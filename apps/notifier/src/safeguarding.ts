/**
 * Mails to academies' safeguarding leads: that there is something to look at, and where. They go by the same engine as all else,
 * under a subscription that is in no list; what went over the wire is not kept.
 */
import { type Mail, type Telling, cleanLine, escapeHtml } from '@linewatch/alerting';
import type { Notification } from '@linewatch/contract';
import { linkTo } from './notification.ts';
import { messageId } from './message-id.ts';
import type { Subjects } from './subjects.ts';

/** What is kept of it, and told: which academy, and since when. No address, supplier or person. */
export function safeguardingNotification(
  { group, event, sequence, atMs, alerts, firing, resolved }: Telling,
  subjects: Subjects,
  publicUrl: string | undefined,
): Notification {
  const [first] = alerts;
  const trust = (first && subjects.trust(first.trust)) ?? { id: '', name: '' };
  const academy = subjects.academy(first?.academy ?? null) ?? subjects.circuit(first?.circuit ?? null)?.academy;
  const name = academy?.planned.name ?? trust.name;
  const isOver = firing === 0;
  return {
    id: messageId(trust.id, group.id, group.openedMs, sequence),
    event,
    atMs,
    trust,
    subscription: 'safeguarding',
    group: {
      id: group.id,
      key: `linewatch/${trust.id}/${group.id}`,
      labels: academy ? { academy: academy.planned.slug } : {},
    },
    sequence,
    status: isOver ? 'resolved' : 'firing',
    severity: group.severity,
    title: isOver ? `What there was to look at for ${name} is over` : `There is something to look at for ${name}`,
    summary: '',
    startedMs: Math.min(...alerts.map(({ startedMs }) => startedMs), atMs),
    endedMs: isOver ? atMs : null,
    firing,
    resolved,
    academies: [name],
    alerts: [],
    note: null,
    url: linkTo(publicUrl, '/safeguarding'),
  };
}

export function safeguardingMail({ id, title, url }: Notification, to: readonly string[]): Mail {
  const words = `${cleanLine(title)}.`;
  const where = url === null ? 'Sign in to Linewatch and open Safeguarding.' : `Sign in to see it: ${url}`;
  const link =
    url === null ? escapeHtml(where) : `Sign in to see it: <a href="${escapeHtml(url)}">${escapeHtml(url)}</a>`;
  return {
    to,
    subject: cleanLine(title),
    text: `${words}\n\n${where}\n`,
    html: `<p>${escapeHtml(words)}</p><p>${link}</p>`,
    messageId: id,
    inReplyTo: null,
  };
}

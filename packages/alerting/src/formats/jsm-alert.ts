/**
 * Alerts of Jira Service Management operations (Integration Events API, formerly Opsgenie): create, note, acknowledge and close, by
 * alias, with the key of an integration. Answers are 202: it is done afterwards.
 *
 * - An alert that is open with the same alias takes another create as a repeat of its own: it is counted, never a second alert.
 *   Closing and acknowledging twice is the same as once. So nothing is looked for after an unknown outcome, and no window remains
 *   for alerts. An integration's key cannot read notes: a note whose answer was lost may be there twice.
 * - Its priority is that of its first word: the API has no call that changes it. A note tells what it became.
 * - What was closed or deleted by somebody while it lasts is opened again by the next reminder.
 * - One that comes back is a new alert with the same alias: a closed one cannot be opened.
 *
 * Lengths: message 130, alias 512, description 15,000, note 25,000, source and user 100, entity 512, 20 tags of 50, details 8000.
 */
import type { FormatSettings, Notification, Severity } from '@linewatch/contract';
import { cleanLine, cut, linkOf } from '../text.ts';
import { textOf, titleOf, updateOf } from '../words.ts';
import type { Format, Sending, Sent } from './format.ts';
import { asking, neededSecret, readable, settled, siteOf, strange } from './helpdesk/asking.ts';
import { keyOf, markOf } from './helpdesk/keys.ts';
import { textAt } from './helpdesk/values.ts';

type Settings = FormatSettings<'jsm-alert'>;

const defaultSite = 'https://api.atlassian.com/jsm/ops/integration';
const priorities: Readonly<Record<Severity, string>> = { critical: 'P1', major: 'P2', minor: 'P3', info: 'P5' };
const source = 'Linewatch';

function alertOf(notification: Notification, alias: string, tags: readonly string[]): Record<string, unknown> {
  const first = notification.alerts[0];
  const mark = `\n\n${markOf(notification)}`;
  const details: Record<string, string> = {
    trust: notification.trust.name,
    academy: first?.academy?.name ?? '',
    circuit: first?.circuit?.name ?? '',
    'circuit reference': first?.circuit?.reference ?? '',
    supplier: first?.supplier?.name ?? '',
    'fault line': first?.supplier?.faultLine ?? '',
    link: linkOf(notification.url) ?? '',
  };
  return {
    message: titleOf(notification, 130),
    alias,
    description: `${textOf(notification, { mostCharacters: 15_000 - mark.length })}${mark}`,
    priority: priorities[notification.severity],
    entity: cut(cleanLine(first?.circuit?.id ?? first?.academy?.id ?? notification.trust.id), 512),
    source,
    tags: [...new Set([...tags, 'linewatch', first?.rule ?? 'alert'])]
      .slice(0, 20)
      .map((tag) => cut(cleanLine(tag), 50)),
    details: Object.fromEntries(
      Object.entries(details).flatMap(([name, value]) => (value === '' ? [] : [[name, cut(cleanLine(value), 500)]])),
    ),
  };
}

async function send(sending: Sending): Promise<Sent> {
  const { notification } = sending;
  const settings = sending.settings as Settings;
  const headers = { authorization: `GenieKey ${neededSecret(sending, 'apiKey', 'integration API key')}` };
  const ask = asking(sending, siteOf(settings.url ?? defaultSite), (again) => Promise.resolve(again ? null : headers));
  const alias = keyOf(notification, 512);
  const words = `${updateOf(notification, { mostCharacters: 24_000 })}\n\n${markOf(notification)}`;
  const { event, status } = notification;
  const taken = async (path: string, json: unknown, also: readonly number[] = []): Promise<void> => {
    const answer = await ask({ method: 'POST', path, json, also });
    if (answer.status !== 404 && textAt(readable(answer), 'requestId') === '') throw strange(answer);
  };
  const act = (action: 'close' | 'acknowledge' | 'notes') =>
    // 404, none that is open: what is to be closed is, and what lasts is said again by the next reminder.
    taken(`/v2/alerts/${encodeURIComponent(alias)}/${action}?identifierType=alias`, { note: words, source }, [404]);
  const isTest = event === 'test';
  if (isTest || (status === 'firing' && (event === 'opened' || event === 'reopened' || event === 'reminder')))
    await taken('/v2/alerts', alertOf(notification, alias, settings.tags ?? []));
  else if (status === 'firing') await act(event === 'acknowledged' ? 'acknowledge' : 'notes');
  if (isTest || status === 'resolved') await act('close');
  return { is: 'delivered' };
}

export const jsmAlert: Format = {
  name: 'jsm-alert',
  send: (sending) => settled(sending, () => send(sending)),
};

/**
 * ServiceNow Event Management: events by `/api/global/em/jsonv2` (web service API, role evt_mgmt_integration). Events with the same
 * `message_key` are one alert; 0 (Clear) with resolution state `Closing` ends it.
 *
 * An event that is repeated after an unknown outcome is taken again and changes nothing: it has the same key, severity and time.
 * So nothing is looked for. The window that remains: none for the alert; the table of events may have the same one twice.
 *
 * Lengths: source, node, type, resource 100, metric_name kept to 100, message_key 1024, description 4000 (event field format).
 */
import type { FormatSettings, Notification, Severity } from '@linewatch/contract';
import { cleanLine, cut, linkOf } from '../text.ts';
import { textOf, titleOf } from '../words.ts';
import type { Format, Sending, Sent } from './format.ts';
import { asking, basic, neededSecret, readable, settled, siteOf } from './helpdesk/asking.ts';
import { keyOf, markOf } from './helpdesk/keys.ts';

type Settings = FormatSettings<'servicenow-event'>;

/** 1 Critical, 2 Major, 3 Minor, 4 Warning. 5 would be that all is well. */
const severities: Readonly<Record<Severity, string>> = { critical: '1', major: '2', minor: '3', info: '4' };

/** `yyyy-MM-dd HH:mm:ss`, GMT. */
const timeOfEvent = (atMs: number): string => new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');

const short = (text: string, most = 100): string => cut(cleanLine(text), most);

function recordOf(notification: Notification, source: string): Record<string, string> {
  const first = notification.alerts[0];
  const isOver = notification.status === 'resolved' || notification.event === 'test';
  const description = `${textOf(notification, { mostCharacters: 3900 })}\n\n${markOf(notification)}`;
  return {
    source: short(source),
    node: short(first?.circuit?.id ?? first?.academy?.id ?? notification.trust.id),
    resource: short(first?.circuit?.name ?? first?.academy?.name ?? notification.trust.name),
    type: short(first?.rule ?? 'alert'),
    metric_name: short(first?.rule ?? 'alert'),
    message_key: keyOf(notification, 1024),
    severity: isOver ? '0' : severities[notification.severity],
    resolution_state: isOver ? 'Closing' : 'New',
    time_of_event: timeOfEvent(notification.atMs),
    description,
    // A JSON text, of single values.
    additional_info: JSON.stringify({
      title: titleOf(notification, 200),
      message: notification.id,
      event: notification.event,
      trust: short(notification.trust.name),
      academy: short(first?.academy?.name ?? ''),
      supplier: short(first?.supplier?.name ?? ''),
      circuit_reference: short(first?.circuit?.reference ?? ''),
      fault_line: short(first?.supplier?.faultLine ?? ''),
      incident: first?.incident === null || first === undefined ? '' : String(first.incident),
      url: linkOf(notification.url) ?? '',
    }),
  };
}

async function send(sending: Sending): Promise<Sent> {
  const settings = sending.settings as Settings;
  const headers = basic(settings.user, neededSecret(sending, 'password', 'password'));
  const ask = asking(sending, siteOf(settings.url), (again) => Promise.resolve(again ? null : headers));
  const answer = await ask({
    method: 'POST',
    path: '/api/global/em/jsonv2',
    json: { records: [recordOf(sending.notification, settings.source ?? 'Linewatch')] },
  });
  // A page of an instance that sleeps is no answer of the API.
  readable(answer);
  return { is: 'delivered' };
}

export const servicenowEvent: Format = {
  name: 'servicenow-event',
  send: (sending) => settled(sending, () => send(sending)),
};

/** Standard Webhooks 1.0.0: signed JSON `{type, timestamp, data}`. Every change is a message. */
import { type FormatSettings, type Notification } from '@linewatch/contract';
import { fitting } from '../shorten.ts';
import { signedHeaders, signingProblem } from '../signing.ts';
import { told, without } from './answer.ts';
import type { Format } from './format.ts';
import { headersOf } from './headers.ts';

/** The specification asks for less than 20 kB. */
const mostOctets = 20_000;

/** `incident.opened`, and `alert.opened` of what is no incident. */
const typeOf = ({ alerts, event }: Notification): string =>
  `${alerts.some(({ incident }) => incident !== null) ? 'incident' : 'alert'}.${event}`;

export const webhookBody = (notification: Notification): string =>
  fitting(notification, mostOctets - 1, (data) => ({
    type: typeOf(notification),
    timestamp: new Date(notification.atMs).toISOString(),
    data,
  }));

export const webhook: Format = {
  name: 'webhook',
  async send(sending) {
    const { url, headers = [] } = sending.settings as FormatSettings<'webhook'>;
    const { notification, nowMs } = sending;
    const secrets = sending.secrets['signing'] ?? [];
    if (secrets.length === 0) return without('signing secret');
    const problem = secrets.map(signingProblem).find((each) => each !== null);
    if (problem !== undefined) return { is: 'refused', why: problem };
    const body = webhookBody(notification);
    return told(sending, {
      method: 'POST',
      url,
      headers: {
        ...headersOf(headers),
        'content-type': 'application/json',
        // The id is the same over all attempts, the time is of this one.
        ...signedHeaders(notification.id, nowMs, body, secrets),
      },
      body,
    });
  },
};

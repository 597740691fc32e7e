/** SMS by any gateway with an HTTP API: one request a number. */
import type { FormatSettings, Notification } from '@linewatch/contract';
import { gsmLength, gsmText } from '../gsm.ts';
import { liquidContext, render } from '../liquid.ts';
import { lineOf } from '../words.ts';
import { failedOf, secretOf, sentOf } from './answer.ts';
import { bodyProblem, jsonType } from './content.ts';
import type { Format, HttpRequest, Sent } from './format.ts';
import { headersOf } from './headers.ts';
import { forget, takenOf } from './taken.ts';

/** Two parts, of 153 characters each. */
const usualCharacters = 306;

/** One line that takes no more room than it may. */
export function smsText(notification: Notification, most: number): string {
  // Each round is shorter: an ellipsis becomes three full stops, and some characters take two.
  for (let characters = most; characters > 0; characters -= 1) {
    const text = gsmText(lineOf(notification, { mostCharacters: characters }));
    if (gsmLength(text) <= most) return text;
  }
  return '';
}

/** @throws LiquidError */
export function smsRequest(
  settings: FormatSettings<'sms'>,
  notification: Notification,
  to: string,
  text: string,
  secret: string | undefined,
): HttpRequest {
  const context = liquidContext(notification, null, {
    to,
    text,
    secret: secret ?? '',
    id: `${notification.id}-${to.slice(1)}`,
  });
  const contentType = settings.contentType ?? jsonType;
  return {
    method: 'POST',
    url: settings.url,
    headers: {
      // For gateways that know it: a repeat is not sent twice.
      'idempotency-key': `${notification.id}-${to.slice(1)}`,
      'content-type': contentType,
      ...headersOf(settings.headers ?? [], (value) => render(value, context)),
    },
    body: render(settings.body, context),
  };
}

/** The least good of what came of the numbers: gone, later, refused. */
const worse = (a: Sent | undefined, b: Sent): Sent => {
  const order = ['gone', 'later', 'refused', 'delivered'];
  return a && order.indexOf(a.is) <= order.indexOf(b.is) ? a : b;
};

export const sms: Format = {
  name: 'sms',
  async send(sending) {
    const settings = sending.settings as FormatSettings<'sms'>;
    const { notification, nowMs } = sending;
    const text = smsText(notification, settings.atMost ?? usualCharacters);
    const taken = takenOf(sending);
    let worst: Sent | undefined;
    for (const to of settings.to) {
      if (taken.has(to)) continue;
      let sent: Sent;
      try {
        const request = smsRequest(settings, notification, to, text, secretOf(sending, 'secret'));
        const problem = bodyProblem(request);
        sent = problem === null ? sentOf(await sending.exchange(request), nowMs) : { is: 'refused', why: problem };
      } catch (error) {
        sent = failedOf(error);
      }
      if (sent.is === 'delivered') taken.add(to);
      else worst = worse(worst, { ...sent, why: `${to}: ${sent.why}` });
      // The gateway is away, or takes no more for now: the other numbers wait, too.
      if (sent.is === 'gone' || sent.is === 'later') break;
    }
    if (worst?.is === 'later' || worst?.is === 'gone') return worst;
    // A number that the gateway never takes does not keep it from the others.
    const reached = settings.to.some((to) => taken.has(to));
    forget(sending);
    return worst && !reached ? worst : { is: 'delivered' };
  },
};

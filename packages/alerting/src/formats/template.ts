/**
 * A receiver of one's own: address, headers and body are templates. After an outcome that is not known nothing can be looked for, so
 * a second ticket may be opened then; a receiver that knows `idempotency-key` prevents it.
 */
import type { FormatSettings, Notification } from '@linewatch/contract';
import { type LiquidContext, LiquidError, liquidContext, render } from '../liquid.ts';
import { cleanLine, linkOf } from '../text.ts';
import { failedOf, secretOf, sentOf } from './answer.ts';
import { bodyProblem, jsonType } from './content.ts';
import type { Format, HttpAnswer, HttpRequest, KnownTicket } from './format.ts';
import { headersOf } from './headers.ts';
import { valueAt } from './pointer.ts';

type Settings = FormatSettings<'template'>;
const mostIdCharacters = 200;

const contextOf = (notification: Notification, ticket: KnownTicket | null, secret: string | undefined): LiquidContext =>
  liquidContext(notification, ticket, { id: notification.id, secret: secret ?? '' });

/** Scheme, host and port as they stand in a template, up to the path; or the address is a secret, whole or its beginning. */
const fixedHost = /^\s*https?:\/\/[^\s/?#\\{}%@]+(?=[/?#]|\s*$)/;
const secretHost = /^\s*\{\{-?\s*secret\s*-?\}\}/;

/**
 * Where a request goes is for who wrote the template to say, not for what is told nor for what a receiver answered: the secret goes
 * there, too. Null: nothing is wrong.
 */
export const hostProblem = (source: string): string | null =>
  fixedHost.test(source) || secretHost.test(source)
    ? null
    : 'has to begin with https:// and the receiver’s name as text, or with {{ secret }}';

/** Parts of a path that lead out of where they stand, also as they may be written otherwise. */
const leadsOut = /\\|%5c|(^|\/)(\.|%2e){1,2}(?=\/|$)/i;

/** What would be sent. @throws LiquidError */
export function templateRequest(
  settings: Settings,
  notification: Notification,
  ticket: KnownTicket | null,
  secret: string | undefined,
): HttpRequest {
  const context = contextOf(notification, ticket, secret);
  const isOver = notification.status === 'resolved';
  const source = (ticket && settings.updateUrl) ?? settings.url;
  const url = render(source, context).trim();
  if (!/^https?:\/\/[^\s]+$/.test(url) || !URL.canParse(url))
    throw new LiquidError('the address that it makes is none');
  const problemOfHost = hostProblem(source);
  if (problemOfHost !== null) throw new LiquidError(`the address ${problemOfHost}`);
  // A secret that is a name alone would have its end written by what follows.
  if (secretHost.test(source) && !(URL.canParse(secret ?? '') && new URL(secret ?? '').origin === new URL(url).origin))
    throw new LiquidError('the address leads to another place than the secret says');
  if (leadsOut.test(url.replace(/[?#].*$/, '')))
    throw new LiquidError('the address that it makes leads out of its path: write {{ ticket.id | url_encode }}');
  const request = {
    method: (ticket && settings.updateMethod) ?? settings.method ?? 'POST',
    url,
    headers: {
      'idempotency-key': notification.id,
      'content-type': settings.contentType ?? jsonType,
      ...headersOf(settings.headers ?? [], (value) => render(value, context)),
    },
    body: render((isOver ? settings.resolvedBody : undefined) ?? settings.body, context),
  } as const satisfies HttpRequest;
  const problem = bodyProblem(request);
  if (problem !== null) throw new LiquidError(problem);
  return request;
}

/** What the answer says that the ticket is known by; undefined: nothing that can be used. */
function ticketOf(settings: Settings, notification: Notification, answer: HttpAnswer): KnownTicket | undefined {
  if (settings.ticketIdAt === undefined) return undefined;
  let found: unknown;
  try {
    found = valueAt(JSON.parse(answer.body), settings.ticketIdAt);
  } catch {
    return undefined;
  }
  if (typeof found !== 'string' && typeof found !== 'number') return undefined;
  const id = String(found);
  if (id === '' || id.length > mostIdCharacters || cleanLine(id) !== id) return undefined;
  const ticket = { id, reference: id, url: null };
  if (settings.ticketUrl === undefined) return ticket;
  try {
    return { ...ticket, url: linkOf(render(settings.ticketUrl, contextOf(notification, ticket, undefined)).trim()) };
  } catch (error) {
    // The ticket is made: what is wrong with its link does not unmake it.
    if (error instanceof LiquidError) return ticket;
    throw error;
  }
}

export const template: Format = {
  name: 'template',
  async send(sending) {
    const settings = sending.settings as Settings;
    const { notification, ticket, nowMs } = sending;
    try {
      const request = templateRequest(settings, notification, ticket, secretOf(sending, 'secret'));
      const answer = await sending.exchange(request);
      return sentOf(answer, nowMs, ticket ?? ticketOf(settings, notification, answer));
    } catch (error) {
      return failedOf(error);
    }
  },
};

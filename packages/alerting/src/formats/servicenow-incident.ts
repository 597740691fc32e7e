/**
 * ServiceNow incidents by the Table API (`/api/now/table/incident`), with Basic or OAuth 2.0 client credentials.
 *
 * - Found again by `correlation_id`, which is read from the database itself: no index lags. The window that remains: two senders at
 *   once, which the notifier does not have, and an instance that answers a search before a create under way has ended.
 * - A comment is a work note (internal). It and a change of state are one request.
 * - 7 (Closed) and 8 (Canceled) are for good: what comes back then is a new incident that names the old one.
 * - Priority is the instance's own, from impact and urgency.
 *
 * Lengths: short_description 160, description and journal entries 4000, correlation_id 100 (dictionary of the task table).
 */
import type { FormatSettings, Severity } from '@linewatch/contract';
import { textOf, titleOf } from '../words.ts';
import { secretOf } from './answer.ts';
import type { Format, KnownTicket, Sending } from './format.ts';
import {
  Halted,
  type SignIn,
  asking,
  basic,
  meaning,
  mentions,
  neededSecret,
  readable,
  rows,
  settled,
  siteOf,
  strange,
  unset,
} from './helpdesk/asking.ts';
import { fieldsOf } from './helpdesk/fields.ts';
import { keyOf, markOf, ticketMark } from './helpdesk/keys.ts';
import { forJournal } from './helpdesk/markup.ts';
import { oauth } from './helpdesk/oauth.ts';
import { type Desk, type Held, tell } from './helpdesk/tickets.ts';
import { type Json, objectAt, textAt } from './helpdesk/values.ts';

type Settings = FormatSettings<'servicenow-incident'>;

const path = '/api/now/table/incident';
const columns = 'sys_id,number,state,correlation_id,description';
const descriptionMost = 4000;

/** Impact and urgency: the default matrix makes priorities 1, 2, 3 and 5 of them. */
const weights: Readonly<Record<Severity, { impact: string; urgency: string }>> = {
  critical: { impact: '1', urgency: '1' },
  major: { impact: '2', urgency: '1' },
  minor: { impact: '2', urgency: '2' },
  info: { impact: '3', urgency: '3' },
};

function signInOf(sending: Sending, site: string, settings: Settings): SignIn {
  const secret = secretOf(sending, 'clientSecret');
  if (settings.clientId !== undefined && secret !== undefined)
    return oauth(sending, { url: `${site}/oauth_token.do`, id: settings.clientId, secret });
  if (settings.user === undefined) throw unset('user with a password, and no OAuth client with a secret');
  const headers = basic(settings.user, neededSecret(sending, 'password', 'password'));
  return (again) => Promise.resolve(again ? null : headers);
}

/** Business rules that refuse a change answer 403, and say that they did. */
const isByRule = (body: string): boolean => /business rule|operation failed|was aborted/i.test(body);

function deskOf(sending: Sending): Desk {
  const { notification } = sending;
  const settings = sending.settings as Settings;
  const site = siteOf(settings.url);
  const ask = asking(sending, site, signInOf(sending, site, settings));
  const key = keyOf(notification, 100);
  const resolvedState = settings.resolvedState ?? '6';

  const heldOf = (row: Json): Held | null => {
    const id = textAt(row, 'sys_id');
    const number = textAt(row, 'number');
    if (!/^[0-9a-f]{32}$/.test(id) || !/^[A-Za-z0-9_-]{1,40}$/.test(number)) return null;
    const state = textAt(row, 'state');
    return {
      ticket: { id, reference: number, url: `${site}/nav_to.do?uri=incident.do%3Fsys_id%3D${id}` },
      state: state === resolvedState ? 'resolved' : state === '7' || state === '8' ? 'closed' : 'open',
      text: textAt(row, 'description'),
      raw: row,
    };
  };
  const at = (id: string): string => `${path}/${encodeURIComponent(id)}`;

  return {
    commentMost: 4000,
    async read(id) {
      const answer = await ask({ method: 'GET', path: `${at(id)}?sysparm_fields=${columns}`, also: [404] });
      if (answer.status === 404) return null;
      const row = objectAt(readable(answer), 'result');
      const held = row && heldOf(row);
      if (!held) throw strange(answer);
      return held;
    },
    async find() {
      const query = encodeURIComponent(`correlation_id=${key}^ORDERBYDESCsys_created_on`);
      const answer = await ask({
        method: 'GET',
        path: `${path}?sysparm_query=${query}&sysparm_fields=${columns}&sysparm_limit=5`,
      });
      // A query with a field that the instance does not know is taken for one without it: what comes is compared.
      const ours = rows(answer, 'result').filter((row) => textAt(row, 'correlation_id') === key);
      return ours.flatMap((row) => heldOf(row) ?? []);
    },
    async create(follows) {
      const mark = `\n\n${followed(follows)}${ticketMark(notification)}`;
      const answer = await ask({
        method: 'POST',
        path: `${path}?sysparm_fields=${columns}`,
        json: {
          short_description: titleOf(notification, 160),
          ...weights[notification.severity],
          ...(settings.callerId !== undefined && { caller_id: settings.callerId }),
          ...(settings.assignmentGroup !== undefined && { assignment_group: settings.assignmentGroup }),
          ...Object.fromEntries(fieldsOf(sending, 'opened')),
          description: `${forJournal(textOf(notification, { mostCharacters: descriptionMost - mark.length }))}${mark}`,
          correlation_id: key,
          correlation_display: 'Linewatch',
        },
      });
      const row = objectAt(readable(answer), 'result');
      const held = row && heldOf(row);
      if (!held) throw strange(answer);
      return held.ticket;
    },
    async said(held, mark) {
      // Newest first; the mark is looked for in the answer as it came, which may be cut off behind.
      const answer = await ask({
        method: 'GET',
        path: `${at(held.ticket.id)}?sysparm_fields=work_notes&sysparm_display_value=true`,
        also: [404],
      });
      return mentions(answer, mark);
    },
    async change(held, { comment, to, severity }) {
      const state = to === 'resolved' ? resolvedState : (settings.openState ?? '2');
      const answer = await ask({
        method: 'PATCH',
        path: `${at(held.ticket.id)}?sysparm_fields=${columns}`,
        json: {
          ...(comment !== null && { work_notes: forJournal(comment) }),
          ...(severity && weights[notification.severity]),
          ...(to !== null && { state }),
          ...(to === 'resolved' && {
            close_code: settings.closeCode ?? 'Resolved by caller',
            close_notes: `${forJournal(textOf(notification, { mostCharacters: 3900 }))}\n\n${markOf(notification)}`,
            ...Object.fromEntries(fieldsOf(sending, 'resolved')),
          }),
        },
        also: [404, ...(to === 'open' ? [403] : [])],
      });
      if (answer.status === 404) return 'gone';
      if (answer.status === 403) {
        if (isByRule(answer.body)) return 'shut';
        throw new Halted(meaning(sending, { method: 'PATCH' }, answer));
      }
      const row = objectAt(readable(answer), 'result');
      if (!row) throw strange(answer);
      return to === 'open' && textAt(row, 'state') !== state ? 'shut' : 'done';
    },
  };
}

const followed = (follows: KnownTicket | null): string =>
  follows === null ? '' : `Follows ${follows.reference}, which is closed.\n`;

export const servicenowIncident: Format = {
  name: 'servicenow-incident',
  send: (sending) => settled(sending, () => tell(sending, deskOf(sending))),
};

/**
 * Zendesk tickets (API v2), Basic with `<e-mail>/token` and an API token.
 *
 * - Found again by `external_id`, listed from the database. A create also has an `Idempotency-Key`, which Zendesk keeps for two hours: the
 *   same request again is answered with the same ticket. The window that remains: a create that is repeated later than that while
 *   the list does not have it yet.
 * - Comments are internal. One and a change of status are one request.
 * - `solved` can be opened again. `closed` is for good (422): what comes back then is a follow-up (`via_followup_source_id`).
 * - Solving wants an assignee: where there is none, it is the account that is signed in.
 *
 * Lengths: subject kept to 150, comments to 10,000 of the 65,535 characters, external_id 255. 429 comes with Retry-After.
 */
import { createHash } from 'node:crypto';
import type { FormatSettings, Severity } from '@linewatch/contract';
import { textOf, titleOf } from '../words.ts';
import type { Format, HttpAnswer, Sending } from './format.ts';
import {
  Halted,
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
} from './helpdesk/asking.ts';
import { fieldsOf } from './helpdesk/fields.ts';
import { keyOf, ticketMark } from './helpdesk/keys.ts';
import { type Desk, type Held, tell } from './helpdesk/tickets.ts';
import { type Json, idAt, objectAt, textAt, valueOf } from './helpdesk/values.ts';

type Settings = FormatSettings<'zendesk'>;

const path = '/api/v2/tickets';
const bodyMost = 10_000;
const priorities: Readonly<Record<Severity, string>> = {
  critical: 'urgent',
  major: 'high',
  minor: 'normal',
  info: 'low',
};

/** A name that is a number is a custom field's id; others are the ticket's attributes. */
function placed(fields: readonly (readonly [string, string])[]): Record<string, unknown> {
  const all = fields.map(([name, value]) => [name, valueOf(value)] as const);
  const custom = all.filter(([name]) => /^[0-9]+$/.test(name));
  return {
    ...Object.fromEntries(all.filter(([name]) => !/^[0-9]+$/.test(name))),
    ...(custom.length > 0 && { custom_fields: custom.map(([name, value]) => ({ id: Number(name), value })) }),
  };
}

function deskOf(sending: Sending): Desk {
  const { notification } = sending;
  const settings = sending.settings as Settings;
  const site = siteOf(settings.url);
  const headers = basic(`${settings.email}/token`, neededSecret(sending, 'token', 'API token'));
  const ask = asking(sending, site, (again) => Promise.resolve(again ? null : headers));
  const key = keyOf(notification, 255);
  const at = (id: string): string => `${path}/${encodeURIComponent(id)}`;

  const heldOf = (row: Json): Held | null => {
    const id = idAt(row, 'id');
    const status = textAt(row, 'status');
    if (id === null || status === 'deleted') return null;
    return {
      ticket: { id, reference: `#${id}`, url: `${site}/agent/tickets/${id}` },
      state: status === 'closed' ? 'closed' : status === 'solved' ? 'resolved' : 'open',
      text: textAt(row, 'description'),
      raw: row,
    };
  };
  const ticketIn = (answer: HttpAnswer): Held => {
    const row = objectAt(readable(answer), 'ticket');
    const held = row && heldOf(row);
    if (!held) throw strange(answer);
    return held;
  };

  return {
    commentMost: bodyMost,
    async read(id) {
      const answer = await ask({ method: 'GET', path: at(id), also: [404] });
      return answer.status === 404 ? null : ticketIn(answer);
    },
    async find() {
      const query = `external_id=${encodeURIComponent(key)}&sort_by=created_at&sort_order=desc&per_page=3`;
      const found = rows(await ask({ method: 'GET', path: `${path}?${query}` }), 'tickets');
      return found.filter((row) => row['external_id'] === key).flatMap((row) => heldOf(row) ?? []);
    },
    async create(follows) {
      const after = follows === null ? '' : `Follows ${follows.reference}, which is closed.\n`;
      const mark = `\n\n${after}${ticketMark(notification)}`;
      const json = {
        ticket: {
          subject: titleOf(notification, 150),
          type: 'incident',
          priority: priorities[notification.severity],
          ...(settings.groupId !== undefined && { group_id: settings.groupId }),
          ...placed(fieldsOf(sending, 'opened')),
          comment: { body: `${textOf(notification, { mostCharacters: bodyMost - mark.length })}${mark}` },
          external_id: key,
          ...(follows !== null && { via_followup_source_id: Number(follows.id) }),
        },
      };
      // Zendesk refuses a key that comes with another request: settings may have changed since the last attempt.
      const same = createHash('sha256').update(JSON.stringify(json)).digest('hex').slice(0, 16);
      const answer = await ask({
        method: 'POST',
        path,
        headers: { 'idempotency-key': `${notification.id}-${same}` },
        json,
      });
      return ticketIn(answer).ticket;
    },
    async said(held, mark) {
      const answer = await ask({
        method: 'GET',
        path: `${at(held.ticket.id)}/comments?sort=-created_at&page%5Bsize%5D=20`,
        also: [404],
      });
      return mentions(answer, mark);
    },
    async change(held, { comment, to, severity }) {
      const answer = await ask({
        method: 'PUT',
        path: at(held.ticket.id),
        json: {
          ticket: {
            ...(comment !== null && { comment: { body: comment, public: false } }),
            ...(to !== null && { status: to === 'resolved' ? 'solved' : 'open' }),
            ...(to === 'resolved' && typeof held.raw['assignee_id'] !== 'number' && { assignee_email: settings.email }),
            ...(to === 'resolved' && placed(fieldsOf(sending, 'resolved'))),
            ...(severity && { priority: priorities[notification.severity] }),
          },
        },
        also: [404, 422],
      });
      if (answer.status === 404) return 'gone';
      if (answer.status !== 422) {
        ticketIn(answer);
        return 'done';
      }
      if (/closed prevents ticket update/i.test(answer.body)) return 'shut';
      throw new Halted(meaning(sending, { method: 'PUT' }, answer));
    },
  };
}

export const zendesk: Format = {
  name: 'zendesk',
  send: (sending) => settled(sending, () => tell(sending, deskOf(sending))),
};

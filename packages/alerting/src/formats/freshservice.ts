/**
 * Freshservice tickets (API v2), Basic with an API key.
 *
 * - It has no field for a key of ours: a tag is one, and the description has it too. The filter by tag is behind by minutes, so the
 *   newest tickets of our requester are read besides. The window that remains: a create whose answer was lost, once 15 newer tickets
 *   of the same requester came before the filter knew of it.
 * - Comments are private notes. A note and a change of status are two requests: the note first, with the message's mark; it is looked
 *   for in the first 100 conversations.
 * - 4 (Resolved) is set; 5 (Closed) is the helpdesk's. Both can be opened again; where that is refused, a new ticket names the old.
 *
 * Lengths: subject 255. Rate limits answer 429 with Retry-After.
 */
import type { FormatSettings, Severity } from '@linewatch/contract';
import { escapeHtml } from '../text.ts';
import { htmlOf, titleOf } from '../words.ts';
import type { Format, HttpAnswer, Sending } from './format.ts';
import {
  asking,
  basic,
  isTooLong,
  mentions,
  neededSecret,
  readable,
  rows,
  settled,
  siteOf,
  strange,
} from './helpdesk/asking.ts';
import { fieldsOf } from './helpdesk/fields.ts';
import { ticketMark, wordOf } from './helpdesk/keys.ts';
import { type Desk, type Held, tell } from './helpdesk/tickets.ts';
import { type Json, idAt, jsonOf, listAt, objectAt, textAt, valueOf } from './helpdesk/values.ts';

type Settings = FormatSettings<'freshservice'>;

const path = '/api/v2/tickets';
const open = 2;
const resolved = 4;
const descriptionMost = 6000;
const page = 3;
const pages = 5;
const conversationPage = 10;

/** Priority 1 low to 4 urgent; where priorities follow a matrix, they are made of the other two, 1 low to 3 high. */
const weights: Readonly<Record<Severity, { priority: number; urgency: number; impact: number }>> = {
  critical: { priority: 4, urgency: 3, impact: 3 },
  major: { priority: 3, urgency: 3, impact: 2 },
  minor: { priority: 2, urgency: 2, impact: 2 },
  info: { priority: 1, urgency: 1, impact: 1 },
};

/** Attributes of a ticket; any other name is a custom field. */
const attributes = new Set(
  (
    'category sub_category item_category phone name type source priority urgency impact status group_id department_id ' +
    'responder_id requester_id workspace_id due_by fr_due_by cc_emails planned_start_date planned_end_date planned_effort'
  ).split(' '),
);

function placed(fields: readonly (readonly [string, string])[]): Record<string, unknown> {
  const all = fields.map(([name, value]) => [name, valueOf(value)] as const);
  const custom = all.filter(([name]) => !attributes.has(name));
  return {
    ...Object.fromEntries(all.filter(([name]) => attributes.has(name))),
    ...(custom.length > 0 && { custom_fields: Object.fromEntries(custom) }),
  };
}

const paragraphs = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map((part) => `<p>${escapeHtml(part).replaceAll('\n', '<br>')}</p>`)
    .join('');

function deskOf(sending: Sending): Desk {
  const { notification } = sending;
  const settings = sending.settings as Settings;
  const site = siteOf(settings.url);
  const headers = basic(neededSecret(sending, 'apiKey', 'API key'), 'X');
  const ask = asking(sending, site, (again) => Promise.resolve(again ? null : headers));
  const word = wordOf(notification);
  const at = (id: string): string => `${path}/${encodeURIComponent(id)}`;

  const heldOf = (row: Json): Held | null => {
    const id = idAt(row, 'id');
    if (id === null || row['deleted'] === true) return null;
    return {
      ticket: { id, reference: `#${id}`, url: `${site}/a/tickets/${id}` },
      state: row['status'] === 4 || row['status'] === 5 ? 'resolved' : 'open',
      text: `${textAt(row, 'description')}\n${textAt(row, 'description_text')}`,
      raw: row,
    };
  };
  const isOurs = ({ text, raw }: Held): boolean => {
    const tags: unknown = raw['tags'];
    return text.includes(word) || (Array.isArray(tags) && tags.includes(word));
  };
  const ours = (tickets: readonly Json[]): Held[] => tickets.flatMap((row) => heldOf(row) ?? []).filter(isOurs);
  const ticketIn = (answer: HttpAnswer): Json => {
    const row = objectAt(readable(answer), 'ticket');
    if (!row) throw strange(answer);
    return row;
  };

  return {
    commentMost: 5000,
    async read(id) {
      const answer = await ask({ method: 'GET', path: at(id), also: [404] });
      return answer.status === 404 ? null : heldOf(ticketIn(answer));
    },
    async find() {
      const query = encodeURIComponent(`"tag:'${word}'"`);
      const found = ours(rows(await ask({ method: 'GET', path: `${path}/filter?query=${query}&page=1` }), 'tickets'));
      const whose = `email=${encodeURIComponent(settings.email)}&order_type=desc&per_page=${page}`;
      for (let number = 1; number <= pages; number += 1) {
        // One that is too long to be read whole is passed over: others' tickets may be.
        const answer = await ask({ method: 'GET', path: `${path}?${whose}&page=${number}` });
        if (isTooLong(answer)) continue;
        const tickets = rows(answer, 'tickets');
        found.push(...ours(tickets));
        if (tickets.length < page) break;
      }
      const byId = new Map(found.map((held) => [held.ticket.id, held]));
      return [...byId.values()].sort((a, b) => Number(b.ticket.id) - Number(a.ticket.id));
    },
    async create(follows) {
      const after = follows === null ? '' : `Follows ${follows.reference}, which is closed.\n`;
      const mark = paragraphs(`${after}${ticketMark(notification)}`);
      const answer = await ask({
        method: 'POST',
        path,
        json: {
          subject: titleOf(notification, 250),
          status: open,
          ...weights[notification.severity],
          ...(settings.groupId !== undefined && { group_id: settings.groupId }),
          ...(settings.departmentId !== undefined && { department_id: settings.departmentId }),
          ...placed(fieldsOf(sending, 'opened')),
          email: settings.email,
          description: `${htmlOf(notification, { mostCharacters: descriptionMost - mark.length })}${mark}`,
          tags: ['linewatch', word],
        },
      });
      const held = heldOf(ticketIn(answer));
      if (!held) throw strange(answer);
      return held.ticket;
    },
    async said(held, mark) {
      for (let number = 1; number <= 100 / conversationPage; number += 1) {
        const answer = await ask({
          method: 'GET',
          path: `${at(held.ticket.id)}/conversations?per_page=${conversationPage}&page=${number}`,
          also: [404],
        });
        if (mentions(answer, mark)) return true;
        const body = jsonOf(answer);
        if (answer.status === 404 || (body !== undefined && listAt(body, 'conversations').length < conversationPage))
          return false;
      }
      return false;
    },
    async change(held, { comment, to, severity }) {
      const { id } = held.ticket;
      const update = async (): Promise<'done' | 'gone' | 'shut'> => {
        const answer = await ask({
          method: 'PUT',
          path: at(id),
          json: {
            ...(to !== null && { status: to === 'resolved' ? resolved : open }),
            ...(severity && weights[notification.severity]),
            ...(to === 'resolved' && placed(fieldsOf(sending, 'resolved'))),
          },
          also: [404, ...(to === 'open' ? [400, 405, 409, 422] : [])],
        });
        if (answer.status === 404) return 'gone';
        if (answer.status >= 400) return 'shut';
        ticketIn(answer);
        return 'done';
      };
      // Opened again before anything is written: where that is refused, the old one is left as it is.
      if (to === 'open') {
        const done = await update();
        if (done !== 'done') return done;
      }
      if (comment !== null) {
        const answer = await ask({
          method: 'POST',
          path: `${at(id)}/notes`,
          json: { body: paragraphs(comment), private: true },
          also: [404],
        });
        if (answer.status === 404) return 'gone';
        if (objectAt(readable(answer), 'conversation') === null) throw strange(answer);
      }
      return to !== 'open' && (to !== null || severity) ? await update() : 'done';
    },
  };
}

export const freshservice: Format = {
  name: 'freshservice',
  send: (sending) => settled(sending, () => tell(sending, deskOf(sending))),
};

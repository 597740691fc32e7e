/**
 * HaloITSM tickets, by OAuth 2.0 client credentials. `/api/tickets` and `/api/actions` take lists: what has an id is changed, what has
 * none is made.
 *
 * - It has no field for a key of ours that every set-up can be searched by: a word of ours stands in the summary, in brackets, and
 *   the search finds it there. Halo does not say that its search is behind; the window that remains is a search that is answered
 *   before a create under way has ended.
 * - A comment is an action, hidden from the user. It and a change of status are two requests: the comment first, with the message's
 *   mark, which is looked for in the latest 20 actions.
 * - Every status can be left: nothing is closed for good. Where Halo refuses, a new ticket names the old.
 * - Priorities 1 to 4 are those of the default SLA; others are set by a further field `priority_id`.
 */
import type { FormatSettings, Severity } from '@linewatch/contract';
import { escapeHtml } from '../text.ts';
import { textOf, titleOf } from '../words.ts';
import type { Format, HttpAnswer, Sending } from './format.ts';
import { asking, mentions, neededSecret, readable, rows, settled, siteOf, strange } from './helpdesk/asking.ts';
import { fieldsOf } from './helpdesk/fields.ts';
import { ticketMark, wordOf } from './helpdesk/keys.ts';
import { oauth } from './helpdesk/oauth.ts';
import { type Desk, type Held, tell } from './helpdesk/tickets.ts';
import { type Json, idAt, isObject, jsonOf, textAt, valueOf } from './helpdesk/values.ts';

type Settings = FormatSettings<'haloitsm'>;

const path = '/api/tickets';
const detailsMost = 8000;
const priorities: Readonly<Record<Severity, number>> = { critical: 1, major: 2, minor: 3, info: 4 };

/** A name that begins with CF is a custom field; others are the ticket's own. */
function placed(fields: readonly (readonly [string, string])[]): Record<string, unknown> {
  // With an id, another ticket would be changed.
  const all = fields.filter(([name]) => name !== 'id').map(([name, value]) => [name, valueOf(value)] as const);
  const isCustom = (name: string): boolean => /^CF/.test(name);
  const custom = all.filter(([name]) => isCustom(name));
  return {
    ...Object.fromEntries(all.filter(([name]) => !isCustom(name))),
    ...(custom.length > 0 && { customfields: custom.map(([name, value]) => ({ name, value })) }),
  };
}

const tokenUrl = ({ url, authUrl, tenant }: Settings): string => {
  const site = siteOf(authUrl ?? `${siteOf(url)}/auth`);
  const address = site.endsWith('/token') ? site : `${site}/token`;
  return tenant === undefined ? address : `${address}?tenant=${encodeURIComponent(tenant)}`;
};

function deskOf(sending: Sending): Desk {
  const { notification } = sending;
  const settings = sending.settings as Settings;
  const site = siteOf(settings.url);
  const secret = neededSecret(sending, 'clientSecret', 'client secret');
  const ask = asking(
    sending,
    site,
    oauth(sending, { url: tokenUrl(settings), id: settings.clientId, secret, scope: 'all' }),
  );
  const word = wordOf(notification);
  const closedStatus = settings.closedStatusId ?? 9;
  const openStatus = settings.openStatusId ?? 2;

  const heldOf = (row: Json): Held | null => {
    const id = idAt(row, 'id');
    if (id === null || row['deleted'] === true) return null;
    return {
      ticket: { id, reference: `#${id}`, url: `${site}/tickets?id=${id}` },
      state: Number(row['status_id']) === closedStatus ? 'resolved' : 'open',
      text: `${textAt(row, 'summary')}\n${textAt(row, 'details')}`,
      raw: row,
    };
  };
  /** What was sent comes back, with its id: as an object, or as a list of one. */
  const ticketIn = (answer: HttpAnswer): Held => {
    const body = jsonOf(answer);
    const row: unknown = Array.isArray(body) ? body[0] : body;
    const held = isObject(row) ? heldOf(row) : null;
    if (!held) throw strange(answer);
    return held;
  };

  return {
    commentMost: 5000,
    async read(id) {
      const answer = await ask({
        method: 'GET',
        path: `${path}/${encodeURIComponent(id)}?includedetails=true`,
        also: [404],
      });
      if (answer.status === 404) return null;
      const held = heldOf(readable(answer));
      return held?.ticket.id === id ? held : null;
    },
    async find() {
      const query = `search=${word}&pageinate=true&page_size=5&page_no=1&order=id&orderdesc=true`;
      const found = rows(await ask({ method: 'GET', path: `${path}?${query}` }), 'tickets');
      const held = found.filter((row) => textAt(row, 'summary').includes(word)).flatMap((row) => heldOf(row) ?? []);
      return held.sort((a, b) => Number(b.ticket.id) - Number(a.ticket.id));
    },
    async create(follows) {
      const after = follows === null ? '' : `Follows ${follows.reference}, which is closed.\n`;
      const mark = `\n\n${after}${ticketMark(notification)}`;
      const answer = await ask({
        method: 'POST',
        path,
        json: [
          {
            priority_id: priorities[notification.severity],
            ...placed(fieldsOf(sending, 'opened')),
            tickettype_id: settings.ticketTypeId,
            summary: `${titleOf(notification, 200)} [${word}]`,
            details: `${textOf(notification, { mostCharacters: detailsMost - mark.length })}${mark}`,
          },
        ],
      });
      return ticketIn(answer).ticket;
    },
    async said(held, mark) {
      const actions = await ask({
        method: 'GET',
        path: `/api/actions?ticket_id=${held.ticket.id}&count=20&excludesys=true`,
        also: [404],
      });
      if (mentions(actions, mark)) return true;
      // A search's rows have no details: those of the ticket itself are asked for.
      if (textAt(held.raw, 'details') !== '') return false;
      const whole = await ask({ method: 'GET', path: `${path}/${held.ticket.id}?includedetails=true`, also: [404] });
      return mentions(whole, mark);
    },
    async change(held, { comment, to, severity }) {
      const id = Number(held.ticket.id);
      const update = async (): Promise<'done' | 'gone' | 'shut'> => {
        const answer = await ask({
          method: 'POST',
          path,
          json: [
            {
              id,
              ...(to !== null && { status_id: to === 'resolved' ? closedStatus : openStatus }),
              ...(severity && { priority_id: priorities[notification.severity] }),
              ...(to === 'resolved' && placed(fieldsOf(sending, 'resolved'))),
            },
          ],
          also: [404, ...(to === 'open' ? [400] : [])],
        });
        if (answer.status === 404) return 'gone';
        if (answer.status === 400) return 'shut';
        ticketIn(answer);
        return 'done';
      };
      if (to === 'open') {
        const done = await update();
        if (done !== 'done') return done;
      }
      if (comment !== null) {
        const answer = await ask({
          method: 'POST',
          path: '/api/actions',
          json: [
            {
              ticket_id: id,
              outcome: 'Private Note',
              note_html: escapeHtml(comment).replaceAll('\n', '<br>'),
              hiddenfromuser: true,
            },
          ],
          also: [404],
        });
        if (answer.status === 404) return 'gone';
        ticketIn(answer);
      }
      return to !== 'open' && (to !== null || severity) ? await update() : 'done';
    },
  };
}

export const haloitsm: Format = {
  name: 'haloitsm',
  send: (sending) => settled(sending, () => tell(sending, deskOf(sending))),
};

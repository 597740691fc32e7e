/**
 * Jira Service Management requests (Cloud): `/rest/servicedeskapi/request` makes them and takes comments; `/rest/api/2` searches,
 * reads, and moves them by transitions. Basic with an e-mail address and an API token of an agent.
 *
 * - Found again by a word of ours in the description, with JQL. Jira's index is behind by seconds: the window that remains is a create
 *   whose answer was lost and that is tried again before the index has it. So after an unknown outcome the next attempt waits for
 *   a minute at least; only an index that is later than that makes a second request.
 * - Comments are internal. A comment and a transition are two requests: the comment first, with the message's mark.
 * - One that is done and has no way back is closed for good: what comes back then is a new request that names the old one.
 * - Priority is set afterwards, because few request types have the field; where Jira does not take it, it stays as it is.
 *
 * Lengths: summary 255, description and comments 32,767.
 */
import type { FormatSettings, Severity } from '@linewatch/contract';
import { textOf, titleOf } from '../words.ts';
import { type Format, type Sending, type Sent, TransportError } from './format.ts';
import {
  type Asking,
  Halted,
  asking,
  basic,
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
import { forWiki } from './helpdesk/markup.ts';
import { type Desk, type Held, tell } from './helpdesk/tickets.ts';
import { type Json, objectAt, textAt, valueOf } from './helpdesk/values.ts';

type Settings = FormatSettings<'jsm-request'>;

const indexMs = 60_000;
const descriptionMost = 8000;
const priorities: Readonly<Record<Severity, string>> = {
  critical: 'Highest',
  major: 'High',
  minor: 'Medium',
  info: 'Low',
};
const isKey = (text: string): boolean => /^[A-Z][A-Z0-9_]{0,30}-[0-9]{1,12}$/.test(text);

interface Way {
  readonly id: string;
  readonly name: string;
  readonly leadsToDone: boolean;
}

async function waysOf(ask: Asking, at: string): Promise<readonly Way[]> {
  const answer = await ask({ method: 'GET', path: `${at}/transitions` });
  return rows(answer, 'transitions').flatMap((row) => {
    const id = textAt(row, 'id');
    if (!/^[0-9]{1,12}$/.test(id)) return [];
    const category = objectAt(objectAt(row, 'to'), 'statusCategory');
    return [
      { id, name: textAt(row, 'name').trim(), leadsToDone: category !== null && textAt(category, 'key') === 'done' },
    ];
  });
}

/** By the name that was set; without one by the usual name, else by where it leads. */
function wayTo(ways: readonly Way[], to: 'open' | 'resolved', settings: Settings): Way | undefined {
  const set = to === 'resolved' ? settings.closeTransition : settings.reopenTransition;
  const name = (set ?? (to === 'resolved' ? 'Resolve this issue' : 'Reopen')).toLowerCase();
  const named = ways.find((way) => way.name.toLowerCase() === name);
  if (named !== undefined || set !== undefined) return named;
  const leading = ways.filter(({ leadsToDone }) => leadsToDone === (to === 'resolved'));
  return leading.find((way) => (to === 'resolved' ? /resolve/i : /open/i).test(way.name)) ?? leading[0];
}

function deskOf(sending: Sending): Desk {
  const { notification } = sending;
  const settings = sending.settings as Settings;
  const site = siteOf(settings.url);
  const headers = basic(settings.email, neededSecret(sending, 'token', 'API token'));
  const ask = asking(sending, site, (again) => Promise.resolve(again ? null : headers));
  const word = wordOf(notification);
  const issue = (id: string): string => `/rest/api/2/issue/${encodeURIComponent(id)}`;

  const ticketOf = (key: string) => ({ id: key, reference: key, url: `${site}/browse/${key}` });
  const heldOf = (row: Json): Held | null => {
    const key = textAt(row, 'key');
    const fields = objectAt(row, 'fields');
    if (!isKey(key) || fields === null) return null;
    const category = objectAt(objectAt(fields, 'status'), 'statusCategory');
    return {
      ticket: ticketOf(key),
      state: category !== null && textAt(category, 'key') === 'done' ? 'resolved' : 'open',
      text: textAt(fields, 'description'),
      raw: row,
    };
  };

  async function setPriority(id: string): Promise<void> {
    try {
      const priority = { name: priorities[notification.severity] };
      await ask({ method: 'PUT', path: issue(id), json: { fields: { priority } }, also: [400, 403, 404] });
    } catch (error) {
      // The ticket is there, and says how grave it is. Nothing that is left to do is worth a second one.
      if (!(error instanceof Halted) && !(error instanceof TransportError)) throw error;
    }
  }

  async function move(id: string, to: 'open' | 'resolved'): Promise<'done' | 'shut'> {
    const ways = await waysOf(ask, issue(id));
    const way = wayTo(ways, to, settings);
    if (way === undefined) {
      if (to === 'open') return 'shut';
      const names = ways.map(({ name }) => `"${name.slice(0, 60)}"`).slice(0, 10);
      const why = `no transition of ${id} resolves it: there ${names.length === 0 ? 'is none' : `are ${names.join(', ')}`}`;
      throw new Halted({ is: 'refused', why });
    }
    const more = to === 'resolved' ? fieldsOf(sending, 'resolved') : [];
    const fields = Object.fromEntries(more.map(([name, value]) => [name, valueOf(value)]));
    const answer = await ask({
      method: 'POST',
      path: `${issue(id)}/transitions`,
      json: { transition: { id: way.id }, ...(more.length > 0 && { fields }) },
    });
    if (answer.status !== 204) throw strange(answer);
    return 'done';
  }

  return {
    commentMost: 8000,
    async read(id) {
      const answer = await ask({ method: 'GET', path: `${issue(id)}?fields=status,description`, also: [404] });
      if (answer.status === 404) return null;
      const held = heldOf(readable(answer));
      if (!held) throw strange(answer);
      return held;
    },
    async find() {
      const jql = encodeURIComponent(`description ~ "${word}" ORDER BY created DESC`);
      const answer = await ask({
        method: 'GET',
        path: `/rest/api/2/search/jql?jql=${jql}&fields=status,description&maxResults=5`,
      });
      const held = rows(answer, 'issues').flatMap((row) => heldOf(row) ?? []);
      return held.filter(({ text }) => text.includes(word));
    },
    async create(follows) {
      const after = follows === null ? '' : `Follows ${follows.reference}, which is closed.\n`;
      const mark = `\n\n${after}${ticketMark(notification)}`;
      const more = fieldsOf(sending, 'opened').map(([name, value]) => [name, valueOf(value)] as const);
      const answer = await ask({
        method: 'POST',
        path: '/rest/servicedeskapi/request',
        json: {
          serviceDeskId: settings.serviceDeskId,
          requestTypeId: settings.requestTypeId,
          requestFieldValues: {
            summary: titleOf(notification, 250),
            ...Object.fromEntries(more),
            description: `${forWiki(textOf(notification, { mostCharacters: descriptionMost - mark.length }))}${mark}`,
          },
        },
      });
      const key = textAt(readable(answer), 'issueKey');
      if (!isKey(key)) throw strange(answer);
      if (!more.some(([name]) => name === 'priority')) await setPriority(key);
      return ticketOf(key);
    },
    async said(held, mark) {
      const answer = await ask({
        method: 'GET',
        path: `${issue(held.ticket.id)}/comment?orderBy=-created&maxResults=20`,
        also: [404],
      });
      return mentions(answer, mark);
    },
    async change(held, { comment, to, severity }) {
      const { id } = held.ticket;
      // Before anything is written: one that has no way back is left as it is.
      if (to === 'open' && wayTo(await waysOf(ask, issue(id)), to, settings) === undefined) return 'shut';
      if (comment !== null) {
        const answer = await ask({
          method: 'POST',
          path: `/rest/servicedeskapi/request/${encodeURIComponent(id)}/comment`,
          json: { body: forWiki(comment), public: false },
          also: [404],
        });
        if (answer.status === 404) return 'gone';
        if (textAt(readable(answer), 'id') === '') throw strange(answer);
      }
      if (severity) await setPriority(id);
      return to === null ? 'done' : await move(id, to);
    },
  };
}

/** After an outcome that nobody knows, the index gets its time. */
const patient = (sent: Sent): Sent =>
  sent.is === 'later' && sent.unknown === true ? { ...sent, afterMs: Math.max(sent.afterMs ?? 0, indexMs) } : sent;

export const jsmRequest: Format = {
  name: 'jsm-request',
  send: async (sending) => patient(await settled(sending, () => tell(sending, deskOf(sending)))),
};

/** A HaloITSM site: sign-in by client credentials, tickets and actions as lists, search in summaries. */
import { randomUUID } from 'node:crypto';
import { type Asked, type Helpdesk, Refusal, type Reply, type TicketSeen, listening, withServer } from './server.ts';
import { type Row, anything, checked, htmlText, line, list, object, oneOf, text, whole, yes } from './shape.ts';

const client = { id: 'halo-client', secret: 'halo/secret=1' };
const tenant = 'academies';
const fields = {
  summary: line(255),
  details: text(65_535),
  tickettype_id: oneOf(21),
  priority_id: whole(1, 5),
  status_id: whole(1, 100),
  category_1: line(255),
  customfields: list(object({ name: line(100), value: anything }, ['name']), 100),
};
const closed = 9;

export interface Halo extends Helpdesk {
  tokens(): number;
  forgetTokens(): void;
}

export function halo(): Halo {
  const rows: Row[] = [];
  const actions = new Map<number, Row[]>();
  const live = new Set<string>();
  let given = 0;
  const rowOf = (id: number): Row => {
    const row = rows.find((each) => each['id'] === id && each['deleted'] !== true);
    if (row === undefined) throw new Refusal(404, { class: 'Faults', error_message: 'not found' }, false);
    return row;
  };
  /** Lists show less than a ticket of its own. */
  const brief = ({ id, summary, status_id, tickettype_id }: Row): Row => ({ id, summary, status_id, tickettype_id });

  function token({ method, query, text: form }: Asked): Reply {
    if (method !== 'POST' || query.get('tenant') !== tenant) throw new Refusal(400, { error: 'invalid_request' });
    const asked = new URLSearchParams(form);
    if (asked.get('grant_type') !== 'client_credentials' || asked.get('scope') !== 'all')
      throw new Refusal(400, { error: 'invalid_scope' });
    if (asked.get('client_id') !== client.id || asked.get('client_secret') !== client.secret)
      throw new Refusal(400, { error: 'invalid_client' }, false);
    given += 1;
    const value = `halo-${given}-${randomUUID()}`;
    live.add(value);
    return { status: 200, body: { access_token: value, token_type: 'Bearer', expires_in: 3600, scope: 'all' } };
  }
  /** Both take lists, and are asked for one here. */
  const only = (body: unknown, check: (value: unknown) => string | null): Row =>
    (checked(body, list(check, 1)) as unknown as Row[])[0]!;

  function write(body: unknown): Reply {
    const row = only(body, object({ ...fields, id: whole(1) }));
    if (typeof row['id'] === 'number') {
      const kept = rowOf(row['id']);
      if (kept['locked'] === true) throw new Refusal(400, { error_message: 'the ticket is locked' }, false);
      Object.assign(kept, row);
      return { status: 201, body: kept };
    }
    checked(row, object(fields, ['summary', 'details', 'tickettype_id']));
    const id = 2001 + rows.length;
    rows.push({ status_id: 1, ...row, id, deleted: false });
    actions.set(id, []);
    return { status: 201, body: rows.at(-1) };
  }

  function act(body: unknown): Reply {
    const shape = {
      ticket_id: whole(1),
      outcome: line(100),
      note: text(65_535),
      note_html: text(65_535),
      hiddenfromuser: yes,
    };
    const row = only(body, object(shape, ['ticket_id', 'outcome']));
    rowOf(row['ticket_id'] as number);
    const own = actions.get(row['ticket_id'] as number)!;
    own.push({ id: own.length + 1, ...row });
    return { status: 201, body: own.at(-1) };
  }

  const server = listening((asked) => {
    const { method, path, query } = asked;
    if (path === '/auth/token') return token(asked);
    const bearer = /^Bearer (.+)$/.exec(asked.headers.authorization ?? '')?.[1] ?? '';
    if (!live.has(bearer)) throw new Refusal(401, { error: 'unauthorized' }, false);
    if (path === '/api/tickets' && method === 'POST') return write(asked.body);
    if (path === '/api/actions' && method === 'POST') return act(asked.body);
    if (method !== 'GET') throw new Refusal(405, {});
    if (path === '/api/tickets') {
      const word = query.get('search') ?? '';
      if (!/^[a-z0-9]+$/.test(word) || query.get('pageinate') !== 'true') throw new Refusal(400, {});
      const found = rows.filter((row) => row['deleted'] !== true && (row['summary'] as string).includes(word));
      return { status: 200, body: { record_count: found.length, tickets: found.toReversed().map(brief) } };
    }
    if (path === '/api/actions') {
      const own = actions.get((rowOf(Number(query.get('ticket_id'))) as { id: number }).id)!;
      return {
        status: 200,
        body: { record_count: own.length, actions: own.toReversed().slice(0, Number(query.get('count') ?? 50)) },
      };
    }
    const id = /^\/api\/tickets\/(\d+)$/.exec(path)?.[1];
    if (id === undefined) throw new Refusal(404, { error: 'no such address' });
    const row = rowOf(Number(id));
    return { status: 200, body: query.get('includedetails') === 'true' ? row : brief(row) };
  });

  return withServer(server, {
    format: 'haloitsm' as const,
    tokens: () => given,
    forgetTokens: () => live.clear(),
    tickets: () =>
      rows
        .filter((row) => row['deleted'] !== true)
        .map((row): TicketSeen => ({
          id: String(row['id']),
          reference: `#${String(row['id'])}`,
          title: row['summary'] as string,
          description: row['details'] as string,
          state: row['locked'] === true ? 'closed' : row['status_id'] === closed ? 'resolved' : 'open',
          priority: String(row['priority_id']),
          notes: actions.get(row['id'] as number)!.map((each) => htmlText(each['note_html'])),
          row,
        })),
    settings: () => ({ url: server.url, tenant, clientId: client.id, ticketTypeId: 21 }),
    secrets: { clientSecret: client.secret },
    person: {
      move: (id: string, state: 'open' | 'resolved' | 'closed') =>
        void Object.assign(rowOf(Number(id)), {
          status_id: { open: 2, resolved: closed, closed }[state],
          locked: state === 'closed',
        }),
      remove: (id: string) => void (rowOf(Number(id))['deleted'] = true),
    },
  });
}

/** A Freshservice account: tickets, notes, conversations, the list of a requester and the filter by tag, whose index is late. */
import { type Asked, type Helpdesk, Refusal, type Reply, type TicketSeen, listening, withServer } from './server.ts';
import { type Row, checked, htmlText, line, list, object, text, whole, yes } from './shape.ts';

const apiKey = 'fresh-key-123';
const email = 'network@example.org';
const status: ReturnType<typeof whole> = whole(2, 5);
const changeable = {
  subject: line(255),
  description: text(65_535, 1),
  status,
  priority: whole(1, 4),
  urgency: whole(1, 3),
  impact: whole(1, 3),
  group_id: whole(1),
  department_id: whole(1),
  category: line(255),
  source: whole(1, 20),
  tags: list(line(32), 50),
  custom_fields: object({ cf_site: line(255), cf_fix_code: line(255) }),
};

export interface Freshservice extends Helpdesk {
  /** So many filters pass before the index has what was made last. */
  lag: number;
}

export function freshservice(): Freshservice {
  const rows: Row[] = [];
  const notes = new Map<number, { id: number; body: string; private: boolean }[]>();
  const lags = new Map<number, number>();
  const rowOf = (id: number): Row => {
    const row = rows.find((each) => each['id'] === id);
    if (row === undefined) throw new Refusal(404, '', false);
    return row;
  };
  const alive = (id: number): Row => {
    const row = rowOf(id);
    if (row['deleted'] === true)
      throw new Refusal(405, { code: 'method_not_allowed', message: 'The ticket is in the trash' }, false);
    return row;
  };
  const shown = (row: Row): Row => ({ ...row, description_text: htmlText(row['description']) });

  function found(query: URLSearchParams): Reply {
    const word = /^"tag:'([a-z0-9]+)'"$/.exec(query.get('query') ?? '')?.[1];
    if (word === undefined) throw new Refusal(400, { description: 'Validation failed' });
    const tickets = rows.filter((row) => {
      const id = row['id'] as number;
      const left = lags.get(id) ?? 0;
      lags.set(id, left - 1);
      return left <= 0 && row['deleted'] !== true && (row['tags'] as string[]).includes(word);
    });
    return { status: 200, body: { tickets: tickets.map(shown), total: tickets.length } };
  }
  function paged(all: readonly unknown[], query: URLSearchParams): readonly unknown[] {
    const per = Number(query.get('per_page') ?? 30);
    const page = Number(query.get('page') ?? 1);
    if (!(per >= 1 && per <= 100) || !(page >= 1)) throw new Refusal(400, { description: 'Validation failed' });
    return all.slice((page - 1) * per, page * per);
  }

  function tickets({ method, query, body }: Asked): Reply {
    if (method === 'GET') {
      if (query.get('email') !== email || query.get('order_type') !== 'desc')
        throw new Refusal(400, { description: 'Validation failed' });
      const mine = rows.filter((row) => row['deleted'] !== true).toReversed();
      return { status: 200, body: { tickets: paged(mine, query).map((row) => shown(row as Row)) } };
    }
    if (method !== 'POST') throw new Refusal(405, {});
    const needed = ['email', 'subject', 'description', 'status', 'priority'];
    const { email: requester, ...rest } = checked(body, object({ ...changeable, email: line(255) }, needed));
    const id = 1001 + rows.length;
    rows.push({ ...rest, id, requester_id: 7, deleted: false, email: requester });
    notes.set(id, []);
    lags.set(id, made.lag);
    return { status: 201, body: { ticket: shown(rowOf(id)) } };
  }

  function one({ method, query, body }: Asked, id: number, part: string | undefined): Reply {
    if (part === undefined && method === 'GET') return { status: 200, body: { ticket: shown(rowOf(id)) } };
    const row = alive(id);
    if (part === undefined && method === 'PUT') {
      if (row['locked'] === true)
        throw new Refusal(400, { description: 'Validation failed', errors: [{ field: 'status' }] }, false);
      Object.assign(row, checked(body, object(changeable)));
      return { status: 200, body: { ticket: shown(row) } };
    }
    if (part === 'notes' && method === 'POST') {
      const note = checked(body, object({ body: text(65_535, 1), private: yes }, ['body']));
      const kept = { id: notes.get(id)!.length + 1, body: note['body'] as string, private: note['private'] !== false };
      notes.get(id)!.push(kept);
      return { status: 201, body: { conversation: kept } };
    }
    if (part === 'conversations' && method === 'GET')
      return {
        status: 200,
        body: { conversations: paged(notes.get(id)!, query), meta: { count: notes.get(id)!.length } },
      };
    throw new Refusal(405, {});
  }

  const server = listening((asked) => {
    if (asked.headers.authorization !== `Basic ${Buffer.from(`${apiKey}:X`).toString('base64')}`)
      throw new Refusal(
        401,
        { code: 'invalid_credentials', message: 'You have to be logged in to perform this action.' },
        false,
      );
    if (asked.path === '/api/v2/tickets/filter' && asked.method === 'GET') return found(asked.query);
    if (asked.path === '/api/v2/tickets') return tickets(asked);
    const [, id, part] = /^\/api\/v2\/tickets\/(\d+)(?:\/(notes|conversations))?$/.exec(asked.path) ?? [];
    if (id === undefined) throw new Refusal(404, '');
    return one(asked, Number(id), part);
  });

  const made: Freshservice = withServer(server, {
    format: 'freshservice' as const,
    lag: 0,
    tickets: () =>
      rows
        .filter((row) => row['deleted'] !== true)
        .map((row): TicketSeen => ({
          id: String(row['id']),
          reference: `#${String(row['id'])}`,
          title: row['subject'] as string,
          description: htmlText(row['description']),
          // One that is locked was closed by a person and takes no other status.
          state: row['locked'] === true ? 'closed' : (row['status'] as number) >= 4 ? 'resolved' : 'open',
          priority: String(row['priority']),
          notes: notes.get(row['id'] as number)!.map(({ body }) => htmlText(body)),
          row,
        })),
    settings: () => ({ url: server.url, email }),
    secrets: { apiKey },
    person: {
      move: (id: string, state: 'open' | 'resolved' | 'closed') =>
        void Object.assign(rowOf(Number(id)), {
          status: { open: 2, resolved: 4, closed: 5 }[state],
          locked: state === 'closed',
        }),
      remove: (id: string) => void (rowOf(Number(id))['deleted'] = true),
    },
  });
  return made;
}

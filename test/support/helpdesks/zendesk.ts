/** A Zendesk account: tickets, comments, lists by external id, idempotency keys, closed tickets and their follow-ups. */
import { type Asked, type Helpdesk, Refusal, type Reply, type TicketSeen, listening, withServer } from './server.ts';
import { type Row, anything, checked, line, list, object, oneOf, text, whole, yes } from './shape.ts';

const email = 'agent@example.org';
const token = 'zendesk-token-1';
const comment = object({ body: text(65_535, 1), public: yes }, ['body']);
const changeable = {
  subject: line(150),
  comment,
  priority: oneOf('urgent', 'high', 'normal', 'low'),
  type: oneOf('problem', 'incident', 'question', 'task'),
  status: oneOf('new', 'open', 'pending', 'hold', 'solved'),
  external_id: line(255),
  group_id: whole(1),
  assignee_email: line(255),
  tags: list(line(80), 50),
  custom_fields: list(object({ id: whole(1), value: anything }, ['id']), 100),
};

export function zendesk(): Helpdesk {
  const rows: Row[] = [];
  const comments = new Map<number, Row[]>();
  const keys = new Map<string, { text: string; reply: Reply }>();
  const rowOf = (id: number): Row => {
    const row = rows.find((each) => each['id'] === id);
    if (row === undefined) throw new Refusal(404, { error: 'RecordNotFound', description: 'Not found' }, false);
    return row;
  };
  const invalid = (details: Row, isProblem = true): Refusal =>
    new Refusal(422, { error: 'RecordInvalid', description: 'Record validation errors', details }, isProblem);
  const write = (row: Row, body: Row): void => {
    const { comment: said, assignee_email: assignee, via_followup_source_id: source, ...rest } = body;
    Object.assign(row, rest, source !== undefined && { followup_source_id: source });
    if (assignee !== undefined) row['assignee_id'] = 42;
    if (said !== undefined) comments.get(row['id'] as number)!.push({ public: true, ...(said as Row) });
  };

  function create({ body, text: raw, headers }: Asked): Reply {
    const key = headers['idempotency-key'];
    if (typeof key === 'string') {
      if (key.length > 255) throw new Refusal(400, { error: 'IdempotencyKeyTooLong' });
      const before = keys.get(key);
      if (before !== undefined && before.text !== raw)
        throw new Refusal(400, { error: 'IdempotentRequestError', description: 'the key came with another request' });
      if (before !== undefined) return { ...before.reply, headers: { 'x-idempotency-lookup': 'hit' } };
    }
    const ticket = object({ ...changeable, via_followup_source_id: whole(1) }, ['comment']);
    const asked = checked(body, object({ ticket }, ['ticket']), 422)['ticket'] as Row;
    const source = asked['via_followup_source_id'];
    if (source !== undefined && rowOf(source as number)['status'] !== 'closed')
      throw invalid({ base: 'the source is not closed' });
    const id = 35_001 + rows.length;
    const row: Row = {
      id,
      url: 'https://elsewhere.example/1',
      status: 'new',
      assignee_id: null,
      description: (asked['comment'] as Row)['body'],
    };
    rows.push(row);
    comments.set(id, []);
    write(row, asked);
    const reply = { status: 201, body: { ticket: { ...row } }, headers: { 'x-idempotency-lookup': 'miss' } };
    if (typeof key === 'string') keys.set(key, { text: raw, reply });
    return reply;
  }

  function update(row: Row, body: unknown): Reply {
    const change = checked(body, object({ ticket: object(changeable) }, ['ticket']), 422)['ticket'] as Row;
    if (row['status'] === 'closed')
      throw invalid(
        { status: [{ description: 'Status: closed prevents ticket update', error: 'ClosedTicket' }] },
        false,
      );
    if (
      change['status'] === 'solved' &&
      typeof row['assignee_id'] !== 'number' &&
      change['assignee_email'] === undefined
    )
      throw invalid({ base: [{ description: 'Assignee: is required when solving a ticket' }] });
    write(row, change);
    return { status: 200, body: { ticket: { ...row } } };
  }

  const server = listening((asked) => {
    if (asked.headers.authorization !== `Basic ${Buffer.from(`${email}/token:${token}`).toString('base64')}`)
      throw new Refusal(401, { error: "Couldn't authenticate you" }, false);
    const { method, path, query } = asked;
    if (path === '/api/v2/tickets' && method === 'POST') return create(asked);
    if (path === '/api/v2/tickets' && method === 'GET') {
      const key = query.get('external_id');
      if (key === null || query.get('sort_by') !== 'created_at') throw new Refusal(400, { error: 'InvalidParameter' });
      const found = rows.filter((row) => row['external_id'] === key && row['deleted'] !== true).toReversed();
      return {
        status: 200,
        body: { tickets: found.slice(0, Number(query.get('per_page') ?? 100)), count: found.length },
      };
    }
    const [, id, part] = /^\/api\/v2\/tickets\/(\d+)(?:\/(comments))?$/.exec(path) ?? [];
    if (id === undefined) throw new Refusal(404, { error: 'InvalidEndpoint' });
    const row = rowOf(Number(id));
    if (row['deleted'] === true) throw new Refusal(404, { error: 'RecordNotFound' }, false);
    if (part === 'comments' && method === 'GET') {
      if (query.get('sort') !== '-created_at') throw new Refusal(400, { error: 'InvalidParameter' });
      const most = Number(query.get('page[size]') ?? 100);
      return { status: 200, body: { comments: comments.get(Number(id))!.toReversed().slice(0, most) } };
    }
    if (part === undefined && method === 'GET') return { status: 200, body: { ticket: row } };
    if (part === undefined && method === 'PUT') return update(row, asked.body);
    throw new Refusal(405, {});
  });

  return withServer(server, {
    format: 'zendesk' as const,
    tickets: () =>
      rows
        .filter((row) => row['deleted'] !== true)
        .map((row): TicketSeen => ({
          id: String(row['id']),
          reference: `#${String(row['id'])}`,
          title: row['subject'] as string,
          description: row['description'] as string,
          state: row['status'] === 'closed' ? 'closed' : row['status'] === 'solved' ? 'resolved' : 'open',
          priority: String(row['priority']),
          // The first is what it was opened with.
          notes: comments
            .get(row['id'] as number)!
            .slice(1)
            .map((each) => each['body'] as string),
          row,
        })),
    settings: () => ({ url: server.url, email }),
    secrets: { token },
    person: {
      move: (id: string, state: 'open' | 'resolved' | 'closed') =>
        void (rowOf(Number(id))['status'] = { open: 'open', resolved: 'solved', closed: 'closed' }[state]),
      remove: (id: string) => void (rowOf(Number(id))['deleted'] = true),
    },
  });
}

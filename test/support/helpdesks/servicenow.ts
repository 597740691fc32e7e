/** A ServiceNow instance: the incident table by the Table API, OAuth client credentials, and Event Management's jsonv2. */
import { randomUUID } from 'node:crypto';
import { type Asked, type Helpdesk, Refusal, type Reply, type TicketSeen, listening, withServer } from './server.ts';
import { type Row, anything, checked, line, list, object, oneOf, text } from './shape.ts';

const closedStates = ['7', '8'];
const third = oneOf('1', '2', '3');
const incident = {
  short_description: line(160),
  description: text(4000),
  work_notes: text(4000),
  close_code: oneOf('Resolved by caller', 'Solution provided', 'No resolution provided'),
  close_notes: text(4000, 1),
  impact: third,
  urgency: third,
  state: oneOf('1', '2', '3', '6'),
  correlation_id: line(100),
  correlation_display: line(100),
  caller_id: text(100),
  assignment_group: text(100),
  category: text(40),
};
/** By the default matrix of impact (first) and urgency. */
const priorities: Readonly<Record<string, string>> = {
  11: '1',
  12: '2',
  21: '2',
  22: '3',
  13: '3',
  31: '3',
  23: '4',
  32: '4',
  33: '5',
};

const record = object(
  {
    source: line(100),
    node: line(100),
    resource: line(100),
    type: line(100),
    metric_name: line(100),
    message_key: line(1024),
    severity: oneOf('0', '1', '2', '3', '4', '5'),
    resolution_state: oneOf('New', 'Closing'),
    description: text(4000, 1),
    additional_info: text(4000),
    time_of_event: (value) => (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(String(value)) ? null : 'is no such time'),
  },
  ['source', 'severity', 'message_key'],
);

const user = 'linewatch';
const password = 'correct horse';
const client = { id: 'a1b2c3', secret: 'client/secret+1' };

function basicOf({ headers }: Asked): void {
  const given = headers.authorization ?? '';
  if (given !== `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
    throw new Refusal(
      401,
      { error: { message: 'User Not Authenticated', detail: 'Required to provide Auth information' } },
      false,
    );
}

export interface ServiceNow extends Helpdesk {
  /** Tokens that were given out. */
  tokens(): number;
  /** None of them is accepted any more. */
  forgetTokens(): void;
}

/** @param by how its subscription signs in */
export function serviceNow(by: 'basic' | 'oauth' = 'basic'): ServiceNow {
  const rows: Row[] = [];
  const journal = new Map<string, string[]>();
  const live = new Set<string>();
  let given = 0;

  const shown = (row: Row, query: URLSearchParams): Row => {
    const names = (query.get('sysparm_fields') ?? '').split(',').filter((name) => name !== '');
    const notes = journal.get(row['sys_id'] as string)!;
    const whole: Row = {
      ...row,
      work_notes: query.get('sysparm_display_value') === 'true' ? notes.toReversed().join('\n\n') : '',
    };
    return names.length === 0 ? whole : Object.fromEntries(names.map((name) => [name, whole[name] ?? '']));
  };
  const rowOf = (id: string): Row => {
    const row = rows.find(({ sys_id }) => sys_id === id);
    if (row === undefined)
      throw new Refusal(
        404,
        {
          error: { message: 'No Record found', detail: "Record doesn't exist or ACL restricts the record retrieval" },
          status: 'failure',
        },
        false,
      );
    return row;
  };
  const apply = (row: Row, body: Row): void => {
    const { work_notes: note, ...rest } = body;
    Object.assign(row, rest);
    if (note !== undefined) journal.get(row['sys_id'] as string)!.push(note as string);
    row['priority'] = priorities[`${String(row['impact'])}${String(row['urgency'])}`];
  };

  function token({ text: form, method }: Asked): Reply {
    if (method !== 'POST') throw new Refusal(405, {});
    const asked = new URLSearchParams(form);
    if (asked.get('grant_type') !== 'client_credentials') throw new Refusal(400, { error: 'unsupported_grant_type' });
    if (asked.get('client_id') !== client.id || asked.get('client_secret') !== client.secret)
      throw new Refusal(401, { error: 'invalid_client', error_description: 'access_denied' }, false);
    given += 1;
    const value = `token-${given}-${randomUUID()}`;
    live.add(value);
    return { status: 200, body: { access_token: value, token_type: 'Bearer', expires_in: 1799, scope: '' } };
  }

  function incidents(asked: Asked, id: string | undefined): Reply {
    const { method, query, body } = asked;
    if (by === 'oauth') {
      const bearer = /^Bearer (.+)$/.exec(asked.headers.authorization ?? '')?.[1] ?? '';
      if (!live.has(bearer)) throw new Refusal(401, { error: { message: 'User Not Authenticated' } }, false);
    } else basicOf(asked);
    if (method === 'GET' && id === undefined) {
      const [, key, order] =
        /^correlation_id=([^^]+)\^(ORDERBYDESCsys_created_on)$/.exec(query.get('sysparm_query') ?? '') ?? [];
      if (key === undefined || order === undefined) throw new Refusal(400, { error: { message: 'Invalid query' } });
      const found = rows.filter((row) => row['correlation_id'] === key).toReversed();
      const most = Number(query.get('sysparm_limit') ?? 10_000);
      return { status: 200, body: { result: found.slice(0, most).map((row) => shown(row, query)) } };
    }
    if (method === 'GET') return { status: 200, body: { result: shown(rowOf(id!), query) } };
    if (method === 'POST' && id === undefined) {
      const made = checked(body, object({ ...incident, state: oneOf('1') }, ['short_description']));
      const row: Row = {
        sys_id: randomUUID().replaceAll('-', ''),
        number: `INC${String(10_023 + rows.length).padStart(7, '0')}`,
        state: '1',
      };
      journal.set(row['sys_id'] as string, []);
      rows.push(row);
      apply(row, made);
      return { status: 201, body: { result: shown(row, query) } };
    }
    if (method === 'PATCH' && id !== undefined) {
      const row = rowOf(id);
      const change = checked(body, object(incident));
      if (closedStates.includes(row['state'] as string))
        throw new Refusal(
          403,
          {
            error: {
              message: 'Operation Failed',
              detail: "Operation against file 'incident' was aborted by Business Rule",
            },
            status: 'failure',
          },
          false,
        );
      if (change['state'] === '6' && !(change['close_code'] && change['close_notes']))
        throw new Refusal(403, {
          error: {
            message: 'Operation Failed',
            detail: 'Data Policy Exception: close_code, close_notes are mandatory',
          },
        });
      apply(row, change);
      return { status: 200, body: { result: shown(row, query) } };
    }
    throw new Refusal(405, { error: { message: 'Method Not Allowed' } });
  }

  const server = listening((asked) => {
    if (asked.path === '/oauth_token.do') return token(asked);
    const [, table, id] = /^\/api\/now\/table\/(incident)(?:\/([0-9a-f]{32}))?$/.exec(asked.path) ?? [];
    if (table === undefined)
      throw new Refusal(404, { error: { message: 'Requested URI does not represent any resource' } });
    return incidents(asked, id);
  });

  return withServer(server, {
    format: 'servicenow-incident' as const,
    tickets: () =>
      rows.map((row): TicketSeen => ({
        id: row['sys_id'] as string,
        reference: row['number'] as string,
        title: row['short_description'] as string,
        description: row['description'] as string,
        state: row['state'] === '6' ? 'resolved' : closedStates.includes(row['state'] as string) ? 'closed' : 'open',
        priority: String(row['priority']),
        notes: journal.get(row['sys_id'] as string)!,
        row,
      })),
    settings: () => ({ url: server.url, ...(by === 'oauth' ? { clientId: client.id } : { user }) }),
    secrets: by === 'oauth' ? { clientSecret: client.secret } : { password },
    tokens: () => given,
    forgetTokens: () => live.clear(),
    person: {
      move: (id: string, state: 'open' | 'resolved' | 'closed') =>
        void (rowOf(id)['state'] = { open: '2', resolved: '6', closed: '7' }[state]),
      remove: (id: string) => void rows.splice(rows.indexOf(rowOf(id)), 1),
    },
  });
}

/** Event Management: events by message key become alerts, as the instance does. A ticket here is an alert. */
export function serviceNowEvents(): Helpdesk & { events(): readonly Row[] } {
  const events: Row[] = [];
  const server = listening((asked) => {
    if (asked.path !== '/api/global/em/jsonv2') throw new Refusal(404, {});
    if (asked.method !== 'POST') throw new Refusal(405, {});
    basicOf(asked);
    const { records } = checked(asked.body, object({ records: list(record, 100) }, ['records']));
    for (const row of records as Row[]) {
      const info: unknown = JSON.parse(row['additional_info'] as string);
      const problem = object(new Proxy({}, { get: () => text(4000) }))(info);
      if (problem !== null) throw new Refusal(400, { error: `additional_info ${problem}` });
      events.push(row);
    }
    return { status: 200, body: { 'Default Bulk Endpoint': `${(records as Row[]).length} events were inserted` } };
  });
  const keys = (): string[] => [...new Set(events.map((row) => row['message_key'] as string))];
  return withServer(server, {
    format: 'servicenow-event' as const,
    events: () => events,
    tickets: () =>
      keys().map((key): TicketSeen => {
        const of = events.filter((row) => row['message_key'] === key);
        const last = of.at(-1)!;
        return {
          id: key,
          reference: key,
          title: String((JSON.parse(last['additional_info'] as string) as Row)['title']),
          description: last['description'] as string,
          state: last['severity'] === '0' ? 'resolved' : 'open',
          priority: last['severity'] as string,
          notes: of.map((row) => row['description'] as string),
          row: last,
        };
      }),
    settings: () => ({ url: server.url, user }),
    secrets: { password },
    person: { move: anything, remove: anything },
  });
}

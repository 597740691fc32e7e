/** A Jira site with a service desk: requests, comments, transitions, JQL for our word; and JSM operations' integration events. */
import { type Asked, type Helpdesk, Refusal, type Reply, type TicketSeen, listening, withServer } from './server.ts';
import { type Row, anything, checked, line, list, object, oneOf, text, yes } from './shape.ts';

const email = 'linewatch@example.org';
const token = 'ATATT3xFf-token';
const request = object(
  {
    serviceDeskId: oneOf('4'),
    requestTypeId: oneOf('25'),
    requestFieldValues: object({ summary: line(255), description: text(32_767, 1), customfield_10050: anything }, [
      'summary',
      'description',
    ]),
  },
  ['serviceDeskId', 'requestTypeId', 'requestFieldValues'],
);

interface Issue {
  readonly key: string;
  readonly summary: string;
  readonly description: string;
  readonly fields: Row;
  priority: string;
  status: 'open' | 'done' | 'closed';
  readonly comments: { id: string; body: string; public: boolean }[];
}

export interface Jira extends Helpdesk {
  /** So many searches pass before the index has what was made last. */
  lag: number;
}

export function jira(): Jira {
  const issues: Issue[] = [];
  const lags = new Map<string, number>();
  let number = 100;
  const absent = (): Refusal =>
    new Refusal(
      404,
      { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} },
      false,
    );
  const issueOf = (key: string): Issue => {
    const issue = issues.find((each) => each.key === key);
    if (issue === undefined) throw absent();
    return issue;
  };
  const shown = ({ key, status, description }: Issue): Row => ({
    id: key.slice(5),
    key,
    self: 'https://elsewhere.example/rest/api/2/issue/1',
    fields: {
      description,
      status: { name: status, statusCategory: { key: status === 'open' ? 'indeterminate' : 'done' } },
    },
  });
  const ways = ({ status }: Issue): Row[] => {
    if (status === 'open')
      return [
        { id: '11', name: 'Respond to customer', to: { statusCategory: { key: 'indeterminate' } } },
        { id: '761', name: 'Resolve this issue', to: { statusCategory: { key: 'done' } } },
      ];
    return status === 'done' ? [{ id: '851', name: 'Reopen', to: { statusCategory: { key: 'indeterminate' } } }] : [];
  };

  function search(query: URLSearchParams): Reply {
    const word = /^description ~ "([a-z0-9]+)" ORDER BY created DESC$/.exec(query.get('jql') ?? '')?.[1];
    if (word === undefined) throw new Refusal(400, { errorMessages: ['Error in the JQL Query'] });
    const found = issues.filter(({ key, description }) => {
      const left = lags.get(key) ?? 0;
      lags.set(key, left - 1);
      return left <= 0 && description.split(/[^A-Za-z0-9]+/).includes(word);
    });
    return { status: 200, body: { issues: found.toReversed().map(shown), isLast: true } };
  }

  function platform(asked: Asked, key: string, part: string | undefined): Reply {
    const issue = issueOf(key);
    const { method, body } = asked;
    if (part === undefined && method === 'GET') return { status: 200, body: shown(issue) };
    if (part === undefined && method === 'PUT') {
      const priority = object({ name: oneOf('Highest', 'High', 'Medium', 'Low', 'Lowest') }, ['name']);
      const { fields } = checked(body, object({ fields: object({ priority }, ['priority']) }, ['fields']));
      issue.priority = ((fields as Row)['priority'] as Row)['name'] as string;
      return { status: 204 };
    }
    if (part === 'comment' && method === 'GET') {
      if (asked.query.get('orderBy') !== '-created') throw new Refusal(400, {});
      const most = Number(asked.query.get('maxResults') ?? 50);
      return {
        status: 200,
        body: { comments: issue.comments.toReversed().slice(0, most), total: issue.comments.length },
      };
    }
    if (part === 'transitions' && method === 'GET') return { status: 200, body: { transitions: ways(issue) } };
    if (part === 'transitions' && method === 'POST') {
      const { transition } = checked(
        body,
        object({ transition: object({ id: text(20, 1) }, ['id']), fields: anything }, ['transition']),
      );
      const way = ways(issue).find(({ id }) => id === (transition as Row)['id']);
      if (way === undefined)
        throw new Refusal(400, {
          errorMessages: ['It seems that you have tried to perform an illegal workflow operation.'],
        });
      issue.status = way['id'] === '761' ? 'done' : 'open';
      return { status: 204 };
    }
    throw new Refusal(405, {});
  }

  function desk(asked: Asked, key: string | undefined): Reply {
    if (asked.method !== 'POST') throw new Refusal(405, {});
    if (key === undefined) {
      const { requestFieldValues } = checked(asked.body, request);
      const { summary, description, ...fields } = requestFieldValues as Row & { summary: string; description: string };
      number += 1;
      issues.push({
        key: `HELP-${number}`,
        summary,
        description,
        fields,
        priority: 'Medium',
        status: 'open',
        comments: [],
      });
      lags.set(`HELP-${number}`, made.lag);
      const links = { web: 'javascript:alert(1)', self: 'http://127.0.0.1/' };
      return {
        status: 201,
        body: {
          issueId: String(number),
          issueKey: `HELP-${number}`,
          requestTypeId: '25',
          serviceDeskId: '4',
          _links: links,
        },
      };
    }
    const issue = issueOf(key);
    const said = checked(asked.body, object({ body: text(32_767, 1), public: yes }, ['body']));
    const id = String(issue.comments.length + 1);
    issue.comments.push({ id, body: said['body'] as string, public: said['public'] !== false });
    return { status: 201, body: { id, body: said['body'] } };
  }

  const server = listening((asked) => {
    if (asked.headers.authorization !== `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`)
      throw new Refusal(401, 'Client must be authenticated to access this resource.', false);
    if (asked.path === '/rest/api/2/search/jql' && asked.method === 'GET') return search(asked.query);
    const [, key, part] = /^\/rest\/api\/2\/issue\/([A-Z]+-\d+)(?:\/(comment|transitions))?$/.exec(asked.path) ?? [];
    if (key !== undefined) return platform(asked, key, part);
    const [own, ofKey] = /^\/rest\/servicedeskapi\/request(?:\/([A-Z]+-\d+)\/comment)?$/.exec(asked.path) ?? [];
    if (own === undefined) throw new Refusal(404, { errorMessage: 'no such address' });
    return desk(asked, ofKey);
  });

  const made: Jira = withServer(server, {
    format: 'jsm-request' as const,
    lag: 0,
    tickets: () =>
      issues.map((issue): TicketSeen => ({
        id: issue.key,
        reference: issue.key,
        title: issue.summary,
        description: issue.description,
        state: issue.status === 'open' ? 'open' : issue.status === 'done' ? 'resolved' : 'closed',
        priority: issue.priority,
        notes: issue.comments.map(({ body }) => body),
        row: { ...issue },
      })),
    settings: () => ({ url: server.url, email, serviceDeskId: '4', requestTypeId: '25' }),
    secrets: { token },
    person: {
      move: (id: string, state: 'open' | 'resolved' | 'closed') =>
        void (issueOf(id).status = ({ open: 'open', resolved: 'done', closed: 'closed' } as const)[state]),
      remove: (id: string) => void issues.splice(issues.indexOf(issueOf(id)), 1),
    },
  });
  return made;
}

const alert = object(
  {
    message: line(130),
    alias: line(512),
    description: text(15_000),
    priority: oneOf('P1', 'P2', 'P3', 'P4', 'P5'),
    entity: text(512),
    source: text(100),
    user: text(100),
    note: text(25_000),
    tags: list(line(50), 20),
    details: (value) =>
      typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string')
        ? JSON.stringify(value).length > 8000
          ? 'is too long'
          : null
        : 'is no object of texts',
    responders: anything,
    visibleTo: anything,
    actions: anything,
  },
  ['message'],
);

interface Alert {
  readonly id: string;
  readonly alias: string;
  readonly first: Row;
  count: number;
  status: 'open' | 'acked' | 'closed';
  readonly notes: string[];
}

/** Alerts of JSM operations: 202 for all, open alerts found by alias, repeats counted. */
export function jsmAlerts(): Helpdesk {
  const key = 'c0ffee00-1234-5678-9abc-def012345678';
  const alerts: Alert[] = [];
  const openOf = (alias: string): Alert | undefined =>
    alerts.find((each) => each.alias === alias && each.status !== 'closed');
  const taken = (): Reply => ({
    status: 202,
    body: { result: 'Request will be processed', took: 0.3, requestId: 'r-1' },
  });
  const server = listening((asked) => {
    if (asked.headers.authorization !== `GenieKey ${key}`)
      throw new Refusal(401, { message: 'Could not authenticate' }, false);
    if (asked.method !== 'POST') throw new Refusal(405, {});
    if (asked.path === '/v2/alerts') {
      const body = checked(asked.body, alert, 422);
      const alias = body['alias'] as string;
      const same = openOf(alias);
      if (same === undefined)
        alerts.push({ id: String(alerts.length + 1), alias, first: body, count: 1, status: 'open', notes: [] });
      else same.count += 1;
      return taken();
    }
    const [, alias, action] = /^\/v2\/alerts\/(.+)\/(close|acknowledge|notes)$/.exec(asked.path) ?? [];
    if (alias === undefined || asked.query.get('identifierType') !== 'alias')
      throw new Refusal(404, { message: 'no such address' });
    const { note } = checked(
      asked.body,
      object({ note: text(25_000, 1), source: text(100), user: text(100) }, ['note']),
      422,
    );
    const same = openOf(alias);
    if (same === undefined) return taken();
    same.notes.push(note as string);
    if (action !== 'notes') same.status = action === 'close' ? 'closed' : 'acked';
    return taken();
  });
  return withServer(server, {
    format: 'jsm-alert' as const,
    tickets: () =>
      alerts.map((each): TicketSeen => ({
        id: each.id,
        reference: each.alias,
        title: each.first['message'] as string,
        description: String(each.first['description']),
        state: each.status === 'closed' ? 'resolved' : 'open',
        priority: String(each.first['priority']),
        notes: each.notes,
        row: { ...each },
      })),
    settings: () => ({ url: server.url, tags: ['schools'] }),
    secrets: { apiKey: key },
    person: {
      move: (id: string, state: 'open' | 'resolved' | 'closed') =>
        void (alerts[Number(id) - 1]!.status = state === 'open' ? 'open' : 'closed'),
      remove: (id: string) => void alerts.splice(Number(id) - 1, 1),
    },
  });
}

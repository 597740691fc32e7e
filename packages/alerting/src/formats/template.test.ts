import { afterEach, expect, it } from 'vitest';
import { notificationOf } from '../notification.suite.ts';
import { pointerProblem, valueAt } from './pointer.ts';
import { previewOf } from './preview.ts';
import { type Receiver, startReceiver } from './receiver.suite.ts';
import { template } from './template.ts';

let receiver: Receiver | undefined;
afterEach(() => receiver?.close());

const settingsOf = (url: string) => ({
  url: `${url}/tickets`,
  updateUrl: `${url}/tickets/{{ ticket.id | url_encode }}`,
  updateMethod: 'PUT',
  headers: [{ name: 'Authorization', value: 'Token {{ secret }}' }],
  body: '{"title":{{ title | json }},"text":{{ text | json }},"state":"open"}',
  resolvedBody: '{"state":"done","note":{{ update | json }}}',
  ticketIdAt: '/result/0/id',
  ticketUrl: `${url}/view/{{ ticket.id }}`,
});
const secrets = { secret: ['my-secret-key'] };

it('opens a ticket, keeps its id, and closes the same', async () => {
  const tickets = new Map<string, string>();
  receiver = await startReceiver(({ method, path, headers, body }) => {
    expect(headers['authorization']).toBe('Token my-secret-key');
    const { state } = JSON.parse(body) as { state: string };
    if (method === 'POST' && path === '/tickets') {
      tickets.set('7/1', state);
      return { status: 201, body: '{"result":[{"id":"7/1"}]}' };
    }
    expect([method, path]).toEqual(['PUT', '/tickets/7%2F1']);
    tickets.set('7/1', state);
    return { status: 200, body: '{}' };
  });
  const settings = settingsOf(receiver.url);
  const opened = await receiver.send(template, { settings, secrets });
  const ticket = { id: '7/1', reference: '7/1', url: `${receiver.url}/view/7/1` };
  expect(opened.sent).toEqual({ is: 'delivered', ticket });
  expect(JSON.stringify(opened.exchanges)).not.toContain('my-secret-key');
  const notification = notificationOf({ event: 'resolved', status: 'resolved', endedMs: Date.UTC(2026, 6, 15, 3) });
  const closed = await receiver.send(template, { settings, secrets, ticket, notification });
  expect(closed.sent).toEqual({ is: 'delivered', ticket });
  expect([...tickets]).toEqual([['7/1', 'done']]);
});

it('is delivered without a ticket when the answer has no id that can be used', async () => {
  let body = '';
  receiver = await startReceiver(() => ({ status: 200, body }));
  for (body of [
    '',
    'garbage',
    '{"result":[]}',
    '{"result":[{"id":{}}]}',
    `{"result":[{"id":"${'x'.repeat(201)}"}]}`,
    '{"result":[{"id":"a\\nb"}]}',
  ])
    expect((await receiver.send(template, { settings: settingsOf(receiver.url), secrets })).sent).toEqual({
      is: 'delivered',
    });
});

it('is refused when what it makes cannot be sent', async () => {
  receiver = await startReceiver();
  for (const more of [
    { url: '{{ nothing }}' },
    { url: 'file:///{{ title }}' },
    { body: '{{ a | nonsense }}' },
    { body: 'no json' },
  ])
    expect(
      (await receiver.send(template, { settings: { ...settingsOf(receiver.url), ...more }, secrets })).sent.is,
    ).toBe('refused');
  expect(receiver.received).toHaveLength(0);
});

it('goes where its author said, whatever is told and whatever a receiver called its ticket', async () => {
  receiver = await startReceiver();
  const { url } = receiver;
  const send = (more: object, id: string, secret = 'my-secret-key') =>
    receiver!.send(template, {
      settings: { ...settingsOf(url), ...more },
      ...{ secrets: { secret: [secret] }, ticket: { id, reference: id, url: null } },
    });
  for (const [updateUrl, id] of [
    ['{{ ticket.id }}', `${url}/other`],
    ['http://{{ ticket.id }}/', url.slice(7)],
    ['http://desk.example{{ ticket.id }}', '.attacker.example/'],
    ['http://user@{{ ticket.id }}/', url.slice(7)],
    ['{% assign a = ticket.id %}{{ a }}', `${url}/other`],
    [`${url}/tickets/{{ ticket.id }}`, '../admin'],
    [`${url}/tickets/{{ ticket.id }}`, '%2e%2E/admin'],
    [`${url}/tickets/{{ ticket.id }}/notes`, '..\\..'],
    [`${url}/tickets/{{ ticket.id | url_encode }}/notes`, '..'],
  ] as const)
    expect((await send({ updateUrl }, id)).sent, updateUrl).toMatchObject({ is: 'refused' });
  expect((await send({ updateUrl: '{{ secret }}{{ ticket.id }}' }, '.attacker.example', url)).sent.is).toBe('refused');
  expect(receiver.received).toHaveLength(0);
  expect((await send({ updateUrl: '{{ secret }}/{{ ticket.id | url_encode }}' }, '../a', url)).sent.is).toBe(
    'delivered',
  );
  expect(receiver.received.map(({ path }) => path)).toEqual(['/..%2Fa']);
});

it('can be seen before it is sent, without its secret', async () => {
  const of = { settings: settingsOf('https://desk.example.org'), secrets, notification: notificationOf(), nowMs: 1 };
  const { exchanges, problem } = await previewOf(template, of);
  expect(problem).toBeNull();
  expect(exchanges).toMatchObject([
    {
      request: { method: 'POST', url: 'https://desk.example.org/tickets', headers: { authorization: 'Token •••' } },
      answer: null,
    },
  ]);
  expect(JSON.parse(exchanges[0]!.request.body)).toMatchObject({
    title: 'Oak Academy: primary line is down',
    state: 'open',
  });
  const bad = await previewOf(template, { ...of, settings: { ...of.settings, body: '{{ a | b }}' } });
  expect(bad).toEqual({ exchanges: [], problem: expect.stringContaining('undefined filter') as string });
});

it('finds what a pointer points to', () => {
  const value = { a: { 'b/c': [{ '~d': 1 }] }, '': 2 };
  expect(valueAt(value, '/a/b~1c/0/~0d')).toBe(1);
  expect(valueAt(value, '/')).toBe(2);
  for (const none of ['/x', '/a/b~1c/1', '/a/b~1c/-', '/a/constructor', '/__proto__', 'a', '/a~2'])
    expect(valueAt(value, none)).toBeUndefined();
  expect(pointerProblem('/result/id')).toBeNull();
  for (const bad of ['', 'a', '/~', '#/a']) expect(pointerProblem(bad)).toContain('JSON pointer');
});

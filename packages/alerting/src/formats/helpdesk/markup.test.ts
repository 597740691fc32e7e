import { afterEach, expect, it } from 'vitest';
import { notificationOf } from '../../notification.suite.ts';
import { jsmRequest } from '../jsm-request.ts';
import { type Receiver, startReceiver } from '../receiver.suite.ts';
import { servicenowIncident } from '../servicenow-incident.ts';
import { forJournal, forWiki } from './markup.ts';

let receiver: Receiver | undefined;
afterEach(() => receiver?.close());

const hostile = '[Reset your password|https://attacker.example] !https://attacker.example/a.png! [code]<b>x</b>[/CODE]';
const notification = notificationOf({ event: 'note', sequence: 2, note: { by: 'Jo {html}', text: hostile } });

it('what others wrote makes no links, images or HTML', () => {
  expect(forWiki('a [b|c] !d! {e}')).toBe('a \\[b|c\\] \\!d\\! \\{e\\}');
  expect(forJournal('[code]<b>[/code] [ / Code ] [codes]')).toBe('(code)<b>(/code) ( / Code ) [codes]');
});

it('is written so into comments of Jira', async () => {
  receiver = await startReceiver(({ method, path }) => {
    if (method === 'POST') return { status: 201, body: '{"id":"1"}' };
    if (path.includes('/comment')) return { status: 200, body: '{"comments":[]}' };
    const fields = { description: '', status: { statusCategory: { key: 'new' } } };
    return { status: 200, body: JSON.stringify({ key: 'IT-1', fields }) };
  });
  const settings = { url: receiver.url, email: 'a@b.example', serviceDeskId: '1', requestTypeId: '2' };
  const ticket = { id: 'IT-1', reference: 'IT-1', url: null };
  const { sent } = await receiver.send(jsmRequest, { settings, secrets: { token: ['token'] }, ticket, notification });
  expect(sent.is).toBe('delivered');
  const { body } = JSON.parse(receiver.received.at(-1)!.body) as { body: string };
  expect(body).toContain('\\[Reset your password|https://attacker.example\\]');
  expect(body).not.toMatch(/(^|[^\\])[[\]{}!]/);
  expect(body).toContain(`Linewatch ${notification.id}`);
});

it('is written so into journals of ServiceNow', async () => {
  const row = { sys_id: 'a'.repeat(32), number: 'INC1', state: '2', correlation_id: '', description: '' };
  receiver = await startReceiver(() => ({ status: 200, body: JSON.stringify({ result: row }) }));
  const settings = { url: receiver.url, user: 'linewatch' };
  const ticket = { id: row.sys_id, reference: 'INC1', url: null };
  const { sent } = await receiver.send(servicenowIncident, {
    ...{ settings, secrets: { password: ['password'] }, ticket, notification },
  });
  expect(sent.is).toBe('delivered');
  const { work_notes } = JSON.parse(receiver.received.at(-1)!.body) as { work_notes: string };
  expect(work_notes).toContain('(code)<b>x</b>(/CODE)');
  expect(work_notes).not.toMatch(/\[\/?code\]/i);
});

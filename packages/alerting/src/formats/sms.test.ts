import { afterEach, expect, it } from 'vitest';
import { exampleMs } from '../notification.suite.ts';
import type { Sending } from './format.ts';
import { type Receiver, startReceiver } from './receiver.suite.ts';
import { sms } from './sms.ts';

let receiver: Receiver;
afterEach(() => receiver.close());

const to = ['+441632960001', '+441632960002', '+441632960003'];
const settings = () => ({
  url: `${receiver.url}/send`,
  to,
  headers: [{ name: 'X-Gateway-Key', value: 'Key {{ secret }}' }],
  body: '{"to":{{ to | json }},"text":{{ text | json }},"ref":{{ id | json }}}',
});
const numberOf = (body: string) => (JSON.parse(body) as { to: string }).to;
const secrets = { secret: ['gateway-secret'] };

it('is one request a number, with the secret where the template says', async () => {
  receiver = await startReceiver(({ headers, body }) => {
    expect(headers).toMatchObject({ 'x-gateway-key': 'Key gateway-secret', 'content-type': 'application/json' });
    const found = JSON.parse(body) as Record<string, string>;
    expect(Object.keys(found)).toEqual(['to', 'text', 'ref']);
    expect(found['ref']).toBe(headers['idempotency-key']);
    expect(found['text']!.length).toBeLessThanOrEqual(306);
    return { status: 200 };
  });
  const { sent, exchanges } = await receiver.send(sms, { settings: settings(), secrets });
  expect(exchanges.map(({ answer }) => answer?.body)).toEqual(['', '', '']);
  expect(sent).toEqual({ is: 'delivered' });
  expect(receiver.received.map(({ body }) => numberOf(body))).toEqual(to);
  expect(new Set(receiver.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(3);
  expect(JSON.stringify(exchanges)).not.toContain('gateway-secret');
});

it('is not sent again to who had it', async () => {
  let away = true;
  receiver = await startReceiver(({ body }) => ({ status: away && numberOf(body) === to[1] ? 503 : 200 }));
  const memory: Sending['memory'] = new Map();
  const of = { settings: settings(), secrets, memory };
  expect((await receiver.send(sms, of)).sent).toMatchObject({ is: 'later', why: `${to[1]}: answered 503` });
  away = false;
  expect((await receiver.send(sms, { ...of, nowMs: exampleMs + 60_000 })).sent).toEqual({ is: 'delivered' });
  expect(receiver.received.map(({ body }) => numberOf(body))).toEqual([to[0], to[1], to[1], to[2]]);
  expect(memory.size).toBe(0);
});

it('reaches the others when one number is refused, and is refused when all are', async () => {
  receiver = await startReceiver(({ body }) => ({ status: numberOf(body) === to[0] ? 422 : 200 }));
  expect((await receiver.send(sms, { settings: settings(), secrets })).sent).toEqual({ is: 'delivered' });
  expect(receiver.received).toHaveLength(3);
  receiver.close();
  receiver = await startReceiver(() => ({ status: 422, body: 'no credit' }));
  expect((await receiver.send(sms, { settings: settings(), secrets })).sent).toEqual({
    is: 'refused',
    why: `${to[0]}: answered 422: no credit`,
  });
});

it('is switched off by 410 at once', async () => {
  receiver = await startReceiver(() => ({ status: 410 }));
  expect((await receiver.send(sms, { settings: settings(), secrets })).sent.is).toBe('gone');
  expect(receiver.received).toHaveLength(1);
});

it('sends nothing that its content type says is JSON and is none', async () => {
  receiver = await startReceiver();
  const of = { settings: { ...settings(), body: '{"to":{{ to }}' }, secrets };
  expect((await receiver.send(sms, of)).sent).toMatchObject({
    is: 'refused',
    why: expect.stringContaining('is no JSON') as string,
  });
  expect(receiver.received).toHaveLength(0);
});

import { Notification as Schema, notificationEvents } from '@linewatch/contract';
import { Webhook } from 'standardwebhooks';
import { Value } from 'typebox/value';
import { afterEach, expect, it } from 'vitest';
import { notificationOf } from '../notification.suite.ts';
import { createSigningSecret } from '../signing.ts';
import { type Received, type Receiver, startReceiver } from './receiver.suite.ts';
import { webhook, webhookBody } from './webhook.ts';

const [live, before] = [createSigningSecret(), createSigningSecret()];
let receiver: Receiver;
afterEach(() => receiver.close());

/** As a receiver that holds to the specification. */
function strict({ method, headers, body }: Received, secret: string) {
  if (method !== 'POST' || headers['content-type'] !== 'application/json') throw new Error('no POST of JSON');
  if (Buffer.byteLength(body) >= 20_000) throw new Error('too large');
  const { type, timestamp, data, ...rest } = new Webhook(secret).verify(body, headers) as Record<string, unknown>;
  if (Object.keys(rest).length > 0) throw new Error('unknown members');
  if (typeof type !== 'string' || !/^[a-z]+(\.[a-z_]+)+$/.test(type)) throw new Error('type');
  if (typeof timestamp !== 'string' || new Date(timestamp).toISOString() !== timestamp) throw new Error('timestamp');
  if (!Value.Check(Schema, data)) throw new Error('data');
  return { status: 204 };
}

it.each([live, before])('is taken by a strict receiver with either secret that is live', async (secret) => {
  receiver = await startReceiver((request) => strict(request, secret));
  const settings = { url: `${receiver.url}/hook`, headers: [{ name: 'X-Team', value: 'network' }] };
  const { sent, exchanges } = await receiver.send(webhook, {
    settings,
    secrets: { signing: [live, before] },
    nowMs: Date.now(),
  });
  expect(exchanges[0]!.answer?.body).toBe('');
  expect(sent).toEqual({ is: 'delivered' });
  expect(receiver.received[0]!.headers).toMatchObject({ 'x-team': 'network', 'webhook-id': 'msg_01example' });
  expect(receiver.received[0]!.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
});

it('has the same id and body in each attempt, and the time of the attempt', async () => {
  receiver = await startReceiver(() => ({ status: 503, headers: { 'retry-after': '60' } }));
  const of = { settings: { url: receiver.url }, secrets: { signing: [live] } };
  expect((await receiver.send(webhook, { ...of, nowMs: 1_000_000 })).sent).toMatchObject({
    is: 'later',
    afterMs: 60_000,
  });
  await receiver.send(webhook, { ...of, nowMs: 9_000_999 });
  const [first, second] = receiver.received;
  expect(first!.headers['webhook-id']).toBe(second!.headers['webhook-id']);
  expect(first!.body).toBe(second!.body);
  expect([first!.headers['webhook-timestamp'], second!.headers['webhook-timestamp']]).toEqual(['1000', '9000']);
});

it('lets no header that is set replace a signature', async () => {
  receiver = await startReceiver((request) => strict(request, live));
  const headers = ['Webhook-Signature', 'WEBHOOK-ID', 'Content-Type'].map((name) => ({ name, value: 'mine' }));
  const of = { settings: { url: receiver.url, headers }, secrets: { signing: [live] }, nowMs: Date.now() };
  expect((await receiver.send(webhook, of)).sent).toEqual({ is: 'delivered' });
});

it('is named by what it tells', () => {
  for (const event of notificationEvents) {
    expect(JSON.parse(webhookBody(notificationOf({ event })))).toMatchObject({ type: `incident.${event}` });
    expect(JSON.parse(webhookBody(notificationOf({ event }, { incident: null })))).toMatchObject({
      type: `alert.${event}`,
    });
  }
});

it('leaves out what does not fit, and says how much', () => {
  const one = notificationOf().alerts[0]!;
  const evidence = Array.from({ length: 40 }, () => ({ atMs: 0, source: 'trap', text: 'x'.repeat(200) }));
  const alerts = Array.from({ length: 50 }, () => ({ ...one, evidence }));
  const body = webhookBody(notificationOf({ alerts, firing: 70 }));
  expect(Buffer.byteLength(body)).toBeLessThan(20_000);
  const { data } = JSON.parse(body) as { data: { alerts: (typeof one)[]; leftOut: Record<string, number> } };
  expect(data.alerts.length).toBeGreaterThan(3);
  expect(data.leftOut['alerts']).toBe(70 - data.alerts.length);
  expect(data.leftOut['evidence']).toBe(data.alerts.reduce((sum, each) => sum + 40 - each.evidence.length, 0));
  expect(Value.Check(Schema, data)).toBe(true);
  expect(JSON.parse(webhookBody(notificationOf()))).toMatchObject({
    data: { leftOut: { alerts: 0, academies: 0, tested: 0, evidence: 0 } },
  });
});

it('is refused without a secret that can sign', async () => {
  receiver = await startReceiver();
  for (const signing of [[], ['secret']])
    expect((await receiver.send(webhook, { settings: { url: receiver.url }, secrets: { signing } })).sent.is).toBe(
      'refused',
    );
  expect(receiver.received).toHaveLength(0);
});

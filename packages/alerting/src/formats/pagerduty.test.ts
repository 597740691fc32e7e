import { afterEach, expect, it } from 'vitest';
import { notificationOf } from '../notification.suite.ts';
import { dedupKeyOf, pagerduty } from './pagerduty.ts';
import { type Received, type Receiver, startReceiver } from './receiver.suite.ts';

const routingKey = 'R0123456789ABCDEF0123456789ABCDE';
let receiver: Receiver;
afterEach(() => receiver.close());

/** The Events API v2, as its reference has it: open incidents by dedup_key. */
function eventsApi() {
  const open = new Map<string, { acknowledged: boolean; events: number }>();
  const answer = ({ method, path, headers, body }: Received) => {
    if (method !== 'POST' || path !== '/v2/enqueue' || headers['content-type'] !== 'application/json')
      return { status: 404 };
    if (Buffer.byteLength(body) > 512_000) return { status: 413 };
    const event = JSON.parse(body) as Record<string, unknown>;
    const known = ['routing_key', 'event_action', 'dedup_key', 'client', 'client_url', 'links', 'payload'];
    const unknown = Object.keys(event).filter((name) => !known.includes(name));
    const payload = event['payload'] as Record<string, unknown> | undefined;
    const key = event['dedup_key'];
    const problems = [
      unknown.length > 0 && `unknown: ${unknown.join()}`,
      event['routing_key'] !== routingKey && 'routing_key',
      (typeof key !== 'string' || key === '' || key.length > 255) && 'dedup_key',
      !['trigger', 'acknowledge', 'resolve'].includes(event['event_action'] as string) && 'event_action',
      event['event_action'] === 'trigger' &&
        (!payload ||
          typeof payload['summary'] !== 'string' ||
          payload['summary'] === '' ||
          payload['summary'].length > 1024 ||
          typeof payload['source'] !== 'string' ||
          payload['source'] === '' ||
          !['critical', 'error', 'warning', 'info'].includes(payload['severity'] as string) ||
          Number.isNaN(Date.parse(payload['timestamp'] as string))) &&
        'payload',
    ].filter((each) => each !== false);
    if (problems.length > 0)
      return { status: 400, body: JSON.stringify({ status: 'invalid event', errors: problems }) };
    const incident = open.get(key as string);
    if (event['event_action'] === 'resolve') open.delete(key as string);
    else if (event['event_action'] === 'acknowledge') incident!.acknowledged = true;
    else
      open.set(key as string, { acknowledged: incident?.acknowledged ?? false, events: (incident?.events ?? 0) + 1 });
    return { status: 202, body: JSON.stringify({ status: 'success', dedup_key: key }) };
  };
  return { open, answer };
}

it('opens, updates, acknowledges and resolves one incident', async () => {
  const { open, answer } = eventsApi();
  receiver = await startReceiver(answer);
  const tell = async (more: Parameters<typeof notificationOf>[0]) => {
    const { sent, exchanges } = await receiver.send(pagerduty, {
      settings: { url: `${receiver.url}/v2/enqueue` },
      secrets: { routingKey: [routingKey] },
      notification: notificationOf(more),
    });
    expect(sent).toEqual({ is: 'delivered' });
    expect(JSON.stringify(exchanges)).not.toContain(routingKey);
  };
  const key = 'linewatch/north/3';
  await tell({ event: 'opened' });
  await tell({ event: 'updated' });
  expect(open.get(key)).toEqual({ acknowledged: false, events: 2 });
  await tell({ event: 'acknowledged' });
  await tell({ event: 'note', note: { by: 'Ann', text: 'On it' } });
  expect([...open]).toEqual([[key, { acknowledged: true, events: 3 }]]);
  await tell({ event: 'resolved', status: 'resolved', endedMs: Date.UTC(2026, 6, 15, 3) });
  expect(open.size).toBe(0);
  await tell({ event: 'reopened' });
  expect([...open.keys()]).toEqual([key]);
  expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({
    client_url: 'https://linewatch.example.org/incidents/7',
    payload: {
      severity: 'critical',
      source: 'Example Academy',
      custom_details: { 'Circuit reference': 'EXAMPLE-0001', 'Fault line': '01632 960002, faults@example.net' },
    },
  });
});

it('keeps keys that are too long apart', () => {
  const long = 'x'.repeat(256);
  expect(dedupKeyOf(long)).toHaveLength(74);
  expect(dedupKeyOf(`${long}y`)).not.toBe(dedupKeyOf(long));
});

it('is refused with what the receiver says', async () => {
  receiver = await startReceiver(() => ({ status: 400, body: '{"message":"Event object is invalid"}' }));
  const of = { settings: { url: receiver.url }, secrets: { routingKey: [routingKey] } };
  expect((await receiver.send(pagerduty, of)).sent).toEqual({
    is: 'refused',
    why: 'answered 400: {"message":"Event object is invalid"}',
  });
});

import { type Format, exampleNotification } from '@linewatch/alerting';
import type { DueDelivery } from '@linewatch/estate';
import { expect, it } from 'vitest';
import { safeguardingSubscription } from '../routes.ts';
import { createSender } from './sender.ts';

it('what a receiver said is told to the others, not to itself', async () => {
  const sent: string[] = [];
  const email: Format = {
    name: 'email',
    send: ({ notification }) => {
      sent.push(notification.note?.by ?? notification.event);
      return Promise.resolve({ is: 'delivered' });
    },
  };
  const sender = createSender({
    transport: {
      open: () => ({
        exchange: () => Promise.reject(new Error('nothing is sent here')),
        mail: () => Promise.reject(new Error('nothing is sent here')),
        exchanges: () => [],
      }),
    },
    formats: { email },
    safeguarding: () => {
      throw new Error('none of these');
    },
    now: () => 0,
  });
  const subscription = { ...safeguardingSubscription(1, 1), slug: 'desk' };
  const of = { id: 'msg_1', trust: { id: 'north', name: 'North' }, subscription: 'desk', url: null };
  const deliveryOf = (event: 'note' | 'updated', by: string): DueDelivery => ({
    ...{
      id: 1,
      message: 'msg_1',
      group: 1,
      subscription: 1,
      sequence: 2,
      event,
      attempts: 0,
      unknown: false,
      madeMs: 0,
    },
    ...{ safeguarding: false, ticket: null },
    notification: { ...exampleNotification(event, 0, of), note: { by, text: 'On site' } },
  });
  for (const delivery of [
    deliveryOf('note', 'hook:desk'),
    deliveryOf('note', 'hook:other'),
    deliveryOf('note', 'Jo'),
    deliveryOf('updated', 'hook:desk'),
  ])
    expect(
      await sender.send({
        ...{ subscription, delivery, memory: new Map(), take: () => 0, signal: new AbortController().signal },
      }),
    ).toEqual({ sent: { is: 'delivered' }, exchanges: [] });
  expect(sent).toEqual(['hook:other', 'Jo', 'hook:desk']);
});

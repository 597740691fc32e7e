import { expect, it } from 'vitest';
import { exampleMs, notificationOf } from '../notification.suite.ts';
import { email, mailOf } from './email.ts';
import type { Mail, MailAnswer, Sending } from './format.ts';
import { TransportError } from './format.ts';

const settings = { to: ['desk@example.org', 'late@example.org'], prefix: '[Network]' };

function sendingOf(answer: (mail: Mail) => Partial<MailAnswer>, memory: Sending['memory'] = new Map()) {
  const mails: Mail[] = [];
  const sending: Sending = {
    settings,
    secrets: {},
    notification: notificationOf(),
    ticket: null,
    unknown: false,
    nowMs: exampleMs,
    memory,
    exchange: () => Promise.reject(new Error('no HTTP')),
    mail: async (mail) => {
      mails.push(mail);
      return Promise.resolve({ accepted: [], deferred: [], refused: [], said: 'said', ...answer(mail) });
    },
  };
  return { mails, sending };
}

it('is one thread, from the first mail to the last', () => {
  const first = mailOf(notificationOf({ sequence: 1, id: 'a' }), settings, settings.to);
  const second = mailOf(notificationOf({ sequence: 2, id: 'b', event: 'updated' }), settings, settings.to);
  expect(first.inReplyTo).toBeNull();
  expect(second.inReplyTo).toBe(first.messageId);
  expect(second.messageId).not.toBe(first.messageId);
  // Another attempt is the same mail.
  expect(mailOf(notificationOf({ sequence: 2, id: 'b', event: 'updated' }), settings, settings.to)).toEqual(second);
  const other = notificationOf({ group: { id: 9, key: 'linewatch/north/9', labels: {} } });
  expect(mailOf(other, settings, settings.to).messageId).not.toBe(first.messageId);
});

it('has a subject of one line, and HTML of text', () => {
  const hostile = notificationOf({ title: 'Down\r\nBcc: a@example.org', summary: '<img src=x onerror=alert(1)>' });
  const { subject, html, text } = mailOf(hostile, settings, settings.to);
  expect(subject).toBe('[Network] New: Down Bcc: a@example.org');
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(html).not.toContain('<img');
  expect(text).toContain('Circuit reference: EXAMPLE-0001');
});

it('is sent again to those alone who could not take it', async () => {
  const memory: Sending['memory'] = new Map();
  const once = sendingOf(() => ({ accepted: ['desk@example.org'], deferred: ['late@example.org'] }), memory);
  expect(await email.send(once.sending)).toEqual({ is: 'later', why: 'late@example.org: said' });
  const again = sendingOf(({ to }) => ({ accepted: to }), memory);
  expect(await email.send(again.sending)).toEqual({ is: 'delivered' });
  expect(again.mails.map(({ to }) => to)).toEqual([['late@example.org']]);
  expect(memory.size).toBe(0);
});

it('is delivered when somebody takes it, and refused when nobody ever will', async () => {
  expect(await email.send(sendingOf(({ to }) => ({ accepted: [to[0]!], refused: [to[1]!] })).sending)).toEqual({
    is: 'delivered',
  });
  expect(await email.send(sendingOf(({ to }) => ({ refused: to })).sending)).toMatchObject({ is: 'refused' });
  const lost = sendingOf(() => {
    throw new TransportError('unknown', 'no answer in time');
  });
  expect(await email.send(lost.sending)).toEqual({ is: 'later', why: 'no answer in time', unknown: true });
});

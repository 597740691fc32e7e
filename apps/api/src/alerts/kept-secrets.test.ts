import type { FormatName, SubscriptionBody } from '@linewatch/contract';
import type { StoredSubscription } from '@linewatch/estate';
import { expect, test } from 'vitest';
import { leftOver, secretsOf, strayed } from './kept-secrets.ts';

const rest = {
  ...{ name: 'Desk', enabled: true, sendResolved: true, reopenMinutes: 0, escalateMinutes: 0, hours: null },
  match: { atLeast: 'info' as const, rules: [], matchers: [] },
  group: { by: [], waitSeconds: 0, intervalSeconds: 0, repeatHours: 0 },
  ...{ perMinute: 60, timeoutSeconds: 5 },
};
const body = (format: FormatName, settings: object, secrets?: SubscriptionBody['secrets']): SubscriptionBody => ({
  ...{ ...rest, format, settings: settings as Record<string, unknown> },
  ...(secrets && { secrets }),
});
const kept = (format: FormatName, settings: object, ...names: string[]): StoredSubscription => ({
  ...{ ...rest, row: 1, trust: 1, slug: 'desk', format, settings: settings as Record<string, unknown> },
  secrets: Object.fromEntries(names.map((name) => [name, [{ value: `kept ${name}`, untilMs: null }]])),
  ...{ unreadable: [], disabled: null },
  breaker: { state: 'closed', failures: 0, untilMs: null, failingSinceMs: null, lastError: null },
});

const halo = { url: 'https://desk.example', clientId: 'x', ticketTypeId: 1 };
const sms = { url: 'https://sms.example/send', to: ['+441632960000'], body: '{{ text }}' };

test.each<[string, FormatName, object, object, string, boolean]>([
  [
    'the same host',
    'zendesk',
    { url: 'https://desk.example' },
    { url: 'https://DESK.example:443/other' },
    'token',
    true,
  ],
  [
    'another host',
    'zendesk',
    { url: 'https://desk.example' },
    { url: 'https://desk.example.evil.example' },
    'token',
    false,
  ],
  ['another port', 'zendesk', { url: 'https://desk.example' }, { url: 'https://desk.example:8443' }, 'token', false],
  ['without TLS', 'zendesk', { url: 'https://desk.example' }, { url: 'http://desk.example' }, 'token', false],
  [
    'a user before the host',
    'zendesk',
    { url: 'https://desk.example' },
    { url: 'https://desk.example@evil.example' },
    'token',
    false,
  ],
  ['another sign-in', 'haloitsm', halo, { ...halo, authUrl: 'https://evil.example/auth' }, 'clientSecret', false],
  ['an address in place of the usual one', 'pagerduty', {}, { url: 'https://evil.example' }, 'routingKey', false],
  ['other recipients', 'sms', sms, { ...sms, to: ['+441632960001'] }, 'secret', true],
  ['another body', 'sms', sms, { ...sms, body: '{{ secret }}' }, 'secret', false],
  ['a header more', 'template', sms, { ...sms, headers: [{ name: 'x', value: '{{ secret }}' }] }, 'secret', false],
  ['what signs only', 'webhook', { url: 'https://a.example' }, { url: 'https://b.example' }, 'signing', true],
])('a kept secret and %s', (_what, format, before, after, name, goes) => {
  expect(strayed(kept(format, before, name), body(format, after))).toEqual(goes ? [] : [name]);
  expect(strayed(kept(format, before, name), body(format, after, { [name]: 'new' }))).toEqual([]);
  expect(strayed(kept(format, before, name), body(format, after, { [name]: null }))).toEqual([]);
});

test('a format of another kind takes over no secret of the same name', () => {
  const at = { url: 'https://desk.example' };
  expect(strayed(kept('sms', at, 'secret', 'inbound'), body('template', at))).toEqual(['secret']);
  expect(leftOver(kept('servicenow-event', at, 'password', 'inbound'), body('zendesk', at))).toEqual(['password']);
});

test('what is given goes before what is kept, and what ran out is not used', () => {
  const stored = kept('webhook', {}, 'signing');
  const rotated = {
    ...stored,
    secrets: {
      signing: [
        { value: 'new', untilMs: null },
        { value: 'old', untilMs: 2000 },
      ],
    },
  };
  expect(secretsOf(rotated, body('webhook', {}), 1000)).toEqual({ signing: ['new', 'old'] });
  expect(secretsOf(rotated, body('webhook', {}), 2000)).toEqual({ signing: ['new'] });
  expect(secretsOf(rotated, body('webhook', {}, { signing: 'given' }), 1000)).toEqual({ signing: ['given'] });
  expect(secretsOf(rotated, body('webhook', {}, { signing: null }), 1000)).toEqual({});
});

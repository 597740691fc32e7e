import { describe, expect, it } from 'vitest';
import { createSigningSecret } from '../signing.ts';
import { checkSettings } from './check.ts';

const paths = (...of: Parameters<typeof checkSettings>) => checkSettings(...of).map(({ path }) => path);
const signing = createSigningSecret();

describe('settings', () => {
  it('that are well are taken', () => {
    expect(checkSettings('webhook', { url: 'https://a.example/hook' }, { signing })).toEqual([]);
    expect(checkSettings('webhook', { url: 'https://a.example/hook' }, { signing: true })).toEqual([]);
    expect(checkSettings('email', { to: ['a@example.org'] })).toEqual([]);
    expect(
      checkSettings('template', {
        url: 'https://a.example/{{ trust }}',
        body: '{"a":{{ text | json }}}',
        ticketIdAt: '/id',
      }),
    ).toEqual([]);
    const sms = {
      url: 'https://a.example',
      to: ['+441632960001'],
      body: 'to={{ to | url_encode }}&t={{ text | url_encode }}',
    };
    expect(checkSettings('sms', { ...sms, contentType: 'application/x-www-form-urlencoded' })).toEqual([]);
  });

  it('are told everything that is wrong at once, by path', () => {
    const headers = [
      { name: 'Host', value: 'a' },
      { name: 'webhook-id', value: 'a' },
      { name: 'x-a', value: 'ŵ' },
    ];
    expect(
      paths('webhook', { url: 'https://user:word@a.example:6379/', headers }, { signing: 'whsec_short', other: 'x' }),
    ).toEqual([
      'settings.url',
      'settings.url',
      'settings.headers.0.name',
      'settings.headers.1.name',
      'settings.headers.2.value',
      'secrets.signing',
      'secrets.other',
    ]);
    expect(paths('servicenow-incident', { url: 'https://', fields: [{ name: 'a', value: '{{' }] })).toEqual([
      'settings.url',
      'settings.fields.0.value',
    ]);
    expect(paths('teams', {}, { url: 'nonsense' })).toEqual(['secrets.url']);
    expect(paths('pagerduty', {}, { routingKey: null })).toEqual(['secrets.routingKey']);
  });

  it('of templates are tried out: what they make has to be readable when the text has quotes', () => {
    const sms = { url: 'https://a.example', to: ['+441632960001'] };
    expect(paths('sms', { ...sms, body: '{"to":"{{ to }}","text":"{{ text }}"}' })).toEqual(['settings.body']);
    expect(paths('sms', { ...sms, body: '{"to":{{ to | json }},"text":{{ text | json }}}' })).toEqual([]);
    const template = { url: 'https://a.example', body: '{"a":{{ text | json }}}' };
    expect(paths('template', { ...template, body: '{"a":"{{ text }}"}' })).toEqual(['settings.body']);
    expect(paths('template', { ...template, resolvedBody: '{{ a | b }}' })).toEqual(['settings.resolvedBody']);
    expect(paths('template', { ...template, url: 'https://{{ alert.academy.id }}.example/' })).toEqual([
      'settings.url',
    ]);
    expect(paths('template', { ...template, url: '{{ secret }}' }, { secret: 'https://a.example/b' })).toEqual([]);
    expect(paths('template', { ...template, body: '{% if %}', ticketIdAt: 'id', updateUrl: '{{' })).toEqual([
      'settings.updateUrl',
      'settings.body',
      'settings.ticketIdAt',
    ]);
  });
});

import { SubscriptionBody, type Subscription, formatNames, formats, ruleKindNames } from '@linewatch/contract';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { fieldsOfSchema } from '../../estate/lib/fields.ts';
import { bodyOf, draftOf, newSigningSecret, newSubscription, problemOfDraft } from './draft.ts';
import { formatGroups } from './formats.ts';
import { startingGroup, wayOf, ways } from './grouping.ts';
import { healthOf, toldWords } from './health.ts';
import { problemOfSettings, thresholdsOf } from './rule-draft.ts';
import { lastWords } from './told.ts';
import { bodyText } from './wire.ts';

const kept = (over: Partial<Subscription> = {}): Subscription => ({
  ...bodyOf({ ...newSubscription('zendesk'), name: 'Desk' }, { url: 'https://x.example' }, null),
  ...{ id: 'desk', secrets: ['token'], disabled: null, revision: 3, by: 'Ada' },
  delivery: {
    ...{ breaker: 'closed', failingSinceMs: null, lastError: null, lastDeliveredMs: null, pending: 0, dead: 0 },
  },
  inbound: { url: '', secret: false },
  ...over,
});

describe('a subscription that is written', () => {
  it('is one that the server takes, for every format', () => {
    for (const format of formatNames) {
      const draft = { ...newSubscription(format), name: 'A name' };
      const body = bodyOf(draft, {}, null);
      expect(Value.Errors(SubscriptionBody, body), format).toEqual([]);
    }
    expect(formatGroups.flatMap(({ names }) => names).sort()).toEqual([...formatNames].sort());
  });

  it('sends only secrets that were typed, and null for those that are removed', () => {
    const was = kept();
    expect(bodyOf(draftOf(was), was.settings, was)).not.toHaveProperty('secrets');
    const draft = { ...draftOf(was), secrets: { token: 'new', signing: 'of another format', url: '' } };
    expect(bodyOf(draft, {}, was)).toMatchObject({ secrets: { token: 'new' }, revision: 3 });
    expect(bodyOf({ ...draftOf(was), removed: ['token'] }, {}, was).secrets).toEqual({ token: null });
  });

  it('says what is missing', () => {
    expect(problemOfDraft(newSubscription('email'), [])).toBe('A name is needed.');
    const draft = { ...newSubscription('zendesk'), name: 'Desk' };
    expect(problemOfDraft(draft, [])).toBe('API token is needed.');
    expect(problemOfDraft(draft, ['token'])).toBe('');
    expect(problemOfDraft({ ...draft, removed: ['token'] }, ['token'])).toBe('API token is needed.');
    expect(problemOfDraft({ ...draft, escalateMinutes: Number.NaN }, ['token'])).toMatch(/escalates/);
    expect(problemOfDraft({ ...draft, limited: true, weekdays: [] }, ['token'])).toMatch(/day of the week/);
    expect(problemOfDraft({ ...draft, limited: true, from: '17:00', to: '08:00' }, ['token'])).toMatch(/before/);
  });

  it('signs with 32 random octets', () => {
    const secret = newSigningSecret((into) => into.fill(255));
    expect(secret).toMatch(/^whsec_/);
    expect(Buffer.from(secret.slice(6), 'base64')).toEqual(Buffer.alloc(32, 255));
  });

  it('has an input for every setting of every format', () => {
    for (const format of formatNames)
      for (const field of fieldsOfSchema(formats[format].settings)) {
        expect(field.title, `${format} ${field.name}`).not.toBe('');
        if (field.input === 'list') expect(field.fields.length).toBeGreaterThan(0);
      }
    expect(fieldsOfSchema(formats.template.settings).find(({ name }) => name === 'body')?.input).toBe('long-text');
  });
});

describe('words for a subscription', () => {
  it('know the ways to group by their labels, in any order', () => {
    for (const way of ways) expect(wayOf([...way.by].reverse())).toBe(way.name);
    expect(wayOf(['rule', 'academy'])).toBe('labels');
    expect(startingGroup(true).intervalSeconds).toBe(0);
  });

  it('tell how it is doing, the worst first', () => {
    const at = kept().delivery;
    expect(healthOf(kept()).title).toBe('Nothing was delivered yet');
    expect(healthOf(kept({ delivery: { ...at, lastDeliveredMs: 1 } })).title).toBe('Works');
    const failing = { ...at, lastDeliveredMs: 1, failingSinceMs: 2, lastError: 'HTTP 500', breaker: 'open' as const };
    expect(healthOf(kept({ delivery: failing }))).toMatchObject({ title: 'Fails, and is left alone for a while' });
    expect(healthOf(kept({ delivery: failing, enabled: false })).title).toBe('Switched off');
    expect(healthOf(kept({ disabled: { reason: '410', atMs: 1 } })).title).toBe('Switched off by itself');
  });

  it('tell what it is told of', () => {
    expect(toldWords(kept({ escalateMinutes: 30 }))).toBe(
      'What is minor or graver; one ticket per problem; after 30 minutes nobody has acknowledged',
    );
  });
});

it('thresholds are judged by the schema of their kind', () => {
  for (const kind of ruleKindNames) {
    const defaults = Object.fromEntries(thresholdsOf(kind).map(({ name, otherwise }) => [name, otherwise]));
    expect(problemOfSettings(kind, defaults)).toBe('');
  }
  expect(problemOfSettings('utilisation', { percent: -1 })).toMatch(/from 0 to 1000/);
  expect(problemOfSettings('utilisation', { minutes: 1.5 })).toMatch(/whole number/);
});

it('keeps the ticket of an earlier word where the last one has none', () => {
  const of = (id: number, group: number, ticket: string | null) =>
    ({ id, group, subscription: 'desk', ticket: ticket === null ? null : { reference: ticket, url: null } }) as never;
  expect(lastWords([of(3, 1, null), of(2, 1, 'HD-1'), of(1, 2, null)])).toMatchObject([
    { id: 3, ticket: { reference: 'HD-1' } },
    { id: 1, ticket: null },
  ]);
});

it('sets JSON out in lines and leaves the rest alone', () => {
  expect(bodyText('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(bodyText('{"a":')).toBe('{"a":');
  expect(bodyText('ok')).toBe('ok');
});

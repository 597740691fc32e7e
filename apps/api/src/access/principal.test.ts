import { describe, expect, test } from 'vitest';
import { signInProblems } from './config.ts';
import { ownPath } from './oidc.ts';
import { Principal, firstRun, toGrants } from './principal.ts';

const actor = { account: 1, name: 'Rae', via: 'session', address: null } as const;

describe('a scope', () => {
  const several = new Principal(
    actor,
    toGrants([
      { role: 'academy-reader', academies: ['ash', 'oak'] },
      { role: 'helpdesk', academies: ['elm'] },
      { role: 'data-protection-officer', academies: null },
    ]),
  );

  test('is the union of what the roles give', () => {
    expect(several.scope('telemetry.read')).toEqual(new Set(['ash', 'oak', 'elm']));
    expect(several.scope('exporters.read')).toEqual(new Set(['elm']));
    expect(several.scope('estate.read')).toBe('all');
    expect(several.scope('people.write')).toEqual(new Set());
    expect([several.may('prices.read'), several.mayAll('estate.read'), several.mayAll('telemetry.read')]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('of a token is never wider than its owner, nor than itself', () => {
    const narrowed = (academies: string[]): Principal =>
      new Principal(actor, several.grants, {
        permissions: ['telemetry.read', 'estate.read', 'people.write'],
        academies: new Set(academies),
      });
    expect(narrowed(['ash', 'yew']).scope('telemetry.read')).toEqual(new Set(['ash']));
    expect(narrowed(['yew']).scope('estate.read')).toEqual(new Set(['yew']));
    expect(narrowed(['yew']).may('telemetry.read')).toBe(false);
    expect(narrowed(['ash']).may('people.write')).toBe(false);
    expect(narrowed(['ash']).may('people.read')).toBe(false);
  });

  test('of the first run is everything but letting others in', () => {
    expect([firstRun().mayAll('estate.write'), firstRun().may('people.write')]).toEqual([true, false]);
  });
});

test.each([
  ['/circuits?a=1', '/circuits?a=1'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['/api/v1/session', '/'],
  ['/a\r\nset-cookie: x', '/'],
  [undefined, '/'],
])('after sign-in %j leads to %s', (to, path) => {
  expect(ownPath(to)).toBe(path);
});

test('what the schema cannot say of sign-in is found', () => {
  const oidc = {
    issuer: 'http://id.example.org',
    clientId: 'x',
    name: 'x',
    scopes: ['profile'],
    groupsClaim: 'groups',
    roles: [{ group: 'g', role: 'admin' as const, academies: ['ash'] }],
  };
  const problems = signInProblems({ url: 'https://a.example.org/path', signIn: { idleHours: 1, days: 1, oidc } });
  expect(problems.map(({ path }) => path)).toEqual([
    'api.url',
    'api.signIn.oidc.issuer',
    'api.signIn.oidc.scopes',
    'api.signIn.oidc.roles.0.academies',
  ]);
  const local = {
    ...oidc,
    issuer: 'http://127.0.0.1:4000',
    scopes: ['openid'],
    roles: [{ group: 'g', role: 'admin' as const }],
  };
  expect(signInProblems({ url: 'https://a.example.org', signIn: { idleHours: 1, days: 1, oidc: local } })).toEqual([]);
});

import type { Account, Permission } from '@linewatch/contract';
import { expect, it } from 'vitest';
import { type Reviewed, peopleOf, permissionsFor, reachOf } from './review.ts';
import { academiesWords, permissionWords } from './words.ts';
import { describeAgent } from './agent.ts';

const account: Account = {
  id: 1,
  revision: 1,
  email: 'a@trust.example',
  name: 'A',
  state: 'active',
  signIn: 'password',
  issuer: null,
  totp: false,
  grants: [],
  createdMs: 0,
  lastSignInMs: null,
  sessions: 0,
  tokens: 0,
};
const person = (
  allowed: readonly (readonly [Permission, string[] | null])[],
  change: Partial<Account> = {},
): Reviewed => ({
  account: { ...account, ...change },
  permissions: allowed.map(([permission, academies]) => ({ permission, academies })),
  tokens: [],
});

it('puts permissions of the same academies together, whatever their order, the widest first', () => {
  const someone = person([
    ['contacts.read', ['a', 'b']],
    ['telemetry.read', null],
    ['estate.read', ['b', 'a']],
    ['audit.read', ['a']],
  ]);
  expect(reachOf(someone)).toEqual([
    { academies: null, permissions: ['telemetry.read'] },
    { academies: ['a', 'b'], permissions: ['contacts.read', 'estate.read'] },
    { academies: ['a'], permissions: ['audit.read'] },
  ]);
});

it('tells who sees an academy: those of the trust, those of that academy, no one disabled', () => {
  const all = person([['telemetry.read', null]], { id: 1 });
  const own = person([['estate.read', ['a']]], { id: 2 });
  const other = person([['estate.read', ['b']]], { id: 3 });
  const gone = person([['telemetry.read', null]], { id: 4, state: 'disabled' });
  expect(peopleOf([all, own, other, gone], 'a').map((each) => each.account.id)).toEqual([1, 2]);
  expect(permissionsFor(own, 'b')).toEqual([]);
});

it('names the first of many academies, and keeps none apart from all', () => {
  const nameOf = (id: string): string => id.toUpperCase();
  expect(academiesWords(null, nameOf)).toBe('the whole trust');
  expect(academiesWords([], nameOf)).toBe('no academy');
  expect(academiesWords(['a', 'b', 'c', 'd', 'e'], nameOf)).toBe('A, B, C and 2 more');
  expect(new Set(Object.values(permissionWords)).size).toBe(Object.keys(permissionWords).length);
});

it('tells browsers apart that name each other', () => {
  const edge =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0';
  const phone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
  expect(describeAgent(edge)).toBe('Edge 130 on Windows');
  expect(describeAgent(phone)).toBe('Safari 17 on iPhone');
  expect(describeAgent('curl/8.5.0')).toBe('curl/8.5.0');
  expect(describeAgent('')).toBe('Unknown program');
});

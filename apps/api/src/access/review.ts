/** Who can see what, for people to read and for spreadsheets. */
import { type AccessReview, type Account, type ApiToken, permissions, roles } from '@linewatch/contract';
import { csvOf } from '../csv.ts';
import { Principal, toGrants } from './principal.ts';

export function accessReview(
  trust: string,
  atMs: number,
  accounts: readonly Account[],
  tokens: readonly ApiToken[],
): AccessReview {
  return {
    atMs,
    trust,
    people: accounts.map((account) => ({
      account,
      // Who is disabled may do nothing, whatever the grants say.
      permissions: account.state === 'active' ? allowed(account) : [],
      tokens: tokens.filter((token) => token.account === account.id && token.state === 'active'),
    })),
  };
}

const allowed = ({ id, name, grants }: Account): AccessReview['people'][number]['permissions'] =>
  new Principal({ account: id, name, via: 'session', address: null }, toGrants(grants)).allowed();

const header = [
  'name', 'email', 'state', 'signs in by', 'second factor', 'role', 'academies', 'permissions', 'tokens', 'token permissions',
  'created', 'last sign-in',
]; // prettier-ignore

const time = (ms: number | null): string => (ms === null ? '' : new Date(ms).toISOString());

/** A row for each account and role; an account without a role has one, too. RFC 4180. */
export function reviewCsv({ people }: AccessReview): string {
  const rows = people.flatMap(({ account, tokens }) => {
    const grants: readonly (Account['grants'][number] | null)[] = account.grants.length > 0 ? account.grants : [null];
    const ofTokens = permissions.filter((permission) => tokens.some((token) => token.permissions.includes(permission)));
    return grants.map((grant) => [
      account.name,
      account.email,
      account.state,
      account.issuer ?? account.signIn,
      account.totp ? 'yes' : 'no',
      grant ? roles[grant.role].title : 'none',
      grant ? (grant.academies?.join(' ') ?? 'all') : '',
      grant && account.state === 'active' ? roles[grant.role].may.join(' ') : '',
      tokens.length,
      ofTokens.join(' '),
      time(account.createdMs),
      time(account.lastSignInMs),
    ]);
  });
  return csvOf([header, ...rows]);
}

/** What someone may see: for which academies the records, for which their prices, for which their contacts. */
import type { Principal, Scope } from '../access/principal.ts';

export interface Sight {
  readonly estate: Scope;
  readonly prices: Scope;
  readonly contacts: Scope;
  /** The same for the same sight: answers may be kept by it. */
  readonly key: string;
}

/** Of scopes that were asked for before: one is not changed once it is made. */
const keys = new WeakMap<ReadonlySet<string>, string>();

/** The same for the same academies, and for no others. */
export function scopeKey(scope: Scope): string {
  if (scope === 'all') return '*';
  let key = keys.get(scope);
  if (key === undefined) keys.set(scope, (key = [...scope].sort().join(',')));
  return key;
}

export function sightOf(principal: Pick<Principal, 'scope'>): Sight {
  const estate = principal.scope('estate.read');
  const prices = principal.scope('prices.read');
  const contacts = principal.scope('contacts.read');
  return { estate, prices, contacts, key: [estate, prices, contacts].map(scopeKey).join('|') };
}

/** Whether every one of the academies is in the scope; what belongs to no academy is the trust's. */
export const covers = (scope: Scope, academies: readonly string[]): boolean =>
  scope === 'all' || (academies.length > 0 && academies.every((id) => scope.has(id)));

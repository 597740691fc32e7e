/** Who can see what, the two ways round: of a person, and of an academy. */
import type { AccessReview, Permission } from '@linewatch/contract';

export type Reviewed = AccessReview['people'][number];

/** What someone may, with one scope: null = the whole trust. */
export interface Reach {
  readonly academies: readonly string[] | null;
  readonly permissions: readonly Permission[];
}

/** Someone's permissions, those with the same scope together, the widest scope first. */
export function reachOf({ permissions }: Pick<Reviewed, 'permissions'>): Reach[] {
  const groups = new Map<string, { academies: readonly string[] | null; permissions: Permission[] }>();
  for (const { permission, academies } of permissions) {
    const key = academies === null ? '*' : [...academies].sort().join(' ');
    const group = groups.get(key) ?? { academies, permissions: [] };
    group.permissions.push(permission);
    groups.set(key, group);
  }
  const size = ({ academies }: Reach): number => (academies === null ? Infinity : academies.length);
  return [...groups.values()].sort((a, b) => (size(a) === size(b) ? 0 : size(b) - size(a)));
}

/** What someone may see or do of one academy. */
export const permissionsFor = ({ permissions }: Pick<Reviewed, 'permissions'>, academy: string): Permission[] =>
  permissions.flatMap(({ permission, academies }) =>
    academies === null || academies.includes(academy) ? [permission] : [],
  );

/** Those who may see or do something of an academy; a disabled account may nothing. */
export const peopleOf = (people: readonly Reviewed[], academy: string): Reviewed[] =>
  people.filter((each) => each.account.state === 'active' && permissionsFor(each, academy).length > 0);

/** Who asks, and what they may see and do. */
import { type AccessGrant, type Allowed, type Permission, type Role, permissions, roles } from '@linewatch/contract';
import type { Actor } from '@linewatch/estate';

/** Ids of academies; `all` = every one, and what belongs to the trust. */
export type Scope = 'all' | ReadonlySet<string>;

export interface Grant {
  readonly role: Role;
  readonly academies: Scope;
}

/** Of an API token: less than its owner's grants give. */
export interface Narrowed {
  readonly permissions?: Iterable<Permission>;
  readonly academies?: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

export class Principal {
  /** For the audit log. */
  readonly actor: Actor;
  readonly grants: readonly Grant[];
  readonly #only: ReadonlySet<Permission> | undefined;
  readonly #academies: ReadonlySet<string> | undefined;

  constructor(actor: Actor, grants: readonly Grant[], narrowed: Narrowed = {}) {
    this.actor = actor;
    this.grants = grants;
    this.#only = narrowed.permissions && new Set(narrowed.permissions);
    this.#academies = narrowed.academies;
  }

  /** For which academies it has the permission; an empty set: for none. */
  scope(permission: Permission): Scope {
    if (this.#only && !this.#only.has(permission)) return none;
    const academies = new Set<string>();
    for (const grant of this.grants) {
      const may: readonly Permission[] = roles[grant.role].may;
      if (!may.includes(permission)) continue;
      if (grant.academies === 'all') return this.#academies ?? 'all';
      for (const id of grant.academies) if (this.#academies?.has(id) ?? true) academies.add(id);
    }
    return academies;
  }

  /** For one academy at least. */
  may(permission: Permission): boolean {
    const scope = this.scope(permission);
    return scope === 'all' || scope.size > 0;
  }

  /** For the whole trust. */
  mayAll(permission: Permission): boolean {
    return this.scope(permission) === 'all';
  }

  /** All that it may, for people to read. */
  allowed(): Allowed[] {
    return permissions.flatMap<Allowed>((permission) => {
      const scope = this.scope(permission);
      if (scope === 'all') return [{ permission, academies: null }];
      return scope.size > 0 ? [{ permission, academies: [...scope].toSorted() }] : [];
    });
  }
}

export const within = (scope: Scope, academy: string): boolean => scope === 'all' || scope.has(academy);

export const toGrants = (grants: readonly AccessGrant[]): Grant[] =>
  grants.map(({ role, academies }) => ({ role, academies: academies === null ? 'all' : new Set(academies) }));

/** Until the first administrator exists only this machine is served, and whoever is at it may do everything but let others in. */
export const firstRun = (): Principal =>
  new Principal(
    { account: null, name: 'first run', via: 'first-run', address: null },
    [{ role: 'admin', academies: 'all' }],
    { permissions: permissions.filter((each) => each !== 'people.write') },
  );

/** Who asks, and what they may see and do. */
import { type Permission, type Role, roles } from '@linewatch/contract';
import type { Actor } from '@linewatch/estate';

/** Ids of academies; `all` = every one, and what belongs to the trust. */
export type Scope = 'all' | ReadonlySet<string>;

export interface Grant {
  readonly role: Role;
  readonly academies: Scope;
}

const none: ReadonlySet<string> = new Set();

export class Principal {
  /** For the audit log. */
  readonly actor: Actor;
  readonly grants: readonly Grant[];
  /** Of an API token: fewer than its owner's grants give. */
  readonly #only: ReadonlySet<Permission> | undefined;

  constructor(actor: Actor, grants: readonly Grant[], only?: Iterable<Permission>) {
    this.actor = actor;
    this.grants = grants;
    this.#only = only && new Set(only);
  }

  /** For which academies it has the permission; an empty set: for none. */
  scope(permission: Permission): Scope {
    if (this.#only && !this.#only.has(permission)) return none;
    const academies = new Set<string>();
    for (const grant of this.grants) {
      const may: readonly Permission[] = roles[grant.role].may;
      if (!may.includes(permission)) continue;
      if (grant.academies === 'all') return 'all';
      for (const id of grant.academies) academies.add(id);
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
}

export const within = (scope: Scope, academy: string): boolean => scope === 'all' || scope.has(academy);

/** Until the first administrator exists only this machine is served, and whoever is at it may do everything but let others in. */
export const firstRun = (): Principal =>
  new Principal({ account: null, name: 'first run', via: 'first-run', address: null }, [
    { role: 'admin', academies: 'all' },
  ]);

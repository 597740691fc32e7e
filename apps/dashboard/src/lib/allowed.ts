/** What whoever is at the page may do, and for which academies. The server decides; the pages show only what will work. */
import type { Permission } from '@linewatch/contract';
import type { PageAccess } from './route.ts';

export class Allowed {
  /** Null = the whole trust. */
  readonly #scopes: ReadonlyMap<Permission, readonly string[] | null>;
  /** Pages of the trust can be shown at all. */
  readonly #active: boolean;

  constructor(
    active: boolean,
    permissions: readonly { readonly permission: Permission; readonly academies: readonly string[] | null }[],
  ) {
    this.#active = active;
    this.#scopes = new Map(permissions.map(({ permission, academies }) => [permission, academies]));
  }

  /** What a page takes: for one academy at least, unless it says for all. */
  may(access: PageAccess): boolean {
    if (access === 'public') return true;
    if (!this.#active) return false;
    if (access === 'signed-in') return true;
    if (access.startsWith('all:')) return this.mayAll(access.slice(4) as Permission);
    const scope = this.#scopes.get(access as Permission);
    return scope === null || (scope?.length ?? 0) > 0;
  }

  /** For this academy. */
  mayFor(permission: Permission, academy: string): boolean {
    const scope = this.#active ? this.#scopes.get(permission) : undefined;
    return scope === null || (scope?.includes(academy) ?? false);
  }

  /** For the whole trust: what belongs to no academy, too. */
  mayAll(permission: Permission): boolean {
    return this.#active && this.#scopes.get(permission) === null;
  }
}

/** Whose traps are taken, and as whom we answer. */
import type { SnmpCredential } from '@linewatch/record';
import type { TrapType } from './catalogue.ts';

export type AuthProtocol = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
export type PrivProtocol = 'des' | 'aes128' | 'aes192' | 'aes256';

/** A v3 user (RFC 3414). A user without `auth` is noAuthNoPriv; what is less protected than configured is refused. */
export interface TrapUser {
  readonly name: string;
  readonly auth?: { readonly protocol: AuthProtocol; readonly password: string } | undefined;
  readonly priv?: { readonly protocol: PrivProtocol; readonly password: string } | undefined;
}

/** Our authoritative engine, for informs: its id and how often it has started (RFC 3414 section 2.2). */
export interface TrapEngine {
  readonly id: Uint8Array;
  readonly boots: number;
  readonly startedMs: number;
}

export interface TrapOptions {
  /** v1 and v2c; `undefined` takes any (for captures). */
  readonly communities?: readonly string[] | undefined;
  /** Several of one name are tried in turn. */
  readonly users?: readonly TrapUser[] | undefined;
  /** Once given it stays. Without it v3 informs are read whoever they are to, and never answered (for captures). */
  readonly engine?: TrapEngine | undefined;
  /** Traps besides those of the catalogue, or in place of them. */
  readonly types?: readonly TrapType[] | undefined;
}

/** Where nothing is configured. */
export const defaultTrapOptions: TrapOptions = { communities: ['public'] };

/** Privacy without authentication does not exist (RFC 3411 section 3.4.3): such a user can never be heard. */
export function trapOptionsOf(credentials: readonly SnmpCredential[]): TrapOptions {
  const communities: string[] = [];
  const users: TrapUser[] = [];
  for (const credential of credentials)
    if ('community' in credential) communities.push(credential.community);
    else users.push({ name: credential.user, auth: credential.auth, priv: credential.priv });
  return { communities, users };
}

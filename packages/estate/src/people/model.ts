/** What is known of people, beyond the shapes that the API shows. */
import type { AccessGrant, Permission } from '@linewatch/contract';

/** All that a sign-in is checked against. */
export interface Credentials {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly active: boolean;
  readonly passwordHash: string | null;
  readonly totpSealed: Buffer | null;
  readonly totpPending: Buffer | null;
}

/** Who a session or an API token stands for, now. */
export interface SignedIn {
  readonly kind: 'session' | 'token';
  /** Of the session or token. */
  readonly id: number;
  readonly account: {
    readonly id: number;
    readonly name: string;
    readonly email: string;
    readonly local: boolean;
    readonly totp: boolean;
    readonly recoveryCodes: number;
  };
  readonly grants: readonly AccessGrant[];
  /** Unix ms; a session may end earlier, unused. */
  readonly expiresMs: number;
  /** Unix ms from which on it no longer holds unless it is used. */
  readonly endsMs: number;
  /** Of a token: what it may do at most. */
  readonly only: readonly Permission[] | null;
  /** Of a token: for which academies at most; null = no limit of its own. */
  readonly academies: readonly string[] | null;
}

/** Of a row that says more. */
export const signedIn = (row: Omit<SignedIn, 'endsMs'>, endsMs: number): SignedIn => ({
  kind: row.kind,
  id: row.id,
  account: row.account,
  grants: row.grants,
  expiresMs: row.expiresMs,
  endsMs,
  only: row.only,
  academies: row.academies,
});

export interface SessionLife {
  readonly idleMs: number;
  readonly mostMs: number;
}

export interface Visitor {
  readonly address: string | null;
  readonly userAgent: string;
}

export type LinkPurpose = 'setup' | 'invite' | 'reset';

export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
  readonly name: string;
  readonly grants: readonly AccessGrant[];
}

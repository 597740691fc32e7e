/** Who asks: by session cookie or API token; before the first administrator exists, whoever is at this machine. */
import type { ServerResponse } from 'node:http';
import { EstateError, type People, type SessionLife, type SignedIn } from '@linewatch/estate';
import { type Logger, describe } from '@linewatch/service';
import type { FastifyRequest } from 'fastify';
import { clientAddress } from './address.ts';
import { ApiError } from '../problems.ts';
import type { Authenticated, Authenticator } from './access.ts';
import { readCookie } from './cookies.ts';
import { isLocal } from './local.ts';
import { Principal, firstRun, toGrants } from './principal.ts';

export const sessionCookie = 'linewatch_session';
/** What a browser keeps while its user is at the identity provider. */
export const oidcCookie = 'linewatch_oidc';
/** What was looked up holds this long, so a session that another process ended goes on no longer. */
const cacheMs = 5000;
/** Without the database nothing can be revoked either: what was valid stays so, this long. */
const withoutDatabaseMs = 600_000;
const maxCached = 10_000;
/** How long "nobody has an account yet" is believed: it is asked with every request until then. */
const firstRunMs = 500;
const sweepMs = 2000;
const sweepAtOnce = 500;
const sessionForm = /^[\w-]{43}$/;
const tokenForm = /^lw_[\w-]{43}$/;

export interface AuthenticatorOptions {
  readonly people: People;
  readonly trust: string;
  readonly life: SessionLife;
  readonly clock: () => number;
  readonly logger: Logger;
  /** Called once, when there is an account. */
  readonly onSetUp: () => void;
}

interface Cached {
  readonly signedIn: SignedIn | undefined;
  readonly atMs: number;
}

interface Followed {
  readonly token: string | undefined;
  readonly rights: string;
}

const rightsOf = ({ grants, only, academies }: SignedIn): string => JSON.stringify([grants, only, academies]);

export class SessionAuthenticator implements Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #cache = new Map<string, Cached>();
  readonly #followed = new Map<ServerResponse, Followed>();
  #setUp = false;
  #notSetUpAtMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.sweep(), sweepMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** Whether there is an account, so that sign-in is asked for. */
  async isSetUp(): Promise<boolean> {
    if (this.#setUp) return true;
    const nowMs = performance.now();
    if (nowMs - this.#notSetUpAtMs < firstRunMs) return false;
    if (!(await this.#options.people.accounts.isSetUp(this.#options.trust))) {
      this.#notSetUpAtMs = nowMs;
      return false;
    }
    this.#tellSetUp();
    return true;
  }

  #tellSetUp(): void {
    if (this.#setUp) return;
    this.#setUp = true;
    this.#options.onSetUp();
  }

  async authenticate(request: FastifyRequest): Promise<Authenticated | undefined> {
    const token = tokenOf(request);
    if (token !== undefined) {
      const credential = await this.signedIn(token);
      if (credential) return { principal: principalOf(credential, clientAddress(request)), credential };
      if (token.startsWith('lw_'))
        throw new ApiError('signed_out', 'This API token is unknown, has expired or was revoked.');
    }
    // A proxy on this machine would let everyone in.
    if (!isLocal(request) || (await this.#guarded(() => this.isSetUp()))) return undefined;
    return { principal: firstRun(), credential: null };
  }

  follow(request: FastifyRequest, response: ServerResponse): void {
    const { credential } = request;
    this.#followed.set(response, {
      token: credential ? tokenOf(request) : undefined,
      rights: credential ? rightsOf(credential) : '',
    });
    response.once('close', () => this.#followed.delete(response));
  }

  /** Something about people has changed: whatever no longer holds ends now. */
  async changed(): Promise<void> {
    this.#cache.clear();
    this.#notSetUpAtMs = -Infinity;
    await this.sweep();
  }

  /** Ends what goes on for sessions and tokens that no longer hold, or that now show more or less. */
  async sweep(): Promise<void> {
    if (this.#sweeping) await this.#sweeping;
    this.#sweeping = this.#sweep()
      .catch((error: unknown) => this.#options.logger.debug({ reason: describe(error) }, 'sessions not looked at'))
      .finally(() => (this.#sweeping = undefined));
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const open = [...this.#followed];
    const setUp = await this.isSetUp();
    const tokens = [...new Set(open.flatMap(([, { token }]) => token ?? []))];
    for (let i = 0; i < tokens.length; i += sweepAtOnce) await this.#read(tokens.slice(i, i + sweepAtOnce));
    for (const [response, { token, rights }] of open) {
      const now = token === undefined ? undefined : this.#cache.get(token)?.signedIn;
      // What has not begun to be answered was allowed when it was asked for.
      const goesOn = token === undefined ? !setUp : now !== undefined && rightsOf(now) === rights;
      if (!goesOn && response.headersSent) response.destroy();
    }
  }

  /** Who a session or token stands for; undefined: it does not hold. */
  async signedIn(token: string): Promise<SignedIn | undefined> {
    const nowMs = this.#options.clock();
    const cached = this.#cache.get(token);
    if (!cached || nowMs - cached.atMs >= cacheMs || nowMs < cached.atMs) {
      try {
        await this.#guarded(() => this.#read([token]));
      } catch (error) {
        if (!cached?.signedIn || nowMs - cached.atMs > withoutDatabaseMs) throw error;
      }
    }
    const signedIn = this.#cache.get(token)?.signedIn;
    return signedIn && signedIn.endsMs > nowMs ? signedIn : undefined;
  }

  async #read(tokens: readonly string[]): Promise<void> {
    const { people, trust, life, clock } = this.#options;
    const atMs = clock();
    const sessions = tokens.filter((token) => sessionForm.test(token));
    const bearers = tokens.filter((token) => tokenForm.test(token));
    const found = new Map([
      ...(sessions.length > 0 ? await people.sessions.signedIn(trust, sessions, life) : []),
      ...(bearers.length > 0 ? await people.tokens.signedIn(trust, bearers) : []),
    ]);
    for (const token of tokens) {
      this.#cache.delete(token);
      this.#cache.set(token, { signedIn: found.get(token), atMs });
      const [oldest] = this.#cache.keys();
      if (this.#cache.size > maxCached) this.#cache.delete(oldest!);
    }
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof EstateError)) throw cause;
      throw new ApiError('sign_in_unavailable', 'The database of accounts does not answer.', { cause, retryAfterS: 5 });
    }
  }
}

function tokenOf(request: FastifyRequest): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return tokenForm.test(bearer) ? bearer : 'lw_';
  const cookie = readCookie(request, sessionCookie);
  return cookie !== undefined && sessionForm.test(cookie) ? cookie : undefined;
}

function principalOf({ kind, account, grants, only, academies }: SignedIn, address: string): Principal {
  const actor = { account: account.id, name: account.name, via: kind, address };
  return new Principal(actor, toGrants(grants), {
    ...(only && { permissions: only }),
    ...(academies && { academies: new Set(academies) }),
  });
}

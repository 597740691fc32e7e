/** Shows who someone is: with password and second factor, or by a link. What is wrong is not told. */
import { randomBytes } from 'node:crypto';
import type { SetupBody, SignInBody } from '@linewatch/contract';
import type { Credentials, LinkPurpose, People, SessionLife, SignedIn } from '@linewatch/estate';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientAddress } from './address.ts';
import { ApiError } from '../problems.ts';
import { type Note, visitorActor } from './audit.ts';
import { type SessionAuthenticator, sessionCookie } from './authenticator.ts';
import { setCookie } from './cookies.ts';
import { type Passwords, passwordProblem } from './passwords.ts';
import { refused } from './refused.ts';
import { recoveryHash, stepOf } from './totp.ts';
import type { Vault } from './vault.ts';

const hourMs = 3_600_000;
/** How long a link holds, by what it is for. */
export const linkLifeMs: Readonly<Record<LinkPurpose, number>> = {
  setup: 168 * hourMs,
  invite: 168 * hourMs,
  reset: 24 * hourMs,
};

export const newToken = (): string => randomBytes(32).toString('base64url');

export interface SignInOptions {
  readonly people: People;
  readonly trust: string;
  readonly life: SessionLife;
  readonly vault: Vault;
  readonly passwords: Passwords;
  readonly note: Note;
  readonly authenticator: SessionAuthenticator;
  readonly clock: () => number;
}

const failed = (): ApiError => new ApiError('sign_in_failed', 'E-mail address, password or code is wrong.');
/** What the second factor of an account is sealed for. */
export const totpUse = (account: number): string => `account ${account}`;

export class SignIn {
  readonly #options: SignInOptions;

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /** @throws ApiError `sign_in_failed`, `code_required`, `rate_limited` */
  async withPassword(request: FastifyRequest, body: SignInBody): Promise<Credentials> {
    const { people, trust } = this.#options;
    const account = await people.accounts.credentials(trust, { email: body.email });
    await this.#show(request, account, body.email, body);
    await this.#note(request, account!, 'signed-in', { how: account!.totpSealed ? 'password and code' : 'password' });
    return account!;
  }

  /** Whoever is signed in shows once more who they are. @throws ApiError as `withPassword` */
  async again(request: FastifyRequest, accountId: number, password: string, code?: string): Promise<Credentials> {
    const { people, trust } = this.#options;
    const account = await people.accounts.credentials(trust, { id: accountId });
    if (!account) throw failed();
    // Without a code where none is given: the session has shown it.
    const shown = code === undefined ? { ...account, totpSealed: null } : account;
    await this.#show(request, shown, account.email, { password, ...(code !== undefined && { totp: code }) });
    return account;
  }

  async #show(
    request: FastifyRequest,
    account: Credentials | undefined,
    email: string,
    { password, totp }: { readonly password: string; readonly totp?: string },
  ): Promise<void> {
    const { people, trust, passwords } = this.#options;
    await this.limit(request, email);
    const right = (await passwords.verify(account?.passwordHash ?? null, password)) && account?.active === true;
    if (!right) {
      await this.#note(request, account ?? { id: null, email }, 'sign-in-failed', { reason: 'password' });
      throw failed();
    }
    if (account.totpSealed && totp === undefined) {
      await people.attempts.forgive(trust, email, clientAddress(request), false);
      throw new ApiError('code_required', 'Send the code of the authenticator app, too.');
    }
    if (account.totpSealed && !(await this.#codeFits(account.id, account.totpSealed, totp!))) {
      await this.#note(request, account, 'sign-in-failed', { reason: 'code' });
      throw failed();
    }
    await people.attempts.forgive(trust, email, clientAddress(request), true);
  }

  async #codeFits(account: number, sealed: Buffer, code: string): Promise<boolean> {
    const { people, vault, clock } = this.#options;
    const typed = code.replaceAll(/\s/g, '');
    if (!/^\d{6}$/.test(typed)) return people.accounts.useRecoveryCode(account, recoveryHash(typed));
    const secret = vault.open(sealed, totpUse(account));
    if (secret === undefined)
      throw new ApiError(
        'sign_in_unavailable',
        'The second factor of this account cannot be read: its key is another one.',
      );
    const step = stepOf(secret, typed, clock());
    return step !== undefined && (await people.accounts.useStep(account, step));
  }

  /** Counts an attempt. @throws ApiError `rate_limited` */
  async limit(request: FastifyRequest, email: string | null): Promise<void> {
    const { people, trust } = this.#options;
    const retryAfterS = await people.attempts.begin(trust, email, clientAddress(request));
    if (retryAfterS > 0)
      throw new ApiError('rate_limited', 'Too many attempts. Wait before you try again.', { retryAfterS });
  }

  /** A link that someone was given. @throws ApiError `link_invalid`, `rate_limited` */
  async byLink<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
    const { people, trust } = this.#options;
    await this.limit(request, null);
    const result = await refused(work());
    await people.attempts.forgive(trust, null, clientAddress(request), true);
    return result;
  }

  /** @throws ApiError `password_refused` */
  async hash(password: string, about: readonly string[]): Promise<string> {
    const problem = passwordProblem(password, about);
    if (problem !== undefined) throw new ApiError('password_refused', problem);
    return this.#options.passwords.hash(password);
  }

  async setUp(request: FastifyRequest, { token, name, email, password }: SetupBody): Promise<number> {
    const { people, trust, authenticator } = this.#options;
    const id = await this.byLink(request, async () => {
      // Nobody's link is used up by a password that is refused.
      await people.links.find(trust, token);
      const passwordHash = await this.hash(password, [name, email]);
      return people.links.setUp(trust, token, { name, email, passwordHash });
    });
    await this.#note(request, { id, email, name }, 'set-up', {
      name,
      email,
      grants: [{ role: 'admin', academies: null }],
    });
    await authenticator.changed();
    return id;
  }

  /** A new session, whatever the browser showed before: nobody can hand someone else a session of theirs. */
  async open(request: FastifyRequest, reply: FastifyReply, accountId: number): Promise<SignedIn> {
    const { people, life, trust, authenticator } = this.#options;
    const before = await authenticator.authenticate(request).catch(() => undefined);
    if (before?.credential?.kind === 'session')
      await people.sessions.end(trust, before.credential.id, null).catch(() => undefined);
    const token = newToken();
    const visitor = { address: clientAddress(request), userAgent: request.headers['user-agent'] ?? '' };
    await refused(people.sessions.open(accountId, token, visitor, life));
    const signedIn = await authenticator.signedIn(token);
    if (!signedIn) throw failed();
    setCookie(request, reply, sessionCookie, token, life.mostMs / 1000);
    await authenticator.changed();
    return signedIn;
  }

  /** About one's own account. */
  async noteSelf(
    request: FastifyRequest,
    account: { readonly id: number; readonly name: string; readonly email: string },
    op: string,
    after?: unknown,
  ): Promise<void> {
    const { trust, note } = this.#options;
    const { id, name, email } = account;
    await note(visitorActor(request, { id, name }), { trust, what: 'account', record: email, op, after });
  }

  async #note(
    request: FastifyRequest,
    account: { readonly id: number | null; readonly email: string; readonly name?: string },
    op: string,
    after: unknown,
  ): Promise<void> {
    const { id, name, email } = account;
    await this.#options.note(visitorActor(request, id === null ? null : { id, name: name ?? email }), {
      trust: this.#options.trust,
      what: 'sign-in',
      record: email.slice(0, 254).toLowerCase(),
      op,
      after,
    });
  }
}

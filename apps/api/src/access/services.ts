/** All that signing in takes, put together once. */
import type { SessionNow } from '@linewatch/contract';
import { EstateError, PeopleError, type People, type SignedIn } from '@linewatch/estate';
import { type Logger, describe } from '@linewatch/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientAddress } from './address.ts';
import type { ApiConfig } from '../config.ts';
import { type Note, visitorActor } from './audit.ts';
import { SessionAuthenticator, oidcCookie } from './authenticator.ts';
import { readCookie, setCookie } from './cookies.ts';
import { Oidc, OidcError, type OidcErrorCode, flowS, ownPath } from './oidc.ts';
import { Passwords } from './passwords.ts';
import { Principal, firstRun, toGrants } from './principal.ts';
import { SignIn } from './sign-in.ts';
import { Vault } from './vault.ts';

export interface AccessOptions {
  readonly people: People;
  /** Writes to the audit log. */
  readonly note: Note;
  /** 32 octets that second factors are sealed with. */
  readonly key: Uint8Array;
  readonly oidcClientSecret?: string | undefined;
}

export interface AccessServicesOptions extends AccessOptions {
  readonly config: ApiConfig;
  readonly trust: string;
  readonly clock: () => number;
  readonly logger: Logger;
  readonly onSetUp: () => void;
}

type OidcRefusal = OidcErrorCode | 'email_taken' | 'account_disabled' | 'not_set_up';

export type AccessServices = ReturnType<typeof createAccessServices>;

export function createAccessServices(options: AccessServicesOptions) {
  const { config, people, trust, clock, logger, note } = options;
  const { signIn: settings } = config;
  const life = { idleMs: settings.idleHours * 3_600_000, mostMs: settings.days * 86_400_000 };
  const vault = new Vault(options.key, 'accounts');
  const authenticator = new SessionAuthenticator({ people, trust, life, clock, logger, onSetUp: options.onSetUp });
  const passwords = new Passwords();
  const signIn = new SignIn({ people, trust, life, vault, passwords, note, authenticator, clock });
  const oidc =
    settings.oidc && new Oidc({ config: settings.oidc, clientSecret: options.oidcClientSecret, vault, clock, logger });

  const originOf = (request: FastifyRequest): string =>
    config.url?.replace(/\/$/, '') ?? `${request.protocol}://${request.headers.host ?? ''}`;

  /** `signedIn` null: nobody; undefined: as the request shows. */
  async function sessionNow(request: FastifyRequest, signedIn?: SignedIn | null): Promise<SessionNow> {
    const ways = { trust, signIn: { local: true, oidc: oidc ? { name: oidc.name } : null } };
    const found =
      signedIn === undefined
        ? await authenticator.authenticate(request)
        : signedIn && { principal: undefined, credential: signedIn };
    if (!found) return { state: 'signed-out', ...ways, account: null, session: null, grants: [], permissions: [] };
    const { credential } = found;
    if (!credential) {
      const principal = firstRun();
      return {
        state: 'first-run',
        ...ways,
        account: null,
        session: null,
        grants: [{ role: 'admin', academies: null }],
        permissions: principal.allowed(),
      };
    }
    const { account, grants, kind, id, expiresMs } = credential;
    const actor = { account: account.id, name: account.name, via: kind, address: null };
    const principal = found.principal ?? new Principal(actor, toGrants(grants));
    return {
      state: 'signed-in',
      ...ways,
      account,
      session: kind === 'session' ? { id, expiresMs } : null,
      grants: [...grants],
      permissions: principal.allowed(),
    };
  }

  async function startOidc(request: FastifyRequest, reply: FastifyReply, to: string | undefined): Promise<string> {
    try {
      if (!(await authenticator.isSetUp())) return refusal('not_set_up');
      const started = await oidc!.start(`${originOf(request)}/api/v1/session/oidc/callback`, ownPath(to));
      setCookie(request, reply, oidcCookie, started.flow, flowS);
      return started.url;
    } catch (error) {
      return failedOidc(error);
    }
  }

  /** Where the browser goes. */
  async function finishOidc(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    try {
      await signIn.limit(request, null);
      const answer = new URL(`${originOf(request)}${request.url}`);
      const { person, to } = await oidc!.finish(answer, readCookie(request, oidcCookie));
      if (!(await authenticator.isSetUp())) return refusal('not_set_up');
      const { before, after } = await people.accounts.fromProvider(trust, person);
      if (!after) throw new OidcError('no_roles', 'none of the groups has a role here');
      const actor = visitorActor(request, after);
      const shown = (account: typeof after | null): unknown =>
        account && { email: account.email, name: account.name, grants: account.grants };
      if (JSON.stringify(shown(before)) !== JSON.stringify(shown(after)))
        await note(actor, {
          trust,
          what: 'account',
          record: after.email,
          op: before ? 'renewed' : 'create',
          before: shown(before),
          after: shown(after),
        });
      if (after.grants.length === 0) {
        await people.sessions.endAll(trust, after.id);
        await authenticator.changed();
        throw new OidcError('no_roles', 'none of the groups has a role here any more');
      }
      await note(actor, {
        trust,
        what: 'sign-in',
        record: after.email,
        op: 'signed-in',
        after: { how: person.issuer },
      });
      await signIn.open(request, reply, after.id);
      await people.attempts.forgive(trust, null, clientAddress(request), true);
      return to;
    } catch (error) {
      const to = failedOidc(error);
      await note(visitorActor(request, null), {
        trust,
        what: 'sign-in',
        record: oidc!.issuer.slice(0, 254),
        op: 'sign-in-failed',
        after: { reason: new URL(to, 'http://localhost').searchParams.get('error') },
      }).catch((cause: unknown) => logger.warn({ reason: describe(cause) }, 'a failed sign-in was not written down'));
      return to;
    }
  }

  const refusal = (code: OidcRefusal): string => `/sign-in?error=${code}`;

  function failedOidc(error: unknown): string {
    if (error instanceof OidcError) {
      logger.warn({ code: error.code, reason: describe(error) }, 'sign-in at the identity provider failed');
      return refusal(error.code);
    }
    if (error instanceof PeopleError) return refusal(error.code === 'account_exists' ? 'email_taken' : error.code === 'account_disabled' ? 'account_disabled' : 'sign_in_failed'); // prettier-ignore
    if (error instanceof EstateError) return refusal('sign_in_unavailable');
    throw error;
  }

  const endProviderSession = async (request: FastifyRequest): Promise<string | undefined> =>
    oidc?.endSession(`${originOf(request)}/sign-in`).catch((error: unknown) => {
      logger.warn({ reason: describe(error) }, 'the identity provider does not say where sessions end');
      return undefined;
    });

  return {
    people,
    trust,
    clock,
    note,
    life,
    vault,
    authenticator,
    signIn,
    oidc,
    sessionNow,
    startOidc,
    finishOidc,
    endProviderSession,
  };
}

/** Signing in at an OpenID Connect provider: discovery, authorization code with PKCE, state and nonce (OAuth 2.0 Security BCP, RFC 9700). */
import type { AccessGrant } from '@linewatch/contract';
import type { OidcPerson } from '@linewatch/estate';
import { LinewatchError, type Logger } from '@linewatch/service';
import * as client from 'openid-client';
import { isLoopback } from '../security.ts';
import type { OidcConfig } from './config.ts';
import type { Vault } from './vault.ts';

/**
 * - `access_denied`: the provider, or the person there, said no.
 * - `no_roles`: none of the person's groups has a role here; whoever had one until now has none any more.
 * - `no_email`: the provider tells no e-mail address.
 * - `sign_in_failed`: the answer does not belong to this browser's question, has expired, or is not right.
 * - `sign_in_unavailable`: the provider cannot be reached.
 */
export type OidcErrorCode = 'access_denied' | 'no_roles' | 'no_email' | 'sign_in_failed' | 'sign_in_unavailable';
export class OidcError extends LinewatchError<OidcErrorCode> {}

const timeoutS = 10;
/** How long someone may take at the provider. */
export const flowS = 600;
const sealedFor = 'sign-in';
/** Most groups of one person that are looked at. */
const maxGroups = 5000;

interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Path of ours to go to. */
  readonly to: string;
  readonly untilMs: number;
}

export interface OidcOptions {
  readonly config: OidcConfig;
  readonly clientSecret: string | undefined;
  readonly vault: Vault;
  readonly clock: () => number;
  readonly logger: Logger;
}

/** A path of the dashboard, and nothing that a browser takes for another host. */
export const ownPath = (to: string | undefined): string =>
  to !== undefined && to.length <= 1000 && /^\/(?![/\\])[!-[\]-~]*$/.test(to) && !to.startsWith('/api/') ? to : '/';

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

export class Oidc {
  readonly #options: OidcOptions;
  #provider: Promise<client.Configuration> | undefined;

  constructor(options: OidcOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.config.name;
  }

  get issuer(): string {
    return this.#options.config.issuer;
  }

  /** Where the browser goes, and what it keeps meanwhile. @throws OidcError */
  async start(redirectUri: string, to: string): Promise<{ readonly url: string; readonly flow: string }> {
    const provider = await this.#discovered();
    const flow: Flow = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      to,
      untilMs: this.#options.clock() + flowS * 1000,
    };
    const url = client.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: this.#options.config.scopes.join(' '),
      response_type: 'code',
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, flow: this.#options.vault.seal(JSON.stringify(flow), sealedFor).toString('base64url') };
  }

  /** Who the provider says it is; without grants when none of the groups has a role here. `answer` is the whole address that it sent the browser to. @throws OidcError */
  async finish(answer: URL, kept: string | undefined): Promise<{ readonly person: OidcPerson; readonly to: string }> {
    const flow = this.#opened(kept);
    const provider = await this.#discovered();
    try {
      const tokens = await client.authorizationCodeGrant(provider, answer, {
        expectedState: flow.state,
        expectedNonce: flow.nonce,
        pkceCodeVerifier: flow.verifier,
        idTokenExpected: true,
      });
      const claims: Record<string, unknown> = { ...tokens.claims() };
      const { groupsClaim } = this.#options.config;
      const { userinfo_endpoint: more } = provider.serverMetadata();
      // Some providers keep the ID token short, and tell the rest only there.
      if (more !== undefined && (claims[groupsClaim] === undefined || claims['email'] === undefined)) {
        const told = await client.fetchUserInfo(provider, tokens.access_token, String(claims['sub']));
        Object.assign(claims, { ...told, ...claims });
      }
      return { person: this.#person(claims), to: flow.to };
    } catch (error) {
      if (error instanceof OidcError) throw error;
      throw this.#known(error);
    }
  }

  /** Where the browser goes to end the provider's session; undefined: it has no such place. */
  async endSession(returnTo: string): Promise<string | undefined> {
    const provider = await this.#discovered();
    if (provider.serverMetadata().end_session_endpoint === undefined) return undefined;
    const { clientId } = this.#options.config;
    return client.buildEndSessionUrl(provider, { client_id: clientId, post_logout_redirect_uri: returnTo }).href;
  }

  #opened(kept: string | undefined): Flow {
    const { vault, clock } = this.#options;
    const opened = kept === undefined ? undefined : vault.open(Buffer.from(kept, 'base64url'), sealedFor);
    if (opened === undefined) throw new OidcError('sign_in_failed', 'this browser did not begin the sign-in');
    const flow = JSON.parse(opened) as Flow;
    if (clock() > flow.untilMs) throw new OidcError('sign_in_failed', 'the sign-in took too long');
    return flow;
  }

  #person(claims: Readonly<Record<string, unknown>>): OidcPerson {
    const { config } = this.#options;
    const { sub, iss, name } = claims;
    const email = [claims['email'], claims['preferred_username'], claims['upn']]
      .map(text)
      .find((each) => each !== undefined && each.length <= 254 && /^[^@\s]+@[^@\s]+$/.test(each));
    if (email === undefined) throw new OidcError('no_email', 'the provider tells no e-mail address');
    const told = claims[config.groupsClaim];
    const groups = new Set((Array.isArray(told) ? told.slice(0, maxGroups) : [told]).map(text));
    const grants: AccessGrant[] = config.roles
      .filter(({ group }) => groups.has(group))
      .map(({ role, academies }) => ({ role, academies: academies ?? null }));
    const shown = (text(name) ?? email)
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, 100);
    return {
      issuer: String(iss),
      subject: String(sub),
      email: email.toLowerCase(),
      name: shown || email.slice(0, 100),
      grants,
    };
  }

  #known(error: unknown): OidcError {
    const { code, error: said } = error as { code?: unknown; error?: unknown };
    if (said === 'access_denied') return new OidcError('access_denied', 'the provider said no', { cause: error });
    // `fetch` fails with a TypeError without a code; what the library itself refuses has one.
    const unreachable = code === undefined || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_RESPONSE_IS_NOT_CONFORM';
    return new OidcError(
      unreachable ? 'sign_in_unavailable' : 'sign_in_failed',
      'the provider did not confirm the sign-in',
      {
        cause: error,
      },
    );
  }

  /** Asked for once; asked again after a failure. @throws OidcError */
  #discovered(): Promise<client.Configuration> {
    this.#provider ??= this.#discover().catch((cause: unknown) => {
      this.#provider = undefined;
      throw new OidcError('sign_in_unavailable', 'the identity provider cannot be reached', { cause });
    });
    return this.#provider;
  }

  #discover(): Promise<client.Configuration> {
    const { config, clientSecret } = this.#options;
    const issuer = new URL(config.issuer);
    // Plain http for tests on this machine only; the configuration refuses any other.
    const plain = issuer.protocol === 'http:' && isLoopback(issuer.hostname);
    return client.discovery(
      issuer,
      config.clientId,
      undefined,
      clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to warn
      { timeout: timeoutS, ...(plain && { execute: [client.allowInsecureRequests] }) },
    );
  }
}

/** A real OpenID Connect provider on loopback, whose users sign in without a page. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export interface Person {
  readonly sub: string;
  readonly name: string;
  readonly email?: string;
  readonly groups?: readonly string[];
}

export interface IdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who sits at the browser; null: says no. */
  person: Person | null;
  /** How long a code holds, s. */
  codeS: number;
  stop(): Promise<void>;
}

/** `inToken`: claims are in the ID token, as Microsoft Entra has them; else at the userinfo endpoint only. */
export async function startIdentityProvider(redirectUri: () => string, inToken: boolean): Promise<IdentityProvider> {
  const handlers: { oidc?: ReturnType<Provider['callback']> } = {};
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/interaction/')) void interact(request, response);
    else void handlers.oidc!(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const it: IdentityProvider = {
    issuer,
    clientId: 'linewatch',
    clientSecret: 'a secret of the client',
    person: null,
    codeS: 60,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const people = new Map<string, Person>();
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: it.clientId,
        client_secret: it.clientSecret,
        redirect_uris: [redirectUri()],
        post_logout_redirect_uris: [new URL('/sign-in', redirectUri()).href],
      },
    ],
    claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email'] },
    conformIdTokenClaims: !inToken,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AuthorizationCode: () => it.codeS },
    cookies: { keys: ['for tests'] },
    findAccount: (_context, sub) => {
      const person = people.get(sub);
      return person && { accountId: sub, claims: () => ({ ...person, groups: [...(person.groups ?? [])] }) };
    },
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc;
      const grant = new context.oidc.provider.Grant({ clientId: client!.clientId, accountId: session!.accountId! });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  handlers.oidc = provider.callback();
  async function interact(...exchange: Parameters<ReturnType<Provider['callback']>>): Promise<void> {
    const { person } = it;
    if (person) people.set(person.sub, person);
    const result = person ? { login: { accountId: person.sub } } : { error: 'access_denied', error_description: 'no' };
    await provider.interactionFinished(...exchange, result, { mergeWithLastSubmission: false });
  }
  return it;
}

/** How people sign in. */
import { RoleName } from '@linewatch/contract';
import type { Problem } from '@linewatch/service';
import { type Static, Type } from 'typebox';
import { isLoopback } from '../security.ts';

const closed = { additionalProperties: false } as const;

export const OidcConfig = Type.Object(
  {
    issuer: Type.String({
      minLength: 8,
      maxLength: 500,
      description: 'Address of the OpenID Connect provider, e.g. https://login.microsoftonline.com/TENANT/v2.0.',
    }),
    clientId: Type.String({ minLength: 1, maxLength: 200 }),
    clientSecretFile: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        description: 'File that holds the client secret; without it, the client is public.',
      }),
    ),
    name: Type.String({
      minLength: 1,
      maxLength: 60,
      default: 'single sign-on',
      description: 'What the button says: "Sign in with …".',
    }),
    scopes: Type.Array(Type.String({ pattern: '^[!#-\\[\\]-~]{1,100}$' }), {
      default: ['openid', 'profile', 'email'],
      maxItems: 20,
      description: 'What is asked for; some providers tell groups only when a scope for them is asked for.',
    }),
    groupsClaim: Type.String({
      minLength: 1,
      maxLength: 200,
      default: 'groups',
      description: 'Claim of the ID token that lists groups.',
    }),
    roles: Type.Array(
      Type.Object(
        {
          group: Type.String({
            minLength: 1,
            maxLength: 300,
            description: 'As the claim has it: a name, or an object id.',
          }),
          role: RoleName,
          academies: Type.Optional(
            Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
              minItems: 1,
              maxItems: 2000,
              description: 'Ids of academies; without it, the whole trust.',
            }),
          ),
        },
        closed,
      ),
      { minItems: 1, maxItems: 2000, description: 'Who has none of these groups is not let in.' },
    ),
  },
  closed,
);
export type OidcConfig = Static<typeof OidcConfig>;

export const SignInConfig = Type.Object(
  {
    idleHours: Type.Number({
      minimum: 0.1,
      maximum: 720,
      default: 12,
      description: 'A session that is not used ends after this.',
    }),
    days: Type.Number({
      minimum: 0.1,
      maximum: 90,
      default: 7,
      description: 'A session ends after this, used or not.',
    }),
    oidc: Type.Optional(OidcConfig),
  },
  { ...closed, default: {} },
);
export type SignInConfig = Static<typeof SignInConfig>;

/** What the schema cannot say. Paths are relative to `api`. */
export function signInProblems(config: {
  readonly url?: string;
  readonly signIn: SignInConfig;
}): Omit<Problem, 'line'>[] {
  const problems: Omit<Problem, 'line'>[] = [];
  const { url, signIn } = config;
  if (url !== undefined && !/^https?:\/\/[^/?#@\s]+\/?$/.test(url))
    problems.push({
      path: 'api.url',
      message: 'must be an address without a path, such as https://linewatch.example.org',
    });
  if (signIn.oidc) {
    const issuer = URL.canParse(signIn.oidc.issuer) ? new URL(signIn.oidc.issuer) : undefined;
    if (!issuer || !['https:', 'http:'].includes(issuer.protocol))
      problems.push({ path: 'api.signIn.oidc.issuer', message: 'must be an address that begins with https://' });
    else if (issuer.protocol === 'http:' && !isLoopback(issuer.hostname))
      problems.push({
        path: 'api.signIn.oidc.issuer',
        message: 'must begin with https:// unless it is on this machine',
      });
    if (!signIn.oidc.scopes.includes('openid'))
      problems.push({ path: 'api.signIn.oidc.scopes', message: 'must have "openid"' });
    for (const [i, { role, academies }] of signIn.oidc.roles.entries())
      if (academies && ['admin', 'data-protection-officer'].includes(role))
        problems.push({
          path: `api.signIn.oidc.roles.${i}.academies`,
          message: `the role "${role}" is for the whole trust only`,
        });
  }
  return problems;
}

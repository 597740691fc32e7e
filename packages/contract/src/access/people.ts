/**
 * The shapes of signing in and of people: `/api/v1/session…`, `/setup`, `/people/…`, `/tokens`. What fails is a problem document;
 * its codes here: `sign_in_failed`, `code_required`, `link_invalid`, `password_refused`, `account_exists`, `account_unknown`,
 * `account_managed`, `account_changed`, `last_administrator`, `session_unknown`, `token_unknown`, `academy_unknown`,
 * `sign_in_unavailable`, `too_many`.
 */
import { type Static, Type } from 'typebox';
import { slugPattern } from '../estate/fields.ts';
import { type Permission, type Role, permissions, roleNames } from './roles.ts';

const closed = { additionalProperties: false } as const;
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

export const RoleName = Type.Unsafe<Role>(Type.Union(roleNames.map((role) => Type.Literal(role))));
export const PermissionName = Type.Unsafe<Permission>(Type.Union(permissions.map((each) => Type.Literal(each))));

export const passwordLength = { least: 12, most: 128 } as const;
/** Longest life of an API token. */
export const maxTokenDays = 400;
/** Most grants of one account, and most academies of one grant or token. */
export const maxGrants = 20;
export const maxGrantAcademies = 2000;

export const PersonEmail = Type.String({
  minLength: 3,
  maxLength: 254,
  // As the database has it.
  pattern: '^[^@\\s\\u0000-\\u001f\\u007f-\\u009f]+@[^@\\s\\u0000-\\u001f\\u007f-\\u009f]+$',
  description: 'An e-mail address; case does not matter.',
});
export const PersonName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
  description: 'Without control characters.',
});
/** The rules are the server's: `password_refused` says which one was broken. */
export const NewPassword = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'At least 12 and at most 128 characters.',
});
const SecretText = Type.String({ minLength: 1, maxLength: 512 });
const LinkToken = Type.String({ minLength: 20, maxLength: 100, description: 'From the fragment of a link.' });
const Code = Type.String({
  minLength: 6,
  maxLength: 20,
  description: 'Six digits of an authenticator app, or a recovery code.',
});
const Academies = Nullable(
  Type.Array(Type.String({ pattern: slugPattern }), {
    maxItems: maxGrantAcademies,
    uniqueItems: true,
    description: 'Ids of academies; null = the whole trust.',
  }),
);

export const AccessGrant = Type.Object({ role: RoleName, academies: Academies }, closed);
export type AccessGrant = Static<typeof AccessGrant>;

/** What someone may do, over all their roles. */
export const Allowed = Type.Object({ permission: PermissionName, academies: Academies });
export type Allowed = Static<typeof Allowed>;

/** `GET session`: who asks, and how to sign in. */
export const SessionNow = Type.Object(
  {
    state: Type.Union([Type.Literal('first-run'), Type.Literal('signed-out'), Type.Literal('signed-in')]),
    trust: Type.String({ description: 'Label of the trust.' }),
    signIn: Type.Object({
      local: Type.Boolean({ description: 'With e-mail address and password.' }),
      oidc: Nullable(Type.Object({ name: Type.String({ description: 'What its button says.' }) })),
    }),
    account: Nullable(
      Type.Object(
        {
          id: Type.Integer(),
          name: Type.String(),
          email: Type.String(),
          local: Type.Boolean({ description: 'Has a password here. False: signs in through the identity provider.' }),
          totp: Type.Boolean({ description: 'A second factor is on.' }),
          recoveryCodes: Type.Integer({ description: 'Recovery codes that are left.' }),
        },
        { description: 'Null: signed out, or the first run.' },
      ),
    ),
    session: Nullable(
      Type.Object({
        id: Type.Integer(),
        expiresMs: Type.Number({
          description: 'Unix ms; ends then whatever is done, and earlier when nothing is done.',
        }),
      }),
    ),
    grants: Type.Array(AccessGrant),
    permissions: Type.Array(Allowed),
  },
  { $id: 'SessionNow' },
);
export type SessionNow = Static<typeof SessionNow>;

/** `POST session`. 401 `code_required`: the password is right, and a code of the authenticator app is needed, too. */
export const SignInBody = Type.Object({ email: PersonEmail, password: SecretText, totp: Type.Optional(Code) }, closed);
export type SignInBody = Static<typeof SignInBody>;

/** `DELETE session`. */
export const SignedOut = Type.Object({
  next: Nullable(
    Type.String({ description: "Where the browser is to go to end the identity provider's session, too." }),
  ),
});
export type SignedOut = Static<typeof SignedOut>;

/** `POST setup`: the first administrator. Answers with SessionNow, signed in. */
export const SetupBody = Type.Object(
  { token: LinkToken, name: PersonName, email: PersonEmail, password: NewPassword },
  closed,
);
export type SetupBody = Static<typeof SetupBody>;

/** `POST session/link`: what a link of the form `/setup#token=…` or `/password#token=…` is for. */
export const LinkBody = Type.Object({ token: LinkToken }, closed);
export const LinkNow = Type.Object({
  purpose: Type.Union([Type.Literal('setup'), Type.Literal('invite'), Type.Literal('reset')]),
  name: Type.String({ description: 'Of the account; empty for setup.' }),
  email: Type.String({ description: 'Of the account; empty for setup.' }),
  expiresMs: Type.Number(),
});
export type LinkNow = Static<typeof LinkNow>;

/** `POST session/link/password`: a new password by an invite or reset link. Answers with SessionNow, signed in where there is no second factor. */
export const LinkPasswordBody = Type.Object({ token: LinkToken, password: NewPassword }, closed);
export type LinkPasswordBody = Static<typeof LinkPasswordBody>;

/** `POST session/password`: ends all other sessions of the account. Answers with SessionNow. */
export const PasswordBody = Type.Object({ current: SecretText, password: NewPassword }, closed);
export type PasswordBody = Static<typeof PasswordBody>;

/** `POST session/totp/begin`: nothing is on before it is confirmed. */
export const TotpBeginBody = Type.Object({ password: SecretText }, closed);
export const TotpBegun = Type.Object({
  secret: Type.String({ description: 'Base32, to type in.' }),
  uri: Type.String({ description: 'otpauth://…, to show as a QR code.' }),
});
export type TotpBegun = Static<typeof TotpBegun>;
/** `POST session/totp/confirm`. */
export const TotpConfirmBody = Type.Object({ code: Code }, closed);
export const TotpConfirmed = Type.Object({
  recoveryCodes: Type.Array(Type.String(), { description: 'Shown this once. Each signs in once instead of a code.' }),
});
export type TotpConfirmed = Static<typeof TotpConfirmed>;
/** `POST session/totp/remove`. Answers with SessionNow. */
export const TotpRemoveBody = Type.Object({ password: SecretText, code: Code }, closed);

export const AccountState = Type.Union([Type.Literal('active'), Type.Literal('disabled')]);

export const Account = Type.Object(
  {
    id: Type.Integer(),
    revision: Type.Integer({ description: 'Grows with each change.' }),
    email: Type.String(),
    name: Type.String(),
    state: AccountState,
    signIn: Type.Union([Type.Literal('password'), Type.Literal('oidc'), Type.Literal('invited')], {
      description: '`invited`: has no password yet. `oidc`: its roles come from the groups of the identity provider.',
    }),
    issuer: Nullable(Type.String({ description: 'Of the identity provider.' })),
    totp: Type.Boolean(),
    grants: Type.Array(AccessGrant),
    createdMs: Type.Number(),
    lastSignInMs: Nullable(Type.Number()),
    sessions: Type.Integer({ description: 'Open now.' }),
    tokens: Type.Integer({ description: 'That hold now.' }),
  },
  { $id: 'Account' },
);
export type Account = Static<typeof Account>;

/** `GET people/accounts`, by name. */
export const AccountList = Type.Object({ accounts: Type.Array(Account) });
export type AccountList = Static<typeof AccountList>;

const Grants = Type.Array(AccessGrant, { maxItems: maxGrants });

/** `POST people/accounts`. */
export const NewAccountBody = Type.Object({ email: PersonEmail, name: PersonName, grants: Grants }, closed);
export type NewAccountBody = Static<typeof NewAccountBody>;

/** A link to hand over: whoever opens it sets the account's password. It is shown this once. */
export const PasswordLink = Type.Object({
  path: Type.String({ description: '`/password#token=…`, to put behind the address of the dashboard.' }),
  expiresMs: Type.Number(),
});
export type PasswordLink = Static<typeof PasswordLink>;
export const NewAccount = Type.Object({ account: Account, link: PasswordLink });
export type NewAccount = Static<typeof NewAccount>;

export const AccountParams = Type.Object({ id: Type.Number({ minimum: 1, maximum: 2_147_483_647, multipleOf: 1 }) });

/** `PATCH people/accounts/:id` → Account. Whatever is left out stays. Disabling ends the account's sessions and tokens at once. */
export const AccountPatch = Type.Object(
  {
    revision: Type.Integer({
      description: 'The one that was read; refused with `account_changed` when it has changed since.',
    }),
    email: Type.Optional(PersonEmail),
    name: Type.Optional(PersonName),
    state: Type.Optional(AccountState),
    grants: Type.Optional(Grants),
  },
  closed,
);
export type AccountPatch = Static<typeof AccountPatch>;

/** `POST people/accounts/:id/reset` → PasswordLink. Ends the account's sessions. */
export const ResetBody = Type.Object(
  { totp: Type.Boolean({ description: 'Also turns the second factor off, for who has lost it.' }) },
  closed,
);
export type ResetBody = Static<typeof ResetBody>;

/** `me`: one's own. `everyone`: takes people.read. */
export const OfQuery = Type.Object({
  of: Type.Optional(Type.Union([Type.Literal('me'), Type.Literal('everyone')], { default: 'me' })),
});

/** `GET people/sessions?of=`, latest used first. `DELETE people/sessions/:id` ends one: one's own, or any with people.write. */
export const PersonSession = Type.Object({
  id: Type.Integer(),
  account: Type.Integer(),
  name: Type.String(),
  email: Type.String(),
  createdMs: Type.Number(),
  lastUsedMs: Type.Number(),
  expiresMs: Type.Number(),
  address: Type.String(),
  userAgent: Type.String(),
  current: Type.Boolean({ description: 'The one that asks.' }),
});
export type PersonSession = Static<typeof PersonSession>;
export const PersonSessionList = Type.Object({ sessions: Type.Array(PersonSession) });

/** `GET tokens?of=`, by name. `DELETE tokens/:id` revokes one: one's own, or any with people.write. */
export const ApiToken = Type.Object(
  {
    id: Type.Integer(),
    account: Type.Integer(),
    accountName: Type.String(),
    name: Type.String(),
    permissions: Type.Array(PermissionName),
    academies: Academies,
    createdMs: Type.Number(),
    expiresMs: Type.Number(),
    lastUsedMs: Nullable(Type.Number()),
    revokedMs: Nullable(Type.Number()),
    state: Type.Union([Type.Literal('active'), Type.Literal('expired'), Type.Literal('revoked')]),
  },
  { $id: 'ApiToken' },
);
export type ApiToken = Static<typeof ApiToken>;
export const ApiTokenList = Type.Object({ tokens: Type.Array(ApiToken) });

/** `POST tokens`. A token may do what its permissions say and its owner may, at every moment: it never gains. */
export const NewTokenBody = Type.Object(
  {
    name: PersonName,
    permissions: Type.Array(PermissionName, { minItems: 1, maxItems: permissions.length, uniqueItems: true }),
    academies: Type.Optional(Academies),
    days: Type.Integer({ minimum: 1, maximum: maxTokenDays, description: 'How long it holds.' }),
  },
  closed,
);
export type NewTokenBody = Static<typeof NewTokenBody>;
export const NewToken = Type.Object({
  token: ApiToken,
  secret: Type.String({ description: '`lw_…`, for the header `Authorization: Bearer lw_…`. Shown this once.' }),
});
export type NewToken = Static<typeof NewToken>;

/** `GET people/review`: who can see what; with `Accept: text/csv` a row for each account and role. */
export const AccessReview = Type.Object({
  atMs: Type.Number(),
  trust: Type.String(),
  people: Type.Array(
    Type.Object({
      account: Account,
      permissions: Type.Array(Allowed),
      tokens: Type.Array(ApiToken, { description: 'That hold now.' }),
    }),
  ),
});
export type AccessReview = Static<typeof AccessReview>;

import {
  LinkBody,
  LinkNow,
  LinkPasswordBody,
  PasswordBody,
  SessionNow,
  SetupBody,
  SignInBody,
  SignedOut,
  TotpBeginBody,
  TotpBegun,
  TotpConfirmBody,
  TotpConfirmed,
  TotpRemoveBody,
} from '@linewatch/contract';
import { clientAddress } from '../access/address.ts';
import { answers } from '../answer.ts';
import type { AccessServices } from '../access/services.ts';
import { clearCookie } from '../access/cookies.ts';
import { oidcCookie, sessionCookie } from '../access/authenticator.ts';
import { newRecoveryCodes, newTotpSecret, recoveryHash, stepOf, totpUri } from '../access/totp.ts';
import { totpUse } from '../access/sign-in.ts';
import { ownSession } from '../access/own-session.ts';
import { ApiError } from '../problems.ts';
import type { Server } from '../server.ts';

const tags = ['Sign-in'];
const attempt = ['request_invalid', 'origin_refused', 'sign_in_unavailable'] as const;

export function registerSessionRoutes(app: Server, services: AccessServices): void {
  const { people, trust, signIn, vault, authenticator, clock, note, sessionNow } = services;

  app.get(
    '/api/v1/session',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Who is signed in, and how to sign in',
        tags,
        response: answers(SessionNow, 'sign_in_unavailable'),
      },
    },
    (request) => sessionNow(request),
  );

  app.post(
    '/api/v1/session',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Signs in with e-mail address and password',
        description: 'The answer sets a cookie. After five failures each further try has to wait longer.',
        tags,
        body: SignInBody,
        response: answers(SessionNow, ...attempt, 'sign_in_failed', 'code_required', 'busy'),
      },
    },
    async (request, reply) => {
      const { id } = await signIn.withPassword(request, request.body);
      return sessionNow(request, await signIn.open(request, reply, id));
    },
  );

  app.delete(
    '/api/v1/session',
    {
      config: { access: 'public' },
      schema: { summary: 'Signs out', tags, response: answers(SignedOut, 'origin_refused') },
    },
    async (request, reply) => {
      const found = await authenticator.authenticate(request).catch(() => undefined);
      clearCookie(request, reply, sessionCookie);
      if (found?.credential?.kind !== 'session') return { next: null };
      const { credential, principal } = found;
      await people.sessions.end(trust, credential.id, null).catch(() => undefined);
      await authenticator.changed();
      await note(principal.actor, { trust, what: 'sign-in', record: credential.account.email, op: 'signed-out' });
      const next = credential.account.local ? undefined : await services.endProviderSession(request);
      return { next: next ?? null };
    },
  );

  app.post(
    '/api/v1/setup',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Makes the first administrator, by the link that "linewatch up" prints',
        tags,
        body: SetupBody,
        response: answers(SessionNow, ...attempt, 'link_invalid', 'password_refused', 'account_exists'),
      },
    },
    async (request, reply) => {
      const id = await signIn.setUp(request, request.body);
      return sessionNow(request, await signIn.open(request, reply, id));
    },
  );

  app.post(
    '/api/v1/session/link',
    {
      config: { access: 'public' },
      schema: {
        summary: 'What a link is for',
        tags,
        body: LinkBody,
        response: answers(LinkNow, ...attempt, 'link_invalid'),
      },
    },
    (request) =>
      signIn.byLink(request, async () => {
        const { purpose, name, email, expiresMs } = await people.links.find(trust, request.body.token);
        return { purpose, name, email, expiresMs };
      }),
  );

  app.post(
    '/api/v1/session/link/password',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Sets the password of the account that a link is for',
        description: 'Ends all its sessions. Signs in, unless the account has a second factor.',
        tags,
        body: LinkPasswordBody,
        response: answers(SessionNow, ...attempt, 'link_invalid', 'password_refused'),
      },
    },
    async (request, reply) => {
      const { token, password } = request.body;
      const id = await signIn.byLink(request, async () => {
        const { name, email } = await people.links.find(trust, token);
        return people.links.setPassword(trust, token, await signIn.hash(password, [name, email]));
      });
      const account = await people.accounts.get(trust, id);
      await signIn.noteSelf(request, account, 'password-set', { by: 'link' });
      await authenticator.changed();
      return account.totp ? sessionNow(request, null) : sessionNow(request, await signIn.open(request, reply, id));
    },
  );

  app.post(
    '/api/v1/session/password',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: "Changes one's own password",
        description: 'Ends all other sessions of the account.',
        tags,
        body: PasswordBody,
        response: answers(SessionNow, ...attempt, 'sign_in_failed', 'password_refused', 'account_managed'),
      },
    },
    async (request) => {
      const session = ownSession(request, 'local');
      const { name, email, id } = session.account;
      await signIn.again(request, id, request.body.current);
      const passwordHash = await signIn.hash(request.body.password, [name, email]);
      await people.accounts.setPassword(trust, id, passwordHash, session.id);
      await signIn.noteSelf(request, session.account, 'password-set', { by: 'owner' });
      await authenticator.changed();
      return sessionNow(request);
    },
  );

  app.post(
    '/api/v1/session/totp/begin',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: 'Begins a second factor: nothing is asked for before it is confirmed',
        tags,
        body: TotpBeginBody,
        response: answers(TotpBegun, ...attempt, 'sign_in_failed', 'account_managed'),
      },
    },
    async (request) => {
      const { account } = ownSession(request, 'local');
      await signIn.again(request, account.id, request.body.password);
      const secret = newTotpSecret();
      await people.accounts.beginTotp(trust, account.id, vault.seal(secret, totpUse(account.id)));
      return { secret, uri: totpUri(secret, account.email) };
    },
  );

  app.post(
    '/api/v1/session/totp/confirm',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: 'Confirms a second factor with its first code',
        tags,
        body: TotpConfirmBody,
        response: answers(TotpConfirmed, ...attempt, 'sign_in_failed', 'account_managed'),
      },
    },
    async (request) => {
      const { account } = ownSession(request, 'local');
      await signIn.limit(request, account.email);
      const { totpPending } = (await people.accounts.credentials(trust, { id: account.id }))!;
      const secret = totpPending ? vault.open(totpPending, totpUse(account.id)) : undefined;
      const step = secret === undefined ? undefined : stepOf(secret, request.body.code.replaceAll(/\s/g, ''), clock());
      const codes = newRecoveryCodes();
      if (
        step === undefined ||
        !(await people.accounts.confirmTotp(trust, account.id, totpPending!, step, codes.map(recoveryHash)))
      )
        throw new ApiError('sign_in_failed', 'This is not the code that the app shows now.');
      await people.attempts.forgive(trust, account.email, clientAddress(request), true);
      await signIn.noteSelf(request, account, 'second-factor-on');
      await authenticator.changed();
      return { recoveryCodes: codes };
    },
  );

  app.post(
    '/api/v1/session/totp/remove',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: 'Turns the second factor off',
        tags,
        body: TotpRemoveBody,
        response: answers(SessionNow, ...attempt, 'sign_in_failed', 'account_managed'),
      },
    },
    async (request) => {
      const { account } = ownSession(request, 'local');
      await signIn.again(request, account.id, request.body.password, request.body.code);
      await people.accounts.removeTotp(trust, account.id);
      await signIn.noteSelf(request, account, 'second-factor-off');
      await authenticator.changed();
      return sessionNow(request);
    },
  );

  const { oidc } = services;
  if (!oidc) return;

  app.get(
    '/api/v1/session/oidc/start',
    { config: { access: 'public' }, schema: { summary: 'Goes to the identity provider', tags, hide: true } },
    async (request, reply) => {
      const { to } = request.query as { to?: unknown };
      return reply.redirect(await services.startOidc(request, reply, typeof to === 'string' ? to : undefined), 303);
    },
  );

  app.get(
    '/api/v1/session/oidc/callback',
    // A provider's code and state may be long.
    { config: { access: 'public', maxUrlBytes: 8192 }, schema: { summary: 'Comes back from it', tags, hide: true } },
    async (request, reply) => {
      const to = await services.finishOidc(request, reply);
      clearCookie(request, reply, oidcCookie);
      return reply.redirect(to, 303);
    },
  );
}

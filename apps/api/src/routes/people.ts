import {
  AccessReview,
  Account,
  AccountList,
  AccountParams,
  AccountPatch,
  ApiTokenList,
  NewAccount,
  NewAccountBody,
  NewToken,
  NewTokenBody,
  OfQuery,
  PasswordLink,
  PersonSessionList,
  ResetBody,
} from '@linewatch/contract';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { principalOf } from '../access/access.ts';
import { ownSession } from '../access/own-session.ts';
import { refused } from '../access/refused.ts';
import { accessReview, reviewCsv } from '../access/review.ts';
import type { AccessServices } from '../access/services.ts';
import { linkLifeMs, newToken } from '../access/sign-in.ts';
import { answers } from '../answer.ts';
import { ApiError } from '../problems.ts';
import type { Server } from '../server.ts';

const tags = ['People'];
const dayMs = 86_400_000;
const Nothing = Type.Object({});
const change = ['request_invalid', 'origin_refused', 'signed_out', 'forbidden'] as const;

/** What of an account the audit log keeps. */
const kept = ({ email, name, state, grants, totp }: Account): object => ({ email, name, state, grants, totp });

export function registerPeopleRoutes(app: Server, services: AccessServices): void {
  const { people, trust, note, authenticator, life, clock } = services;

  /** One's own, which only people see and end: a token in a calendar's address is not to tell where its owner signs in. */
  function own(request: FastifyRequest, permission: 'people.read' | 'people.write'): number {
    if (!principalOf(request).mayAll(permission) && request.credential) ownSession(request);
    return request.credential?.account.id ?? 0;
  }

  /** Whose are asked for: null = everyone's. */
  function whose(request: FastifyRequest, of: 'me' | 'everyone' | undefined): number | null {
    if (of !== 'everyone') return own(request, 'people.read');
    if (!principalOf(request).mayAll('people.read'))
      throw new ApiError('forbidden', 'This takes the permission "people.read" for the whole trust.');
    return null;
  }

  /** Whose may be ended: null = anyone's. */
  const endable = (request: FastifyRequest): number | null =>
    principalOf(request).mayAll('people.write') ? null : own(request, 'people.write');

  async function link(account: Account, purpose: 'invite' | 'reset', endsTotp = false): Promise<PasswordLink> {
    const token = newToken();
    const lifeMs = linkLifeMs[purpose];
    const expiresMs = await people.links.create(trust, token, { purpose, account: account.id, lifeMs, endsTotp });
    return { path: `/password#token=${token}`, expiresMs };
  }

  app.get(
    '/api/v1/people/accounts',
    {
      config: { access: 'people.read' },
      schema: { summary: 'Everyone who has an account', tags, response: answers(AccountList) },
    },
    async () => ({ accounts: await people.accounts.list(trust) }),
  );

  app.post(
    '/api/v1/people/accounts',
    {
      config: { access: 'people.write' },
      schema: {
        summary: 'Makes an account, and a link by which its owner sets a password',
        tags,
        body: NewAccountBody,
        response: answers(NewAccount, ...change, 'account_exists', 'academy_unknown', 'too_many'),
      },
    },
    async (request) => {
      const account = await refused(people.accounts.create(trust, request.body));
      const made = await link(account, 'invite');
      await note(principalOf(request).actor, {
        trust,
        what: 'account',
        record: account.email,
        op: 'create',
        after: kept(account),
      });
      return { account, link: made };
    },
  );

  app.patch(
    '/api/v1/people/accounts/:id',
    {
      config: { access: 'people.write' },
      schema: {
        summary: 'Changes an account: its name, address, roles, and whether it may sign in',
        description: 'Who is disabled is signed out at once, and the API tokens are revoked.',
        tags,
        params: AccountParams,
        body: AccountPatch,
        response: answers(
          Account,
          ...change,
          'account_unknown',
          'account_exists',
          'account_managed',
          'account_changed',
          'last_administrator',
          'academy_unknown',
        ),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { body } = request;
      const own = request.credential?.account.id === id;
      const stays = body.grants === undefined || body.grants.some(({ role }) => role === 'admin');
      if (own && (!stays || body.state === 'disabled'))
        throw new ApiError('forbidden', 'Nobody takes their own administrator role away: ask another administrator.');
      const { before, after } = await refused(people.accounts.change(trust, id, body));
      await note(principalOf(request).actor, {
        trust,
        what: 'account',
        record: after.email,
        op: 'update',
        before: kept(before),
        after: kept(after),
      });
      await authenticator.changed();
      return after;
    },
  );

  app.post(
    '/api/v1/people/accounts/:id/reset',
    {
      config: { access: 'people.write' },
      schema: {
        summary: 'Makes a link by which the owner of an account sets a new password',
        description: 'Ends its sessions. The password before works until the link is used.',
        tags,
        params: AccountParams,
        body: ResetBody,
        response: answers(PasswordLink, ...change, 'account_unknown', 'account_managed'),
      },
    },
    async (request) => {
      const account = await refused(people.accounts.get(trust, request.params.id));
      if (account.signIn === 'oidc') throw new ApiError('account_managed', 'Its password is at the identity provider.');
      const made = await link(account, account.signIn === 'invited' ? 'invite' : 'reset', request.body.totp);
      await people.sessions.endAll(trust, account.id);
      await note(principalOf(request).actor, {
        trust,
        what: 'account',
        record: account.email,
        op: 'reset',
        after: { secondFactorEnds: request.body.totp },
      });
      await authenticator.changed();
      return made;
    },
  );

  app.get(
    '/api/v1/people/sessions',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: 'Who is signed in, where',
        tags,
        querystring: OfQuery,
        response: answers(PersonSessionList, 'forbidden'),
      },
    },
    async (request) => {
      const { credential } = request;
      const sessions = await people.sessions.list(trust, whose(request, request.query.of), life);
      return {
        sessions: sessions.map((each) => ({
          ...each,
          current: credential?.kind === 'session' && credential.id === each.id,
        })),
      };
    },
  );

  app.delete(
    '/api/v1/people/sessions/:id',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: "Ends a session: one's own, or anyone's with people.write",
        tags,
        params: AccountParams,
        response: answers(Nothing, ...change, 'session_unknown'),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { email } = await refused(people.sessions.end(trust, id, endable(request)));
      await note(principalOf(request).actor, {
        trust,
        what: 'session',
        record: String(id),
        op: 'end',
        before: { email },
      });
      await authenticator.changed();
      return {};
    },
  );

  app.get(
    '/api/v1/tokens',
    {
      config: { access: 'signed-in' },
      schema: { summary: 'API tokens', tags, querystring: OfQuery, response: answers(ApiTokenList, 'forbidden') },
    },
    async (request) => ({ tokens: await people.tokens.list(trust, whose(request, request.query.of)) }),
  );

  app.post(
    '/api/v1/tokens',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: 'Makes an API token',
        description: 'It may do what its permissions say and its owner may, at every moment. It is shown this once.',
        tags,
        body: NewTokenBody,
        response: answers(NewToken, ...change, 'academy_unknown', 'too_many'),
      },
    },
    async (request) => {
      const { account } = ownSession(request);
      const { name, permissions, academies = null, days } = request.body;
      const beyond = permissions.find((permission) => !principalOf(request).may(permission));
      if (beyond !== undefined)
        throw new ApiError('forbidden', `A token cannot have "${beyond}": you have not got it.`);
      const secret = `lw_${newToken()}`;
      const wanted = { name, permissions, academies, lifeMs: days * dayMs };
      const token = await refused(people.tokens.create(trust, account.id, secret, wanted));
      await note(principalOf(request).actor, {
        trust,
        what: 'token',
        record: String(token.id),
        op: 'create',
        after: { owner: account.email, name, permissions, academies, expires: new Date(token.expiresMs).toISOString() },
      });
      return { token, secret };
    },
  );

  app.delete(
    '/api/v1/tokens/:id',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: "Revokes an API token: one's own, or anyone's with people.write",
        tags,
        params: AccountParams,
        response: answers(Nothing, ...change, 'token_unknown'),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { name, email } = await refused(people.tokens.revoke(trust, id, endable(request)));
      await note(principalOf(request).actor, {
        trust,
        what: 'token',
        record: String(id),
        op: 'revoke',
        before: { owner: email, name },
      });
      await authenticator.changed();
      return {};
    },
  );

  app.get(
    '/api/v1/people/review',
    {
      config: { access: 'people.read' },
      schema: {
        summary: 'Who can see what',
        description: 'As CSV, a row for each account and role, where the Accept header asks for text/csv.',
        tags,
        produces: ['application/json', 'text/csv'],
        response: answers(AccessReview),
      },
    },
    async (request, reply) => {
      const [accounts, tokens] = await Promise.all([people.accounts.list(trust), people.tokens.list(trust, null)]);
      const review = accessReview(trust, clock(), accounts, tokens);
      if (!/\btext\/csv\b/i.test(request.headers.accept ?? '')) return review;
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="access-review.csv"')
        .serializer((text: string) => text)
        .send(reviewCsv(review));
    },
  );
}

/** What is heard and not known yet; rules tried; academies on-boarded. */
import {
  ChangeResult,
  IgnoreBody,
  Inbox as InboxAnswer,
  InboxQuery,
  MapBody,
  MapResult,
  OnboardBody,
  type Permission,
  ProposalBody,
  ProposalList,
  TryRuleBody,
  TryRuleResult,
} from '@linewatch/contract';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../access/access.ts';
import type { Principal } from '../access/principal.ts';
import { answers } from '../answer.ts';
import type { ProblemCode } from '../problems.ts';
import { ApiError } from '../problems.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { proposalsFor } from '../inbox/proposals.ts';
import { createRateLimit } from '../rate.ts';
import type { Server } from '../server.ts';
import { fromOurselves } from './writes.ts';

/** Of one client: a person maps a page at a time. */
const writesPerSecond = 5;
/** Rules are tried as they are typed. */
const triesPerSecond = 10;
/** Of 200 interfaces with all that a circuit and an academy may say. */
const mapBodyBytes = 1024 * 1024;
const onboardBodyBytes = 256 * 1024;

const tags = ['Inbox'];
const changed: readonly ProblemCode[] = [
  'request_invalid',
  'forbidden',
  'origin_refused',
  'content_type_refused',
  'body_too_large',
  'estate_unavailable',
];

export interface InboxRoutes {
  readonly inbox: Inbox;
  readonly clock: () => number;
}

/** Beside the permission that the route names. */
function needs(principal: Principal, permission: Permission, all = false): void {
  if (all ? principal.mayAll(permission) : principal.may(permission)) return;
  throw new ApiError('forbidden', `This takes the permission "${permission}"${all ? ' for the whole trust' : ''}.`);
}

export function registerInboxRoutes(app: Server, { inbox, clock }: InboxRoutes): void {
  const limiter = (perSecond: number, what: string): ((request: Pick<FastifyRequest, 'ip'>) => void) => {
    const waitFor = createRateLimit(perSecond);
    return ({ ip }) => {
      const retryAfterS = waitFor(ip, clock());
      if (retryAfterS > 0)
        throw new ApiError('rate_limited', `More than ${perSecond} ${what} a second.`, { retryAfterS });
    };
  };
  const write = limiter(writesPerSecond, 'changes');
  const tryOut = limiter(triesPerSecond, 'rules');

  app.get(
    '/api/v1/inbox',
    {
      config: { access: 'exporters.read' },
      schema: {
        summary: 'Exporters and interfaces that are heard and that the estate does not know',
        description:
          'Those of the last 15 minutes, busiest first, with what they may be and why. Whoever is for single academies ' +
          'sees the devices that are of those academies alone.',
        tags,
        querystring: InboxQuery,
        response: answers(InboxAnswer, 'request_invalid', 'estate_unavailable'),
      },
    },
    (request) => inbox.list(principalOf(request).scope('exporters.read'), request.query),
  );

  app.post(
    '/api/v1/inbox/map',
    {
      config: { access: 'estate.write' },
      bodyLimit: mapBodyBytes,
      schema: {
        summary: 'Makes circuits of interfaces that are heard',
        description:
          'All of them at once, or none; undone as one batch. What was stored before shows under the academy, too. ' +
          'Takes estate.write and exporters.write.',
        tags,
        body: MapBody,
        response: answers(MapResult, ...changed),
      },
      ...fromOurselves,
    },
    (request) => {
      write(request);
      const principal = principalOf(request);
      needs(principal, 'exporters.write');
      return inbox.map(principal, request.body);
    },
  );

  app.post(
    '/api/v1/inbox/ignore',
    {
      config: { access: 'exporters.write' },
      schema: {
        summary: 'Says that interfaces or devices are not ours',
        description: 'Makes a rule for each that hides it: it is shown again when the rule is removed or undone.',
        tags,
        body: IgnoreBody,
        response: answers(ChangeResult, ...changed),
      },
      ...fromOurselves,
    },
    (request) => {
      write(request);
      const principal = principalOf(request);
      needs(principal, 'exporters.write', true);
      needs(principal, 'estate.write', true);
      return inbox.ignore(principal, request.body);
    },
  );

  app.post(
    '/api/v1/inbox/rules/try',
    {
      config: { access: 'exporters.read' },
      schema: {
        summary: 'What a rule would do to what is heard now',
        description: 'Nothing is saved or changed.',
        tags,
        body: TryRuleBody,
        response: answers(
          TryRuleResult,
          'request_invalid',
          'origin_refused',
          'content_type_refused',
          'estate_unavailable',
        ),
      },
      ...fromOurselves,
    },
    (request) => {
      tryOut(request);
      return inbox.try(request.body, principalOf(request).scope('exporters.read'));
    },
  );

  app.post(
    '/api/v1/estate/onboard',
    {
      config: { access: 'estate.write' },
      bodyLimit: onboardBodyBytes,
      schema: {
        summary: 'Adds an academy with its circuits, by a template or as given',
        description:
          'All of it at once, or nothing; undone as one batch. A circuit with exporter and interface shows its traffic at ' +
          'once, that from before included. For those who may change the whole trust.',
        tags,
        body: OnboardBody,
        response: answers(MapResult, ...changed),
      },
      ...fromOurselves,
    },
    (request) => {
      write(request);
      const principal = principalOf(request);
      needs(principal, 'estate.write', true);
      return inbox.onboard(principal, request.body);
    },
  );

  app.get(
    '/api/v1/estate/proposals',
    {
      config: { access: 'estate.read' },
      schema: {
        summary: 'Templates that an estate can begin with',
        tags,
        response: answers(ProposalList, 'estate_unavailable'),
      },
    },
    async (request) => {
      const known = await inbox.known();
      const proposals = proposalsFor(known);
      // Whether the trust has them is of the trust.
      const all = principalOf(request).mayAll('estate.read');
      return { proposals: all ? proposals : proposals.map((each) => ({ ...each, exists: false })) };
    },
  );

  app.post(
    '/api/v1/estate/proposals',
    {
      config: { access: 'estate.write' },
      schema: {
        summary: 'Creates templates as proposed, with their standards profiles and suppliers',
        description: 'What is there already is left as it is. For those who may change the whole trust.',
        tags,
        body: ProposalBody,
        response: answers(ChangeResult, ...changed),
      },
      ...fromOurselves,
    },
    (request) => {
      write(request);
      const principal = principalOf(request);
      needs(principal, 'estate.write', true);
      return inbox.propose(principal, request.body);
    },
  );
}

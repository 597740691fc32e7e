/** Alerts: what fires, what makes them fire, what is not told for a while. */
import {
  AlertNowList,
  AlertRule,
  AlertRuleBody,
  AlertRuleList,
  RulePreview,
  RulePreviewBody,
  Silence,
  SilenceBody,
  SilenceList,
  SilenceQuery,
  slugPattern,
} from '@linewatch/contract';
import { Type } from 'typebox';
import { principalOf } from '../access/access.ts';
import type { Firing } from '../alerts/firing.ts';
import type { AlertRules } from '../alerts/rules.ts';
import type { Silences } from '../alerts/silences.ts';
import { answers } from '../answer.ts';
import { ApiError } from '../problems.ts';
import { createRateLimit } from '../rate.ts';
import type { Server } from '../server.ts';
import { fromOurselves } from './writes.ts';

/** Of one client. */
const changesPerSecond = 20;
/** A month of every line is gone through. */
const previewMs = 120_000;
const NumberParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
export const SlugParams = Type.Object({ id: Type.String({ pattern: slugPattern, maxLength: 64 }) });
export const Done = Type.Object({ done: Type.Boolean() });
const RuleBody = Type.Object(
  {
    ...AlertRuleBody.properties,
    revision: Type.Optional(
      Type.Integer({ description: 'As it was read; refused when it has changed since. 0: as it came.' }),
    ),
  },
  { additionalProperties: false },
);
export const refusals = [
  'request_invalid',
  'forbidden',
  'origin_refused',
  'content_type_refused',
  'record_changed',
  'change_refused',
  'estate_unavailable',
] as const;
/** Without a body, so that none can be of the wrong type. */
export const removals = ['request_invalid', 'forbidden', 'origin_refused', 'estate_unavailable'] as const;

const wholeTrust = 'For who may for the whole trust.';

export interface AlertRoutes {
  readonly firing: Firing;
  readonly rules: AlertRules;
  readonly silences: Silences;
  readonly clock: () => number;
}

/** @throws ApiError `rate_limited` */
export function changeLimit(clock: () => number, perSecond = changesPerSecond): (address: string) => void {
  const waitFor = createRateLimit(perSecond);
  return (address) => {
    const retryAfterS = waitFor(address, clock());
    if (retryAfterS > 0)
      throw new ApiError('rate_limited', `More than ${perSecond} changes a second.`, { retryAfterS });
  };
}

export function registerAlertRoutes(app: Server, { firing, rules, silences, clock }: AlertRoutes): void {
  const limited = changeLimit(clock);

  app.get(
    '/api/v1/alerts',
    {
      config: { access: 'alerts.read' },
      schema: {
        summary: 'Alerts that fire now',
        description:
          'Gravest first. Who has the permission for single academies sees what concerns one of these. Safeguarding signals are ' +
          'never among them.',
        tags: ['Alerts'],
        response: answers(AlertNowList, 'estate_unavailable'),
      },
    },
    (request) => firing.list(principalOf(request)),
  );

  app.get(
    '/api/v1/safeguarding',
    {
      config: { access: 'safeguarding.read' },
      schema: {
        summary: 'Safeguarding signals of now',
        description: 'Of the academies in your scope. They are told of nowhere else.',
        tags: ['Alerts'],
        response: answers(AlertNowList, 'estate_unavailable'),
      },
    },
    (request) => firing.safeguarding(principalOf(request)),
  );

  app.get(
    '/api/v1/alerts/rules',
    {
      config: { access: 'alerts.read' },
      schema: {
        summary: 'Rules: those that came with the product, as they are now, and those that were added',
        description: wholeTrust,
        tags: ['Alerts'],
        response: answers(AlertRuleList, 'forbidden', 'estate_unavailable'),
      },
    },
    (request) => rules.list(principalOf(request)),
  );

  app.get(
    '/api/v1/alerts/rules/:id',
    {
      config: { access: 'alerts.read' },
      schema: {
        summary: 'One rule',
        description: wholeTrust,
        tags: ['Alerts'],
        params: SlugParams,
        response: answers(AlertRule, 'request_invalid', 'forbidden', 'rule_unknown', 'estate_unavailable'),
      },
    },
    (request) => rules.get(principalOf(request), request.params.id),
  );

  app.put(
    '/api/v1/alerts/rules/:id',
    {
      config: { access: 'alerts.write' },
      schema: {
        summary: 'Changes a rule, or adds one',
        description: `${wholeTrust} The rule that came with the product for a kind has the name of the kind for id.`,
        tags: ['Alerts'],
        params: SlugParams,
        body: RuleBody,
        response: answers(AlertRule, ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      const { revision, ...body } = request.body;
      return rules.put(principalOf(request), request.params.id, body, revision);
    },
  );

  app.delete(
    '/api/v1/alerts/rules/:id',
    {
      config: { access: 'alerts.write' },
      schema: {
        summary: 'Removes a rule; one that came with the product becomes what it was',
        description: wholeTrust,
        tags: ['Alerts'],
        params: SlugParams,
        response: answers(Done, 'rule_unknown', ...removals),
      },
    },
    async (request) => {
      limited(request.ip);
      await rules.remove(principalOf(request), request.params.id);
      return { done: true };
    },
  );

  if (rules.previews)
    app.post(
      '/api/v1/alerts/rules/preview',
      {
        config: { access: 'alerts.read' },
        handlerTimeout: previewMs,
        schema: {
          summary: 'What a rule would have done in a month',
          description: `${wholeTrust} Last month without one. Of safeguarding rules, for who may see those signals of the whole trust.`,
          tags: ['Alerts'],
          body: RulePreviewBody,
          response: answers(RulePreview, 'busy', 'telemetry_unavailable', ...refusals),
        },
        ...fromOurselves,
      },
      (request) => {
        limited(request.ip);
        return rules.preview(principalOf(request), request.body);
      },
    );

  app.get(
    '/api/v1/alerts/silences',
    {
      config: { access: 'alerts.read' },
      schema: {
        summary: 'Silences, and when they take place',
        description:
          'From a week ago to four weeks ahead, or the time asked for. Who has the permission for single academies sees those ' +
          'that name one of these (academy = its id).',
        tags: ['Alerts'],
        querystring: SilenceQuery,
        response: answers(SilenceList, 'request_invalid', 'estate_unavailable'),
      },
    },
    (request) => silences.list(principalOf(request), request.query),
  );

  app.post(
    '/api/v1/alerts/silences',
    {
      config: { access: 'alerts.silence' },
      schema: {
        summary: 'Silences alerts for a while',
        description: 'Who may for single academies has to name one of these (academy = its id).',
        tags: ['Alerts'],
        body: SilenceBody,
        response: answers(Silence, ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return silences.make(principalOf(request), request.body);
    },
  );

  app.put(
    '/api/v1/alerts/silences/:id',
    {
      config: { access: 'alerts.silence' },
      schema: {
        summary: 'Changes a silence',
        tags: ['Alerts'],
        params: NumberParams,
        body: SilenceBody,
        response: answers(Silence, 'silence_unknown', ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return silences.change(principalOf(request), request.params.id, request.body);
    },
  );

  app.delete(
    '/api/v1/alerts/silences/:id',
    {
      config: { access: 'alerts.silence' },
      schema: {
        summary: 'Ends a silence now',
        tags: ['Alerts'],
        params: NumberParams,
        response: answers(Silence, 'silence_unknown', 'change_refused', ...removals),
      },
    },
    (request) => {
      limited(request.ip);
      return silences.end(principalOf(request), request.params.id);
    },
  );
}

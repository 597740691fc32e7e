/** Subscriptions and deliveries: who is told of alerts, how, and what came of it. */
import {
  DeliveryDetail,
  DeliveryList,
  DeliveryQuery,
  ReplayBody,
  Replayed,
  RotateBody,
  RotatedSecret,
  Subscription,
  SubscriptionBody,
  SubscriptionList,
  TestBody,
  TestResult,
} from '@linewatch/contract';
import { Type } from 'typebox';
import { principalOf } from '../access/access.ts';
import type { Deliveries } from '../alerts/deliveries.ts';
import type { Subscriptions } from '../alerts/subscriptions.ts';
import type { Examples } from '../alerts/examples.ts';
import { answers } from '../answer.ts';
import type { Server } from '../server.ts';
import { Done, SlugParams, changeLimit, refusals, removals } from './alerts.ts';
import { fromOurselves } from './writes.ts';

/** Sending asks elsewhere: of one client. */
const testsPerSecond = 1;
/** Several requests of up to half a minute each. */
const testMs = 120_000;
const DeliveryParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });
const wholeTrust = 'For who may for the whole trust.';

export interface DeliveryRoutes {
  readonly subscriptions: Subscriptions;
  readonly examples: Examples;
  readonly deliveries: Deliveries;
  readonly clock: () => number;
}

export function registerDeliveryRoutes(app: Server, routes: DeliveryRoutes): void {
  const { subscriptions, examples, deliveries, clock } = routes;
  const limited = changeLimit(clock);
  const testLimited = changeLimit(clock, testsPerSecond);

  app.get(
    '/api/v1/alerts/subscriptions',
    {
      config: { access: 'alerts.read' },
      schema: {
        summary: 'Who is told of alerts, how, and how that goes',
        description: `${wholeTrust} Of secrets, the names only.`,
        tags: ['Alerts'],
        response: answers(SubscriptionList, 'forbidden', 'estate_unavailable'),
      },
    },
    (request) => subscriptions.list(principalOf(request), originOf(request)),
  );

  app.get(
    '/api/v1/alerts/subscriptions/:id',
    {
      config: { access: 'alerts.read' },
      schema: {
        summary: 'One subscription',
        description: wholeTrust,
        tags: ['Alerts'],
        params: SlugParams,
        response: answers(Subscription, 'request_invalid', 'forbidden', 'subscription_unknown', 'estate_unavailable'),
      },
    },
    (request) => subscriptions.get(principalOf(request), originOf(request), request.params.id),
  );

  app.put(
    '/api/v1/alerts/subscriptions/:id',
    {
      config: { access: 'alerts.write' },
      schema: {
        summary: 'Changes a subscription, or adds one',
        description:
          `${wholeTrust} Secrets that are left out stay as they are, as long as format and addresses are the same: they are ` +
          'not sent to another host than the one that they were given for.',
        tags: ['Alerts'],
        params: SlugParams,
        body: SubscriptionBody,
        response: answers(Subscription, ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return subscriptions.put(principalOf(request), originOf(request), request.params.id, request.body);
    },
  );

  app.delete(
    '/api/v1/alerts/subscriptions/:id',
    {
      config: { access: 'alerts.write' },
      schema: {
        summary: 'Removes a subscription; what it was sent stays in the log, what waits is cancelled',
        description: wholeTrust,
        tags: ['Alerts'],
        params: SlugParams,
        response: answers(Done, 'subscription_unknown', ...removals),
      },
    },
    async (request) => {
      limited(request.ip);
      await subscriptions.remove(principalOf(request), request.params.id);
      return { done: true };
    },
  );

  app.post(
    '/api/v1/alerts/subscriptions/:id/rotate',
    {
      config: { access: 'alerts.write' },
      schema: {
        summary: 'Makes a new secret to sign with, which is shown once',
        description: `${wholeTrust} The one before stays live for as long as is asked for.`,
        tags: ['Alerts'],
        params: SlugParams,
        body: RotateBody,
        response: answers(RotatedSecret, 'subscription_unknown', ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return subscriptions.rotate(principalOf(request), request.params.id, request.body);
    },
  );

  app.post(
    '/api/v1/alerts/subscriptions/:id/enable',
    {
      config: { access: 'alerts.write' },
      schema: {
        summary: 'Switches one on again that was switched off by itself',
        description: `${wholeTrust} What was given up meanwhile can be replayed.`,
        tags: ['Alerts'],
        params: SlugParams,
        body: Type.Object({}),
        response: answers(Subscription, 'subscription_unknown', ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return subscriptions.enable(principalOf(request), originOf(request), request.params.id);
    },
  );

  for (const [what, summary, description] of [
    [
      'test',
      'Sends an example, and tells what went over the wire',
      'Settings need not be kept yet. With `id`, secrets that are not given are those kept, as long as format and addresses are the ' +
        'same. `event: resolved` opens a ticket first where the receiver keeps tickets, so that none is left open.',
    ],
    ['preview', 'What would be sent, without sending', 'What receivers would answer is made up.'],
  ] as const)
    app.post(
      `/api/v1/alerts/subscriptions/${what}`,
      {
        config: { access: 'alerts.write' },
        handlerTimeout: testMs,
        schema: {
          summary,
          description: `${wholeTrust} ${description} Secrets are hidden in what is told.`,
          tags: ['Alerts'],
          body: TestBody,
          response: answers(TestResult, 'busy', 'subscription_unknown', ...refusals),
        },
        ...fromOurselves,
      },
      (request) => {
        if (what === 'test') testLimited(request.ip);
        else limited(request.ip);
        return examples[what](principalOf(request), request.body);
      },
    );

  app.get(
    '/api/v1/alerts/deliveries',
    {
      config: { access: 'alerts.read' },
      schema: {
        summary: 'What was sent, and what waits, newest first',
        description: `${wholeTrust} A delivery may tell of several academies.`,
        tags: ['Alerts'],
        querystring: DeliveryQuery,
        response: answers(DeliveryList, 'request_invalid', 'forbidden', 'estate_unavailable'),
      },
    },
    (request) => deliveries.list(principalOf(request), request.query),
  );

  app.get(
    '/api/v1/alerts/deliveries/:id',
    {
      config: { access: 'alerts.read' },
      schema: {
        summary: 'One delivery, with what it said and what went over the wire',
        description:
          `${wholeTrust} What it said names site contacts: without contacts.read for the whole trust, \`notification\` is null ` +
          'and `exchanges` is empty.',
        tags: ['Alerts'],
        params: DeliveryParams,
        response: answers(DeliveryDetail, 'request_invalid', 'forbidden', 'delivery_unknown', 'estate_unavailable'),
      },
    },
    (request) => deliveries.detail(principalOf(request), request.params.id),
  );

  app.post(
    '/api/v1/alerts/deliveries/replay',
    {
      config: { access: 'alerts.write' },
      schema: {
        summary: 'Sends deliveries again, under the ids that they had',
        description: `${wholeTrust} By number, or all of a subscription that were given up since a time.`,
        tags: ['Alerts'],
        body: ReplayBody,
        response: answers(Replayed, 'subscription_unknown', ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return deliveries.replay(principalOf(request), request.body);
    },
  );
}

/** Where the request came to, for addresses that are told to others. */
const originOf = ({ protocol, host }: { readonly protocol: string; readonly host: string }): string =>
  `${protocol}://${host}`;

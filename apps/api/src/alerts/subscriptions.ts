/** Subscriptions as people change them. They are the trust's as a whole. */
import { createSigningSecret } from '@linewatch/alerting';
import {
  type RotateBody,
  type RotatedSecret,
  type Subscription,
  type SubscriptionBody,
  type SubscriptionList,
  formats,
} from '@linewatch/contract';
import type { Alerting } from '@linewatch/estate';
import type { Principal } from '../access/principal.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { askedOfAlerting, needWholeTrust } from './asked.ts';
import { leftOver, secretsOf, strayed } from './kept-secrets.ts';
import { subscriptionProblems } from './subscription-check.ts';

export interface SubscriptionsOptions {
  readonly alerting: Pick<
    Alerting,
    'subscriptions' | 'stored' | 'putSubscription' | 'removeSubscription' | 'rotate' | 'enable'
  >;
  /** What inbound addresses begin with; without it, where the request came to. */
  readonly url: string | undefined;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

export class Subscriptions {
  readonly #options: SubscriptionsOptions;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** @param origin where the request came to */
  async list(principal: Principal, origin: string): Promise<SubscriptionList> {
    needWholeTrust(principal, 'alerts.read');
    const { alerting, trust, clock } = this.#options;
    const subscriptions = await asked(alerting.subscriptions(trust));
    return { nowMs: clock(), subscriptions: subscriptions.map((each) => this.#reached(each, origin)) };
  }

  /** @throws ApiError `forbidden`, `subscription_unknown` */
  async get(principal: Principal, origin: string, id: string): Promise<Subscription> {
    const found = (await this.list(principal, origin)).subscriptions.find((each) => each.id === id);
    if (!found) throw new ApiError('subscription_unknown', `There is no subscription "${id}".`);
    return found;
  }

  /** @throws ApiError `request_invalid`, `forbidden`, `record_changed`, `change_refused` */
  async put(principal: Principal, origin: string, id: string, body: SubscriptionBody): Promise<Subscription> {
    needWholeTrust(principal, 'alerts.write');
    const { alerting, trust, clock } = this.#options;
    const before = (await asked(alerting.subscriptions(trust))).find((each) => each.id === id);
    const kept = before && (await asked(alerting.stored(trust, id)));
    if (kept) refuseStrayed(strayed(kept, body));
    const problems = subscriptionProblems(body, Object.keys(secretsOf(kept, body, clock())));
    if (problems.length > 0) throw new ApiError('request_invalid', problems.join('; '));
    // Between this look and the change somebody may give it other secrets.
    const revision = body.revision ?? before?.revision;
    const gone = Object.fromEntries((kept ? leftOver(kept, body) : []).map((name) => [name, null]));
    const changed = {
      ...body,
      secrets: { ...gone, ...body.secrets },
      ...(revision !== undefined && { revision }),
    };
    const put = alerting.putSubscription(principal.actor, trust, id, changed);
    return this.#reached(await askedOfAlerting(put, 'subscription_unknown'), origin);
  }

  /** @throws ApiError `forbidden`, `subscription_unknown` */
  async remove(principal: Principal, id: string): Promise<void> {
    needWholeTrust(principal, 'alerts.write');
    const { alerting, trust } = this.#options;
    await askedOfAlerting(alerting.removeSubscription(principal.actor, trust, id), 'subscription_unknown');
  }

  /** @throws ApiError `request_invalid`, `forbidden`, `subscription_unknown` */
  async rotate(principal: Principal, id: string, body: RotateBody): Promise<RotatedSecret> {
    needWholeTrust(principal, 'alerts.write');
    const { alerting, trust } = this.#options;
    const stored = await asked(alerting.stored(trust, id));
    if (!stored) throw new ApiError('subscription_unknown', `There is no subscription "${id}".`);
    if (body.which === 'signing' && !Object.hasOwn(formats[stored.format].secrets, 'signing'))
      throw new ApiError(
        'request_invalid',
        `body.which: what is sent as ${formats[stored.format].title} is not signed`,
      );
    const secret = createSigningSecret();
    return askedOfAlerting(alerting.rotate(principal.actor, trust, id, body, secret), 'subscription_unknown');
  }

  /** @throws ApiError `forbidden`, `subscription_unknown` */
  async enable(principal: Principal, origin: string, id: string): Promise<Subscription> {
    needWholeTrust(principal, 'alerts.write');
    const { alerting, trust } = this.#options;
    const enabled = alerting.enable(principal.actor, trust, id);
    return this.#reached(await askedOfAlerting(enabled, 'subscription_unknown'), origin);
  }

  /** With the address that helpdesks can reach. */
  #reached(subscription: Subscription, origin: string): Subscription {
    const { inbound } = subscription;
    const base = this.#options.url ?? origin;
    return { ...subscription, inbound: { ...inbound, url: new URL(inbound.url, base).href } };
  }
}

/** @throws ApiError `change_refused` */
export function refuseStrayed(names: readonly string[]): void {
  if (names.length === 0) return;
  throw new ApiError(
    'change_refused',
    `It leads to another place than before: give its secrets again (${names.join(', ')}). What is kept is sent nowhere else.`,
  );
}

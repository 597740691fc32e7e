/** The log of deliveries. What they say names people on site: it is for who may see contacts. */
import type { DeliveryDetail, DeliveryList, DeliveryQuery, ReplayBody } from '@linewatch/contract';
import type { Alerting } from '@linewatch/estate';
import type { Principal } from '../access/principal.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { askedOfAlerting, needWholeTrust } from './asked.ts';

export interface DeliveriesOptions {
  readonly alerting: Pick<Alerting, 'deliveries' | 'delivery' | 'replay'>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  async list(principal: Principal, query: DeliveryQuery): Promise<DeliveryList> {
    needWholeTrust(principal, 'alerts.read');
    const { alerting, trust, clock } = this.#options;
    const { deliveries, next } = await asked(alerting.deliveries(trust, query));
    return { nowMs: clock(), deliveries: [...deliveries], next };
  }

  /** @throws ApiError `forbidden`, `delivery_unknown` */
  async detail(principal: Principal, id: number): Promise<DeliveryDetail> {
    needWholeTrust(principal, 'alerts.read');
    const { alerting, trust, clock } = this.#options;
    const found = await asked(alerting.delivery(trust, id));
    if (!found) throw new ApiError('delivery_unknown', `There is no delivery ${id}.`);
    const nowMs = clock();
    if (principal.mayAll('contacts.read')) return { nowMs, ...found };
    return { nowMs, delivery: found.delivery, notification: null, exchanges: [] };
  }

  /** @throws ApiError `request_invalid`, `forbidden`, `subscription_unknown`, `change_refused` */
  async replay(principal: Principal, body: ReplayBody): Promise<{ replayed: number }> {
    needWholeTrust(principal, 'alerts.write');
    const { alerting, trust } = this.#options;
    if ((body.deliveries === undefined) === (body.subscription === undefined))
      throw new ApiError('request_invalid', 'body: either `deliveries` or `subscription` says what is sent again');
    if (body.sinceMs !== undefined && body.subscription === undefined)
      throw new ApiError('request_invalid', 'body.sinceMs goes with body.subscription');
    return { replayed: await askedOfAlerting(alerting.replay(principal.actor, trust, body), 'subscription_unknown') };
  }
}

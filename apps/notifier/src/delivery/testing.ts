/** Deliveries in memory, as the database keeps them: heads only are due, the next is a head when the one before is done with. */
import { Metrics } from '@linewatch/service';
import type { DueDelivery, Settled, StoredBreaker, StoredSubscription } from '@linewatch/estate';
import type { Notification } from '@linewatch/contract';
import { type NotifierMetrics, notifierMetrics } from '../metrics.ts';

export interface Kept {
  readonly due: DueDelivery;
  state: Settled['state'];
  nextMs: number;
  attempts: number;
  unknown: boolean;
}

export class Heads {
  readonly kept: Kept[] = [];
  readonly breakers: StoredBreaker[] = [];
  disabled: string | undefined;

  add(group: number, sequence: number, nextMs = 0): void {
    const due: DueDelivery = {
      ...{ id: this.kept.length + 1, message: `msg_${group}_${sequence}`, subscription: 1, group, sequence },
      ...{ attempts: 0, unknown: false, notification: {} as Notification, ticket: null, safeguarding: false },
      madeMs: Date.now(),
    };
    this.kept.push({ due, state: 'pending', nextMs, attempts: 0, unknown: false });
  }

  due = (_: number, nowMs: number, limit: number, besides: readonly number[]): Promise<readonly DueDelivery[]> => {
    const heads = new Map<number, Kept>();
    for (const each of this.kept)
      if (each.state === 'pending' && !heads.has(each.due.group)) heads.set(each.due.group, each);
    const found = [...heads.values()].filter(({ due, nextMs }) => nextMs <= nowMs && !besides.includes(due.id));
    return Promise.resolve(found.slice(0, limit).map(({ due, attempts, unknown }) => ({ ...due, attempts, unknown })));
  };

  nextDue = (): Promise<ReadonlyMap<number, number>> => {
    const waiting = this.kept.filter(({ state }) => state === 'pending').map(({ nextMs }) => nextMs);
    return Promise.resolve(new Map(waiting.length === 0 ? [] : [[1, Math.min(...waiting)]]));
  };

  settle = (_: number, settled: readonly Settled[]): Promise<void> => {
    for (const { delivery, state, nextMs, counted, unknown } of settled) {
      const kept = this.kept[delivery - 1]!;
      if (kept.state !== 'pending' && state !== 'delivered') continue;
      Object.assign(kept, {
        state,
        unknown,
        nextMs: nextMs ?? kept.nextMs,
        attempts: kept.attempts + (counted ? 1 : 0),
      });
    }
    return Promise.resolve();
  };

  breaker = (_: number, __: number, breaker: StoredBreaker, disabled?: string): Promise<void> => {
    this.breakers.push(breaker);
    this.disabled ??= disabled;
    return Promise.resolve();
  };

  count(state: Settled['state']): number {
    return this.kept.filter((each) => each.state === state).length;
  }
}

export const closedBreaker: StoredBreaker = {
  ...{ state: 'closed', failures: 0, untilMs: null, failingSinceMs: null, lastError: null },
};

export const subscriptionOf = (more: Partial<StoredSubscription> = {}): StoredSubscription => ({
  ...{ row: 1, trust: 1, slug: 'desk', name: 'Desk', enabled: true, format: 'webhook' },
  settings: { url: 'https://desk.example/' },
  match: { atLeast: 'info', rules: [], matchers: [] },
  group: { by: ['problem'], waitSeconds: 30, intervalSeconds: 0, repeatHours: 0 },
  ...{ sendResolved: true, reopenMinutes: 30, escalateMinutes: 0, hours: null, perMinute: 6000, timeoutSeconds: 5 },
  secrets: { signing: [{ value: 'whsec_x', untilMs: null }] },
  ...{ unreadable: [], disabled: null, breaker: closedBreaker },
  ...more,
});

export function testMetrics(): { readonly metrics: Metrics; readonly counted: NotifierMetrics } {
  const metrics = new Metrics('notifier');
  const counted = notifierMetrics(metrics, () => ({
    ...{ leading: true, lagSeconds: 0, alerts: {}, groups: 0, pending: 0, dead: 0, oldestSeconds: 0 },
    receivers: { closed: 0, open: 0, 'half-open': 0 },
  }));
  return { metrics, counted };
}

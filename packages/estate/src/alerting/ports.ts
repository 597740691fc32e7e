/** What the notifier and people ask of alerts. Rejects with EstateError, AlertingError (`missing`, `stale`, `refused`). */
import type {
  AlertNow,
  AlertRule,
  AlertRuleBody,
  Delivery,
  DeliveryDetail,
  DeliveryQuery,
  ReplayBody,
  RotateBody,
  RotatedSecret,
  Silence,
  SilenceBody,
  StatusPage,
  StatusPageBody,
  Subscription,
  SubscriptionBody,
} from '@linewatch/contract';
import type { Actor } from '../records/records.ts';
import type {
  AlertChange,
  AlertMemory,
  AlertingSetup,
  CertificateRow,
  DueDelivery,
  IncidentChange,
  Settled,
  StoredBreaker,
  StoredSubscription,
  UsageRow,
} from './model.ts';

/** For the one notifier that leads. */
export interface Notifying {
  /** From now on only the holder of this epoch commits and settles. */
  claim(holder: string): Promise<number>;
  read(sinceMs: number): Promise<AlertMemory>;
  /** Changes of incidents after one, in the order of commits, at most so many. */
  changes(after: number, limit: number): Promise<readonly IncidentChange[]>;
  /** Ids for so many new groups. */
  reserve(count: number): Promise<readonly number[]>;
  /** @throws EstateError `leadership_lost` when a later epoch was claimed: nothing of it is kept. */
  commit(epoch: number, change: AlertChange): Promise<void>;
  setup(): Promise<AlertingSetup>;
  /** Calls at the start, and whenever incidents, deliveries or the set-up may have changed (NOTIFY `alerts_changed`, and a slow poll). */
  watch(onChange: () => void): { stop(): Promise<void> };
  /** Heads of a subscription whose time has come, longest waiting first. Those named are left out: they are being sent. */
  due(subscription: number, nowMs: number, limit: number, besides: readonly number[]): Promise<readonly DueDelivery[]>;
  /** When the next head of each subscription is due, Unix ms; those without any are left out. */
  nextDue(): Promise<ReadonlyMap<number, number>>;
  /** One transaction for many: states, tickets, exchanges; the next of a group that is done with becomes its head. */
  settle(epoch: number, settled: readonly Settled[]): Promise<void>;
  /** How a receiver is doing; `disabled`: why it is switched off by itself (410), once. */
  breaker(epoch: number, subscription: number, breaker: StoredBreaker, disabled?: string): Promise<void>;
  usage(): Promise<readonly UsageRow[]>;
  certificates(): Promise<readonly CertificateRow[]>;
  /** Removes what is older: words of the outbox that were taken, exchanges, deliveries that are done, alerts and groups that ended. Returns how many rows. */
  prune(before: { readonly exchangesMs: number; readonly deliveriesMs: number }): Promise<number>;
}

/** For people, of one trust by its label; each change is audited. */
export interface Alerting {
  rules(trust: string): Promise<readonly AlertRule[]>;
  putRule(
    actor: Actor,
    trust: string,
    id: string,
    body: AlertRuleBody,
    revision: number | undefined,
  ): Promise<AlertRule>;
  /** A default becomes what it was. */
  removeRule(actor: Actor, trust: string, id: string): Promise<void>;

  /** `inboundBase`: what inbound addresses begin with. */
  subscriptions(trust: string): Promise<readonly Subscription[]>;
  /** One, with secrets opened: for tests and inbound hooks. */
  stored(trust: string, id: string): Promise<StoredSubscription | undefined>;
  /** By its row, whatever the trust: for inbound hooks. */
  storedByRow(row: number): Promise<StoredSubscription | undefined>;
  putSubscription(actor: Actor, trust: string, id: string, body: SubscriptionBody): Promise<Subscription>;
  /** What it was sent stays; what waits is cancelled. */
  removeSubscription(actor: Actor, trust: string, id: string): Promise<void>;
  /** Puts a new secret beside the one before, which stays live for a while. */
  rotate(actor: Actor, trust: string, id: string, body: RotateBody, secret: string): Promise<RotatedSecret>;
  /** After 410: it is asked again; what was given up meanwhile can be replayed. */
  enable(actor: Actor, trust: string, id: string): Promise<Subscription>;

  silences(trust: string, fromMs: number): Promise<readonly Silence[]>;
  silence(actor: Actor, trust: string, body: SilenceBody): Promise<Silence>;
  changeSilence(actor: Actor, trust: string, id: number, body: SilenceBody): Promise<Silence>;
  endSilence(actor: Actor, trust: string, id: number): Promise<Silence>;

  /** Firing ones; `safeguarding`: those, and only those, of academies that may be seen (undefined = all). */
  now(
    trust: string,
    which: { readonly safeguarding: boolean; readonly seen: ReadonlySet<string> | undefined },
  ): Promise<readonly AlertNow[]>;

  /** Newest first; never of safeguarding. */
  deliveries(
    trust: string,
    query: DeliveryQuery,
  ): Promise<{ readonly deliveries: readonly Delivery[]; readonly next: number | null }>;
  delivery(trust: string, id: number): Promise<Omit<DeliveryDetail, 'nowMs'> | undefined>;
  /** Dead and delivered ones are sent again, under the same message id, in their order. Returns how many. */
  replay(actor: Actor, trust: string, body: ReplayBody): Promise<number>;

  /** False: it was taken before. */
  takeInbound(subscription: number, message: string): Promise<boolean>;
  /** Incident of a group by the key that was sent; undefined: none. */
  incidentOfGroup(subscription: number, groupKey: string): Promise<number | undefined>;

  statusPages(trust: string): Promise<readonly StatusPage[]>;
  putStatusPage(actor: Actor, trust: string, academy: string, body: StatusPageBody): Promise<StatusPage>;
  /** Enabled page by the token of its address. Rows. */
  statusPage(
    token: string,
  ): Promise<
    | { readonly academy: number; readonly trust: string; readonly title: string; readonly message: string | null }
    | undefined
  >;
  /** Of all trusts, those that are on. */
  enabledStatusPages(): Promise<readonly { readonly token: string; readonly academy: number }[]>;
}

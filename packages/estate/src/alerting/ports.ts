/** What the notifier and people ask of alerts. Rejects with EstateError; what people ask for also with AlertingError. */
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
  KeptSilence,
  Settled,
  StoredBreaker,
  StoredSubscription,
  ToldIncident,
  UsageRow,
} from './model.ts';
import type { IncidentTimeline, NotifyingVitals } from './timelines.ts';

/** For the one notifier that leads. */
export interface Notifying {
  /** From now on only the holder of this epoch commits and settles. */
  claim(holder: string): Promise<number>;
  read(sinceMs: number): Promise<AlertMemory>;
  /** Changes of incidents after one, in the order of commits: so many, and the rest of the transaction that the last is of. */
  changes(after: number, limit: number): Promise<readonly IncidentChange[]>;
  /** Ids for so many new groups. */
  reserve(count: number): Promise<readonly number[]>;
  /**
   * The same again changes nothing: a message that is there stays as it is. What is for a subscription that was removed meanwhile
   * is kept as cancelled, for one that was switched off (410) as dead.
   * @throws EstateError `leadership_lost` when a later epoch was claimed: nothing of it is kept.
   */
  commit(epoch: number, change: AlertChange): Promise<void>;
  setup(): Promise<AlertingSetup>;
  /** Row of the subscription that a trust's safeguarding mails go by, made when it is asked for first. It is in no list. */
  safeguarding(trust: number): Promise<number>;
  /** Calls at the start, and whenever incidents, deliveries or the set-up may have changed (NOTIFY `alerts_changed`, and a slow poll). */
  watch(onChange: () => void): { stop(): Promise<void> };
  /** Heads of a subscription whose time has come, longest waiting first. Those named are left out: they are being sent. */
  due(subscription: number, nowMs: number, limit: number, besides: readonly number[]): Promise<readonly DueDelivery[]>;
  /** When the next head of each subscription is due, Unix ms; those without any, or that are switched off, are left out. */
  nextDue(): Promise<ReadonlyMap<number, number>>;
  /**
   * One transaction for many: states, tickets, exchanges; the next of a group that is done with becomes its head. The first ticket
   * of an incident is written into it. One that was cancelled meanwhile stays so, unless it was delivered.
   */
  settle(epoch: number, settled: readonly Settled[]): Promise<void>;
  /** How a receiver is doing; `disabled`: why it is switched off by itself (410): what waits for it is dead then. */
  breaker(epoch: number, subscription: number, breaker: StoredBreaker, disabled?: string): Promise<void>;
  /** Incidents of all trusts that are not resolved, as their changes tell of them. */
  openIncidents(): Promise<readonly ToldIncident[]>;
  /** How incidents were found out and what was tested, by their numbers; at most 1000. */
  timelines(incidents: readonly number[]): Promise<ReadonlyMap<number, IncidentTimeline>>;
  /** How telling goes. */
  vitals(): Promise<NotifyingVitals>;
  usage(): Promise<readonly UsageRow[]>;
  certificates(): Promise<readonly CertificateRow[]>;
  /** Removes what is older: words of the outbox that were taken, exchanges, deliveries that are done, alerts and groups that ended. Nothing that waits, or was not taken. Returns how many rows. */
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

  /** Addresses of inbound hooks are paths. */
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

  /** Those that hold then or later, and those that recur. Latest first. */
  silences(trust: string, fromMs: number): Promise<readonly KeptSilence[]>;
  silence(actor: Actor, trust: string, body: SilenceBody): Promise<KeptSilence>;
  changeSilence(actor: Actor, trust: string, id: number, body: SilenceBody): Promise<KeptSilence>;
  endSilence(actor: Actor, trust: string, id: number): Promise<KeptSilence>;

  /**
   * Firing ones, gravest first; `safeguarding`: those, and only those; `seen`: of academies that may be seen (undefined = all).
   * `quiet` says of maintenance and of what is part of another; silences are the caller's to look at.
   */
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
  /** Dead and delivered ones are sent again, under the same message id, in their order; at most 10,000. Returns how many. */
  replay(actor: Actor, trust: string, body: ReplayBody): Promise<number>;

  /**
   * Does the work of an inbound message once, in a transaction that holds its id: what fails is not taken and may come again.
   * False: it was taken before, and the work was not done. Rejects with what the work rejects with.
   */
  takeInbound(subscription: number, message: string, work: () => Promise<unknown>): Promise<boolean>;
  /** Whether a subscription was told of an incident. */
  isTold(subscription: number, incident: number): Promise<boolean>;
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

/** What the watcher measures, for the rules that are no incidents. The latest of each. */
export interface Measured {
  /** Rows of circuits that were removed meanwhile are passed over. */
  keepUsage(rows: readonly UsageRow[]): Promise<void>;
  keepCertificates(rows: readonly CertificateRow[]): Promise<void>;
}

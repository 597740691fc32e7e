/** What the notifier keeps in PostgreSQL. Trusts, circuits, subscriptions go by the ids of their rows; times are Unix ms. */
import type {
  Exchange,
  FormatName,
  IncidentKind,
  IncidentState,
  Labels,
  Matcher,
  Notification,
  NotificationEvent,
  RuleKind,
  Severity,
  Silence,
  SubscriptionBody,
  SupplierReport,
} from '@linewatch/contract';
import type { AlertRuleBody } from '@linewatch/contract';

/** An incident as it was after a change, as its transaction told it. */
export interface ToldIncident {
  readonly id: number;
  readonly trust: number;
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly severity: Severity;
  readonly title: string;
  readonly cause: string;
  readonly circuit: number | null;
  readonly academy: number | null;
  readonly provider: number | null;
  /** Id of the incident that it is a member of. */
  readonly parent: number | null;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly flaps: number;
  readonly backupCarried: boolean;
  readonly maintenance: boolean;
  readonly mergedInto: number | null;
  readonly reopened: number;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedMs: number | null;
  readonly acknowledgedUntilMs: number | null;
  readonly assignee: string | null;
  readonly ticket: string | null;
  readonly faultClass: string | null;
  readonly supplier: SupplierReport | Record<string, never>;
}

/** One word of the outbox of incidents, in the order of commits. */
export interface IncidentChange {
  readonly id: number;
  readonly atMs: number;
  /** `opened`: its first word, whatever its state is by then. */
  readonly kind: 'opened' | 'changed' | 'note';
  readonly incident: ToldIncident;
  readonly by: string | null;
  readonly note: string | null;
}

export interface Acknowledgement {
  readonly by: string;
  readonly atMs: number;
  readonly untilMs: number | null;
}

/** Something that a rule found. */
export interface Alert {
  /** Names it for ever within its trust: `<rule>/i<incident>`, or `<rule>/<subject>/<beginning>`. */
  readonly key: string;
  readonly trust: number;
  /** Slug of the rule. */
  readonly rule: string;
  readonly kind: RuleKind;
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
  readonly labels: Labels;
  readonly startedMs: number;
  /** Null: it fires. */
  readonly endedMs: number | null;
  readonly incident: number | null;
  /** Rows of what it is about. */
  readonly circuit: number | null;
  readonly academy: number | null;
  readonly provider: number | null;
  /** Key of the alert that carries it: nobody who is told of that one needs a ticket of its own for this one. */
  readonly parent: string | null;
  readonly acknowledged: Acknowledgement | null;
  /** Its incident lies within planned maintenance until then: nobody is told before. Infinity is written as null here: none. */
  readonly quietUntilMs: number | null;
  /** Only the academy's safeguarding lead is told. */
  readonly safeguarding: boolean;
}

/** What one subscription knows of one problem. */
export interface AlertGroup {
  /** Given by the database's sequence ahead of time (`reserve`). */
  readonly id: number;
  readonly subscription: number;
  /** Values of the labels that it is grouped by. */
  readonly key: string;
  readonly labels: Labels;
  /** Keys of alerts in it; resolved ones leave after they were told of. */
  readonly alerts: readonly string[];
  readonly openedMs: number;
  /** Null: nothing was told of it yet. */
  readonly toldMs: number | null;
  /** Of the latest delivery; 0: none. */
  readonly sequence: number;
  /** When it has to be looked at again; null: when something changes. */
  readonly dueMs: number | null;
  /** Null: it goes on. A closed one may be opened again for a while. */
  readonly closedMs: number | null;
  /** The group that it became part of: its ticket says so. */
  readonly mergedInto: number | null;
  /** Gravest that it had. */
  readonly severity: Severity;
  /** What the machine needs besides; its own format. */
  readonly memo: Readonly<Record<string, unknown>>;
}

export interface NewDelivery {
  /** `webhook-id`: unique, the same over all attempts. */
  readonly message: string;
  readonly subscription: number;
  readonly group: number;
  readonly sequence: number;
  readonly event: NotificationEvent;
  readonly notification: Notification;
  readonly incident: number | null;
  readonly safeguarding: boolean;
  /** When it may be sent first. */
  readonly nextMs: number;
}

/** One transaction: all or nothing. */
export interface AlertChange {
  /** Up to which incident changes are taken: those after it are read again by whoever follows. Null: as it was. */
  readonly taken: number | null;
  readonly alerts: readonly Alert[];
  readonly groups: readonly AlertGroup[];
  readonly deliveries: readonly NewDelivery[];
}

/** What a notifier begins with. */
export interface AlertMemory {
  readonly taken: number;
  /** Those that fire, and those that ended after `sinceMs`. */
  readonly alerts: readonly Alert[];
  /** Those that go on, and those closed after `sinceMs`. */
  readonly groups: readonly AlertGroup[];
}

export interface StoredRule extends AlertRuleBody {
  readonly trust: number;
  readonly slug: string;
}

export interface LiveSecret {
  readonly value: string;
  /** Null: it is the one in use; else the one before, live until then. */
  readonly untilMs: number | null;
}

export interface StoredSubscription extends Omit<SubscriptionBody, 'secrets' | 'revision'> {
  readonly row: number;
  readonly trust: number;
  readonly slug: string;
  readonly format: FormatName;
  /** Opened; latest first. One that cannot be opened (another key) is left out. */
  readonly secrets: Readonly<Record<string, readonly LiveSecret[]>>;
  /** Names of those of which none can be opened. */
  readonly unreadable: readonly string[];
  /** Why it was switched off by itself. */
  readonly disabled: string | null;
  readonly breaker: StoredBreaker;
}

export interface StoredBreaker {
  readonly state: 'closed' | 'open' | 'half-open';
  readonly failures: number;
  readonly untilMs: number | null;
  readonly failingSinceMs: number | null;
  readonly lastError: string | null;
}

export interface StoredSilence {
  readonly id: number;
  readonly trust: number;
  readonly matchers: readonly Matcher[];
  readonly startMs: number;
  readonly endMs: number;
  readonly rrule: string | null;
  readonly timeZone: string | null;
  readonly endedMs: number | null;
}

/** What is known of a silence without a calendar. */
export type KeptSilence = Omit<Silence, 'state' | 'occurrences' | 'silenced'>;

/** Of all trusts. */
export interface AlertingSetup {
  readonly version: number;
  readonly trusts: readonly { readonly row: number; readonly id: string; readonly name: string }[];
  /** Those changed or added; the defaults are the reader's. */
  readonly rules: readonly StoredRule[];
  /** Those not removed. */
  readonly subscriptions: readonly StoredSubscription[];
  /** Those that have not ended for good. */
  readonly silences: readonly StoredSilence[];
}

export interface UsageRow {
  readonly circuit: number;
  /** Unix ms, of the last minute. */
  readonly minuteMs: number;
  /** bit/s a minute, latest last, at most 120; null: nothing was seen. */
  readonly inBps: readonly (number | null)[];
  readonly outBps: readonly (number | null)[];
}

export interface CertificateRow {
  readonly circuit: number;
  readonly target: string;
  readonly expiresMs: number;
  readonly seenMs: number;
}

export interface Ticket {
  /** What the receiver's API knows it by. */
  readonly id: string;
  /** What people know it by. */
  readonly reference: string;
  readonly url: string | null;
}

/** A delivery whose turn it is. */
export interface DueDelivery {
  readonly id: number;
  readonly message: string;
  readonly subscription: number;
  readonly group: number;
  readonly sequence: number;
  readonly attempts: number;
  /** An attempt before ended without an answer: look for its effect first. */
  readonly unknown: boolean;
  readonly notification: Notification;
  readonly ticket: Ticket | null;
  readonly safeguarding: boolean;
  readonly madeMs: number;
}

/** What came of an attempt. */
export interface Settled {
  readonly delivery: number;
  readonly state: 'pending' | 'delivered' | 'dead' | 'cancelled';
  /** False: nothing was sent (no turn, breaker). */
  readonly counted: boolean;
  readonly unknown: boolean;
  readonly nextMs: number | null;
  readonly error: string | null;
  /** Of the group from now on. */
  readonly ticket: Ticket | null;
  /** Kept for the log; none of safeguarding. */
  readonly exchanges: readonly Exchange[];
}

/**
 * Grouping, inhibition, silences, repeats, escalation: pure. Alerts go in, what is to be told comes out. Shapes are those that
 * the database keeps (`@linewatch/estate` gives and takes the same); nothing here knows of it.
 */
import type { Labels, Matcher, NotificationEvent, RuleKind, Severity, SubscriptionBody } from '@linewatch/contract';

export interface Acknowledgement {
  readonly by: string;
  readonly atMs: number;
  readonly untilMs: number | null;
}

export interface Alert {
  readonly key: string;
  readonly trust: number;
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
  readonly circuit: number | null;
  readonly academy: number | null;
  readonly provider: number | null;
  /** What carries it: `i<incident>` = the alerts of that incident, else the key of an alert. An ended one's: what it was merged into. */
  readonly parent: string | null;
  readonly acknowledged: Acknowledgement | null;
  /** Not told before then: maintenance, hours, or it has not lasted long enough yet. Null: nothing keeps it quiet. */
  readonly quietUntilMs: number | null;
  readonly safeguarding: boolean;
}

export interface Group {
  readonly id: number;
  /** Row. */
  readonly subscription: number;
  readonly key: string;
  readonly labels: Labels;
  readonly alerts: readonly string[];
  readonly openedMs: number;
  readonly toldMs: number | null;
  readonly sequence: number;
  readonly dueMs: number | null;
  readonly closedMs: number | null;
  readonly mergedInto: number | null;
  readonly severity: Severity;
  readonly memo: Readonly<Record<string, unknown>>;
}

/** A subscription, as far as routing goes. */
export interface Route extends Pick<
  SubscriptionBody,
  'match' | 'group' | 'sendResolved' | 'reopenMinutes' | 'escalateMinutes' | 'hours'
> {
  readonly row: number;
  readonly trust: number;
  readonly slug: string;
  readonly enabled: boolean;
  /** It takes each change as a message of its own: nothing is coalesced, and nothing is inhibited. */
  readonly stream: boolean;
  /** It is told of safeguarding alerts, and of nothing else; without it, never of them. */
  readonly safeguarding?: boolean;
}

/** When it is silent: `isSilent` of the set-up answers for occurrences, so that no calendar is needed here. */
export interface SilenceNow {
  readonly id: number;
  readonly trust: number;
  readonly matchers: readonly Matcher[];
  /** It is active until then. */
  readonly untilMs: number;
}

/**
 * While a source fires, targets that agree with it in `equal` are not told of. A missing label equals an empty one. An alert has
 * to be of one of the kinds (none named: any), and fit all matchers.
 */
export interface Inhibition {
  readonly sourceKinds?: readonly RuleKind[];
  readonly source: readonly Matcher[];
  readonly targetKinds?: readonly RuleKind[];
  readonly target: readonly Matcher[];
  readonly equal: readonly (keyof Labels)[];
}

/** One thing to tell. The notifier makes the Notification from it. */
export interface Telling {
  /** As it is after this word. */
  readonly group: Group;
  readonly event: NotificationEvent;
  readonly sequence: number;
  readonly atMs: number;
  /** As they are now, gravest first, at most 200: those that fire, and those that ended since the last word. */
  readonly alerts: readonly Alert[];
  /** How many fire, and how many ended since the last word; all of them, not those listed only. */
  readonly firing: number;
  readonly resolved: number;
  /** Keys of those that made it, at most 200: new, ended or changed. None of a reminder or a note. */
  readonly changed: readonly string[];
  /** By `Linewatch`: what became of the problem, as that it is part of another one now. */
  readonly note: { readonly by: string; readonly text: string } | null;
}

/** What a machine begins with: all that fires, what open groups name, and what closed within `keepClosedMs`. */
export interface Memory {
  readonly alerts: readonly Alert[];
  readonly groups: readonly Group[];
}

export interface Setup {
  readonly routes: readonly Route[];
  /** Those active now: when one begins or ends, the machine is configured again (it sees ends by itself, too). */
  readonly silences: readonly SilenceNow[];
  readonly inhibitions: readonly Inhibition[];
}

/** What an alert is put for. */
export type PutReason = 'changed' | { readonly note: { readonly by: string; readonly text: string } };

/** What is to be committed together, once each. */
export interface Changes {
  readonly alerts: readonly Alert[];
  readonly groups: readonly Group[];
  /** In the order in which they are to be told. */
  readonly tellings: readonly Telling[];
}

/**
 * In turns: `put` what changed, `tick`, and while it is `starved` reserve ids and `tick` again; then commit `changes()` with the
 * position up to which was put. When that commit fails, begin again with a new machine from what was committed.
 */
export interface Machine {
  /** Matchers that are no expressions never match; told in words. Takes effect with the next tick. */
  configure(setup: Setup): readonly string[];
  put(alert: Alert, reason: PutReason, atMs: number): void;
  tick(nowMs: number): void;
  /** New groups wait for ids (`takeId` gave none): nothing may be committed before. */
  readonly starved: boolean;
  /** When to tick again though nothing was put; null: never. */
  readonly nextDueMs: number | null;
  /** Since the last call. */
  changes(): Changes;
  /** As it is known: those that fire, and those that open groups name. */
  alert(key: string): Alert | undefined;
  alerts(): Iterable<Alert>;
  /** Those that are not closed. */
  groups(): Iterable<Group>;
}

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
  /** Key of the alert that carries it. */
  readonly parent: string | null;
  readonly acknowledged: Acknowledgement | null;
  /** Not told before then. Null: nothing keeps it quiet. */
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
  /** It takes each change as a message of its own. */
  readonly stream: boolean;
}

/** When it is silent: `isSilent` of the set-up answers for occurrences, so that no calendar is needed here. */
export interface SilenceNow {
  readonly id: number;
  readonly trust: number;
  readonly matchers: readonly Matcher[];
  /** It is active until then. */
  readonly untilMs: number;
}

/** While a source fires, targets that agree with it in `equal` are not told of. A missing label equals an empty one. */
export interface Inhibition {
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  readonly equal: readonly (keyof Labels)[];
}

/** One thing to tell. The notifier makes the Notification from it. */
export interface Telling {
  readonly group: Group;
  readonly event: NotificationEvent;
  readonly sequence: number;
  readonly atMs: number;
  /** As they are now, gravest first: those that fire, and those that ended since the last word. */
  readonly alerts: readonly Alert[];
  readonly note: { readonly by: string; readonly text: string } | null;
}

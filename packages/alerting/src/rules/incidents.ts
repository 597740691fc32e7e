/** What rules make of an incident: its alerts. Pure; what is known of lines and calendars is asked of a port. */
import type { AlertRuleBody, IncidentKind, IncidentState, Labels, RuleKind, Severity } from '@linewatch/contract';
import { ruleKinds } from '@linewatch/contract';
import { durationText, timeText } from '@linewatch/sla';
import type { Alert } from '../machine/model.ts';
import type { RuleInForce } from './defaults.ts';

/** An incident as its transaction told it; rows are ids of the estate's rows. */
export interface IncidentFacts {
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
  readonly parent: number | null;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly flaps: number;
  readonly backupCarried: boolean;
  readonly maintenance: boolean;
  readonly mergedInto: number | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedMs: number | null;
  readonly acknowledgedUntilMs: number | null;
}

/** What an incident is about, by the estate: slugs, and rows where the incident has none of its own. Null: of none, or not known. */
export interface IncidentSubject {
  /** Label of the trust. */
  readonly trust: string;
  readonly circuit: {
    readonly slug: string;
    readonly role: string;
    readonly kind: string | null;
    readonly pop: string | null;
  } | null;
  readonly academy: {
    readonly row: number;
    readonly slug: string;
    readonly name: string;
    readonly cluster: string | null;
    readonly phase: string | null;
  } | null;
  readonly provider: { readonly row: number; readonly slug: string } | null;
  /** The exchange that all of its members hang on, of an incident with members. */
  readonly pop: string | null;
  /** Of one without a circuit: all lines that it may be about filter. */
  readonly filters?: boolean;
}

export type RuleHours = Exclude<AlertRuleBody['hours'], 'always'>;

/** What is around incidents. */
export interface Surroundings {
  subject(incident: IncidentFacts): IncidentSubject;
  /** Id of the incident at the top of those that carry it, itself without any. */
  root(incident: IncidentFacts): number;
  /** End of the planned maintenance that covers it at a time; null: none does. */
  maintenanceUntilMs(incident: IncidentFacts, atMs: number): number | null;
  /** The time, or the next at which these hours are open; null: it cannot be said (no calendar), which is taken for open. */
  openFromMs(hours: RuleHours, incident: IncidentFacts, atMs: number): number | null;
}

const kindOf: Readonly<Record<IncidentKind, RuleKind>> = {
  outage: 'circuit-down',
  degradation: 'circuit-degraded',
  site: 'site-down',
  provider: 'provider-down',
  device: 'provider-down',
  blind: 'silent',
  quality: 'data-gap',
};
/** Causes of blindness that are our own. */
const ownCauses: ReadonlySet<string> = new Set(['collector', 'vantage']);

/** Kinds that say how well a line works: of a line that filters, that pupils may be without it. */
const tellsOfWorking: ReadonlySet<RuleKind> = new Set<RuleKind>([
  'circuit-down',
  'circuit-degraded',
  'backup-carrying',
  'site-down',
  'provider-down',
  'sla-breach',
  'budget-burn',
  'breach-forecast',
  'fix-due',
]);

/** Whether nobody but those who look after pupils may be told: neither tickets nor chats nor the log of deliveries. */
export const isForSafeguarding = (kind: RuleKind, { circuit, filters }: IncidentSubject): boolean =>
  kind === 'safeguarding' || ((filters ?? circuit?.kind === 'filtering') && tellsOfWorking.has(kind));

/** Kinds of rules that it is for. The outage of a filtering service is told by its own kind alone. */
export function ruleKindsOf({ kind, cause, backupCarried }: IncidentFacts, isFiltering: boolean): readonly RuleKind[] {
  if (kind === 'blind' && ownCauses.has(cause)) return ['collector-trouble'];
  if (kind !== 'outage') return [kindOf[kind]];
  if (isFiltering) return ['safeguarding'];
  return ['circuit-down', ...(backupCarried ? (['backup-carrying'] as const) : [])];
}

/** An empty list is all; one that names some is none of what has no such. */
const isWithin = ({ academies, providers }: AlertRuleBody, { academy, provider }: IncidentSubject): boolean =>
  (academies.length === 0 || (academy !== null && academies.includes(academy.slug))) &&
  (providers.length === 0 || (provider !== null && providers.includes(provider.slug)));

const minuteMs = 60_000;

function severityOf({ severity, kind }: RuleInForce, incident: IncidentFacts): Severity {
  if (severity) return severity;
  // Somebody shut it on purpose.
  if (kind === 'circuit-down' && incident.cause === 'admin') return 'info';
  return ruleKinds[kind].severity ?? incident.severity;
}

/** Since when it may be told: it has lasted long enough, no maintenance covers it, and the rule's hours are open. */
function quietUntilMs(rule: RuleInForce, incident: IncidentFacts, around: Surroundings, atMs: number): number | null {
  const { startedMs, maintenance } = incident;
  const covered = maintenance ? around.maintenanceUntilMs(incident, startedMs) : null;
  const readyMs = Math.max(startedMs + rule.forMinutes * minuteMs, covered ?? 0);
  const open = (fromMs: number): number =>
    rule.hours === 'always' ? fromMs : (around.openFromMs(rule.hours, incident, fromMs) ?? fromMs);
  const fromMs = open(Math.max(readyMs, atMs));
  return fromMs > atMs ? fromMs : null;
}

function labelsOf(rule: RuleInForce, incident: IncidentFacts, subject: IncidentSubject, problem: number): Labels {
  const { circuit, academy, provider, trust } = subject;
  const all: Record<keyof Labels, string | null> = {
    problem: `i${problem}`,
    rule: rule.slug,
    severity: severityOf(rule, incident),
    trust,
    academy: academy?.slug ?? null,
    cluster: academy?.cluster ?? null,
    phase: academy?.phase ?? null,
    provider: provider?.slug ?? null,
    pop: circuit?.pop ?? subject.pop,
    circuit: circuit?.slug ?? null,
    role: circuit?.role ?? null,
    kind: circuit?.kind ?? null,
    cause: incident.cause,
    incident: String(incident.id),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== ''));
}

/** Nothing of suppliers, addresses or people: it may be read over a shoulder. */
function safeguardingWords(subject: IncidentSubject): Pick<Alert, 'title' | 'text'> {
  const where = subject.academy?.name ?? subject.trust;
  const title = `There is something to look at for ${where}`;
  return { title, text: title };
}

function words(kind: RuleKind, incident: IncidentFacts, subject: IncidentSubject): Pick<Alert, 'title' | 'text'> {
  if (isForSafeguarding(kind, subject)) return safeguardingWords(subject);
  const { title, startedMs, endedMs, state, flaps, backupCarried, cause } = incident;
  const name = kind === 'backup-carrying' ? `${title}, a backup line carries` : title;
  const parts = [`Since ${timeText(startedMs)}.`];
  if (state === 'resolved' && endedMs !== null)
    parts.push(`Over since ${timeText(endedMs)}, after ${durationText(Math.max(0, endedMs - startedMs))}.`);
  if (cause === 'admin') parts.push('The interface was shut by somebody.');
  if (flaps > 0) parts.push(`It was back for a moment ${flaps === 1 ? 'once' : `${flaps} times`}.`);
  if (backupCarried) parts.push('A backup line carried meanwhile.');
  return { title: name, text: parts.join(' ') };
}

/**
 * Alerts of an incident as it is, by the rules that are on and that it is within. An incident that is over, or was merged, has
 * alerts that ended. `atMs`: when it changed.
 */
export function alertsOf(
  incident: IncidentFacts,
  rules: readonly RuleInForce[],
  around: Surroundings,
  atMs: number,
): readonly Alert[] {
  const subject = around.subject(incident);
  const kinds = ruleKindsOf(incident, subject.circuit?.kind === 'filtering');
  const { id, trust, startedMs, circuit, mergedInto, acknowledgedBy, acknowledgedMs, acknowledgedUntilMs } = incident;
  const isOver = incident.state === 'resolved' || mergedInto !== null;
  const endedMs = isOver ? Math.max(startedMs, incident.endedMs ?? atMs) : null;
  const above = mergedInto ?? incident.parent;
  return rules
    .filter((rule) => rule.enabled && kinds.includes(rule.kind) && isWithin(rule, subject))
    .map((rule) => ({
      key: `${rule.slug}/i${id}`,
      trust,
      rule: rule.slug,
      kind: rule.kind,
      severity: severityOf(rule, incident),
      ...words(rule.kind, incident, subject),
      labels: labelsOf(rule, incident, subject, around.root(incident)),
      startedMs,
      endedMs,
      incident: id,
      circuit,
      academy: incident.academy ?? subject.academy?.row ?? null,
      provider: incident.provider ?? subject.provider?.row ?? null,
      // Who looks after pupils is told of each academy.
      parent: above === null || isForSafeguarding(rule.kind, subject) ? null : `i${above}`,
      acknowledged:
        acknowledgedBy === null
          ? null
          : { by: acknowledgedBy, atMs: acknowledgedMs ?? atMs, untilMs: acknowledgedUntilMs },
      quietUntilMs: isOver ? null : quietUntilMs(rule, incident, around, atMs),
      safeguarding: isForSafeguarding(rule.kind, subject),
    }));
}

export interface PastAlert {
  readonly incident: number;
  readonly alert: Alert;
  /** When it would have been told, at the earliest. */
  readonly fromMs: number;
  /** Null: it goes on. */
  readonly toMs: number | null;
}

/** What a rule would have made of incidents of the past, newest first. One that was over before it might be told is none. */
export function wouldHaveFired(
  rule: RuleInForce,
  incidents: readonly IncidentFacts[],
  around: Surroundings,
): readonly PastAlert[] {
  const past = incidents.flatMap((incident): PastAlert[] => {
    // As it was while it went on: withdrawn and merged ones were told of, too, if they lasted.
    const then: IncidentFacts = { ...incident, state: 'open', endedMs: null, mergedInto: null };
    const toMs = incident.state === 'open' ? null : incident.endedMs;
    return alertsOf(then, [{ ...rule, enabled: true }], around, incident.startedMs).flatMap((alert) => {
      // Seen by those who look after pupils, in the preview of their own rule.
      if (alert.safeguarding && rule.kind !== 'safeguarding') return [];
      const fromMs = alert.quietUntilMs ?? incident.startedMs;
      return toMs !== null && toMs <= fromMs ? [] : [{ incident: incident.id, alert, fromMs, toMs }];
    });
  });
  return past.sort((a, b) => b.fromMs - a.fromMs || b.incident - a.incident);
}

/** From what a rule found to an alert. */
import { type Labels, ruleKinds } from '@linewatch/contract';
import type { Alert } from '../../machine/model.ts';
import type { RuleInForce } from '../defaults.ts';
import { type IncidentSubject, isForSafeguarding } from '../incidents.ts';
import type { Finding, Known } from './finding.ts';

const minuteMs = 60_000;

export interface Place {
  /** Row. */
  readonly trust: number;
  readonly subject: IncidentSubject;
  /** Number of the incident at the root of its incident. */
  readonly root: number | null;
  /** The time, or the next at which the rule's hours are open. */
  readonly openFromMs: (atMs: number) => number;
}

export function conditionAlert(rule: RuleInForce, finding: Finding, place: Place, nowMs: number): Alert {
  const { trust, subject, root, openFromMs } = place;
  const key = `${rule.slug}/${finding.subject}/${finding.startedMs}`;
  const severity = rule.severity ?? ruleKinds[rule.kind].severity ?? 'minor';
  const { circuit, academy, provider } = subject;
  const labels: Record<keyof Labels, string | null> = {
    problem: root === null ? key.slice(0, key.lastIndexOf('/')) : `i${root}`,
    rule: rule.slug,
    severity,
    trust: subject.trust,
    academy: academy?.slug ?? null,
    cluster: academy?.cluster ?? null,
    phase: academy?.phase ?? null,
    provider: provider?.slug ?? null,
    pop: circuit?.pop ?? subject.pop,
    circuit: circuit?.slug ?? null,
    role: circuit?.role ?? null,
    kind: circuit?.kind ?? null,
    cause: null,
    incident: finding.incident === null ? null : String(finding.incident),
  };
  const readyMs = Math.max(nowMs, finding.startedMs + rule.forMinutes * minuteMs);
  const fromMs = rule.hours === 'always' ? readyMs : openFromMs(readyMs);
  return {
    key,
    trust,
    rule: rule.slug,
    kind: rule.kind,
    severity,
    title: finding.title,
    text: finding.text,
    labels: Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== null && value !== '')),
    startedMs: finding.startedMs,
    endedMs: null,
    // It has an alert of its own, and ends by itself: only its problem is the incident's.
    incident: null,
    circuit: finding.circuit,
    academy: academy?.row ?? null,
    provider: provider?.row ?? null,
    parent: null,
    acknowledged: null,
    quietUntilMs: fromMs > nowMs ? fromMs : null,
    safeguarding: isForSafeguarding(rule.kind, subject),
  };
}

/** What fires of a rule in a trust. */
export function knownOf(firing: Iterable<Alert>, trust: number, slug: string): Known {
  const known = new Map<string, number>();
  for (const { key, trust: of, rule, startedMs, endedMs, incident } of firing)
    if (of === trust && rule === slug && endedMs === null && incident === null)
      known.set(key.slice(slug.length + 1, key.lastIndexOf('/')), startedMs);
  return known;
}

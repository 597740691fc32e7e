/** What holds now, against what fires: what goes on keeps its name, what is not found any more has ended. */
import type { Alert } from '@linewatch/alerting';

/** Without its beginning: what it is about. */
const subjectOf = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf('/')));
const nameOf = ({ trust, key }: Alert): string => `${trust} ${subjectOf(key)}`;

/**
 * @param firing of conditions only, those that have not ended
 * @param unknown slugs of rules of which nothing can be said
 * @returns what is new, or differs, or has ended
 */
export function merged(
  firing: readonly Alert[],
  found: readonly Alert[],
  unknown: ReadonlySet<string>,
  nowMs: number,
): readonly Alert[] {
  const known = new Map(firing.map((alert) => [nameOf(alert), alert]));
  const changed: Alert[] = [];
  const seen = new Set<string>();
  for (const alert of found) {
    const name = nameOf(alert);
    if (seen.has(name)) continue;
    seen.add(name);
    const before = known.get(name);
    const now = before ? { ...alert, key: before.key, startedMs: before.startedMs, endedMs: null } : alert;
    if (!before || JSON.stringify(sorted(before)) !== JSON.stringify(sorted(now))) changed.push(now);
  }
  for (const [name, alert] of known)
    if (!seen.has(name) && !unknown.has(alert.rule))
      changed.push({ ...alert, endedMs: Math.max(nowMs, alert.startedMs) });
  return changed;
}

/** The database gives fields back in another order. */
const sorted = (alert: Alert): unknown =>
  Object.entries(alert)
    .map(([name, value]: [string, unknown]) => [
      name,
      value !== null && typeof value === 'object' ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value,
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

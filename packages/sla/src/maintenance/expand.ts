import type { Span } from '../model.ts';
import { maintenanceZone, readRule } from './rule.ts';
import { MaintenanceError, type MaintenanceRule } from './types.ts';

const dayMs = 86_400_000;
/** Occurrences in one answer. */
export const maxOccurrences = 1000;
/** Longest that one occurrence lasts. */
const longestMs = 92 * dayMs;
const firstMs = Date.UTC(1970, 0, 2);
const lastMs = Date.UTC(2199, 0, 1);

/**
 * When a maintenance takes place, as far as that overlaps a span; whole occurrences, in order. Each begins and ends at the local times
 * of the first, whatever the clock does between: one over a clock change is an hour longer or shorter.
 * @throws MaintenanceError
 */
export function expand(maintenance: MaintenanceRule, span: Span): readonly Span[] {
  const { startMs, endMs, rrule, timeZone } = maintenance;
  const cancelledMs = maintenance.cancelledMs ?? Infinity;
  if (!(endMs > startMs)) throw new MaintenanceError('times_invalid', 'the maintenance ends before it begins');
  if (endMs - startMs > longestMs) throw new MaintenanceError('times_invalid', 'the maintenance lasts over 92 days');
  if (!(startMs >= firstMs && endMs <= lastMs))
    throw new MaintenanceError('times_invalid', 'the maintenance is not in the years 1970 to 2198');
  const takesPlace = ({ fromMs, toMs }: Span): boolean =>
    fromMs < cancelledMs && fromMs < span.toMs && toMs > span.fromMs;
  if (rrule === null) return [{ fromMs: startMs, toMs: endMs }].filter(takesPlace);

  const zone = maintenanceZone(timeZone);
  const startLocalMs = zone.localMs(startMs);
  const lengthMs = zone.localMs(endMs) - startLocalMs;
  const rule = readRule(rrule, startLocalMs, zone);
  // A day on either side: what local time is ahead of UTC, and clock changes.
  const fromMs = Math.max(startMs, Math.min(span.fromMs, lastMs)) - Math.max(lengthMs, 0) - 2 * dayMs;
  const toMs = Math.min(span.toMs, cancelledMs, lastMs) + dayMs;
  const occurrences = rule
    .between(Math.max(startLocalMs, fromMs), toMs)
    .map((localMs) => {
      if (localMs === startLocalMs) return { fromMs: startMs, toMs: endMs };
      const from = zone.instantMs(localMs);
      const to = zone.instantMs(localMs + lengthMs);
      return { fromMs: from, toMs: to > from ? to : from + (endMs - startMs) };
    })
    .filter(takesPlace);
  if (occurrences.length > maxOccurrences)
    throw new MaintenanceError('too_many', `over ${maxOccurrences} occurrences: ask for a shorter time`);
  return occurrences;
}

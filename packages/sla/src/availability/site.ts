import { schoolSpans } from '../calendar.ts';
import { intersect, overlap, subtract, total, union } from '../spans.ts';
import { percentOf } from './figures.ts';
import { inState, timeline } from './timeline.ts';
import type { SiteAvailability, SiteInput } from './types.ts';

/** How long a site had a line. A line counts only while it was in service. */
export function siteAvailability({ period, circuits, calendar, nowMs }: SiteInput): SiteAvailability {
  const counted = overlap(period, { fromMs: -Infinity, toMs: nowMs });
  const lines = circuits.map(({ validity, intervals, corrections }) =>
    timeline(intervals, corrections, overlap(counted, validity)),
  );
  const all = lines.flat();
  const up = inState(all, 'up', 'degraded');
  // While the only line that is up is degraded, so is the site.
  const well = inState(all, 'up');
  const unknown = subtract(inState(all, 'unknown'), up);
  const down = subtract(inState(all, 'down'), union([...up, ...unknown]));
  const states = [
    ...well.map((span) => ({ ...span, state: 'up' as const })),
    ...subtract(up, well).map((span) => ({ ...span, state: 'degraded' as const })),
    ...unknown.map((span) => ({ ...span, state: 'unknown' as const })),
    ...down.map((span) => ({ ...span, state: 'down' as const })),
  ].sort((a, b) => a.fromMs - b.fromMs);
  const [totalMs, upMs, downMs, unknownMs] = [total(states), total(up), total(down), total(unknown)];
  const school = calendar && schoolSpans(calendar, counted);
  return {
    totalMs,
    upMs,
    downMs,
    unknownMs,
    upPercent: percentOf(upMs, upMs + downMs),
    coveragePercent: percentOf(totalMs - unknownMs, totalMs),
    down,
    teachingMs: school ? total(intersect(down, school)) : null,
    states,
  };
}

/** The span of time that a chart shows, as it stands in the page's address. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export interface Preset {
  readonly key: string;
  readonly label: string;
  /** For a phone. */
  readonly short: string;
  readonly spanMs: number;
  /** Short enough for 10-second cells to be seen. */
  readonly live: boolean;
}

export const presets: readonly Preset[] = [
  { key: '1h', label: '1 hour', short: '1 h', spanMs: hour, live: true },
  { key: '6h', label: '6 hours', short: '6 h', spanMs: 6 * hour, live: true },
  { key: '24h', label: '24 hours', short: '24 h', spanMs: day, live: true },
  { key: '7d', label: '7 days', short: '7 d', spanMs: 7 * day, live: false },
  { key: '30d', label: '30 days', short: '30 d', spanMs: 30 * day, live: false },
  { key: '13mo', label: '13 months', short: '13 mo', spanMs: 396 * day, live: false },
];

const fallback = presets[1]!;

export type Range =
  | { readonly kind: 'preset'; readonly preset: Preset }
  | { readonly kind: 'custom'; readonly fromMs: number; readonly toMs: number };

export const shortestMs = 5 * minute;
export const longestMs = 400 * day;

export function presetOf(key: string | null): Preset {
  return presets.find((preset) => preset.key === key) ?? fallback;
}

/** Reads `?from=…&to=…` (Unix ms) or `?range=…`; what makes no sense becomes the default range. */
export function parseRange(query: URLSearchParams): Range {
  const fromMs = Number(query.get('from') ?? Number.NaN);
  const toMs = Number(query.get('to') ?? Number.NaN);
  if (problemWithSpan(fromMs, toMs) === null) return { kind: 'custom', fromMs, toMs };
  return { kind: 'preset', preset: presetOf(query.get('range')) };
}

/** Writes the range into the query, keeping what else is there. The preset to go back to stays beside a custom span. */
export function withRange(query: URLSearchParams, range: Range): URLSearchParams {
  const next = new URLSearchParams(query);
  next.delete('from');
  next.delete('to');
  if (range.kind === 'preset') next.set('range', range.preset.key);
  else {
    next.set('from', String(Math.round(range.fromMs)));
    next.set('to', String(Math.round(range.toMs)));
  }
  return next;
}

export function spanOf(range: Range, nowMs: number): { fromMs: number; toMs: number } {
  if (range.kind === 'custom') return { fromMs: range.fromMs, toMs: range.toMs };
  return { fromMs: nowMs - range.preset.spanMs, toMs: nowMs };
}

/** Why a span cannot be shown, as a sentence; null when it can. */
export function problemWithSpan(fromMs: number | null, toMs: number | null): string | null {
  if (fromMs === null || !Number.isFinite(fromMs)) return 'Give a start date and time.';
  if (toMs === null || !Number.isFinite(toMs)) return 'Give an end date and time.';
  if (toMs <= fromMs) return 'The end must be after the start.';
  if (toMs - fromMs < shortestMs) return 'The span must be at least 5 minutes.';
  if (toMs - fromMs > longestMs) return 'The span must be at most 13 months.';
  return null;
}

/** A span around its middle, `factor` times as long, kept within what can be shown. */
export function scaleSpan(
  fromMs: number,
  toMs: number,
  middleMs: number,
  factor: number,
): { fromMs: number; toMs: number } {
  const span = Math.min(longestMs, Math.max(shortestMs, (toMs - fromMs) * factor));
  const share = (middleMs - fromMs) / (toMs - fromMs);
  const from = Math.round(middleMs - span * share);
  return { fromMs: from, toMs: from + Math.round(span) };
}

/** Text for figures. Rates are bit/s with SI prefixes (1 kbit/s = 1000 bit/s); a missing figure is an en dash. */

const missing = '–';

const prefixes = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** A measured rate to three significant figures: `0 bit/s`, `532 bit/s`, `1.23 Mbit/s`. */
export function formatRate(bps: number | null | undefined): string {
  if (bps === null || bps === undefined || !Number.isFinite(bps)) return missing;
  const sign = bps < 0 ? '−' : '';
  let value = Math.abs(bps);
  let prefix = 0;
  // 999.5 would be written "1000" with three figures, so it already belongs to the next prefix.
  while (value >= 999.5 && prefix < prefixes.length - 1) {
    value /= 1000;
    prefix += 1;
  }
  const decimals = prefix === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const digits = value.toFixed(decimals);
  return `${Number(digits) === 0 ? '' : sign}${digits} ${prefixes[prefix] ?? ''}bit/s`;
}

/** A rate that was agreed rather than measured, without trailing zeros: `1 Gbit/s`, `2.5 Gbit/s`. */
export function formatNominalRate(bps: number | null | undefined): string {
  return formatRate(bps)
    .replace(/(\.\d*?)0+ /, '$1 ')
    .replace('. ', ' ');
}

/** Agreed rates of both directions, the unit once where it is the same: `100 / 30 Mbit/s`; null when none is agreed. */
export function formatNominalPair(inBps: number | null, outBps: number | null): string | null {
  if (inBps === null && outBps === null) return null;
  const down = formatNominalRate(inBps);
  const up = formatNominalRate(outBps);
  if (down === up) return down;
  const [figure, unit] = down.split(' ');
  return `${up.split(' ')[1] === unit ? figure : down} / ${up}`;
}

/** A share as a whole percentage; what is small but not nothing stays visible: `<1%`. */
export function formatShare(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return missing;
  const percent = share * 100;
  if (percent > 0 && percent < 0.5) return '<1%';
  return `${Math.round(percent)}%`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-GB');
}

/** `1 interface`, `3 interfaces`. */
export function formatNumberOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/**
 * How long ago, in words short enough for a tile. Under a minute it moves in tens of seconds, so that hundreds of tiles
 * do not flicker every second.
 */
export function formatAge(thenMs: number, nowMs: number): string {
  const s = Math.max(0, Math.floor((nowMs - thenMs) / 1000));
  if (s < 10) return 'just now';
  if (s < 60) return `${Math.floor(s / 10) * 10} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ago`;
  const days = Math.floor(s / 86_400);
  return `${formatNumberOf(days, 'day')} ago`;
}

/** A length of time: `10 s`, `5 min`, `1 h`, `1 day`. */
export function formatStep(s: number): string {
  if (s % 86_400 === 0) return formatNumberOf(s / 86_400, 'day');
  if (s % 3600 === 0) return `${s / 3600} h`;
  if (s % 60 === 0) return `${s / 60} min`;
  return `${s} s`;
}

/** Share of a committed rate in use; null without a committed rate. */
export function utilisation(bps: number, committedBps: number | null): number | null {
  return committedBps === null || committedBps <= 0 ? null : bps / committedBps;
}

/** The busier direction's share of its committed rate; null without one. */
export function busierUtilisation(inShare: number | null, outShare: number | null): number | null {
  if (inShare === null) return outShare;
  if (outShare === null) return inShare;
  return Math.max(inShare, outShare);
}

export type Load = 'normal' | 'high' | 'full';

/** Over 80 % calls for planning more capacity; from 95 % on, users notice. */
export function loadOf(share: number | null): Load {
  if (share === null || share <= 0.8) return 'normal';
  return share < 0.95 ? 'high' : 'full';
}

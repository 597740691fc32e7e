/** Percentages and durations as a contract reads them: never flattered by rounding. */

const missing = '–';

/**
 * A percentage cut off after so many decimals, never rounded up: 99.9996 is `99.999%`, and only all of it is `100%`.
 * A missing one is an en dash.
 */
export function formatPercent(percent: number | null | undefined, decimals = 3): string {
  if (percent === null || percent === undefined || !Number.isFinite(percent)) return missing;
  if (percent >= 100) return '100%';
  const scale = 10 ** decimals;
  // 57.2 × 1000 is 57200.000000000007, and 1.001 × 1000 is 1000.9999999999999: what was meant is a hair away.
  const cut = Math.min(Math.floor(percent * scale + 1e-6), 100 * scale - 1);
  return `${(cut / scale).toFixed(decimals)}%`;
}

/** A percentage that was agreed, as it was written down: `99.95%`. */
export const formatTarget = (percent: number | null): string => (percent === null ? missing : `${percent}%`);

const two = (value: number): string => String(value).padStart(2, '0');

/** `45 s`, `4 min 05 s`, `12 min`, `2 h 05 min`, `3 days 4 h`. What is begun does not count as whole. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return missing;
  const sign = ms < 0 ? '−' : '';
  const s = Math.floor(Math.abs(ms) / 1000);
  if (s < 60) return `${s === 0 ? '' : sign}${s} s`;
  const min = Math.floor(s / 60);
  if (min < 10) return `${sign}${min} min${s % 60 === 0 ? '' : ` ${two(s % 60)} s`}`;
  if (min < 60) return `${sign}${min} min`;
  const h = Math.floor(min / 60);
  if (h < 48) return `${sign}${h} h ${two(min % 60)} min`;
  return `${sign}${Math.floor(h / 24)} days${h % 24 === 0 ? '' : ` ${h % 24} h`}`;
}

/** Hours with two decimals, cut off: `3.25 h`. */
export function formatHours(hours: number | null | undefined): string {
  if (hours === null || hours === undefined || !Number.isFinite(hours)) return missing;
  return `${(Math.floor(hours * 100 + 1e-6) / 100).toLocaleString('en-GB', { maximumFractionDigits: 2 })} h`;
}

/** An amount as the server writes it: `123.40` → `£123.40`. */
export function formatPounds(amount: string | null): string {
  if (amount === null) return missing;
  const [pounds = '0', pence] = amount.split('.');
  const grouped = pounds.replace(/\B(?=(\d{3})+$)/g, ',');
  return `£${grouped}${pence === undefined ? '' : `.${pence}`}`;
}

/** How a figure stands to its target. `blind`: nothing could be seen, so nothing is claimed. */
export type Standing = 'met' | 'missed' | 'blind' | 'untargeted';

export function standingOf(percent: number | null, target: number | null): Standing {
  if (percent === null) return 'blind';
  if (target === null) return 'untargeted';
  // Sums of milliseconds divided: a hair below is not below.
  return percent + 1e-9 >= target ? 'met' : 'missed';
}

export const standingWords: Readonly<Record<Standing, string>> = {
  met: 'target met',
  missed: 'below target',
  blind: 'could not be seen',
  untargeted: 'no target',
};

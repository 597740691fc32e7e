/** Rates as the estate writes them, `512k`, `100M`, `1G`, and amounts of money. */

const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** bit/s; null = not a rate. */
export function parseRate(text: string): number | null {
  const parts = /^(\d+(?:\.\d+)?)\s?([kmgt]?)(?:bit\/s|bps)?$/i.exec(text.trim());
  if (!parts) return null;
  const bps = Number(parts[1]) * factors[parts[2]!.toLowerCase()]!;
  return Number.isFinite(bps) && bps > 0 ? bps : null;
}

/** Pence; null = not an amount. */
export function parseMoney(text: string): number | null {
  const parts = /^(\d{1,11})(?:\.(\d{1,2}))?$/.exec(text.trim());
  return parts ? Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0')) : null;
}

const pounds = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' });
const wholePounds = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP', maximumFractionDigits: 0 });

/** `£1,234.50`; whole pounds without pence. */
export const formatPence = (pence: number): string => (pence % 100 === 0 ? wholePounds : pounds).format(pence / 100);

const units = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'] as const;

/** `100 Mbit/s`, `1.5 Gbit/s`: three figures at most. */
export function rateText(bps: number): string {
  const at = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bps)) / 3)));
  return `${String(Number((bps / 1000 ** at).toPrecision(3)))} ${units[at]!}`;
}

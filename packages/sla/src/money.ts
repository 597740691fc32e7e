/** Pounds and pence in whole numbers, and numbers of contracts as exact fractions of a million: no cent is lost to binary fractions. */

/** Pence of `1234.50`. @throws RangeError */
export function parsePence(text: string): bigint {
  const [, pounds, pence = ''] = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  if (pounds === undefined) throw new RangeError(`"${text.slice(0, 20)}" is not an amount in pounds such as 1234.50`);
  return BigInt(pounds) * 100n + BigInt(pence.padEnd(2, '0'));
}

/** `1234.50`. */
export const penceText = (pence: bigint): string => `${pence / 100n}.${String(pence % 100n).padStart(2, '0')}`;

/** `£1,234.50`. */
export const poundsText = (pence: bigint): string => `£${penceText(pence).replaceAll(/\B(?=(\d{3})+\.)/g, ',')}`;

export const million = 1_000_000n;

/** A number of a contract in millionths: 99.95 is 99,950,000. Contracts have no finer ones. */
export const millionths = (value: number): bigint => BigInt(Math.round(value * 1e6));

/** Nearest whole number, halves up. Neither is below zero. */
export const roundHalfUp = (numerator: bigint, denominator: bigint): bigint =>
  (2n * numerator + denominator) / (2n * denominator);

export const ceilDivide = (numerator: bigint, denominator: bigint): bigint =>
  (numerator + denominator - 1n) / denominator;

/** `5`, `5.5`, `99.9958`: at most so many digits, none for show. */
export const numberText = (value: number, digits = 4): string => String(Number(value.toFixed(digits)));

/** `1 step`, `2 steps`. */
export const countText = (count: number | bigint, one: string): string =>
  `${count} ${one}${Number(count) === 1 ? '' : 's'}`;

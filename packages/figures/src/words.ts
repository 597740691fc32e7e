/** `£1,234.50` of `1234.50`; a dash of nothing. */
export const poundsText = (amount: string | null): string =>
  amount === null ? '–' : `£${amount.replaceAll(/\B(?=(\d{3})+\.)/g, ',')}`;

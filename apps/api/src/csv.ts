/** Tables for spreadsheets: RFC 4180, and nothing in them that a spreadsheet would run. */

/** A spreadsheet takes what begins like a formula for one (OWASP, CSV injection): text of people's is made inert, our numbers are not. */
function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

export type Cell = Parameters<typeof cell>[0];

export const csvOf = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');

/** A table in a text file: commas, semicolons or tabs, as spreadsheets and other programs write them (RFC 4180). */
import { CsvError, type Options, parse } from 'csv-parse/sync';
import { type FileProblem } from '@linewatch/contract';

export interface TableRow {
  /** As a spreadsheet shows it; the header is in row 1. */
  readonly row: number;
  readonly cells: readonly string[];
}

export interface Table {
  readonly headers: readonly string[];
  readonly rows: readonly TableRow[];
  readonly problems: readonly FileProblem[];
}

const maxColumns = 1000;
const maxCellLength = 20_000;

export const atRow = (row: number, column: string | null, message: string, path = ''): FileProblem => ({
  ...{ row, line: null },
  ...{ column, path, message },
});

const delimiters = [',', ';', '\t'] as const;

/** That of the header which stands in it most often, outside quotes, and how often. */
function delimiterOf(text: string): { readonly delimiter: string; readonly count: number } {
  const counts = new Map<string, number>();
  let quoted = false;
  for (const char of text.slice(0, 100_000)) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '\n' || char === '\r')) break;
    else if (!quoted) counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  let best: string = ',';
  for (const each of delimiters) if ((counts.get(each) ?? 0) > (counts.get(best) ?? 0)) best = each;
  return { delimiter: best, count: counts.get(best) ?? 0 };
}

/** What a spreadsheet would take for a formula, with or without apostrophes before it. */
const formula = /^'*[=+\-@\t\r]/;

/** A cell that no spreadsheet takes for a formula (OWASP, "CSV injection"). */
export const guarded = (text: string): string => (formula.test(text) ? `'${text}` : text);
export const unguarded = (text: string): string => (text.startsWith("'") && formula.test(text) ? text.slice(1) : text);

/**
 * Rows without any text are left out; they count.
 * @param needed Of a wide table: the columns that are kept, by header; the others' cells are empty.
 */
export function readTable(text: string, maxRows: number, needed?: (header: string) => boolean): Table {
  const none = (problem: FileProblem): Table => ({ headers: [], rows: [], problems: [problem] });
  let content = text.replace(/^\uFEFF/, '');
  // Excel's own hint, which it does not show as a row.
  const [hint, separator] = /^"?sep=([,;\t])"?\r?\n/i.exec(content) ?? [];
  if (hint) content = content.slice(hint.length);
  if (content.includes('\0')) return none(atRow(1, null, 'this is not a text file: it has zero octets'));
  if (!content.isWellFormed()) return none(atRow(1, null, 'this is not a text file: it has halves of characters'));
  const found = delimiterOf(content);
  // The parser takes long over very many.
  if (found.count >= maxColumns) return none(atRow(1, null, `there are over ${maxColumns} columns`));
  let records: string[][];
  let kept: boolean[] | undefined;
  const narrow = (record: string[]): string[] => {
    if (kept) return record.map((cell, i) => (kept![i] ? cell : ''));
    kept = record.map((header) => needed!(header.trim()));
    return record;
  };
  try {
    const options: Options = {
      delimiter: separator ?? found.delimiter,
      relax_column_count: true,
      relax_quotes: true,
      to: maxRows + 2,
      ...(needed && { on_record: narrow }),
    };
    records = parse(content, options);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const records = (error as { records?: unknown }).records;
    const row = typeof records === 'number' ? records + 1 : 1;
    const unclosed = error.code === 'CSV_QUOTE_NOT_CLOSED';
    return none(atRow(row, null, unclosed ? 'a quote is opened and never closed' : 'cannot be read as a table'));
  }
  const [head, ...body] = records;
  const headers = (head ?? []).map((each) => unguarded(each.trim()));
  if (headers.every((each) => each === '')) return none(atRow(1, null, 'the first row has no headers'));
  if (headers.length > maxColumns) return none(atRow(1, null, `there are over ${maxColumns} columns`));
  if (body.length > maxRows) return none(atRow(maxRows + 2, null, `there are over ${maxRows} rows`));
  const problems: FileProblem[] = [];
  const rows: TableRow[] = [];
  body.forEach((record, i) => {
    if (record.every((cell) => cell.trim() === '')) return;
    const row = i + 2;
    const cells = record.map((cell) => unguarded(cell.trim()));
    cells.forEach((cell, column) => {
      if (cell.length > maxCellLength)
        problems.push(atRow(row, headers[column] ?? null, `has over ${maxCellLength} characters`));
    });
    const extra = cells.slice(headers.length).find((cell) => cell !== '');
    if (extra !== undefined)
      problems.push(atRow(row, null, `has more cells than there are headers: "${extra.slice(0, 40)}"`));
    rows.push({ row, cells });
  });
  return { headers, rows, problems };
}

/** Problems of an import as rows: where each is, filtered, and as a CSV to take away. */
import type { FileProblem } from '@linewatch/contract';

/** `row 12`, `line 3`; empty where it is of the whole file. */
export function placeOf({ row, line }: Pick<FileProblem, 'row' | 'line'>): string {
  if (row !== null) return `row ${row}`;
  return line === null ? '' : `line ${line}`;
}

/** Those that hold every word. */
export function filterProblems(problems: readonly FileProblem[], words: string): readonly FileProblem[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return problems;
  return problems.filter((problem) => {
    const text = [placeOf(problem), problem.column ?? '', problem.path, problem.message].join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

export function problemsCsv(problems: readonly FileProblem[]): string {
  const rows = problems.map(({ row, line, column, path, message }) => [row ?? line ?? '', column ?? '', path, message]);
  return [['Row or line', 'Column', 'Field', 'Problem'], ...rows]
    .map((cells) => `${cells.map(cell).join(',')}\r\n`)
    .join('');
}

/** Text from a file comes back here: a spreadsheet must not take it for a formula. */
function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

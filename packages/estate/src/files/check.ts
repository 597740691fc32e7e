/** What an estate file says by itself, without an estate to compare it with. */
import type { FileProblem, Kind } from '@linewatch/contract';
import type { Values } from './document.ts';
import { plan } from './plan.ts';
import { readYaml } from './yaml.ts';

export interface CheckedFile {
  readonly problems: readonly FileProblem[];
  readonly trust: { readonly id: string; readonly name: string } | undefined;
  /** As they would be kept, in the file's order. Complete where there are no problems. */
  readonly records: readonly { readonly kind: Kind; readonly values: Values }[];
}

/** Never throws. Tells the first 1,000 problems by line. */
export function checkEstateFile(text: string, labelKey: (label: string) => number): CheckedFile {
  const file = readYaml(text);
  const { changes, problems } = plan([], file, { labelKey });
  return {
    problems,
    trust: file.trust,
    records: changes.map(({ kind, values }) => ({ kind, values: values ?? {} })),
  };
}

/** `12: circuits.0.to must be after "from"`, for people. */
export function formatFileProblem({ row, line, column, path, message }: FileProblem): string {
  const where = row !== null ? `row ${row}` : line !== null ? `line ${line}` : '';
  const what = column !== null ? `column "${column}"` : path;
  return [where && `${where}:`, what, message].filter((part) => part !== '').join(' ');
}

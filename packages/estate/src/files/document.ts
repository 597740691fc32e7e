/** What a file says of the estate, whatever its format: documents, each of one record, and the problems found in them. */
import type { CircuitProposal, FileProblem, Kind, Sensitivity } from '@linewatch/contract';

export type Values = Readonly<Record<string, unknown>>;

/** Where the field of a path stands in the file. */
export interface Place {
  readonly row: number | null;
  readonly line: number | null;
  readonly column: string | null;
  readonly path: string;
}

export interface Document {
  readonly kind: Kind;
  readonly id: string;
  readonly values: Values;
  /** Fields, dotted, that the file speaks of: the others stay as they are. `all`: what is not here is not so. */
  readonly covers: 'all' | readonly string[];
  /** Of a field of this record, dotted; empty = of the record. */
  readonly place: (path: string) => Place;
  /** For messages: `in line 5`, `in row 5`. */
  readonly where: string;
}

export interface ReadFile {
  readonly documents: readonly Document[];
  readonly problems: readonly FileProblem[];
  /** That the file is about: counted, and pruned when that is asked for. */
  readonly kinds: readonly Kind[];
  /** Records that the file lacks are told of, and can be ended. */
  readonly whole: boolean;
  /** Whose fields the file was made without: what it does not say of them stays. */
  readonly leftOut?: readonly Sensitivity[] | undefined;
  readonly trust?: { readonly id: string; readonly name: string } | undefined;
  readonly columns?: readonly { readonly header: string; readonly field: string | null }[];
  readonly fields?: readonly string[];
  readonly notes?: readonly string[];
  readonly proposals?: readonly CircuitProposal[];
}

/** Most problems that are told of one file. */
export const maxProblems = 1000;

export const problemAt = ({ row, line, column, path }: Place, message: string): FileProblem => ({
  row,
  line,
  column,
  path,
  message,
});

const firstNumber = ({ row, line }: FileProblem): number => row ?? line ?? 0;

/** In the file's order, each path once, no more than are told. */
export function inOrder(problems: readonly FileProblem[]): FileProblem[] {
  return problems.toSorted((a, b) => firstNumber(a) - firstNumber(b)).slice(0, maxProblems);
}

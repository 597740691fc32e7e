/** Columns of a table, by GETBULK (RFC 3416 section 4.2.3), from a device that may answer anything. */
import { PollError, type SnmpSession, type Variable } from './session.ts';

export interface WalkLimits {
  readonly rows: number;
  /** Called before each question; true ends the walk with what there is. */
  readonly isOver: () => boolean;
}

/** A variable of a row, and when it came. */
export interface Cell {
  readonly value: unknown;
  readonly atMs: number;
}

export interface Walked<I> {
  /** By the row's index, then by the column's OID. */
  readonly rows: Map<I, Map<string, Cell>>;
  /** Not all rows were read. */
  readonly truncated: boolean;
  /** Columns whose rows did not come in ascending order; what came before that was taken. */
  readonly disordered: number;
}

/** Variables of one answer: it stays within what most networks pass in one packet, or two. */
const variablesPerAnswer = 60;

/** How the rows of a table are numbered: what stands behind a column's OID. */
interface Index<I> {
  /** Undefined when it is none. */
  readonly read: (suffix: string) => I | undefined;
  readonly isAfter: (row: I, before: I) => boolean;
}

/** One integer. */
const integers: Index<number> = {
  read: (suffix) => {
    if (!/^\d{1,10}$/.test(suffix)) return undefined;
    const row = Number(suffix);
    return row <= 0xffffffff ? row : undefined;
  },
  isAfter: (row, before) => row > before,
};

/** Longest index, characters: an OID has 128 numbers at most (RFC 3416 section 4.1). */
const maxIndex = 1000;

/** As text, of any number of integers, in the order of OIDs. */
const texts: Index<string> = {
  read: (suffix) => (suffix.length <= maxIndex && /^\d+(\.\d+)*$/.test(suffix) ? suffix : undefined),
  isAfter: (row, before) => {
    const [left, right] = [row.split('.').map(Number), before.split('.').map(Number)];
    for (const [i, number] of left.entries()) {
      const other = right[i];
      if (other === undefined) return true;
      if (number !== other) return number > other;
    }
    return false;
  },
};

interface Column<I> {
  readonly oid: string;
  /** Index of the latest row; undefined before the first. */
  at: I | undefined;
}

/** Of a table whose index is one integer. @throws PollError */
export const walkColumns = (
  session: SnmpSession,
  columns: readonly string[],
  now: () => number,
  limits: WalkLimits,
): Promise<Walked<number>> => walk(session, columns, now, limits, integers);

/** Of any table: a row is named by what stands behind the column's OID, e.g. `1.3.119.97.110`. @throws PollError */
export const walkTable = (
  session: SnmpSession,
  columns: readonly string[],
  now: () => number,
  limits: WalkLimits,
): Promise<Walked<string>> => walk(session, columns, now, limits, texts);

async function walk<I extends string | number>(
  session: SnmpSession,
  columns: readonly string[],
  now: () => number,
  limits: WalkLimits,
  index: Index<I>,
): Promise<Walked<I>> {
  const rowOf = (oid: string, column: string): I | undefined =>
    oid.startsWith(`${column}.`) ? index.read(oid.slice(column.length + 1)) : undefined;
  const rows = new Map<I, Map<string, Cell>>();
  let open: Column<I>[] = columns.map((oid) => ({ oid, at: undefined }));
  let disordered = 0;
  let repetitions = Math.max(1, Math.floor(variablesPerAnswer / columns.length));
  while (open.length > 0) {
    if (limits.isOver()) return { rows, truncated: true, disordered };
    const oids = open.map(({ oid, at }) => (at === undefined ? oid : `${oid}.${at}`));
    let answer: Variable[][];
    try {
      answer = await session.getBulk(oids, repetitions);
    } catch (error) {
      // Some agents say tooBig instead of answering with less.
      if (!(error instanceof PollError) || error.code !== 'refused' || repetitions === 1) throw error;
      repetitions = 1;
      continue;
    }
    const atMs = now();
    let moved = false;
    const next: Column<I>[] = [];
    for (const [i, column] of open.entries()) {
      let ended = false;
      for (const { oid, value } of answer[i] ?? []) {
        const row = rowOf(oid, column.oid);
        if (row === undefined || value === undefined) {
          // The next column begins, or the view ends.
          ended = true;
          break;
        }
        if (column.at !== undefined && !index.isAfter(row, column.at)) {
          disordered++;
          ended = true;
          break;
        }
        column.at = row;
        moved = true;
        let cells = rows.get(row);
        if (!cells) {
          if (rows.size >= limits.rows) return { rows, truncated: true, disordered };
          rows.set(row, (cells = new Map<string, Cell>()));
        }
        cells.set(column.oid, { value, atMs });
      }
      if (!ended) next.push(column);
      else moved = true;
    }
    // An answer with nothing in it would be asked for without end.
    if (!moved) throw new PollError('malformed', 'an answer to GETBULK without a variable');
    open = next;
  }
  return { rows, truncated: false, disordered };
}

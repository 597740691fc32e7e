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

export interface Walked {
  /** By the row's index, then by the column's OID. */
  readonly rows: Map<number, Map<string, Cell>>;
  /** Not all rows were read. */
  readonly truncated: boolean;
  /** Columns whose rows did not come in ascending order; what came before that was taken. */
  readonly disordered: number;
}

/** Variables of one answer: it stays within what most networks pass in one packet, or two. */
const variablesPerAnswer = 60;

/** The row of an OID in a column with one integer as its index; undefined when it is none. */
function rowOf(oid: string, column: string): number | undefined {
  if (!oid.startsWith(`${column}.`)) return undefined;
  const text = oid.slice(column.length + 1);
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const row = Number(text);
  return row <= 0xffffffff ? row : undefined;
}

interface Column {
  readonly oid: string;
  /** Index of the latest row; -1 before the first. */
  at: number;
}

export async function walkColumns(
  session: SnmpSession,
  columns: readonly string[],
  now: () => number,
  limits: WalkLimits,
): Promise<Walked> {
  const rows = new Map<number, Map<string, Cell>>();
  let open: Column[] = columns.map((oid) => ({ oid, at: -1 }));
  let disordered = 0;
  let repetitions = Math.max(1, Math.floor(variablesPerAnswer / columns.length));
  while (open.length > 0) {
    if (limits.isOver()) return { rows, truncated: true, disordered };
    const oids = open.map(({ oid, at }) => (at < 0 ? oid : `${oid}.${at}`));
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
    const next: Column[] = [];
    for (const [i, column] of open.entries()) {
      let ended = false;
      for (const { oid, value } of answer[i] ?? []) {
        const row = rowOf(oid, column.oid);
        if (row === undefined || value === undefined) {
          // The next column begins, or the view ends.
          ended = true;
          break;
        }
        if (row <= column.at) {
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

/** Tables in which devices tell of the paths that they measure themselves: tunnels, SD-WAN health checks, tests. */
import type { Cell } from '../walk.ts';

/** What a device says of one path. What is undefined it did not tell. */
export interface PathReading {
  /** As people name it on the device. */
  readonly name: string;
  readonly up?: boolean | undefined;
  /** ms */
  readonly rttMs?: number | undefined;
  readonly jitterMs?: number | undefined;
  /** 0 to 100. */
  readonly lossPercent?: number | undefined;
  readonly mos?: number | undefined;
  /** ifName of the interface that it goes through. */
  readonly ifName?: string | undefined;
  readonly ifIndex?: number | undefined;
}

/** The cells of a row, by the names that the table gives its columns. */
export type Row = Readonly<Record<string, unknown>>;

export interface PathTable {
  /** Stands before the name of its paths: `fortigate.health`. */
  readonly source: string;
  /** OIDs of columns; the first is the one by which a device is found to have the table. */
  readonly columns: Readonly<Record<string, string>>;
  /** By index. */
  readonly read: (rows: ReadonlyMap<string, Row>) => readonly PathReading[];
}

/** Rows with their cells by the names of the columns. */
export function named(table: PathTable, rows: ReadonlyMap<string, ReadonlyMap<string, Cell>>): Map<string, Row> {
  const columns = Object.entries(table.columns);
  return new Map(
    [...rows].map(([index, cells]) => [
      index,
      Object.fromEntries(columns.map(([name, oid]) => [name, cells.get(oid)?.value])),
    ]),
  );
}

const maxName = 100;

/** DisplayString, without what would end a name where several stand in a line. */
export function text(value: unknown): string | undefined {
  if (!Buffer.isBuffer(value)) return undefined;
  const plain = value.toString('utf8').replaceAll(/[\s\p{C}]+/gu, '-');
  return plain.replaceAll(/^-+|-+$/g, '').slice(0, maxName) || undefined;
}

/** A number, or a text that is one: some devices tell their means as text. */
export function number(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (!Buffer.isBuffer(value) || value.length > 32) return undefined;
  const plain = value.toString('latin1').replace(/\0+$/, '').trim().replace(/%$/, '');
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined;
}

export const percent = (value: unknown): number | undefined => {
  const share = number(value);
  return share === undefined ? undefined : Math.min(100, share);
};

export const scaled = (value: unknown, factor: number): number | undefined => {
  const plain = number(value);
  return plain === undefined ? undefined : plain * factor;
};

/** Whether a state is among those that are up, or that are down; undefined where it is neither. */
export function stateIn(value: unknown, up: readonly number[], down: readonly number[]): boolean | undefined {
  if (typeof value !== 'number') return undefined;
  return up.includes(value) ? true : down.includes(value) ? false : undefined;
}

/** The texts at the beginning of an index, each after its length (RFC 2578 section 7.7), and what follows them. */
export function indexTexts(
  index: string,
  count: number,
): { readonly texts: readonly string[]; readonly rest: readonly number[] } | undefined {
  const numbers = index.split('.').map(Number);
  const texts: string[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const length = numbers[at] ?? NaN;
    const octets = numbers.slice(at + 1, at + 1 + length);
    if (octets.length !== length || octets.some((octet) => octet > 255)) return undefined;
    texts.push(text(Buffer.from(octets)) ?? '');
    at += 1 + length;
  }
  return { texts, rest: numbers.slice(at) };
}

/**
 * For the tests: real exporters' datagrams, which are third-party data and no part of this project. LINEWATCH_CAPTURES
 * names the folder they are in, with `units.tsv` as the oracle.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const folder = process.env['LINEWATCH_CAPTURES'] ?? '';
export const available = folder !== '' && existsSync(join(folder, 'units.tsv'));

/** A row of `units.tsv`; `truth` is JSON. */
export type Unit = Readonly<Record<'unit' | 'cls' | 'proto' | 'datagrams' | 'truth', string>>;

/** The units of some protocols. */
export function readUnits(protocols: RegExp): Unit[] {
  const [head = [], ...rows] = readFileSync(join(folder, 'units.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return rows
    .map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])) as Unit)
    .filter(({ proto }) => protocols.test(proto));
}

export const captureOf = ({ cls, unit }: Pick<Unit, 'cls' | 'unit'>): Buffer =>
  readFileSync(join(folder, cls, `${unit}.pcap`));

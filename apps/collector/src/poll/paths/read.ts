/** Which of the tables a device has, and what they say. */
import type { SnmpSession } from '../session.ts';
import { type WalkLimits, walkTable } from '../walk.ts';
import { type PathReading, type PathTable, named } from './table.ts';

export interface NamedPath extends PathReading {
  readonly source: string;
}

/** Most paths of one device. */
const maxPaths = 512;

/** The tables with a row at least: one question for all of them. @throws PollError */
export async function findTables(session: SnmpSession, tables: readonly PathTable[]): Promise<readonly PathTable[]> {
  const firsts = tables.map(({ columns }) => Object.values(columns)[0]!);
  const answers = await session.getBulk(firsts, 1);
  return tables.filter((_table, i) => {
    const found = answers[i]?.[0];
    return found?.value !== undefined && found.oid.startsWith(`${firsts[i]!}.`);
  });
}

/** @throws PollError */
export async function readPaths(
  session: SnmpSession,
  tables: readonly PathTable[],
  now: () => number,
  limits: WalkLimits,
): Promise<readonly NamedPath[]> {
  const paths: NamedPath[] = [];
  for (const table of tables) {
    const { rows } = await walkTable(session, Object.values(table.columns), now, limits);
    for (const reading of table.read(named(table, rows))) {
      if (paths.length >= maxPaths) return paths;
      paths.push({ source: table.source, ...reading });
    }
  }
  return paths;
}

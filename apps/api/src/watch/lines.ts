/** The state of an academy's lines, from that of its circuits. */
import type { AcademyLine, CircuitLine } from '@linewatch/contract';

export interface AcademyCircuit {
  readonly role: 'primary' | 'backup';
  readonly line: CircuitLine;
}

/** Of an academy without circuits, and of one of which nothing was told. */
export const noLine: AcademyLine = {
  state: null,
  sinceMs: null,
  circuits: 0,
  down: 0,
  onBackup: false,
  maintenance: false,
  incidents: 0,
};

const works = ({ line: { state } }: AcademyCircuit): boolean => state === 'up' || state === 'degraded';
const isDown = ({ line: { state } }: AcademyCircuit): boolean => state === 'down';

/**
 * Up while a line is, degraded when another is down or degraded, down when all are, else unknown. A circuit of which nothing was
 * ever told has no say. @param circuits those it has now
 */
export function academyLine(circuits: readonly AcademyCircuit[]): AcademyLine {
  const known = circuits.filter(({ line }) => line.state !== null);
  const primary = known.filter(({ role }) => role === 'primary');
  const down = known.filter(isDown);
  const troubled = known.filter(({ line: { state } }) => state === 'down' || state === 'degraded');
  const common = {
    circuits: circuits.length,
    down: down.length,
    onBackup:
      primary.length > 0 && primary.every(isDown) && known.some((each) => each.role === 'backup' && works(each)),
    maintenance: circuits.some(({ line }) => line.maintenance),
    incidents: new Set(circuits.flatMap(({ line }) => line.incident ?? [])).size,
  };
  const since = (of: readonly AcademyCircuit[], pick: (...times: number[]) => number): number | null => {
    const times = of.flatMap(({ line }) => line.sinceMs ?? []);
    return times.length > 0 ? pick(...times) : null;
  };
  if (known.length === 0) return { ...common, state: null, sinceMs: null };
  // It went down with the last of them, and has been in trouble since the first of them was.
  if (down.length === known.length) return { ...common, state: 'down', sinceMs: since(known, Math.max) };
  if (!known.some(works)) return { ...common, state: 'unknown', sinceMs: since(known, Math.max) };
  if (troubled.length > 0) return { ...common, state: 'degraded', sinceMs: since(troubled, Math.min) };
  return { ...common, state: 'up', sinceMs: since(known.filter(works), Math.min) };
}

export const sameLine = (a: AcademyLine, b: AcademyLine): boolean =>
  a.state === b.state &&
  a.sinceMs === b.sinceMs &&
  a.circuits === b.circuits &&
  a.down === b.down &&
  a.onBackup === b.onBackup &&
  a.maintenance === b.maintenance &&
  a.incidents === b.incidents;

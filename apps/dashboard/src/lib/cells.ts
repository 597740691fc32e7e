/**
 * The stream's 10-second cells: `[Unix s, in bit/s, out bit/s]`. A cell is sent again when it changes, since exporters
 * report flows that are going on late; the latest word counts.
 */

export const cellS = 10;

export type Cell = readonly [startS: number, inBps: number, outBps: number];

/** Both lists merged in order of time, `changed` winning; cells that start before `fromS` are forgotten. */
export function mergeCells(held: readonly Cell[], changed: readonly Cell[], fromS: number): readonly Cell[] {
  const byStart = new Map<number, Cell>();
  for (const cell of held) if (cell[0] >= fromS) byStart.set(cell[0], cell);
  for (const cell of changed) if (cell[0] >= fromS) byStart.set(cell[0], cell);
  return [...byStart.values()].sort((a, b) => a[0] - b[0]);
}

export interface Steps {
  readonly startS: number;
  readonly stepS: number;
  readonly inBps: readonly (number | null)[];
  readonly outBps: readonly (number | null)[];
}

/** Mean rates of the step that starts at `startS`, over the part of it that cells reach; null without any cell. */
export function meanOfCells(
  cells: readonly Cell[],
  startS: number,
  stepS: number,
): { inBps: number; outBps: number; endS: number } | null {
  const latest = cells.at(-1);
  if (latest === undefined) return null;
  let inSum = 0;
  let outSum = 0;
  let count = 0;
  for (const [s, inBps, outBps] of cells) {
    if (s < startS || s >= startS + stepS) continue;
    inSum += inBps;
    outSum += outBps;
    count += 1;
  }
  if (count === 0) return null;
  const endS = Math.min(startS + stepS, latest[0] + cellS);
  // Cells without traffic are not sent: they count as nothing, not as missing.
  const reached = Math.max(count, (endS - startS) / cellS);
  return { inBps: inSum / reached, outBps: outSum / reached, endS };
}

/**
 * A window of steps moved on to the last one that is over at `nowS`, its newest steps filled from cells where the cells
 * cover their beginning. The step that goes on is left out: it would always look like a fall.
 */
export function extendSteps(steps: Steps, cells: readonly Cell[], nowS: number): Steps {
  const { stepS } = steps;
  const length = steps.inBps.length;
  if (length === 0 || stepS <= 0) return steps;
  const lastStartS = (Math.floor(nowS / stepS) - 1) * stepS;
  const ahead = Math.max(0, Math.round((lastStartS - (steps.startS + (length - 1) * stepS)) / stepS));
  const coveredFromS = cells[0]?.[0] ?? Number.POSITIVE_INFINITY;
  if (ahead === 0 && coveredFromS > lastStartS) return steps;
  const startS = steps.startS + ahead * stepS;
  const inBps: (number | null)[] = [];
  const outBps: (number | null)[] = [];
  for (let i = 0; i < length; i += 1) {
    const s = startS + i * stepS;
    const mean = s >= coveredFromS ? meanOfCells(cells, s, stepS) : null;
    inBps.push(mean?.inBps ?? steps.inBps[i + ahead] ?? null);
    outBps.push(mean?.outBps ?? steps.outBps[i + ahead] ?? null);
  }
  return { startS, stepS, inBps, outBps };
}

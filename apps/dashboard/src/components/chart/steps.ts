/** Draws steps that say themselves where they end, with real gaps: uPlot's own steps end where the next one begins. */
import type uPlot from 'uplot';

export function stepPaths(endS: () => readonly number[]): uPlot.Series.PathBuilder {
  return (u, seriesIdx, idx0, idx1) => {
    const starts = u.data[0];
    const values = u.data[seriesIdx] ?? [];
    const ends = endS();
    const stroke = new Path2D();
    const fill = new Path2D();
    const zero = u.valToPos(0, 'y', true);
    let runX = 0;
    let lastEndX = 0;
    let open = false;
    const close = (): void => {
      if (!open) return;
      fill.lineTo(lastEndX, zero);
      fill.lineTo(runX, zero);
      fill.closePath();
      open = false;
    };
    for (let i = idx0; i <= idx1; i += 1) {
      const value = values[i];
      if (value === null || value === undefined) {
        close();
        continue;
      }
      const start = starts[i]!;
      const x = u.valToPos(start, 'x', true);
      const endX = u.valToPos(ends[i] ?? start, 'x', true);
      const y = u.valToPos(value, 'y', true);
      if (open) {
        stroke.lineTo(x, y);
        fill.lineTo(x, y);
      } else {
        stroke.moveTo(x, y);
        fill.moveTo(x, y);
        runX = x;
        open = true;
      }
      stroke.lineTo(endX, y);
      fill.lineTo(endX, y);
      lastEndX = endX;
    }
    close();
    return { stroke, fill, clip: null, flags: 1 };
  };
}

/** The step that a moment falls in; the nearest one where it falls in none; null without steps. */
export function stepAt(startS: readonly number[], s: number): number | null {
  if (startS.length === 0) return null;
  let low = 0;
  let high = startS.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (startS[middle]! <= s) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A tile's small chart as SVG path data: in above the axis, out below it, gaps left open. */

export interface SparkPaths {
  readonly inArea: string;
  readonly outArea: string;
  /** Where the axis is, in the box's units. */
  readonly axisY: number;
}

/** Both directions share one scale, so that their heights compare. The box is `width` × `height` units. */
export function sparkPaths(
  inBps: readonly (number | null)[],
  outBps: readonly (number | null)[],
  width: number,
  height: number,
): SparkPaths {
  const inPeak = peak(inBps);
  const outPeak = peak(outBps);
  const scale = height / (inPeak + outPeak || 1);
  // Without any traffic the axis stands at the foot of the box.
  const axisY = inPeak + outPeak === 0 ? height : inPeak * scale;
  return { inArea: area(inBps, width, axisY, -scale), outArea: area(outBps, width, axisY, scale), axisY };
}

function peak(values: readonly (number | null)[]): number {
  let most = 0;
  for (const value of values) if (value !== null && value > most) most = value;
  return most;
}

/** One closed, stepped outline for each run of values. */
function area(values: readonly (number | null)[], width: number, axisY: number, scale: number): string {
  const stepX = width / Math.max(1, values.length);
  let path = '';
  let open = false;
  for (const [i, value] of values.entries()) {
    if (value === null) {
      if (open) path += `V${round(axisY)}Z`;
      open = false;
      continue;
    }
    if (!open) path += `M${round(i * stepX)} ${round(axisY)}`;
    open = true;
    path += `V${round(axisY + value * scale)}H${round((i + 1) * stepX)}`;
  }
  return open ? `${path}V${round(axisY)}Z` : path;
}

const round = (value: number): number => Math.round(value * 10) / 10;

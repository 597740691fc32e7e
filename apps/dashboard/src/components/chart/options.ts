/** uPlot's options: in above the axis, out below it, drag to zoom. */
import uPlot from 'uplot';
import { formatNominalRate } from '../../lib/format.ts';
import { zone } from '../../lib/time.ts';
import { timeLabels } from './axis.ts';
import { type Overlay, type Palette, drawFilling, drawLines } from './overlay.ts';
import { stepPaths } from './steps.ts';

export interface ChartHooks {
  readonly palette: Palette;
  readonly endS: () => readonly number[];
  readonly overlay: () => Overlay;
  /** The vertical reach for what is in view. */
  readonly reach: (lowest: number, highest: number) => [number, number];
  readonly onCursor: (s: number | null) => void;
  readonly onZoom: (fromS: number, toS: number) => void;
  readonly onReset: () => void;
}

export function chartOptions(width: number, height: number, hooks: ChartHooks): uPlot.Options {
  const { palette } = hooks;
  const font = `${palette.textPx}px ${palette.font}`;
  const paths = stepPaths(hooks.endS);
  const axis = {
    font,
    stroke: palette.textSoft,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { stroke: palette.grid, width: 1, size: 5 },
  };
  return {
    width,
    height,
    padding: [8, 22, 0, 0],
    tzDate: (s) => uPlot.tzDate(new Date(s * 1000), zone),
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: 6 },
      bind: {
        dblclick: () => () => {
          hooks.onReset();
          return null;
        },
      },
    },
    scales: {
      x: { time: true, auto: false },
      y: { range: (_, low, high) => hooks.reach(low, high) },
    },
    axes: [
      {
        ...axis,
        space: 72,
        size: palette.textPx * 2 + 24,
        values: (_, splits, _axis, _space, increment) => timeLabels(splits, increment),
      },
      {
        ...axis,
        space: 44,
        size: (u, values) => widest(u, values, font) + 16,
        values: (_, splits) => splits.map((bps) => formatNominalRate(Math.abs(bps))),
      },
    ],
    series: [
      {},
      { scale: 'y', stroke: palette.in, fill: palette.inSoft, width: 1.25, paths, points: { show: false } },
      { scale: 'y', stroke: palette.out, fill: palette.outSoft, width: 1.25, paths, points: { show: false } },
    ],
    hooks: {
      drawAxes: [(u) => drawFilling(u, hooks.overlay().fillingFromS, palette)],
      draw: [(u) => drawLines(u, hooks.overlay(), palette)],
      setCursor: [(u) => hooks.onCursor((u.cursor.left ?? -1) < 0 ? null : u.posToVal(u.cursor.left!, 'x'))],
      setSelect: [
        (u) => {
          const { left, width: selected } = u.select;
          if (selected <= 0) return;
          hooks.onZoom(u.posToVal(left, 'x'), u.posToVal(left + selected, 'x'));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function widest(u: uPlot, values: string[] | null, font: string): number {
  u.ctx.save();
  u.ctx.font = font;
  const width = Math.max(0, ...(values ?? []).map((text) => u.ctx.measureText(text).width));
  u.ctx.restore();
  return Math.ceil(width);
}

/** What is drawn on the chart beside the traffic: reference lines with their names, and the part that is still filling. */
import type uPlot from 'uplot';
import { formatNominalRate, formatRate } from '../../lib/format.ts';

export interface Overlay {
  readonly committedIn: number | null;
  readonly committedOut: number | null;
  readonly percentileIn: number | null;
  readonly percentileOut: number | null;
  readonly estimate: boolean;
  /** Unix s; null = nothing is filling. */
  readonly fillingFromS: number | null;
}

export interface Palette {
  readonly text: string;
  readonly textSoft: string;
  readonly surface: string;
  readonly in: string;
  readonly inSoft: string;
  readonly out: string;
  readonly outSoft: string;
  readonly grid: string;
  readonly axis: string;
  readonly filling: string;
  readonly font: string;
  /** Size of the chart's text, CSS px. */
  readonly textPx: number;
}

/** The tokens as the canvas needs them: it does not know CSS variables. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const rootPx = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return {
    ...{ text: token('--text'), textSoft: token('--text-soft'), surface: token('--surface') },
    ...{ in: token('--in'), inSoft: token('--in-soft'), out: token('--out'), outSoft: token('--out-soft') },
    ...{ grid: token('--chart-grid'), axis: token('--chart-axis'), filling: token('--chart-filling') },
    ...{ font: token('--font'), textPx: Math.round(rootPx * 0.75) },
  };
}

/** Hatched, below the traffic. */
export function drawFilling(u: uPlot, fromS: number | null, palette: Palette): void {
  if (fromS === null) return;
  const { left, top, width, height } = u.bbox;
  const x = Math.max(left, u.valToPos(fromS, 'x', true));
  if (x >= left + width) return;
  const { ctx } = u;
  const gap = 7 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, top, left + width - x, height);
  ctx.clip();
  ctx.beginPath();
  for (let at = x - height; at < left + width; at += gap) {
    ctx.moveTo(at, top + height);
    ctx.lineTo(at + height, top);
  }
  ctx.strokeStyle = palette.filling;
  ctx.globalAlpha = 0.45;
  ctx.lineWidth = devicePixelRatio;
  ctx.stroke();
  ctx.restore();
}

/** Above the traffic. */
export function drawLines(u: uPlot, overlay: Overlay, palette: Palette): void {
  const percentile = overlay.estimate ? '95th percentile, estimate' : '95th percentile';
  const sides = [
    {
      sign: 1,
      name: 'In (download)',
      committed: overlay.committedIn,
      percentileBps: overlay.percentileIn,
      colour: palette.in,
    },
    {
      sign: -1,
      name: 'Out (upload)',
      committed: overlay.committedOut,
      percentileBps: overlay.percentileOut,
      colour: palette.out,
    },
  ] as const;
  const { left, top, width, height } = u.bbox;
  const { ctx } = u;
  const pad = 6 * devicePixelRatio;
  ctx.save();
  ctx.font = `600 ${palette.textPx * devicePixelRatio}px ${palette.font}`;
  line(u, 0, palette.axis, [], 1);
  for (const { sign, name, committed, percentileBps, colour } of sides) {
    const edge = sign > 0 ? top + pad : top + height - pad;
    const baseline = sign > 0 ? 'top' : 'bottom';
    write(ctx, name, left + pad, edge, 'left', baseline, colour, palette.surface);
    if (percentileBps !== null) {
      const y = line(u, sign * percentileBps, colour, [6, 4], 1.5);
      const text = `${percentile} ${formatRate(percentileBps)}`;
      if (y !== null && width > 420 * devicePixelRatio) {
        write(
          ctx,
          text,
          left + width / 2,
          y - sign * 3 * devicePixelRatio,
          'center',
          flip(baseline),
          colour,
          palette.surface,
        );
      }
    }
    if (committed === null) continue;
    const y = line(u, sign * committed, palette.text, [], 1.5);
    const text = `Committed ${formatNominalRate(committed)}`;
    const right = left + width - pad;
    if (y === null)
      write(ctx, `${text}, off the scale`, right, edge, 'right', baseline, palette.textSoft, palette.surface);
    else write(ctx, text, right, y + sign * 3 * devicePixelRatio, 'right', baseline, palette.text, palette.surface);
  }
  ctx.restore();
}

const flip = (baseline: 'top' | 'bottom'): 'top' | 'bottom' => (baseline === 'top' ? 'bottom' : 'top');

/** Its height in canvas pixels; null when it is out of view, and nothing drawn. */
function line(u: uPlot, value: number, colour: string, dash: readonly number[], cssWidth: number): number | null {
  const { left, top, width, height } = u.bbox;
  const y = Math.round(u.valToPos(value, 'y', true));
  if (y < top || y > top + height) return null;
  const { ctx } = u;
  ctx.beginPath();
  ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.strokeStyle = colour;
  ctx.lineWidth = cssWidth * devicePixelRatio;
  ctx.stroke();
  return y;
}

/** Text with a rim of the ground's colour, readable over the traffic. */
function write(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  align: CanvasTextAlign,
  baseline: CanvasTextBaseline,
  colour: string,
  ground: string,
): void {
  ctx.textAlign = align;
  ctx.textBaseline = baseline;
  ctx.setLineDash([]);
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeStyle = ground;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

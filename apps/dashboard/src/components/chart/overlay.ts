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
  readonly theme: 'light' | 'dark';
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

/** The tokens of a theme as the canvas needs them: it does not know CSS variables. */
export function readPalette(element: Element, theme: 'light' | 'dark'): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const rootPx = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return {
    theme,
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
  const sides = [
    {
      sign: 1,
      name: 'In (download)',
      committed: overlay.committedIn,
      percentile: overlay.percentileIn,
      colour: palette.in,
    },
    {
      sign: -1,
      name: 'Out (upload)',
      committed: overlay.committedOut,
      percentile: overlay.percentileOut,
      colour: palette.out,
    },
  ] as const;
  const { left, top, width, height } = u.bbox;
  const ratio = devicePixelRatio;
  const roomy = width > 460 * ratio;
  u.ctx.save();
  u.ctx.font = `600 ${palette.textPx * ratio}px ${palette.font}`;
  line(u, 0, palette.axis, [], 1);
  for (const { sign, name, committed, percentile, colour } of sides) {
    const edge = sign > 0 ? top : top + height;
    write(u, { text: name, x: left, y: edge, align: 'left', above: sign < 0, colour }, palette);
    if (percentile !== null) {
      const y = line(u, sign * percentile, colour, [6, 4], 1.5);
      const text = `95th percentile${overlay.estimate ? ' (estimate)' : ''} ${formatRate(percentile)}`;
      if (y !== null && roomy) write(u, { text, x: left + width, y, align: 'right', above: sign > 0, colour }, palette);
    }
    if (committed !== null) {
      const y = line(u, sign * committed, palette.text, [], 1.5);
      const text = `Committed ${formatNominalRate(committed)}`;
      const x = left + width * 0.4;
      if (y !== null && roomy)
        write(u, { text, x, y, align: 'center', above: sign > 0, colour: palette.text }, palette);
    }
  }
  u.ctx.restore();
}

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

interface Label {
  readonly text: string;
  readonly x: number;
  /** The line that the text stands above or below. */
  readonly y: number;
  readonly align: 'left' | 'center' | 'right';
  readonly above: boolean;
  readonly colour: string;
}

/** Text on a ground of its own, readable over the traffic, and never outside the plot. */
function write(u: uPlot, label: Label, palette: Palette): void {
  const { ctx } = u;
  const { top, height } = u.bbox;
  const padX = 5 * devicePixelRatio;
  const tall = (palette.textPx + 5) * devicePixelRatio;
  const wide = ctx.measureText(label.text).width + 2 * padX;
  const x = label.align === 'left' ? label.x : label.align === 'right' ? label.x - wide : label.x - wide / 2;
  const gap = 2 * devicePixelRatio;
  const wanted = label.above ? label.y - gap - tall : label.y + gap;
  const y = Math.min(top + height - tall - gap, Math.max(top + gap, wanted));
  ctx.globalAlpha = 0.8;
  ctx.fillStyle = palette.surface;
  ctx.fillRect(x, y, wide, tall);
  ctx.globalAlpha = 1;
  ctx.fillStyle = label.colour;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillText(label.text, x + padX, y + tall / 2);
}

/** What a cell of the matrix says: in a figure, a mark, and in words for those who point at it or hear it. */
import type { SlaCell } from '@linewatch/contract';
import { formatNumberOf } from '../../lib/format.ts';
import { type Standing, formatPercent, formatTarget, standingOf, standingWords } from '../lib/figures.ts';
import { monthTitle } from '../lib/months.ts';

/** A breach of any circuit is a breach, whatever the figure shown. */
export function standingOfCell({ contractualPercent, target, breaches }: SlaCell): Standing {
  return breaches > 0 ? 'missed' : standingOf(contractualPercent, target);
}

/** Known by shape as well as by colour. */
export const standingMarks: Readonly<Record<Standing, string>> = { met: '✓', missed: '✗', blind: '?', untargeted: '·' };

export function cellWords(academy: string, cell: SlaCell): string {
  const standing = standingOfCell(cell);
  const parts = [
    `${academy}, ${monthTitle(cell.month)}${cell.running ? ' so far' : ''}`,
    standing === 'blind'
      ? 'nothing could be seen'
      : `${formatPercent(cell.contractualPercent)} by contract${cell.target === null ? '' : ` of ${formatTarget(cell.target)}`}, ${standingWords[standing]}`,
    `${formatPercent(cell.rawPercent)} as measured`,
    `${formatPercent(cell.coveragePercent)} of the time could be seen`,
    formatNumberOf(cell.outages, 'outage'),
  ];
  if (cell.breaches > 0) parts.push(`${formatNumberOf(cell.breaches, 'circuit')} below target`);
  return parts.join('; ');
}

/** Which rows a window of a long list draws: those in sight and a few around them. */
export function visibleRows(
  count: number,
  rowPx: number,
  topPx: number,
  heightPx: number,
  around = 8,
): { readonly from: number; readonly to: number } {
  if (rowPx <= 0) return { from: 0, to: count };
  const from = Math.min(Math.max(0, count - 1), Math.max(0, Math.floor(topPx / rowPx) - around));
  const to = Math.min(count, Math.ceil((topPx + heightPx) / rowPx) + around);
  return { from: count === 0 ? 0 : from, to: Math.max(to, count === 0 ? 0 : from + 1) };
}

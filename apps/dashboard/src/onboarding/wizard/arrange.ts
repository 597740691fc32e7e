/** The order in which interfaces are offered for a new academy's lines. */
import type { InboxInterface } from '@linewatch/contract';
import { isNew } from '../heard.ts';
import { slugOf } from '../slug.ts';

export const heardKey = ({
  collector,
  exporter,
  index,
}: Pick<InboxInterface, 'collector' | 'exporter' | 'index'>): string => `${collector} ${exporter} ${index}`;

/**
 * Those that began to send while the list is looked at first, the latest on top; then what names the academy; then those of
 * this hour; then the busiest.
 */
export function arrangeHeard(
  interfaces: readonly InboxInterface[],
  name: string,
  appearedMs: Readonly<Record<string, number>>,
  nowMs: number,
): InboxInterface[] {
  const slug = slugOf(name);
  const names = ({ sysName, alias }: InboxInterface): boolean =>
    slug !== '' && slugOf(`${sysName} ${alias}`).includes(slug);
  const score = (each: InboxInterface): number => (names(each) ? 2 : 0) + (isNew(each.firstSeenMs, nowMs) ? 1 : 0);
  const appeared = (each: InboxInterface): number => appearedMs[heardKey(each)] ?? 0;
  return [...interfaces].sort(
    (a, b) => appeared(b) - appeared(a) || score(b) - score(a) || b.inBps + b.outBps - (a.inBps + a.outBps),
  );
}

/** Messages that are looked for in what is stored. */

/** One message in one table. */
export interface Sought {
  readonly partition: number;
  readonly offset: number;
  readonly rows: number;
  /** Between which times its rows are, Unix ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Most messages that one question names, and how far they may be apart in time, ms. */
const mostAsked = 400;
const nearMs = 3_600_000;

/** Between which offsets and times these stand, which are of one partition. */
export function extent(sought: readonly Sought[]) {
  let [fromMs, toMs, firstOffset, lastOffset] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const each of sought) {
    fromMs = Math.min(fromMs, each.fromMs);
    toMs = Math.max(toMs, each.toMs);
    firstOffset = Math.min(firstOffset, each.offset);
    lastOffset = Math.max(lastOffset, each.offset);
  }
  return { partition: sought[0]!.partition, fromMs, toMs, firstOffset, lastOffset };
}

/** Those of one partition that are near each other, for one question each. Where offsets do not rise it is another log. */
export function together<T extends Sought>(sought: readonly T[]): T[][] {
  const sorted = sought.toSorted((a, b) => a.partition - b.partition || a.fromMs - b.fromMs || a.offset - b.offset);
  const groups: T[][] = [];
  let before: T | undefined;
  for (const each of sorted) {
    const isNear =
      before?.partition === each.partition &&
      before.offset < each.offset &&
      each.fromMs - before.fromMs < nearMs &&
      groups.at(-1)!.length < mostAsked;
    if (isNear) groups.at(-1)!.push(each);
    else groups.push([each]);
    before = each;
  }
  return groups;
}

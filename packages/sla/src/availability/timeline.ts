import { type Cause, type Correction, type LineState, type Span, type StateInterval, causes } from '../model.ts';
import { overlap, subtract, union } from '../spans.ts';

/** Of intervals that overlap the first of these holds, whatever order they came in. */
const stateOrder: readonly LineState[] = ['unknown', 'down', 'degraded', 'up'];

const correctedTo = (state: LineState): Cause => (state === 'up' ? 'none' : 'corrected');

/** What a moment can be, as a number: smaller goes before. First what people said, then every state with every cause. */
const ranks: readonly Pick<StateInterval, 'state' | 'cause'>[] = [
  ...stateOrder.map((state) => ({ state, cause: correctedTo(state) })),
  ...stateOrder.flatMap((state) => causes.map((cause) => ({ state, cause }))),
];
const correctedRank = ({ state }: Correction): number => stateOrder.indexOf(state);
const measuredRank = ({ state, cause }: StateInterval): number =>
  stateOrder.length + stateOrder.indexOf(state) * causes.length + causes.indexOf(cause);

interface Ranked extends Span {
  readonly rank: number;
}

/**
 * What a circuit was at each moment of a span: intervals that follow each other without a gap, the same set of which gives the
 * same result in any order and however often each is there. Where nothing is known: unknown, unseen. Corrections replace what
 * was measured, later ones (in the list) go before earlier ones.
 */
export function timeline(
  intervals: readonly StateInterval[],
  corrections: readonly Correction[],
  span: Span,
): readonly StateInterval[] {
  if (!(span.fromMs < span.toMs)) return [];
  const ranked: Ranked[] = latest(corrections, span);
  for (const interval of intervals) ranked.push({ ...overlap(interval, span), rank: measuredRank(interval) });
  return joined(sweep(ranked, span));
}

/** Corrections without what later ones took from them. */
function latest(corrections: readonly Correction[], span: Span): Ranked[] {
  const pieces: Ranked[] = [];
  let taken: readonly Span[] = [];
  for (const correction of corrections.toReversed()) {
    const within = union([overlap(correction, span)]);
    for (const piece of subtract(within, taken)) pieces.push({ ...piece, rank: correctedRank(correction) });
    taken = union([...taken, ...within]);
  }
  return pieces;
}

/** Goes along the edges of everything and keeps count of what is open. */
function sweep(ranked: readonly Ranked[], span: Span): readonly StateInterval[] {
  const edges: { readonly atMs: number; readonly rank: number; readonly step: 1 | -1 }[] = [];
  for (const { fromMs, toMs, rank } of ranked)
    if (fromMs < toMs) edges.push({ atMs: fromMs, rank, step: 1 }, { atMs: toMs, rank, step: -1 });
  edges.sort((a, b) => a.atMs - b.atMs);

  const open = new Int32Array(ranks.length);
  const pieces: StateInterval[] = [];
  let atMs = span.fromMs;
  const until = (toMs: number): void => {
    if (toMs <= atMs) return;
    const rank = open.findIndex((count) => count > 0);
    pieces.push({ fromMs: atMs, toMs, ...(ranks[rank] ?? { state: 'unknown', cause: 'unseen' }) });
    atMs = toMs;
  };
  for (const edge of edges) {
    until(edge.atMs);
    open[edge.rank]! += edge.step;
  }
  until(span.toMs);
  return pieces;
}

function joined(pieces: readonly StateInterval[]): readonly StateInterval[] {
  const whole: StateInterval[] = [];
  for (const piece of pieces) {
    const last = whole.at(-1);
    if (last?.state === piece.state && last.cause === piece.cause && last.toMs === piece.fromMs)
      whole[whole.length - 1] = { ...last, toMs: piece.toMs };
    else whole.push(piece);
  }
  return whole;
}

/** When it was in a state, whatever the cause. */
export const inState = (
  intervals: readonly (Span & { readonly state: LineState })[],
  ...states: readonly LineState[]
): readonly Span[] => union(intervals.filter(({ state }) => states.includes(state)));

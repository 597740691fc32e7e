/** For tests: evidence of small whole times, and a second opinion on what it comes to. */
import fc from 'fast-check';
import type { LineState } from '../model.ts';
import type { Evidence, Heartbeat, SourceKind, StateSettings } from './evidence.ts';

export const settings: StateSettings = { confirm: 2, blindMs: 30, staleMs: 40, lapseMs: 100, skewMs: 4 };
export const endMs = 400;

const collectors = ['a', 'b'] as const;

const source: fc.Arbitrary<readonly [SourceKind, string]> = fc.constantFrom(
  ...([
    ['link', ''],
    ['link', ''],
    ['traffic', ''],
    ['admin', ''],
    ['path', 'p1'],
    ['path', 'p2'],
    ['probe', 't1'],
    ['probe', 't1'],
    ['probe', 't2'],
    ['reach', ''],
    ['quality', 't1'],
  ] satisfies [SourceKind, string][]),
);

const anyEvidence: fc.Arbitrary<Evidence> = fc
  .record({
    atMs: fc.integer({ min: 0, max: endMs }),
    source,
    collector: fc.constantFrom(...collectors),
    says: fc.constantFrom('up', 'up', 'down', 'degraded'),
    holdMs: fc.constantFrom(0, 25, 60, 60, 120),
    since: fc.option(fc.integer({ min: 0, max: 150 }), { freq: 2 }),
    note: fc.constantFrom('trap', 'poll'),
  })
  .map(({ atMs, source: [kind, name], collector, says, holdMs, since, note }) => ({
    atMs,
    kind,
    name,
    collector,
    says: kind === 'traffic' ? 'up' : says,
    holdMs,
    ...(since !== null && { sinceMs: Math.max(0, atMs - since) }),
    note,
  }));

export const evidences = fc.array(anyEvidence, { maxLength: 40 });

const beatsOfOne = fc.array(fc.boolean(), { minLength: 42, maxLength: 42 });

/** One a collector each 10, with holes. */
export const heartbeats: fc.Arbitrary<Heartbeat[]> = fc
  .tuple(beatsOfOne, beatsOfOne, fc.nat({ max: 3 }))
  .map(([a, b, keep]) =>
    [a, b].flatMap((beats, i) =>
      beats.flatMap((isThere, n) => (isThere || n % 4 < keep ? [{ collector: collectors[i]!, atMs: n * 10 }] : [])),
    ),
  );

/** When a collector watched, word for word: between two heartbeats that are near enough, and after the last until others go on. */
function watched(beats: readonly Heartbeat[], collector: string, atMs: number): boolean {
  const times = beats.filter((beat) => beat.collector === collector).map((beat) => beat.atMs);
  const before = Math.max(...times.filter((time) => time <= atMs));
  const after = Math.min(...times.filter((time) => time > atMs));
  if (before === -Infinity) return false;
  if (after < Infinity) return after - before <= settings.blindMs;
  return Math.max(...beats.map((beat) => beat.atMs)) - before <= settings.blindMs;
}

const rank = { up: 0, degraded: 1, down: 2 };
const isConfirmed = (kind: SourceKind): boolean => kind === 'probe' || kind === 'reach';

/** Words of a source that count: failures that are too few in a row do not. */
function counted(words: readonly Evidence[]): Evidence[] {
  if (!words[0] || !isConfirmed(words[0].kind)) return [...words];
  return words.filter((word, i) => {
    if (word.says !== 'down') return true;
    let from = i;
    let to = i;
    while (words[from - 1]?.says === 'down') from--;
    while (words[to + 1]?.says === 'down') to++;
    return new Set(words.slice(from, to + 1).map(({ atMs }) => atMs)).size >= settings.confirm;
  });
}

const inOrder = (words: readonly Evidence[]): Evidence[] =>
  counted(words.toSorted((a, b) => a.atMs - b.atMs || rank[a.says] - rank[b.says] || a.holdMs - b.holdMs));

/** When something of the line itself was no more down: of one instant the last word holds. */
function returned(sources: Iterable<readonly Evidence[]>): number[] {
  return [...sources].flatMap((all) => {
    if (!['link', 'admin', 'reach'].includes(all[0]!.kind)) return [];
    const words = inOrder(all).filter((word, i, told) => told[i + 1]?.atMs !== word.atMs);
    return words.flatMap(({ says, atMs }, i) => (says !== 'down' && words[i - 1]?.says === 'down' ? atMs : []));
  });
}

/**
 * A second opinion, instant by instant, by what the words say and nothing else: the newest word of each source holds. It
 * knows nothing of `sinceMs`, and of no traffic that takes anything back.
 */
export function stateAt(evidence: readonly Evidence[], beats: readonly Heartbeat[], atMs: number): LineState {
  const sources = Map.groupBy(
    evidence,
    ({ kind, name, collector }) => `${kind} ${name} ${kind === 'probe' || kind === 'quality' ? collector : ''}`,
  );
  const collectors = new Set(evidence.filter((each) => each.atMs <= atMs).map(({ collector }) => collector));
  if (collectors.size > 0 && [...collectors].every((collector) => !watched(beats, collector, atMs))) return 'unknown';
  const returns = returned(sources.values());
  const words: { readonly kind: SourceKind; readonly says: string }[] = [];
  for (const all of sources.values()) {
    const told = inOrder(all);
    const at = told.findLastIndex((word) => word.atMs <= atMs);
    const last = told[at];
    if (!last) continue;
    let [first, end] = [at, at];
    while (told[first - 1]?.says === 'down') first--;
    while (told[end + 1]?.says === 'down') end++;
    // It answers after that, and the line came back meanwhile, give or take what clocks differ by.
    const isBack = returns.some(
      (backMs) =>
        backMs <= atMs &&
        backMs > told[end]!.atMs - settings.skewMs &&
        backMs > told[first]!.atMs &&
        backMs < (told[end + 1]?.atMs ?? -Infinity),
    );
    if (last.kind === 'probe' && last.says === 'down' && isBack) continue;
    const { kind, says, holdMs } = last;
    // A link and its traffic are told of by the same collectors.
    const tellers = evidence.filter((each) =>
      kind === 'link' || kind === 'traffic' ? each.kind === 'link' || each.kind === 'traffic' : all.includes(each),
    );
    const isSeen = tellers.some((each) => each.atMs <= atMs && watched(beats, each.collector, atMs));
    const isOver = says !== 'down' && atMs >= last.atMs + holdMs;
    if (isSeen && !isOver) words.push({ kind, says });
    else if (says !== 'down' && !(holdMs === 0 && isOver))
      if (kind !== 'probe' || atMs < last.atMs + holdMs + settings.lapseMs) words.push({ kind, says: 'lost' });
  }
  const has = (kind: SourceKind, ...says: readonly string[]): boolean =>
    words.some((word) => word.kind === kind && says.includes(word.says));
  const isUp = (['link', 'path', 'probe', 'reach', 'traffic'] as const).some((kind) => has(kind, 'up', 'degraded'));
  if (has('admin', 'down') || has('link', 'down')) return 'down';
  for (const kind of ['path', 'probe'] as const)
    if (has(kind, 'down') && !has(kind, 'up', 'degraded', 'lost')) return 'down';
  if (!isUp && has('probe', 'down')) return 'down';
  if (!isUp && has('reach', 'down')) return 'unknown';
  if (isUp && (has('path', 'down') || has('probe', 'down'))) return 'degraded';
  if (has('quality', 'degraded', 'down') || has('path', 'degraded') || has('probe', 'degraded')) return 'degraded';
  return isUp ? 'up' : 'unknown';
}

/** What the public may know of an academy's connection: whether it works, since when, what is planned and how it was. */
import type { PublicStatus } from '@linewatch/contract';
import { type FactsSource, type SlaCircuit, type SlaEstate, correctionsBy, readFacts } from '@linewatch/figures';
import { type LineState, type Span, timeline, union } from '@linewatch/sla';

const dayMs = 86_400_000;
const pastMs = 90 * dayMs;
const aheadMs = 14 * dayMs;
/** Nobody noticed what was shorter. */
const shortestMs = 60_000;
/** How long after we last heard of a line what it was then still holds. */
const staleMs = 600_000;
const maxPast = 30;
const maxPlanned = 10;

/** Services that are no connection of their own. Of filtering, nobody but the safeguarding lead is told. */
const others: readonly (string | null)[] = ['filtering', 'voice', 'cloud', 'vpn', 'disaster-recovery'];

export interface StatusSource extends FactsSource {
  readonly estate: () => Promise<SlaEstate>;
  readonly now: (trust: string) => Promise<readonly { readonly circuit: number; readonly seenMs: number }[]>;
}

export interface PublicPage {
  /** Row. */
  readonly academy: number;
  /** Label. */
  readonly trust: string;
  readonly title: string;
  readonly message: string | null;
}

export type PublicState = PublicStatus['state'];
type Piece = Span & { readonly state: PublicState };

/** Undefined: there is no such academy any more. */
export async function readStatus(
  source: StatusSource,
  { academy: row, trust, title, message }: PublicPage,
  nowMs: number,
): Promise<PublicStatus | undefined> {
  const estate = await source.estate();
  const academy = estate.academies.find((each) => each.row === row);
  if (!academy) return undefined;
  const lines = academy.circuits.filter(({ planned }) => !others.includes(planned.kind));
  const rows = lines.map((each) => each.row);
  const span = { fromMs: nowMs - pastMs, toMs: nowMs };
  const [facts, now] = await Promise.all([
    readFacts(source, trust, { fromMs: span.fromMs, toMs: nowMs + aheadMs }, nowMs, rows),
    source.now(trust),
  ]);
  const seen = now.filter(({ circuit }) => rows.includes(circuit)).map(({ seenMs }) => seenMs);
  const seenMs = seen.length > 0 ? Math.min(nowMs, Math.max(...seen)) : null;
  const pieces = joined(
    lines.map((line) => ({
      role: line.role,
      pieces: timeline(facts.intervals.get(line.row) ?? [], correctionsBy(facts.annotations.get(line.row) ?? []), {
        fromMs: Math.max(span.fromMs, line.validity.fromMs),
        toMs: Math.min(span.toMs, line.validity.toMs),
      }),
    })),
    span,
  );
  const last = pieces.at(-1);
  const fresh = seenMs !== null && nowMs - seenMs <= staleMs;
  const state = fresh ? (last?.state ?? 'unknown') : 'unknown';
  return {
    ...{ title, message, nowMs, seenMs, state },
    sinceMs: !fresh ? seenMs : last && last.fromMs > span.fromMs ? last.fromMs : null,
    planned: plannedOf(lines, facts.occurrences, { fromMs: nowMs, toMs: nowMs + aheadMs }),
    past: pieces
      .filter(
        (each): each is Span & { state: 'disturbed' | 'down' } => each.state === 'disturbed' || each.state === 'down',
      )
      .filter(({ fromMs, toMs }) => toMs - fromMs >= shortestMs)
      .map(({ fromMs, toMs, state: was }) => ({ fromMs, toMs: toMs === nowMs && fresh ? null : toMs, state: was }))
      .toReversed()
      .slice(0, maxPast),
  };
}

/** What takes place, without for which lines and by whom. */
function plannedOf(
  lines: readonly SlaCircuit[],
  occurrences: Awaited<ReturnType<typeof readFacts>>['occurrences'],
  span: Span,
): PublicStatus['planned'] {
  return union(lines.flatMap((line) => occurrences.of(line, span).map(({ fromMs, toMs }) => ({ fromMs, toMs }))))
    .map(({ fromMs, toMs }) => ({ fromMs, toMs }))
    .slice(0, maxPlanned);
}

interface Line {
  readonly role: 'primary' | 'backup';
  readonly pieces: readonly (Span & { readonly state: LineState })[];
}

/** All lines as one, without gaps. Where none was in service, nothing is known. */
export function joined(lines: readonly Line[], span: Span): Piece[] {
  const edges = [
    ...new Set([
      span.fromMs,
      span.toMs,
      ...lines.flatMap(({ pieces }) => pieces.flatMap(({ fromMs, toMs }) => [fromMs, toMs])),
    ]),
  ]
    .filter((each) => each >= span.fromMs && each <= span.toMs)
    .sort((a, b) => a - b);
  const at = lines.map(() => 0);
  const whole: Piece[] = [];
  for (const [i, fromMs] of edges.slice(0, -1).entries()) {
    const toMs = edges[i + 1]!;
    const states = lines.flatMap(({ role, pieces }, line) => {
      while (at[line]! < pieces.length && pieces[at[line]!]!.toMs <= fromMs) at[line]!++;
      const piece = pieces[at[line]!];
      return piece && piece.fromMs <= fromMs ? [{ role, state: piece.state }] : [];
    });
    const state = stateOf(states);
    const last = whole.at(-1);
    if (last?.state === state) whole[whole.length - 1] = { ...last, toMs };
    else whole.push({ fromMs, toMs, state });
  }
  return whole;
}

/**
 * As the people at the academy notice it. A backup line that is down while the primary one works is not noticed; one that
 * carries is slower, as a rule.
 */
export function stateOf(
  lines: readonly { readonly role: 'primary' | 'backup'; readonly state: LineState }[],
): PublicState {
  const primaries = lines.filter(({ role }) => role === 'primary');
  const known = (primaries.length > 0 ? primaries : lines).filter(({ state }) => state !== 'unknown');
  if (known.length === 0) return 'unknown';
  if (known.every(({ state }) => state === 'up')) return 'working';
  if (known.some(({ state }) => state !== 'down')) return 'disturbed';
  const carried = lines.some(({ role, state }) => role === 'backup' && (state === 'up' || state === 'degraded'));
  return carried ? 'disturbed' : 'down';
}

/** From a line's intervals to what went wrong: pure, by the intervals' own times. */
import type { StoredInterval } from '@linewatch/estate';

export interface Trouble {
  readonly kind: 'outage' | 'degradation' | 'blind';
  readonly startedMs: number;
  /** When it was over; null: it goes on. */
  readonly endedMs: number | null;
  /** Over for as long as the hold-down: null before. */
  readonly resolvedMs: number | null;
  /** When it was over for less than the hold-down. */
  readonly flaps: readonly number[];
  /** The intervals that it is made of. */
  readonly bad: readonly StoredInterval[];
  /** It begins where the intervals begin: it may have begun before. */
  readonly isCut: boolean;
}

export interface TroubleSettings {
  readonly holdDownMs: number;
  readonly degradedMs: number;
  readonly blindMs: number;
}

type State = StoredInterval['state'];
type Role = 'bad' | 'back' | 'over' | 'neither';

/** `over` ends it without waiting: it has become something else. `neither`: it goes on as it was. */
const roles: Readonly<Record<Trouble['kind'], Readonly<Record<State, Role>>>> = {
  outage: { down: 'bad', up: 'back', degraded: 'back', unknown: 'neither' },
  degradation: { degraded: 'bad', up: 'back', down: 'over', unknown: 'neither' },
  blind: { unknown: 'bad', up: 'back', degraded: 'back', down: 'over' },
};

interface Open {
  startedMs: number;
  endedMs: number | null;
  isOver: boolean;
  isCut: boolean;
  readonly flaps: number[];
  readonly bad: StoredInterval[];
}

function troublesOfKind(
  kind: Trouble['kind'],
  intervals: readonly StoredInterval[],
  seenMs: number,
  holdDownMs: number,
  leastMs: number,
): Trouble[] {
  const found: Trouble[] = [];
  let open: Open | undefined;
  const close = (atMs: number): void => {
    if (!open) return;
    const { startedMs, endedMs, flaps, bad, isCut, isOver } = open;
    const backMs = endedMs === null ? 0 : atMs - endedMs;
    const isResolved = endedMs !== null && (isOver || backMs >= holdDownMs);
    const resolvedMs = isResolved ? endedMs + (isOver ? 0 : holdDownMs) : null;
    if ((endedMs ?? seenMs) - startedMs >= leastMs)
      found.push({ kind, startedMs, endedMs, resolvedMs, flaps, bad, isCut });
    open = undefined;
  };
  for (const [i, interval] of intervals.entries()) {
    const role = roles[kind][interval.state];
    if (open && open.endedMs !== null && (open.isOver || interval.fromMs - open.endedMs >= holdDownMs))
      close(interval.fromMs);
    if (role === 'bad') {
      // What was never seen cannot be lost from sight.
      if (kind === 'blind' && !open && i === 0) continue;
      if (open && open.endedMs !== null) {
        open.flaps.push(open.endedMs);
        open.endedMs = null;
      }
      open ??= { startedMs: interval.fromMs, endedMs: null, isOver: false, isCut: i === 0, flaps: [], bad: [] };
      open.bad.push(interval);
    } else if (role !== 'neither' && open && open.endedMs === null) {
      open.endedMs = interval.fromMs;
      open.isOver = role === 'over';
    }
  }
  close(seenMs);
  return found;
}

/** In the order of their beginnings within each kind. The last interval may go on. */
export const troublesOf = (
  intervals: readonly StoredInterval[],
  seenMs: number,
  { holdDownMs, degradedMs, blindMs }: TroubleSettings,
): Trouble[] => [
  ...troublesOfKind('outage', intervals, seenMs, holdDownMs, 0),
  ...troublesOfKind('degradation', intervals, seenMs, holdDownMs, degradedMs),
  ...troublesOfKind('blind', intervals, seenMs, holdDownMs, blindMs),
];

/**
 * Batches that are on the queue twice. Whoever appends a message again, because it did not learn what became of the first
 * try, says so and says when that was: only then is anything looked for. The partition is read back over that time, so the
 * answer is the same after a crash, in another process, and however much came between. A first copy may even come after
 * the second: those are known while their time has not passed.
 */
import type { Message, PartitionReader, Uncertain } from '@linewatch/queue';
import type { BatchIdentity } from '@linewatch/record';

/** How much the clocks of producer and queue may differ, and how long a copy may be under way when it was given up, ms. */
export const slackMs = 30_000;
/** A broker that stood still takes what it was sent before when it goes on, about when the message comes again, ms. */
const thawMs = 120_000;
/** Most uncertain messages remembered: the oldest are forgotten beyond. */
const maxRemembered = 100_000;
const readBytes = 8 * 1024 * 1024;
const readWaitMs = 1000;

type RepeatsReader = Pick<PartitionReader, 'read' | 'seek' | 'offsetAt' | 'lag' | 'signal'>;

export type IdentityOf = (message: Message) => BatchIdentity | undefined;

/** A message of a range that is being read. */
export interface Candidate {
  readonly offset: number;
  readonly timeMs: number;
  readonly uncertain?: Uncertain | undefined;
  readonly identity: BatchIdentity;
}

interface Remembered {
  readonly offset: number;
  /** A copy that was appended later is none of the first try. */
  readonly untilMs: number;
}

interface Wanted extends Uncertain {
  readonly offset: number;
  readonly key: string;
}

const keyOf = ({ trust, collector, epoch, sequence }: BatchIdentity): string =>
  JSON.stringify([trust, collector, epoch, sequence]);

export class Repeats {
  readonly #reader: RepeatsReader;
  readonly #identityOf: IdentityOf;
  readonly #remembered = new Map<string, Remembered>();

  constructor(reader: RepeatsReader, identityOf: IdentityOf) {
    this.#reader = reader;
    this.#identityOf = identityOf;
  }

  /** Learns what a reader that stood at `end` knew. The reader stands at `end` afterwards. */
  async restore(from: number | undefined, end: number): Promise<void> {
    if (from === undefined || from >= end) return;
    const start = Math.max(from, await this.#reader.offsetAt(0));
    await this.#scan(start, end, (message) => {
      const identity = message.uncertain && this.#identityOf(message);
      if (identity) this.#remember({ ...message, identity });
      return true;
    });
    this.#reader.seek(end);
  }

  /** Whether it is known, without reading, that an earlier message is the same. To be asked of each message, in order. */
  isLateCopy(candidate: Candidate): boolean {
    if (this.#remembered.size === 0 && !candidate.uncertain) return false;
    const known = this.#remembered.get(keyOf(candidate.identity));
    const isLate = known !== undefined && candidate.timeMs <= known.untilMs;
    if (candidate.uncertain) this.#remember(candidate);
    return isLate;
  }

  /** Where a reader that goes on after a message of this time has to begin to know as much; undefined: it need not. */
  uncertainFrom(timeMs: number): number | undefined {
    let from: number | undefined;
    for (const [key, { offset, untilMs }] of this.#remembered) {
      if (untilMs < timeMs) this.#remembered.delete(key);
      else if (from === undefined || offset < from) from = offset;
    }
    return from;
  }

  /** Offsets of those candidates whose first copy stands before them. The reader stands at `next` afterwards. */
  async find(candidates: readonly Candidate[], next: number): Promise<ReadonlySet<number>> {
    const found = new Set<number>();
    const wanted = candidates
      .flatMap(({ offset, timeMs, uncertain, identity }): Wanted[] => {
        if (!uncertain) return [];
        const of = { offset, key: keyOf(identity) };
        return [
          { ...of, sinceMs: uncertain.sinceMs - slackMs, untilMs: uncertain.untilMs + slackMs },
          { ...of, sinceMs: timeMs - thawMs, untilMs: timeMs },
        ];
      })
      .sort((a, b) => a.sinceMs - b.sinceMs);
    for (const group of overlapping(wanted)) await this.#findGroup(group, found);
    if (wanted.length > 0) this.#reader.seek(next);
    return found;
  }

  async #findGroup(group: readonly Wanted[], found: Set<number>): Promise<void> {
    const byKey = Map.groupBy(group, ({ key }) => key);
    const untilMs = Math.max(...group.map((each) => each.untilMs));
    const end = Math.max(...group.map(({ offset }) => offset));
    const start = await this.#reader.offsetAt(Math.max(0, group[0]!.sinceMs));
    await this.#scan(start, end, (message) => {
      if (message.timeMs > untilMs) return false;
      const identity = this.#identityOf(message);
      for (const { offset, sinceMs, untilMs: until } of (identity && byKey.get(keyOf(identity))) ?? [])
        if (message.offset < offset && message.timeMs >= sinceMs && message.timeMs <= until) found.add(offset);
      return true;
    });
  }

  /** Reads from `start` to before `end`, as long as `take` wants more. */
  async #scan(start: number, end: number, take: (message: Message) => boolean): Promise<void> {
    if (start >= end) return;
    const { signal } = this.#reader;
    this.#reader.seek(start);
    while (!signal.aborted) {
      const messages = await this.#reader.read({ maxBytes: readBytes, waitMs: readWaitMs });
      for (const message of messages) if (message.offset >= end || !take(message)) return;
      const last = messages.at(-1);
      if (last ? last.offset >= end - 1 : (await this.#reader.lag()) === 0) return;
    }
  }

  #remember({ offset, timeMs, uncertain, identity }: Candidate): void {
    const untilMs = Math.max(uncertain!.untilMs, timeMs) + slackMs;
    const key = keyOf(identity);
    const known = this.#remembered.get(key);
    this.#remembered.set(key, { offset: known?.offset ?? offset, untilMs: Math.max(untilMs, known?.untilMs ?? 0) });
    if (this.#remembered.size <= maxRemembered) return;
    const [oldest] = this.#remembered.keys();
    this.#remembered.delete(oldest!);
  }
}

/** Those whose times overlap, together; in order of their beginning. */
function overlapping(wanted: readonly Wanted[]): Wanted[][] {
  const groups: Wanted[][] = [];
  let untilMs = -Infinity;
  for (const each of wanted) {
    if (each.sinceMs > untilMs) groups.push([]);
    groups.at(-1)!.push(each);
    untilMs = Math.max(untilMs, each.untilMs);
  }
  return groups;
}

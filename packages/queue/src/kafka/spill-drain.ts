/**
 * Takes one partition's spill to the broker, in order:
 *
 *     read → commit the offset, and {until, sinceMs} beside it → send → read on, or commit the offset behind
 *
 * After a crash, or a send of unknown outcome, what is before `until` may be on the broker since `sinceMs`: these messages
 * and no others are sent as uncertain.
 */
import { type Logger, describe, sleep } from '@linewatch/service';
import type { Message, NewMessage, PartitionReader, Position } from '../port.ts';
import type { Lane } from './lane.ts';
import { SendFailure, type Session } from './session.ts';
import { again } from './uncertain.ts';

/** Octets that one send gathers: each costs a commit to disk. */
const drainBytes = 4 * 1024 * 1024;
/** How often a partition looks that may have something on disk, and has found nothing, ms. */
const unsettledMs = 100;
const settledMs = 60_000;
/** After an error of the spill itself, ms. */
const spillRetryMs = 1000;

interface Intent {
  readonly until: number;
  readonly sinceMs: number;
}

const intentPattern = /^(\d{1,16}) (\d{1,15})$/;
const encodeIntent = ({ until, sinceMs }: Intent): string => `${until} ${sinceMs}`;

/** Undefined when nothing was under way. */
function decodeIntent(metadata: string): Intent | undefined {
  const found = intentPattern.exec(metadata);
  return found ? { until: Number(found[1]), sinceMs: Number(found[2]) } : undefined;
}

interface Declared extends Intent {
  /** Messages before this offset may be on the broker. */
  readonly repeats: number;
}

export class Drain {
  readonly #reader: PartitionReader;
  readonly #lane: Lane;
  readonly #logger: Logger;
  /** Whether there was something at the last look. */
  #more = false;
  /** Messages before this offset go one by one, after the broker refused several at once. */
  #singleUntil = 0;
  /** Behind what was sent; committed with the next intent, or when there is no more. */
  #sent: Position | undefined;
  /** Messages that are read and not acknowledged. */
  #inHand = 0;
  /** Before the next attempt, ms. */
  #waitMs = 0;

  constructor(reader: PartitionReader, lane: Lane, logger: Logger) {
    this.#reader = reader;
    this.#lane = lane;
    this.#logger = logger;
  }

  /** Messages that the broker has not acknowledged. */
  async lag(): Promise<number> {
    return (await this.#reader.lag()) + this.#inHand;
  }

  /** Resolves when the reader's signal aborts; a send under way is ended first. */
  async run(): Promise<void> {
    const { signal, topic, partition } = this.#reader;
    while (!isAborted(signal)) {
      try {
        if (this.#more) this.#more = await this.#sendNext();
        else await this.#rest();
      } catch (error) {
        if (isAborted(signal)) break;
        this.#logger.error({ topic, partition, reason: describe(error) }, 'spill cannot be read');
        this.#reader.seek(this.#position.offset);
        this.#waitMs = spillRetryMs;
      }
      if (this.#waitMs > 0) await sleep(this.#waitMs, signal);
      this.#waitMs = 0;
    }
    // Given up with the lease, it is told from the intent by who drains next.
    await this.#settle().catch(() => undefined);
  }

  get #position(): Position {
    return this.#sent ?? this.#reader.committed;
  }

  async #settle(): Promise<void> {
    if (this.#sent) await this.#commit(this.#sent);
  }

  async #commit(position: Position): Promise<void> {
    await this.#reader.commit(position);
    this.#sent = undefined;
  }

  async #rest(): Promise<void> {
    await this.#lane.settle(this.#reader);
    const waitMs = this.#lane.isSettled ? settledMs : unsettledMs;
    const [next] = await this.#reader.read({ maxBytes: 1, waitMs });
    if (!next) return;
    this.#reader.seek(next.offset);
    this.#lane.found();
    this.#more = true;
  }

  /** @returns whether there may be more. */
  async #sendNext(): Promise<boolean> {
    const { sessions, gate } = this.#lane.options;
    const session = await sessions.get(true, this.#reader.signal);
    if (!session) return true;
    const release = await gate.take(drainBytes);
    try {
      const messages = await this.#reader.read({ maxBytes: drainBytes, waitMs: 0 });
      const [first] = messages;
      if (!first) {
        await this.#settle();
        return false;
      }
      if (messages.reduce((sum, { value }) => sum + value.length, 0) < drainBytes / 2) this.#lane.hold();
      const part = first.offset < this.#singleUntil ? [first] : messages;
      if (part.length < messages.length) this.#reader.seek(first.offset + 1);
      this.#inHand = part.length;
      await this.#send(session, part);
      return true;
    } finally {
      this.#inHand = 0;
      release();
    }
  }

  async #send(session: Session, part: readonly Message[]): Promise<void> {
    const { sessions, counts } = this.#lane.options;
    const { topic, partition } = this.#reader;
    const declared = await this.#declare(part);
    try {
      await session.send(topic, partition, toSend(part, declared));
    } catch (error) {
      sessions.failed(session, error);
      if (!(error instanceof SendFailure)) throw error;
      await this.#sendFailed(part, declared, error);
      return;
    }
    this.#lane.succeeded();
    this.#sent = behind(part, declared);
    counts.drained += part.length;
    counts.uncertain += part.filter((m) => m.uncertain !== undefined || m.offset < declared.repeats).length;
  }

  async #sendFailed(part: readonly Message[], declared: Declared, failure: SendFailure): Promise<void> {
    const { topic, partition } = this.#reader;
    const { offset, value } = part[0]!;
    if (failure.outcome === 'refused' && part.length === 1) {
      this.#lane.options.counts.lost += 1;
      const place = { topic, partition, offset, octets: value.length, reason: failure.message };
      this.#logger.error(place, 'the broker refuses a spilled message for good');
      this.#sent = behind(part, declared);
      return;
    }
    if (failure.outcome === 'refused') this.#singleUntil = part.at(-1)!.offset + 1;
    else this.#waitMs = this.#lane.failed(failure);
    // Nothing of it is on the broker but what may have been there before.
    if (failure.outcome !== 'unknown' && declared.repeats <= offset) await this.#commit({ offset, metadata: '' });
    this.#reader.seek(offset);
  }

  /** Says what is about to be sent, unless it was said before. */
  async #declare(part: readonly Message[]): Promise<Declared> {
    const first = part[0]!.offset;
    const until = part.at(-1)!.offset + 1;
    const before = decodeIntent(this.#position.metadata);
    if (before && before.until >= until) {
      await this.#settle();
      return { ...before, repeats: before.until };
    }
    const isUnderWay = before !== undefined && before.until > first;
    const intent = { until, sinceMs: isUnderWay ? before.sinceMs : Date.now() };
    await this.#commit({ offset: first, metadata: encodeIntent(intent) });
    return { ...intent, repeats: isUnderWay ? before.until : 0 };
  }
}

/** Where it goes on; what else was said to be under way stays so. */
function behind(part: readonly Message[], { repeats, sinceMs }: Declared): Position {
  const offset = part.at(-1)!.offset + 1;
  return { offset, metadata: repeats > offset ? encodeIntent({ until: repeats, sinceMs }) : '' };
}

/** A call, as the compiler takes the property for constant between two looks. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

const toSend = (part: readonly Message[], { repeats, sinceMs }: Declared): NewMessage[] =>
  part.map(({ offset, key, value, uncertain }) => {
    const message = { key, value, ...(uncertain && { uncertain }) };
    return offset < repeats ? again(message, sinceMs) : message;
  });

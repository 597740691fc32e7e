/** Reads the dead letters, looks at what this version makes of them, and stores what it can. Nothing is removed. */
import type { Message, Queue } from '@linewatch/queue';
import { MessageError, topics } from '@linewatch/record';
import type { Store } from '@linewatch/store';
import { type DeadHead, maxHeadBytes } from './dead-letters.ts';
import type { Found, Kind, Place } from './kind.ts';
import { flowKind, signalKind } from './kinds.ts';

/** One that was read; every text in it is fit for a terminal. */
export interface DeadLetter {
  /** `topic:partition:offset` */
  readonly place: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  /** Unix ms when the message was appended to its topic. */
  readonly timeMs: number;
  /** Of the message, as it was. */
  readonly octets: number;
  /** What is kept of it. */
  readonly value: Uint8Array;
}

const placePattern = /^([A-Za-z0-9][A-Za-z0-9._-]{0,199}):(\d{1,6}):(\d{1,16})$/;
const maxShown = 500;

/** Text of anybody's, on one line and without what would move a terminal's cursor. */
const printable = (text: string): string => text.slice(0, maxShown).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');

export function parsePlace(text: string): { topic: string; partition: number; offset: number } | undefined {
  const [, topic, partition, offset] = placePattern.exec(text) ?? [];
  if (topic === undefined || !Number.isSafeInteger(Number(offset))) return undefined;
  return { topic, partition: Number(partition), offset: Number(offset) };
}

/** Undefined for what is no dead letter of a writer's. */
export function parseDeadLetter({ value, timeMs }: Message): DeadLetter | undefined {
  const end = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, maxHeadBytes)).indexOf(10);
  if (end < 0) return undefined;
  let head: Partial<Record<keyof DeadHead, unknown>> | null;
  try {
    head = JSON.parse(Buffer.from(value.subarray(0, end)).toString()) as typeof head;
  } catch {
    return undefined;
  }
  if (typeof head !== 'object' || head === null || typeof head.place !== 'string') return undefined;
  const place = parsePlace(head.place);
  if (!place) return undefined;
  const message = value.subarray(end + 1);
  const isTime = typeof head.timeMs === 'number' && head.timeMs >= 0 && head.timeMs < 1e14;
  return {
    ...place,
    place: head.place,
    reason: printable(typeof head.reason === 'string' ? head.reason : ''),
    timeMs: isTime ? (head.timeMs as number) : timeMs,
    octets: typeof head.cutFrom === 'number' ? head.cutFrom : message.length,
    value: message,
  };
}

/**
 * Hands over each dead letter once, oldest first: one that was put there twice, by a writer that crashed between, is one.
 * @returns how many messages of the topic were none
 */
export async function readDeadLetters(
  queue: Queue,
  take: (letter: DeadLetter) => void | Promise<void>,
): Promise<number> {
  const seen = new Set<string>();
  let foreign = 0;
  const done = Promise.withResolvers<undefined>();
  const tail = await queue.tail({
    topic: topics.dead,
    from: 'oldest',
    onMessages: async (_partition, messages) => {
      for (const message of messages) {
        const letter = parseDeadLetter(message);
        if (!letter) foreign++;
        const name = letter && nameOf(letter);
        if (!name || seen.has(name)) continue;
        seen.add(name);
        await take(letter);
      }
    },
    onError: (error) => done.reject(error),
    onCaughtUp: () => done.resolve(undefined),
  });
  try {
    await done.promise;
  } finally {
    await tail.close();
  }
  return foreign;
}

/** A place comes again when a topic is made anew; not at the same time. */
const nameOf = ({ place, timeMs }: DeadLetter): string => `${place}@${timeMs}`;

export interface Reading {
  /** Rows that this version reads in it. */
  readonly rows: number;
  /** Why it reads none; empty when it does. */
  readonly problem: string;
  readonly stored: (signal?: AbortSignal) => Promise<boolean>;
  /** Stores it, once however often this is called. */
  readonly store: () => Promise<Found>;
}

/** What this version makes of dead letters. Without a store nothing can be asked or stored. */
export class DeadReader {
  readonly #kinds: ReadonlyMap<string, (letter: DeadLetter) => Reading>;

  constructor(store: Store) {
    this.#kinds = new Map([
      [topics.flows, (letter: DeadLetter) => readAs(letter, flowKind(store))],
      [topics.signals, (letter: DeadLetter) => readAs(letter, signalKind(store))],
    ]);
  }

  read(letter: DeadLetter): Reading {
    const kind = this.#kinds.get(letter.topic);
    if (!kind) return unreadable('its topic is not one of those that are stored');
    if (letter.octets !== letter.value.length) return unreadable('it was too large to be kept whole');
    return kind(letter);
  }
}

const unreadable = (problem: string): Reading => ({
  rows: 0,
  problem: printable(problem),
  stored: () => Promise.resolve(false),
  store: () => Promise.reject(new MessageError(problem)),
});

function readAs<Batch>(letter: DeadLetter, kind: Kind<Batch>): Reading {
  const { partition, offset, timeMs } = letter;
  let batch: Batch;
  try {
    batch = kind.decode(letter.value);
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    return unreadable(error.message);
  }
  const places: Place[] = [{ partition, offset, timeMs }];
  const rows = kind.rows(batch);
  return {
    rows,
    problem: '',
    stored: async (signal) => rows > 0 && (await kind.stored([batch], places, signal)) >= rows,
    // How long ago an earlier try was is not known: what is stored is always looked at, and the token is the place's own.
    store: () => kind.insertMissing([batch], places, `dead:${nameOf(letter)}`),
  };
}

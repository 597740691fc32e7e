/** Reads the dead letters, looks at what this version makes of them, and stores what it can. Nothing is removed. */
import { type Message, type Queue, QueueError } from '@linewatch/queue';
import { MessageError, topics } from '@linewatch/record';
import type { Store } from '@linewatch/store';
import { type DeadHead, maxHeadBytes } from './dead-letters.ts';
import type { AskableKind, Expected, Found, Place } from './kind.ts';
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
  /** It may be a repeat of one that came before. */
  readonly again: boolean;
  /** Of the message, as it was. */
  readonly octets: number;
  /** What is kept of it. */
  readonly value: Uint8Array;
}

const placePattern = /^([A-Za-z0-9][A-Za-z0-9._-]{0,199}):(\d{1,6}):(\d{1,16})$/;
const maxShown = 500;

/** Text of anybody's, on one line and without what would move a terminal's cursor. */
export const printable = (text: string): string =>
  text.slice(0, maxShown).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');

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
    again: head.again === true,
    octets: typeof head.cutFrom === 'number' ? head.cutFrom : message.length,
    value: message,
  };
}

/** How long the queue may be silent before it is given up on, ms. */
const silentMs = 30_000;

/**
 * Hands over each dead letter once, oldest first: one that was put there twice, by a writer that crashed between, is one.
 * @returns how many messages of the topic were none
 * @throws QueueError `queue_unavailable`; what `take` throws
 */
export async function readDeadLetters(
  queue: Pick<Queue, 'tail'>,
  take: (letter: DeadLetter) => void | Promise<void>,
  patienceMs = silentMs,
): Promise<number> {
  const seen = new Set<string>();
  let foreign = 0;
  const done = Promise.withResolvers<undefined>();
  let silence: NodeJS.Timeout | undefined;
  const listen = (): void => {
    const silent = new QueueError('queue_unavailable', 'the queue does not answer');
    silence = setTimeout(() => done.reject(silent), patienceMs);
  };
  const tail = await queue.tail({
    topic: topics.dead,
    from: 'oldest',
    onMessages: async (_partition, messages) => {
      clearTimeout(silence);
      for (const message of messages) {
        const letter = parseDeadLetter(message);
        if (!letter) foreign++;
        const name = letter && nameOf(letter);
        if (!name || seen.has(name)) continue;
        seen.add(name);
        await take(letter);
      }
      listen();
    },
    onError: (error) => done.reject(error),
    onCaughtUp: () => done.resolve(undefined),
  });
  listen();
  try {
    await done.promise;
  } finally {
    await tail.close();
    clearTimeout(silence);
  }
  return foreign;
}

/** A place comes again when a topic is made anew; not at the same time. */
const nameOf = ({ place, timeMs }: DeadLetter): string => `${place}@${timeMs}`;

export interface Reading {
  /** Rows that this version reads in it. */
  readonly rows: number;
  /** Why it reads none, or stores none; empty when it does. */
  readonly problem: string;
  /** Names the batch in its partition. */
  readonly batch?: string;
  /** What `DeadReader.areStored` needs to know of it; undefined where nothing of it can be stored. */
  readonly expected: Expected | undefined;
  /** Stores it, once however often this is called. */
  readonly store: () => Promise<Found>;
}

/** What this version makes of dead letters; to be given all of them, in their order. Without a store nothing can be asked or stored. */
export class DeadReader {
  readonly #kinds: ReadonlyMap<string, ReadingKind>;
  /** Where each batch stood first. */
  readonly #firsts = new Map<string, string>();

  constructor(store: Store) {
    this.#kinds = new Map([
      [topics.flows, readingKind(flowKind(store))],
      [topics.signals, readingKind(signalKind(store))],
    ]);
  }

  read(letter: DeadLetter): Reading {
    const kind = this.#kinds.get(letter.topic);
    if (!kind) return unreadable('its topic is not one of those that are stored');
    if (letter.octets !== letter.value.length) return unreadable('it was too large to be kept whole');
    const reading = kind.read(letter);
    if (reading.batch === undefined) return reading;
    const first = this.#firsts.get(reading.batch);
    if (letter.again && first !== undefined) return unreadable(`it repeats ${first}`);
    this.#firsts.set(reading.batch, first ?? letter.place);
    return reading;
  }

  /** Of some letters of one topic, whether all of their rows are stored. @throws StoreError */
  async areStored(topic: string, all: readonly Expected[], signal?: AbortSignal): Promise<readonly boolean[]> {
    return (await this.#kinds.get(topic)?.areStored(all, signal)) ?? all.map(() => false);
  }
}

interface ReadingKind {
  readonly read: (letter: DeadLetter) => Reading;
  readonly areStored: AskableKind<unknown>['areStored'];
}

const readingKind = <Batch>(kind: AskableKind<Batch>): ReadingKind => ({
  read: (letter) => readAs(letter, kind),
  areStored: kind.areStored,
});

const unreadable = (problem: string): Reading => ({
  rows: 0,
  problem: printable(problem),
  expected: undefined,
  store: () => Promise.reject(new MessageError(problem)),
});

function readAs<Batch>(letter: DeadLetter, kind: AskableKind<Batch>): Reading {
  const { partition, offset, timeMs } = letter;
  let batch: Batch;
  try {
    batch = kind.decode(letter.value);
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    return unreadable(error.message);
  }
  const places: Place[] = [{ partition, offset, timeMs }];
  return {
    rows: kind.rows(batch),
    problem: '',
    batch: JSON.stringify([letter.topic, partition, kind.identity(batch)]),
    expected: kind.expected(batch, places[0]!),
    // How long ago an earlier try was is not known: what is stored is always looked at, and the token is the place's own.
    store: () => kind.insertMissing([batch], places, `dead:${nameOf(letter)}`),
  };
}

/**
 * One partition's appends, in order, one send at a time:
 *
 *     append ─► waiting ─┬─► session ─► broker          nothing of it is on disk, and the brokers answer
 *                        └─► spill ─► drain ─► broker   otherwise
 *
 * What was sent and not answered goes on, flagged as uncertain, before what came behind it.
 */
import { backoffMs, describe, sleep } from '@linewatch/service';
import { QueueError } from '../errors.ts';
import { maxAppendMessages } from '../limits.ts';
import type { NewMessage, PartitionReader, Producer } from '../port.ts';
import type { Gate } from './gate.ts';
import { SendFailure } from './session.ts';
import type { Away, Sessions } from './sessions.ts';
import { again } from './uncertain.ts';

/** Octets that one send gathers; one append may be more. */
const sendBytes = 1024 * 1024;
/** Octets that one append to the spill gathers. */
const spillBytes = 4 * 1024 * 1024;
const firstRetryMs = 200;
const maxRetryMs = 5000;

export interface Counts {
  /** Messages written to the spill, taken from it to the broker, sent as possible repeats, refused for good by the broker. */
  spilled: number;
  drained: number;
  uncertain: number;
  lost: number;
}

export interface LaneOptions {
  readonly topic: string;
  readonly partition: number;
  readonly sessions: Sessions;
  readonly gate: Gate;
  /** Undefined when appends wait in memory. */
  readonly spill: Promise<Producer> | undefined;
  /** Whether so much waits in memory that it should go to disk. */
  readonly isCrowded: () => boolean;
  readonly counts: Counts;
  /** Aborts when nothing more is to be waited for. */
  readonly closing: AbortSignal;
}

interface Waiting {
  messages: readonly NewMessage[];
  readonly bytes: number;
  /** Whether the broker may have it. */
  tried: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Lane {
  readonly options: LaneOptions;
  readonly #waiting: Waiting[] = [];
  #running = false;
  /** Whether something of this partition may be on disk; at the start that is not known. */
  #isOnDisk: boolean;
  readonly #known = Promise.withResolvers<undefined>();
  /** How often something was written to the spill, begun and ended. */
  #writes = 0;
  #written = 0;
  /** Until then appends wait in memory for the drain's end, by `performance.now()`; and when they may do so again. */
  #holdUntil = -Infinity;
  #holdAgain = -Infinity;
  #settled = Promise.withResolvers<undefined>();
  /** The next goes to disk, whatever the session says. */
  #mustSpill = false;
  /** Appends to send each by itself, after a broker refused several at once. */
  #single = 0;
  #failures = 0;
  /** What the broker says of this partition alone. */
  problem: Away | undefined;

  constructor(options: LaneOptions) {
    this.options = options;
    this.#isOnDisk = options.spill !== undefined;
    if (!this.#isOnDisk) this.#known.resolve(undefined);
  }

  /** Whether the drain may rest until something is written. */
  get isSettled(): boolean {
    return !this.#isOnDisk;
  }

  append(messages: readonly NewMessage[], bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ messages, bytes, tried: false, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  /** Nothing is on disk, unless something was written while the caller looked: then it looks again. */
  async settle(reader: PartitionReader): Promise<void> {
    const writes = this.#writes;
    if (this.#written !== writes || (await reader.lag()) > 0 || this.#writes !== writes) return;
    this.#isOnDisk = false;
    this.#known.resolve(undefined);
    this.#settled.resolve(undefined);
    this.#settled = Promise.withResolvers();
  }

  /**
   * The drain is near the end. What comes now waits for it in memory, for a moment: while appends go on being written to
   * disk the drain would find an end by luck only.
   */
  hold(): void {
    const now = performance.now();
    if (now < this.#holdAgain) return;
    this.#holdUntil = now + holdMs;
    this.#holdAgain = now + 2 * holdMs;
  }

  /** The drain found something. */
  found(): void {
    this.#isOnDisk = true;
    this.#known.resolve(undefined);
  }

  failed(failure: SendFailure): number {
    this.problem = { sinceMs: this.problem?.sinceMs ?? Date.now(), reason: failure.message };
    return backoffMs(this.#failures++, firstRetryMs, maxRetryMs);
  }

  succeeded(): void {
    this.problem = undefined;
    this.#failures = 0;
  }

  async #run(): Promise<void> {
    this.#running = true;
    const { spill, sessions, isCrowded, closing } = this.options;
    if (spill) await Promise.race([this.#known.promise, sleep(firstLookMs, closing)]);
    while (this.#waiting.length > 0) {
      const mustWrite = this.#mustSpill || isCrowded() || sessions.away !== undefined;
      const holdMore = this.#holdUntil - performance.now();
      if (spill && this.#isOnDisk && !mustWrite && holdMore > 0 && !closing.aborted)
        await Promise.race([this.#settled.promise, sleep(Math.min(holdMore, holdLookMs), closing)]);
      else if (spill && (this.#isOnDisk || mustWrite)) await this.#spill(spill);
      else await this.#send();
    }
    this.#running = false;
  }

  #take(limit: number, most: number): Waiting[] {
    const taken: Waiting[] = [];
    let bytes = 0;
    let messages = 0;
    for (let next = this.#waiting[0]; next && taken.length < most; next = this.#waiting[0]) {
      bytes += next.bytes;
      messages += next.messages.length;
      if (taken.length > 0 && (bytes > limit || messages > maxAppendMessages)) break;
      taken.push(next);
      this.#waiting.shift();
    }
    return taken;
  }

  async #send(): Promise<void> {
    const { topic, partition, sessions, gate, spill, closing, counts } = this.options;
    const taken = this.#take(sendBytes, this.#single > 0 ? 1 : Infinity);
    const messages = taken.flatMap((each) => each.messages);
    const release = await gate.take(taken.reduce((sum, { bytes }) => sum + bytes, 0));
    try {
      const session = await sessions.get(spill === undefined, closing);
      if (!session) {
        // Away, or closing. Without a spill only the latter ends the wait, and what waits is given up.
        this.#waiting.unshift(...taken);
        if (spill) this.#mustSpill = true;
        else this.#giveUp();
        return;
      }
      await session.send(topic, partition, messages).catch((error: unknown) => {
        sessions.failed(session, error);
        throw error;
      });
    } catch (error) {
      release();
      await this.#sendFailed(taken, error);
      return;
    } finally {
      release();
    }
    this.succeeded();
    counts.uncertain += messages.filter(({ uncertain }) => uncertain).length;
    this.#single = Math.max(0, this.#single - 1);
    for (const each of taken) each.resolve();
  }

  async #sendFailed(taken: readonly Waiting[], error: unknown): Promise<void> {
    const { spill, closing, topic } = this.options;
    if (!(error instanceof SendFailure)) {
      for (const each of taken) each.reject(error);
      return;
    }
    if (error.outcome === 'refused') {
      const [only] = taken;
      if (taken.length === 1) only!.reject(new QueueError('message_too_large', `${topic}: ${error.message}`));
      else this.#waiting.unshift(...taken);
      this.#single = taken.length > 1 ? taken.length : Math.max(0, this.#single - 1);
      return;
    }
    if (error.outcome === 'unknown')
      for (const each of taken) {
        each.messages = each.messages.map((message) => again(message, error.sinceMs));
        each.tried = true;
      }
    this.#waiting.unshift(...taken);
    const waitMs = this.failed(error);
    if (spill) this.#mustSpill = true;
    else await sleep(waitMs, closing);
  }

  async #spill(spill: Promise<Producer>): Promise<void> {
    const { topic, partition, counts } = this.options;
    const taken = this.#take(spillBytes, Infinity);
    const messages = taken.flatMap((each) => each.messages);
    const wasOnDisk = this.#isOnDisk;
    this.#mustSpill = false;
    this.#isOnDisk = true;
    this.#writes += 1;
    try {
      await (await spill).append(topic, partition, messages);
      counts.spilled += messages.length;
      for (const each of taken) each.resolve();
    } catch (error) {
      // Nothing was written: the drain has nothing to find.
      if (error instanceof QueueError && error.code === 'queue_full') this.#isOnDisk = wasOnDisk;
      for (const each of taken) each.reject(each.tried ? unknown(topic, error) : error);
    } finally {
      this.#written += 1;
    }
  }

  #giveUp(): void {
    const { topic, sessions } = this.options;
    const reason = sessions.away?.reason ?? 'the queue was closed';
    for (const each of this.#waiting.splice(0)) each.reject(unknown(topic, reason));
  }
}

/** How long appends wait for the end of a drain, and how often it is looked whether they still may, ms. */
const holdMs = 1000;
const holdLookMs = 50;
/** How long the first append of a partition waits for the answer whether something is on disk, ms. */
const firstLookMs = 2000;

const unknown = (topic: string, reason: unknown): QueueError =>
  new QueueError('queue_unavailable', `${topic}: whether the brokers took it is not known: ${describe(reason)}`);

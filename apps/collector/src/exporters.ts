/**
 * Tells what is known of each exporter: on the compacted topic, every 10 s when something changed and once a minute
 * otherwise, and its numbers as samples once a minute. Told are exporters of which something could be read, and the short
 * list of those that are not taken: not every address that a datagram claims to come from.
 */
import { setImmediate } from 'node:timers/promises';
import type { Decoder, Exporter } from '@linewatch/decode';
import type { Producer, Queue } from '@linewatch/queue';
import {
  type ExporterStatus as Status,
  ExporterStatus,
  MessageError,
  type MetricName,
  type Sample,
  decodeState,
  encodeState,
  parseAddress,
  topics,
} from '@linewatch/record';
import { type Logger, describe } from '@linewatch/service';
import { isTaken } from './admission.ts';
import { History } from './history.ts';
import type { Intake } from './intake.ts';
import { isReadable, noUpstream, statusOf, statusOfOutsider, upstreamOf } from './status.ts';

/** How often `tell` is to be called, ms. */
export const tellEveryMs = 10_000;
const repeatMs = 60_000;
/** What was not heard for this long is forgotten; who is not taken, sooner: addresses can be made up. */
const forgetMs = 30 * 86_400_000;
const forgetOutsiderMs = 86_400_000;
/** Most that are on the topic; the one heard longest ago gives way. */
const maxTold = 8192;
/** Longest that a round holds the event loop before datagrams have their turn, ms. */
const sliceMs = 5;
/** Messages of one append. */
const appendMessages = 200;

export const statusPrefix = (trust: string, collector: string): string => `exporter/${trust}/${collector}/`;

/** What the topic has of this collector's exporters, those for which `owns` holds: when each is to be forgotten. */
export async function readTold(
  queue: Pick<Queue, 'tail'>,
  prefix: string,
  owns: (text: string) => boolean = () => true,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const told = new Map<string, number>();
  const end = Promise.withResolvers<undefined>();
  const consumer = await queue.tail({
    topic: topics.state,
    from: 'oldest',
    onMessages: (_partition, messages) => {
      for (const { key, value } of messages) {
        if (!key.startsWith(prefix)) continue;
        const text = key.slice(prefix.length);
        if (!owns(text)) continue;
        if (value.length === 0) told.delete(text);
        else told.set(text, forgetAtOf(value));
      }
    },
    // What cannot be read cannot be tidied up either; the rest goes on.
    onError: () => end.resolve(undefined),
    onCaughtUp: () => end.resolve(undefined),
  });
  // It may be long until the queue can be read.
  const abort = (): void => end.resolve(undefined);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  await end.promise;
  signal?.removeEventListener('abort', abort);
  await consumer.close();
  return told;
}

const forgetAt = ({ lastMs, admission }: Status): number =>
  lastMs + (admission === 'awaiting' || admission === 'refused' ? forgetOutsiderMs : forgetMs);

/** 0 for what cannot be read: it is deleted with the next round. */
function forgetAtOf(value: Uint8Array): number {
  try {
    return forgetAt(decodeState(ExporterStatus, value));
  } catch (error) {
    if (error instanceof MessageError) return 0;
    throw error;
  }
}

export interface TellerOptions {
  readonly decoder: Pick<Decoder, 'exporters'>;
  readonly intake: Pick<Intake, 'outsiders' | 'admissionOf'>;
  readonly producer: Pick<Producer, 'append'>;
  readonly trust: string;
  readonly collector: string;
  readonly epoch: number;
  readonly sample: (sample: Sample) => void;
  readonly now: () => number;
  readonly logger: Logger;
}

/** Of one exporter, since it was first told. */
interface Track {
  /** The handle it is of; another one after an eviction. */
  exporter: Exporter | undefined;
  history: History;
  /** Everything told last but for its times; empty before. */
  content: string;
  /** The same of what is about to be told. */
  next: string;
  toldMs: number;
  sampledMs: number;
  readonly sampled: Map<MetricName, number>;
}

export class ExporterTeller {
  readonly #options: TellerOptions;
  readonly #prefix: string;
  readonly #tracks = new Map<string, Track>();
  /** On the topic: when each is to be forgotten. */
  readonly #told = new Map<string, number>();
  #telling: Promise<void> | undefined;
  #refused = false;

  constructor(options: TellerOptions) {
    this.#options = options;
    this.#prefix = statusPrefix(options.trust, options.collector);
  }

  /** What `readTold` found: it may come late. */
  learn(told: ReadonlyMap<string, number>): void {
    for (const [text, atMs] of told) if (!this.#told.has(text)) this.#told.set(text, atMs);
  }

  /** One round at a time; it never rejects. What the queue refuses is told with the next round. */
  tell(): Promise<void> {
    this.#telling ??= this.#tell().finally(() => (this.#telling = undefined));
    return this.#telling;
  }

  async #tell(): Promise<void> {
    const nowMs = this.#options.now();
    const values = new Map<string, Status | undefined>();
    const present = await this.#collect(nowMs, values);
    for (const [text, track] of this.#tracks) {
      if (present.has(text)) continue;
      this.#tracks.delete(text);
      // One that was approved stays as it was last told until it is heard again.
      const approved =
        !track.exporter && isTaken(this.#options.intake.admissionOf({ address: parseAddress(text), text }));
      if (!approved) values.set(text, undefined);
    }
    this.#sweep(nowMs, values);
    const all = [...values];
    for (let i = 0; i < all.length; i += appendMessages) await this.#append(all.slice(i, i + appendMessages), nowMs);
  }

  /** Puts what is due into `values`; returns all that are there. */
  async #collect(nowMs: number, values: Map<string, Status | undefined>): Promise<Set<string>> {
    const { decoder, intake, epoch } = this.#options;
    const present = new Set<string>();
    const told = { nowMs, epoch };
    let since = performance.now();
    // Datagrams come meanwhile, and exporters with them.
    for (const exporter of [...decoder.exporters]) {
      if (performance.now() - since > sliceMs) {
        await setImmediate();
        since = performance.now();
      }
      if (exporter.evicted || !isReadable(exporter)) continue;
      const { text } = exporter;
      const outsider = intake.outsiders.get(text);
      if (Math.max(exporter.lastMs, outsider?.lastMs ?? 0) < nowMs - forgetMs) continue;
      present.add(text);
      const datagrams = exporter.datagrams + (outsider?.datagrams ?? 0);
      const lost = upstreamOf(exporter);
      const track = this.#track(text, exporter, nowMs);
      track.history.add({ atMs: nowMs, datagrams, flows: exporter.flows, lost });
      this.#sample(exporter, track, nowMs);
      const status = statusOf(exporter, intake.admissionOf(exporter), track.history, outsider, told);
      if (isDue(track, status, nowMs)) values.set(text, status);
    }
    for (const outsider of intake.outsiders.all()) {
      const { text, datagrams, lastMs } = outsider;
      if (present.has(text) || lastMs < nowMs - forgetOutsiderMs) continue;
      present.add(text);
      const track = this.#track(text, undefined, nowMs);
      track.history.add({ atMs: nowMs, datagrams, flows: 0, lost: noUpstream });
      const status = statusOfOutsider(outsider, track.history.rates(nowMs).datagramsPerS, told);
      if (isDue(track, status, nowMs)) values.set(text, status);
    }
    return present;
  }

  #track(text: string, exporter: Exporter | undefined, nowMs: number): Track {
    const known = this.#tracks.get(text);
    if (known?.exporter === exporter && known) return known;
    // Counts begin at the start, so the first rate is of all that came since the round before.
    const history = new History({ atMs: nowMs - tellEveryMs, datagrams: 0, flows: 0, lost: noUpstream });
    const track: Track = { exporter, history, content: '', next: '', toldMs: 0, sampledMs: nowMs, sampled: new Map() };
    this.#tracks.set(text, track);
    return track;
  }

  #sample(exporter: Exporter, track: Track, nowMs: number): void {
    // The clock may have been set back.
    if (Math.abs(nowMs - track.sampledMs) < repeatMs) return;
    track.sampledMs = nowMs;
    const lost = upstreamOf(exporter);
    const heard = exporter.datagrams - (track.sampled.get('exporter.datagrams') ?? 0);
    const sample = (metric: MetricName, value: number): void =>
      this.#options.sample({ timeMs: nowMs, exporter: exporter.address, interface: 0, metric, value, text: '' });
    const since = (metric: MetricName, count: number): void => {
      const before = track.sampled.get(metric) ?? 0;
      // What came late takes losses back: the next ones are told when they exceed what was.
      if (count <= before) return;
      track.sampled.set(metric, count);
      sample(metric, count - before);
    };
    since('exporter.datagrams', exporter.datagrams);
    since('exporter.flows', exporter.flows);
    since('exporter.lost.flows', lost.flows);
    since('exporter.lost.datagrams', lost.datagrams);
    since('exporter.lost.records', lost.records);
    since('exporter.lost.samples', lost.samples);
    if (heard > 0) sample('exporter.skew.ms', exporter.skewMs);
  }

  /** Deletes what was not heard for long, and the oldest beyond the bound. */
  #sweep(nowMs: number, values: Map<string, Status | undefined>): void {
    for (const [text, atMs] of this.#told)
      if (atMs < nowMs && values.get(text) === undefined) values.set(text, undefined);
    const excess = this.#told.size - maxTold;
    if (excess <= 0) return;
    const oldest = [...this.#told].filter(([text]) => !this.#tracks.has(text)).sort((a, b) => a[1] - b[1]);
    for (const [text] of oldest.slice(0, excess)) values.set(text, undefined);
  }

  async #append(
    values: readonly (readonly [text: string, status: Status | undefined])[],
    nowMs: number,
  ): Promise<void> {
    const messages = values.map(([text, status]) => ({
      key: this.#prefix + text,
      value: status ? encodeState(status) : new Uint8Array(0),
    }));
    try {
      await this.#options.producer.append(topics.state, 0, messages);
    } catch (error) {
      // What was to be deleted is no longer tracked: it is again with the next sweep.
      for (const [text, status] of values) if (!status) this.#told.set(text, 0);
      if (!this.#refused) this.#options.logger.warn({ reason: describe(error) }, 'state of exporters was not queued');
      this.#refused = true;
      return;
    }
    this.#refused = false;
    for (const [text, status] of values) {
      const track = this.#tracks.get(text);
      if (!status) this.#told.delete(text);
      else this.#told.set(text, forgetAt(status));
      if (track && status) [track.toldMs, track.content] = [nowMs, track.next];
    }
  }
}

const contentOf = (status: Status): string =>
  JSON.stringify({ ...status, atMs: 0, skewMs: 0, lastHour: { ...status.lastHour, fromMs: 0 } });

function isDue(track: Track, status: Status, nowMs: number): boolean {
  track.next = contentOf(status);
  return nowMs - track.toldMs >= repeatMs || track.content !== track.next;
}

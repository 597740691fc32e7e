/**
 * Storms: of each kind a source may have a burst and then one a second. What is over that is not lost at once: of each
 * kind about the same thing the latest waits, and comes when the storm is over, saying how many were left out. So the
 * first and the last of each always come, and the last is the state that holds.
 *
 *     down up down up … down up   │ quiet
 *     ──── passes ────  waits ↺   │ the last down, the last up
 */
import { lose } from '../losses.ts';
import type { Exporter } from '../exporter.ts';
import type { Counters, Limits } from '../port.ts';
import { latin1 } from './ber.ts';
import type { TrapEvent } from './events.ts';

interface Waiting {
  readonly event: TrapEvent;
  /** Whose datagram it was. */
  readonly sender: Exporter;
  /** Of its arrival. */
  readonly order: number;
}

/** One kind about one thing. */
interface Stream {
  readonly thing: Thing;
  waiting: Waiting | undefined;
  /** Left out since one came through. */
  suppressed: number;
  /** Since when something waits. */
  sinceMs: number;
}

/** An interface, peer or tunnel: what is said about it stays in order. */
interface Thing {
  readonly streams: Map<string, Stream>;
  lastMs: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

function takeToken(bucket: Bucket, burst: number, perSecond: number, nowMs: number): boolean {
  const elapsedS = Math.max(0, nowMs - bucket.atMs) / 1000;
  bucket.tokens = Math.min(burst, bucket.tokens + elapsedS * perSecond);
  bucket.atMs = nowMs;
  if (bucket.tokens < 1) return false;
  bucket.tokens--;
  return true;
}

interface Source {
  /** The least recently heard first. */
  readonly things: Map<string, Thing>;
  readonly buckets: Map<string, Bucket>;
  streams: number;
  lastMs: number;
}

/** A storm is over when nothing came for this long. */
const quietMs = 2000;
/** The latest does not wait for the end of a storm longer than this. */
const longestMs = 30_000;
/** Devices that one sender names anew, beyond the first. */
const relayedPerSecond = 20;
/** What was not heard for this long is new again. */
const forgetMs = 60_000;

export interface StormParts {
  readonly limits: Limits;
  readonly counters: Counters;
  readonly emit: (event: TrapEvent, suppressed: number) => void;
}

export class Storms {
  readonly #parts: StormParts;
  /** By exporter, the least recently heard first. */
  readonly #sources = new Map<string, Source>();
  readonly #waiting = new Set<Stream>();
  readonly #relays = new WeakMap<Exporter, Bucket>();
  #streams = 0;
  #order = 0;

  constructor(parts: StormParts) {
    this.#parts = parts;
  }

  /** `held`: it waits, and comes later unless a later one takes its place. */
  take(event: TrapEvent, sender: Exporter, nowMs: number): 'decoded' | 'held' | 'trap_storm' {
    const { limits, emit } = this.#parts;
    // Without a limit there is nothing to remember.
    if (limits.trapBurst === Infinity) {
      emit(event, 0);
      return 'decoded';
    }
    const name = latin1(event.exporter);
    if (!this.#sources.has(name) && name !== latin1(sender.address) && !this.#mayRelay(sender, nowMs)) {
      lose(this.#parts.counters, sender, 'trap_storm');
      return 'trap_storm';
    }
    const source = this.#source(name, nowMs);
    const allowed = this.#token(source, event.kind, nowMs);
    const key = `${event.interface} ${event.subject}`;
    let stream = source.things.get(key)?.streams.get(event.kind);
    const known = stream !== undefined;
    if (!stream) {
      const full = this.#streams >= limits.trapStreams || source.streams >= limits.trapStreamsPerSource;
      if (full && !allowed) {
        lose(this.#parts.counters, sender, 'trap_storm');
        return 'trap_storm';
      }
      if (full) this.#makeRoom(source.streams >= limits.trapStreamsPerSource ? source : undefined);
      stream = this.#newStream(source, key, event.kind, nowMs);
    }
    const { thing } = stream;
    thing.lastMs = nowMs;
    source.things.delete(key);
    source.things.set(key, thing);
    if (known && !allowed) {
      this.#wait(stream, { event, sender, order: this.#order++ }, nowMs);
      return 'held';
    }
    let { suppressed } = stream;
    if (stream.waiting) {
      // It is older than this one, which says how many went before.
      lose(this.#parts.counters, stream.waiting.sender, 'trap_storm');
      suppressed++;
      stream.waiting = undefined;
      this.#waiting.delete(stream);
    }
    stream.suppressed = 0;
    this.#release(thing);
    emit(event, suppressed);
    return 'decoded';
  }

  /** Lets out what waited long enough, and forgets whom nothing was heard of. */
  tick(nowMs: number): void {
    for (const { thing, sinceMs } of this.#waiting) {
      // Our clock may have been set back: nothing waits until it is there again.
      const isBack = nowMs < sinceMs;
      if (isBack || nowMs - thing.lastMs >= quietMs || nowMs - sinceMs >= longestMs) this.#release(thing);
    }
    for (const [key, source] of this.#sources) {
      if (nowMs - source.lastMs >= forgetMs) this.#drop(key, source);
      else
        for (const [name, thing] of source.things) {
          if (nowMs - thing.lastMs < forgetMs) break;
          this.#dropThing(source, name, thing);
        }
    }
  }

  /** Whoever speaks for others may name as many of them as are remembered, and then no more than a few a second. */
  #mayRelay(sender: Exporter, nowMs: number): boolean {
    const burst = this.#parts.limits.trapSources;
    const bucket = this.#relays.get(sender) ?? { tokens: burst, atMs: nowMs };
    this.#relays.set(sender, bucket);
    return takeToken(bucket, burst, relayedPerSecond, nowMs);
  }

  #source(key: string, nowMs: number): Source {
    const known = this.#sources.get(key);
    const source = known ?? {
      things: new Map<string, Thing>(),
      buckets: new Map<string, Bucket>(),
      streams: 0,
      lastMs: nowMs,
    };
    if (known) this.#sources.delete(key);
    else if (this.#sources.size >= this.#parts.limits.trapSources)
      for (const [oldest, other] of this.#sources) {
        this.#drop(oldest, other);
        break;
      }
    source.lastMs = nowMs;
    this.#sources.set(key, source);
    return source;
  }

  #token(source: Source, kind: string, nowMs: number): boolean {
    const { trapBurst, trapsPerSecond } = this.#parts.limits;
    const bucket = source.buckets.get(kind) ?? { tokens: trapBurst, atMs: nowMs };
    source.buckets.set(kind, bucket);
    return takeToken(bucket, trapBurst, trapsPerSecond, nowMs);
  }

  #newStream(source: Source, key: string, kind: string, nowMs: number): Stream {
    const thing: Thing = source.things.get(key) ?? { streams: new Map<string, Stream>(), lastMs: nowMs };
    source.things.set(key, thing);
    const stream: Stream = { thing, waiting: undefined, suppressed: 0, sinceMs: 0 };
    thing.streams.set(kind, stream);
    source.streams++;
    this.#streams++;
    return stream;
  }

  #wait(stream: Stream, waiting: Waiting, nowMs: number): void {
    if (stream.waiting) {
      lose(this.#parts.counters, stream.waiting.sender, 'trap_storm');
      stream.suppressed++;
    } else stream.sinceMs = nowMs;
    stream.waiting = waiting;
    this.#waiting.add(stream);
  }

  /** Lets out what waits of a thing, in the order that it came. */
  #release(thing: Thing): void {
    const out: { waiting: Waiting; suppressed: number }[] = [];
    for (const stream of thing.streams.values()) {
      const { waiting, suppressed } = stream;
      if (!waiting) continue;
      out.push({ waiting, suppressed });
      stream.waiting = undefined;
      stream.suppressed = 0;
      this.#waiting.delete(stream);
    }
    out.sort((a, b) => a.waiting.order - b.waiting.order);
    for (const { waiting, suppressed } of out) this.#parts.emit(waiting.event, suppressed);
  }

  /** Forgets what was not heard for longest: of one source, or of the one that was not. */
  #makeRoom(of: Source | undefined): void {
    for (const source of of ? [of] : this.#sources.values())
      for (const [key, thing] of source.things) {
        this.#dropThing(source, key, thing);
        return;
      }
  }

  #drop(key: string, source: Source): void {
    for (const [name, thing] of source.things) this.#dropThing(source, name, thing);
    this.#sources.delete(key);
  }

  #dropThing(source: Source, key: string, thing: Thing): void {
    this.#release(thing);
    source.streams -= thing.streams.size;
    this.#streams -= thing.streams.size;
    source.things.delete(key);
  }
}

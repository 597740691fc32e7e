/** An exporter's counts over the last minute, for rates, and over the last hour. */
import type { ExporterStatus } from '@linewatch/record';

type Upstream = ExporterStatus['lostUpstream'];

export interface Counts {
  readonly atMs: number;
  readonly datagrams: number;
  readonly flows: number;
  readonly lost: Upstream;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** How far the start of "the last hour" moves at a time. */
const stepMs = 5 * minuteMs;

const units = ['flows', 'datagrams', 'records', 'samples'] as const;

export class History {
  /** Oldest first; the first is the last one that is a minute old, or the start. */
  #minute: Counts[];
  /** The same of the hour, a step apart. */
  #hour: Counts[];
  #latest: Counts;

  constructor(start: Counts) {
    this.#minute = [start];
    this.#hour = [start];
    this.#latest = start;
  }

  add(counts: Counts): void {
    // Our clock was set back: no rate is to be had over such a time.
    if (counts.atMs < this.#latest.atMs) [this.#minute, this.#hour] = [[counts], [counts]];
    this.#latest = counts;
    push(this.#minute, counts, minuteMs);
    if (counts.atMs - this.#hour.at(-1)!.atMs >= stepMs) push(this.#hour, counts, hourMs);
  }

  /** Means of the last minute. */
  rates(nowMs: number): { datagramsPerS: number; flowsPerS: number } {
    const from = this.#minute[0]!;
    const s = Math.max(1, (nowMs - from.atMs) / 1000);
    return {
      datagramsPerS: round(since(this.#latest.datagrams, from.datagrams) / s),
      flowsPerS: round(since(this.#latest.flows, from.flows) / s),
    };
  }

  lastHour(): ExporterStatus['lastHour'] {
    const from = this.#hour[0]!;
    const lost = { ...this.#latest.lost };
    for (const unit of units) lost[unit] = since(lost[unit], from.lost[unit]);
    return {
      fromMs: from.atMs,
      lost,
      datagrams: since(this.#latest.datagrams, from.datagrams),
      flows: since(this.#latest.flows, from.flows),
    };
  }
}

/** Keeps one that is at least `spanMs` old at the front, where there is one. */
function push(list: Counts[], counts: Counts, spanMs: number): void {
  list.push(counts);
  while (list.length > 2 && list[1]!.atMs <= counts.atMs - spanMs) list.shift();
}

/** Counts may go back: what came late after all is taken off, and what was held off is forgotten with an approval. */
const since = (now: number, before: number): number => Math.max(0, now - before);

const round = (value: number): number => Math.round(value * 1000) / 1000;

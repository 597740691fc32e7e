/** Memory of each part over the run: octets of its own (anonymous), without the queue's file, whose pages are shared. */
import { readFileSync } from 'node:fs';

/** Of one process; undefined when it has gone. */
export function ownBytes(pid: number): number | undefined {
  try {
    const kib = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

export interface MemoryPoint {
  readonly timeMs: number;
  readonly bytes: number;
}

export interface MemoryTrend {
  readonly points: number;
  /** Between the first and the last. */
  readonly minutes: number;
  readonly medianBytes: number;
  readonly mostBytes: number;
  /** Median of the slopes between all pairs of points (Theil–Sen): single peaks, as of garbage, do not move it. */
  readonly bytesPerMinute: number;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
/** Pairs grow with the square: this many points tell enough. */
const mostPoints = 400;

export function trend(all: readonly MemoryPoint[]): MemoryTrend {
  const step = Math.max(1, Math.ceil(all.length / mostPoints));
  const points = all.filter((_, i) => i % step === 0);
  const slopes: number[] = [];
  points.forEach((a, i) => {
    for (const b of points.slice(i + 1))
      if (b.timeMs > a.timeMs) slopes.push(((b.bytes - a.bytes) * 60_000) / (b.timeMs - a.timeMs));
  });
  return {
    points: all.length,
    minutes: all.length === 0 ? 0 : (all.at(-1)!.timeMs - all[0]!.timeMs) / 60_000,
    medianBytes: median(points.map(({ bytes }) => bytes)),
    mostBytes: all.reduce((most, { bytes }) => Math.max(most, bytes), 0),
    bytesPerMinute: median(slopes),
  };
}

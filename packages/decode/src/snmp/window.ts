/**
 * Timeliness (RFC 3414 section 2.2.3 and 3.2 step 7b): what is known of each sender's clock, by authentic messages alone,
 * and which of them came lately, so that none is taken twice.
 */
interface EngineClock {
  boots: number;
  /** Latest engine time of these boots, seconds, and our clock when it came. */
  time: number;
  atMs: number;
  /** Digests of late, with the engine time of each; oldest first. */
  readonly seen: Map<string, number>;
  /** Messages older than this were forgotten: one of them cannot be told from a replay. */
  floor: number;
}

const windowS = 150;
const maxEngines = 4096;
const maxSeen = 512;
const maxBoots = 0x7fffffff;

export class TimeWindow {
  readonly #engines = new Map<string, EngineClock>();

  /** Whether an authentic message is timely and new; it counts as seen then. */
  take(engine: string, boots: number, time: number, digest: string, nowMs: number): boolean {
    if (boots === maxBoots) return false;
    let clock = this.#engines.get(engine);
    if (clock === undefined) {
      clock = { boots, time, atMs: nowMs, seen: new Map(), floor: -1 };
      if (this.#engines.size >= maxEngines) this.#engines.delete(this.#engines.keys().next().value ?? engine);
    } else if (boots > clock.boots) {
      clock = { boots, time, atMs: nowMs, seen: new Map(), floor: -1 };
    } else {
      const estimate = clock.time + (nowMs - clock.atMs) / 1000;
      if (boots < clock.boots || time < estimate - windowS || time < clock.floor || clock.seen.has(digest))
        return false;
      if (time > clock.time) {
        clock.time = time;
        clock.atMs = nowMs;
      }
    }
    this.#engines.delete(engine);
    this.#engines.set(engine, clock);
    clock.seen.set(digest, time);
    this.#forget(clock);
    return true;
  }

  #forget(clock: EngineClock): void {
    for (const [digest, time] of clock.seen) {
      const full = clock.seen.size > maxSeen;
      if (!full && time >= clock.time - windowS - 1) return;
      clock.seen.delete(digest);
      if (full) clock.floor = Math.max(clock.floor, time);
    }
  }
}

/** RFC 3414 section 3.2 step 7a: our own clock is the one that counts. */
export const inOwnWindow = (boots: number, time: number, ownBoots: number, ownTime: number): boolean =>
  ownBoots !== maxBoots && boots === ownBoots && Math.abs(time - ownTime) <= windowS;

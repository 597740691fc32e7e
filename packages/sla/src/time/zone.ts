import { Temporal } from 'temporal-polyfill';

/** Years in which local times are known to us. */
export const firstYear = 1970;
export const lastYear = 2199;

const minMs = Date.UTC(firstYear, 0, 1) - 86_400_000;
const maxMs = Date.UTC(lastYear + 1, 0, 1) + 86_400_000;
const dayMs = 86_400_000;

/** Changes of the clock in a year of UTC: from `atMs[i]` on, clocks are `offsetMs[i]` ahead of UTC. The first is the year's beginning. */
interface Changes {
  readonly atMs: readonly number[];
  readonly offsetMs: readonly number[];
}

/**
 * Local time of a zone. Temporal knows the rules but takes microseconds a question, and a page of figures asks a million of them;
 * so each year's changes of the clock are asked for once and kept.
 */
export class Zone {
  readonly name: string;
  readonly #years = new Map<number, Changes>();

  /** @throws RangeError for a name that is no time zone. */
  constructor(name: string) {
    try {
      this.name = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
    } catch (cause) {
      throw new RangeError(`"${name.slice(0, 60)}" is not a time zone`, { cause });
    }
  }

  /** How far clocks are ahead of UTC at a moment. */
  offsetMs(atMs: number): number {
    const { atMs: starts, offsetMs } = this.#changes(yearOf(atMs));
    let last = starts.length - 1;
    while (starts[last]! > atMs) last--;
    return offsetMs[last]!;
  }

  /** What clocks show at a moment, as the Unix ms of a clock in UTC that shows the same. */
  localMs(atMs: number): number {
    return atMs + this.offsetMs(atMs);
  }

  /**
   * When clocks show a local time (in the form of `localMs`). Of a time that they show twice, the first; a time that they skip is
   * the moment of the change. So hours that end when others begin meet, whatever the clock does.
   */
  instantMs(localMs: number): number {
    const before = this.offsetMs(localMs - dayMs);
    const after = this.offsetMs(localMs + dayMs);
    if (before === after) return localMs - before;
    const first = localMs - Math.max(before, after);
    if (this.localMs(first) === localMs) return first;
    const second = localMs - Math.min(before, after);
    if (this.localMs(second) === localMs) return second;
    return this.#changeAfter(localMs - dayMs);
  }

  #changeAfter(atMs: number): number {
    const year = yearOf(atMs);
    const next = [...this.#changes(year).atMs.slice(1), ...this.#changes(year + 1).atMs.slice(1)];
    return next.find((start) => start > atMs)!;
  }

  #changes(year: number): Changes {
    const known = this.#years.get(year);
    if (known) return known;
    const fromMs = Date.UTC(year, 0, 1);
    const toMs = Date.UTC(year + 1, 0, 1);
    let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(
      this.name,
    );
    const atMs: number[] = [];
    const offsetMs: number[] = [];
    while (at && at.epochMilliseconds < toMs) {
      atMs.push(at.epochMilliseconds);
      offsetMs.push(at.offsetNanoseconds / 1e6);
      at = at.getTimeZoneTransition('next');
    }
    const changes = { atMs, offsetMs };
    this.#years.set(year, changes);
    return changes;
  }
}

function yearOf(atMs: number): number {
  if (!(atMs >= minMs && atMs <= maxMs))
    throw new RangeError(`${atMs} is not a time in the years ${firstYear} to ${lastYear}, in ms since 1970`);
  return new Date(atMs).getUTCFullYear();
}

/** Zones by every name that was asked for: they never change, and there are few of them. */
const zones = new Map<string, Zone>();
const mostZones = 1000;

/** @throws RangeError for a name that is no time zone. */
export function zoneOf(name: string): Zone {
  let zone = zones.get(name);
  if (!zone) {
    zone = new Zone(name);
    if (zones.size < mostZones) zones.set(name, zone);
  }
  return zone;
}

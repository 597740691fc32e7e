/**
 * Whether a vantage point is itself in trouble: then every probe from there fails, and none of them says anything of its
 * target. A failure waits until it is known which it is:
 *
 *   answer   fail fail   answer              something is answered again before all have failed: the failures are believed
 *   answer   fail fail fail (all)   answer   nothing is, from the first failure to the next answer: none of them is
 *
 * Judged by the times of the answers, so what is read again changes nothing. Where the whole of a supplier fails, it looks the
 * same from there: the lines are what other evidence says, and that the vantage point sees nothing is told.
 */
import type { HeldFailure } from './memory.ts';

/** Targets and circuits that are probed from a vantage point; fewer than this prove nothing of it. */
const least = 3;
/** A target that was not probed for so long is no longer waited for. */
const staleMs = 15 * 60_000;

/** What is probed from a vantage point. */
export interface Probed {
  readonly circuits: number;
  readonly urls: ReadonlySet<string>;
}

export interface Failure extends HeldFailure {
  readonly circuit: number;
}

export interface Place {
  readonly trust: string;
  /** Label of the collector. */
  readonly collector: string;
}

export interface VantageOptions {
  readonly probed: (place: Place) => Probed;
  /** It waits: it is to outlive a restart. */
  readonly onHeld: (failure: Failure) => void;
  readonly onJudged: (failure: Failure, isBelieved: boolean) => void;
  /** Nothing is answered there, from the first failure on: the last is given. */
  readonly onBlind: (place: Place, failure: Failure, fromMs: number, targets: number) => void;
  readonly onSight: (place: Place, toMs: number) => void;
}

interface Vantage {
  readonly place: Place;
  /** Since when it is listened to, by the times of its answers. */
  readonly sinceMs: number;
  /** When each target was heard of last. */
  readonly heard: Map<string, number>;
  /** Targets that failed since something was answered. */
  failed: Set<string>;
  held: Failure[];
  answeredMs: number;
  /** When nothing was answered there, last: [from, to). */
  blind: { readonly fromMs: number; toMs: number } | undefined;
}

export class Vantages {
  readonly #options: VantageOptions;
  readonly #vantages = new Map<string, Vantage>();

  constructor(options: VantageOptions) {
    this.#options = options;
  }

  answered(place: Place, url: string, atMs: number): void {
    const vantage = this.#of(place, atMs);
    this.#heard(vantage, url, atMs);
    if (atMs <= vantage.answeredMs) return;
    vantage.answeredMs = atMs;
    const { blind } = vantage;
    if (blind && blind.toMs === Infinity && atMs >= blind.fromMs) {
      blind.toMs = atMs;
      this.#options.onSight(place, atMs);
    }
    this.#release(vantage, ({ atMs: failedMs }) => failedMs <= atMs);
  }

  failed(place: Place, failure: Failure): void {
    const { name: url, atMs } = failure;
    const vantage = this.#of(place, atMs);
    this.#heard(vantage, url, atMs);
    const { blind } = vantage;
    if (blind && atMs >= blind.fromMs && atMs < blind.toMs) {
      this.#options.onJudged(failure, false);
      return;
    }
    const waited = atMs > vantage.answeredMs ? this.#waited(vantage, atMs) : 0;
    if (waited < least) {
      // It is all that is probed there, or something was answered since.
      this.#options.onJudged(failure, true);
      if (atMs > vantage.answeredMs) this.#release(vantage, () => true);
      return;
    }
    this.#hold(vantage, failure);
    this.#options.onHeld(failure);
    if (vantage.failed.size < waited) return;
    const fromMs = Math.min(...vantage.held.map((each) => each.atMs));
    vantage.blind = { fromMs, toMs: Infinity };
    this.#options.onBlind(place, failure, fromMs, waited);
    const { held } = vantage;
    this.#clear(vantage);
    for (const each of held) this.#options.onJudged(each, false);
  }

  /** What waited when it was kept. */
  restore(place: Place, failure: Failure): void {
    this.#hold(this.#of(place, failure.atMs), failure);
  }

  /** When nothing was answered there, as it was told. */
  restoreBlind(place: Place, fromMs: number, toMs: number): void {
    this.#of(place, fromMs).blind = { fromMs, toMs };
  }

  /** What is probed has changed: where hardly anything is any more, nothing is waited for. */
  review(atMs: number): void {
    for (const vantage of this.#vantages.values()) {
      const { circuits, urls } = this.#options.probed(vantage.place);
      if (Math.min(circuits, urls.size) >= least) continue;
      if (vantage.blind?.toMs === Infinity) {
        vantage.blind.toMs = atMs;
        this.#options.onSight(vantage.place, atMs);
      }
      this.#release(vantage, () => true);
    }
  }

  #of(place: Place, atMs: number): Vantage {
    const key = `${place.trust}/${place.collector}`;
    let vantage = this.#vantages.get(key);
    if (!vantage) {
      const nothing = { heard: new Map<string, number>(), failed: new Set<string>(), held: [] };
      this.#vantages.set(
        key,
        (vantage = { place, sinceMs: atMs, ...nothing, answeredMs: -Infinity, blind: undefined }),
      );
    }
    return vantage;
  }

  #heard({ heard }: Vantage, url: string, atMs: number): void {
    if (atMs > (heard.get(url) ?? -Infinity)) heard.set(url, atMs);
  }

  /** How many targets are to have failed. */
  #waited({ place, heard, sinceMs, failed }: Vantage, atMs: number): number {
    const { circuits, urls } = this.#options.probed(place);
    if (Math.min(circuits, urls.size) < least) return 0;
    for (const url of heard.keys()) if (!urls.has(url)) heard.delete(url);
    for (const url of failed) if (!urls.has(url)) failed.delete(url);
    let waited = 0;
    for (const url of urls) if (atMs - (heard.get(url) ?? sinceMs) <= staleMs) waited++;
    return waited;
  }

  #hold(vantage: Vantage, failure: Failure): void {
    vantage.failed.add(failure.name);
    const isHeld = vantage.held.some(
      ({ circuit, name, atMs }) => circuit === failure.circuit && name === failure.name && atMs === failure.atMs,
    );
    if (!isHeld) vantage.held.push(failure);
  }

  #clear(vantage: Vantage): void {
    vantage.held = [];
    vantage.failed = new Set();
  }

  #release(vantage: Vantage, isDue: (failure: Failure) => boolean): void {
    const { held } = vantage;
    if (held.length === 0) return;
    this.#clear(vantage);
    for (const failure of held)
      if (isDue(failure)) this.#options.onJudged(failure, true);
      else {
        vantage.held.push(failure);
        vantage.failed.add(failure.name);
      }
  }
}

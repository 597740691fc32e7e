/** What is known of a circuit: who said what, when, and for how long it speaks. */

/**
 * - `link`: the state of its interface: traps, polls and sFlow counters speak of one thing, so the newest word holds.
 * - `admin`: whether its interface is meant to be up. `path`: one tunnel, BFD session, BGP peer or SD-WAN path of it.
 * - `probe`: a probe through it from one vantage point. `reach`: whether its device answers polls.
 * - `traffic`: packets were seen on it (only ever `up`: silence is no evidence). `quality`: within its limits or not.
 */
export type SourceKind = 'link' | 'admin' | 'path' | 'probe' | 'reach' | 'traffic' | 'quality';

export interface Evidence {
  /** Our clock, when it was seen. */
  readonly atMs: number;
  readonly kind: SourceKind;
  /** Which of its kind: a tunnel's name, a probe's target; empty where there is one only. */
  readonly name: string;
  /** Label of the collector that saw it: the vantage point. */
  readonly collector: string;
  /** `degraded`: of quality, or a path or probe that is over its limits. */
  readonly says: 'up' | 'degraded' | 'down';
  /** An `up` speaks for so long, then nothing is known; a `down` speaks until another word. */
  readonly holdMs: number;
  /** Since when it has been so, where the source tells (ifLastChange): not after `atMs`. */
  readonly sinceMs?: number;
  /** A few words for people: `linkDown trap`, `poll: ifOperStatus 2`. */
  readonly note: string;
}

/** When a collector was known to watch: from its heartbeats. Between two that are too far apart nobody saw anything. */
export interface Heartbeat {
  readonly atMs: number;
  readonly collector: string;
}

export interface StateSettings {
  /** Failed probes, or polls, in a row that make one: the first of them is when it began. */
  readonly confirm: number;
  /** Two heartbeats further apart than this: the time between them is unknown. */
  readonly blindMs: number;
}

export const defaultStateSettings: StateSettings = { confirm: 2, blindMs: 30_000 };

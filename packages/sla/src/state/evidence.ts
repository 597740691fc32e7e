/** What is known of a circuit: who said what, when, and for how long it speaks. */

/**
 * - `link`: the state of its interface: traps, polls and sFlow counters speak of one thing, so the newest word holds.
 * - `admin`: whether its interface is meant to be up. `path`: one tunnel, BFD session, BGP peer or SD-WAN path of it.
 * - `probe`: a probe through it from one vantage point. `reach`: whether its device answers polls.
 * - `traffic`: packets were seen on it (only ever `up`: silence is no evidence). `quality`: within its limits or not.
 */
export const sourceKinds = ['link', 'admin', 'path', 'probe', 'reach', 'traffic', 'quality'] as const;
export type SourceKind = (typeof sourceKinds)[number];

/**
 * What a device says of itself (`link` with `traffic`, `admin`, `path`, `reach`) is one source by kind and name, whoever
 * collected it; `probe` and `quality` are one for each vantage point. A source that is no more (a probe taken off, a tunnel
 * deleted) is ended by an `up` with a hold of 0.
 */
export interface Evidence {
  /** Our clock, when it was seen. */
  readonly atMs: number;
  readonly kind: SourceKind;
  /** Which of its kind: a tunnel's name, a probe's target; empty where there is one only. Of `traffic` as of its `link`. */
  readonly name: string;
  /** Label of the collector that saw it: the vantage point. Its heartbeats have the same. */
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
  /** A link that was last said to be down so long ago is taken for up again when traffic is seen on it. */
  readonly staleMs: number;
  /** A probe that said `up` and is not heard for so long after its hold is no vantage point any more. */
  readonly lapseMs: number;
  /** By so much the clocks of two collectors may differ. */
  readonly skewMs: number;
}

export const defaultStateSettings: StateSettings = {
  confirm: 2,
  blindMs: 30_000,
  staleMs: 180_000,
  lapseMs: 3_600_000,
  skewMs: 5000,
};

/** What an interval rests on, for people. */
export interface EvidenceNote {
  readonly atMs: number;
  /** Kind, name and vantage point: `probe icmp://192.0.2.1 (main)`. */
  readonly source: string;
  readonly text: string;
}

/** What the watcher keeps in PostgreSQL, and what it does to it. Circuits and incidents go by the ids of their rows, times are Unix ms. */
import type { IncidentKind, IncidentState, Severity } from '@linewatch/contract';

/** Where the watcher stands in a partition: the first message that its stored state does not hold. */
export interface WatcherPosition {
  readonly topic: string;
  readonly partition: number;
  /** `PartitionReader.log`: another one when the queue was made anew. */
  readonly log: string;
  readonly offset: number;
}

export interface CircuitStateRow {
  readonly circuit: number;
  readonly state: 'up' | 'degraded' | 'down' | 'unknown';
  readonly cause: string;
  readonly sinceMs: number;
  /** Up to when it is known: the watermark. */
  readonly seenMs: number;
  /** What the state function needs to go on; its own format. At most 64 KiB. */
  readonly snapshot: Uint8Array;
}

/** What a figure rests on: kept with the interval, so that it outlives telemetry. */
export interface EvidenceNote {
  readonly atMs: number;
  /** Kind, name and vantage point, for people: `link trap (main)`. */
  readonly source: string;
  readonly text: string;
}

export interface StoredInterval {
  readonly fromMs: number;
  /** Null: it goes on. */
  readonly toMs: number | null;
  readonly state: 'up' | 'degraded' | 'down' | 'unknown';
  readonly cause: string;
  /** At most 50. */
  readonly evidence: readonly EvidenceNote[];
}

/** From `fromMs` on, these are a circuit's intervals; what stood there before is superseded, and kept. */
export interface IntervalChange {
  readonly circuit: number;
  readonly fromMs: number;
  readonly intervals: readonly StoredInterval[];
}

/** What the watcher says of an incident. What people said of it stays as it is, and goes before it. */
export interface WatchedIncident {
  /** Names it for ever: made from what it is about and when it began, so that a repeat of the same work finds it. */
  readonly key: string;
  readonly trust: number;
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly severity: Severity;
  readonly title: string;
  readonly cause: string;
  readonly circuit: number | null;
  /** Of a group: what it is of. */
  readonly academy: number | null;
  readonly provider: number | null;
  /** Key of the incident that it is a member of. */
  readonly parent: string | null;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly detectedMs: number;
  readonly resolvedMs: number | null;
  readonly flaps: number;
  readonly backupCarried: boolean;
  readonly maintenance: boolean;
}

/** A line of the timeline. The same key of the same incident is written once, however often it is told. */
export interface WatchedEntry {
  readonly incident: string;
  readonly key: string;
  readonly atMs: number;
  readonly kind: string;
  readonly text: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Something about a circuit's data, latest wins: its flows and counters disagree. */
export interface QualityNote {
  readonly circuit: number;
  readonly kind: 'flows-counters-gap';
  /** Relative, 0.1 = 10 %; null = fine again. */
  readonly value: number | null;
  readonly atMs: number;
}

/** One transaction: all or nothing. */
export interface WatcherChange {
  readonly positions: readonly WatcherPosition[];
  readonly states: readonly CircuitStateRow[];
  readonly intervals: readonly IntervalChange[];
  readonly incidents: readonly WatchedIncident[];
  readonly entries: readonly WatchedEntry[];
  readonly quality: readonly QualityNote[];
}

/** What a watcher begins with. */
export interface WatcherMemory {
  readonly positions: readonly WatcherPosition[];
  readonly states: readonly CircuitStateRow[];
  /** Current intervals that end after `sinceMs`, or go on. */
  readonly intervals: readonly (StoredInterval & { readonly circuit: number })[];
  /** Those that are not resolved, and those resolved after `sinceMs`. As the watcher said them. */
  readonly incidents: readonly WatchedIncident[];
}

/** A maintenance as the watcher and the figures need it. */
export interface StoredMaintenance {
  readonly id: number;
  readonly trust: number;
  readonly title: string;
  readonly scope: {
    readonly kind: 'circuit' | 'academy' | 'site' | 'provider' | 'trust';
    /** Row of what it is for; null of the trust. */
    readonly row: number | null;
  };
  readonly startMs: number;
  readonly endMs: number;
  readonly rrule: string | null;
  readonly timeZone: string | null;
  readonly notifiedMs: number | null;
  readonly code: 'planned' | 'emergency-works';
  readonly enteredMs: number;
  readonly cancelledMs: number | null;
}

/** For the one watcher that leads. Rejects with EstateError only. */
export interface Watching {
  /** From now on only the holder of this epoch commits. */
  claim(holder: string): Promise<number>;
  read(sinceMs: number): Promise<WatcherMemory>;
  /** @throws EstateError `leadership_lost` when a later epoch was claimed: nothing of the change is kept. */
  commit(epoch: number, change: WatcherChange): Promise<void>;
  /** Of all trusts, cancelled ones included. */
  maintenances(): Promise<readonly StoredMaintenance[]>;
}

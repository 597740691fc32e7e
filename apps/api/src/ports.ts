import type { Alerting, Estate, Facts, Incidents, Maintenances, Reports } from '@linewatch/estate';
import type { Queue } from '@linewatch/queue';
import type { Health } from '@linewatch/service';
import type { FiveMinutes } from '@linewatch/sla';
import type { FirstSeen, InterfaceId, Measured, MeasuredAsked, TrafficRange } from '@linewatch/store';

/** What the API asks of the queue and of the estate. */
export type LiveQueue = Pick<Queue, 'tail' | 'health' | 'producer'>;
export interface EstateReader extends Pick<
  Estate,
  'snapshot' | 'watch' | 'health' | 'version' | 'records' | 'whileLeading' | 'importFile' | 'exportFile'
> {
  readonly incidents: Incidents;
  readonly maintenance: Maintenances;
  readonly facts: Facts;
  readonly reports: Reports;
  readonly alerting: Alerting;
}

/** What an exporter calls an interface now, as far as stored telemetry knows. */
export interface StoredName {
  readonly trust: number;
  readonly collector: number;
  /** RFC 5952 text. */
  readonly exporter: string;
  readonly interface: number;
  readonly kind: 'name' | 'alias';
  readonly name: string;
  /** Unix ms. */
  readonly sinceMs: number;
}

/** Evenly spaced means, bit/s; null = nothing was recorded. */
export interface Series {
  readonly startS: number;
  readonly stepS: number;
  readonly inBps: readonly (number | null)[];
  readonly outBps: readonly (number | null)[];
}

export interface Percentile {
  readonly inBps: number | null;
  readonly outBps: number | null;
  readonly samples: number;
  /** Samples that interface counters alone made. */
  readonly counted: number;
}

/** Whose traffic is asked for. */
export type TrafficScope = { readonly circuit: number } | { readonly academy: number };

/** What the API asks of stored telemetry, of the one trust that it shows. Academies and circuits go by their numbers in the estate. */
export interface Telemetry {
  names(signal: AbortSignal): Promise<readonly StoredName[]>;
  /** Unix ms by circuit. */
  lastSeen(nowMs: number, signal: AbortSignal): Promise<ReadonlyMap<number, number>>;
  /** The last hour by academy. */
  sparklines(nowMs: number, signal: AbortSignal): Promise<ReadonlyMap<number, Series>>;
  series(scope: TrafficScope, range: TrafficRange, signal: AbortSignal): Promise<Series>;
  /** 95th percentile, nearest rank over the whole 5-minute steps between two times, Unix s. */
  percentile95(scope: TrafficScope, fromS: number, toS: number, signal: AbortSignal): Promise<Percentile>;
  /** Every 5-minute mean of a circuit between two times that are whole ones, Unix s. */
  fiveMinutes(circuit: number, fromS: number, toS: number, signal: AbortSignal): Promise<FiveMinutes>;
  /** Latency, jitter and loss by minute between two times, Unix ms. */
  measured(
    asked: readonly MeasuredAsked[],
    fromMs: number,
    toMs: number,
    signal: AbortSignal,
  ): Promise<readonly Measured[]>;
  /** Since when these interfaces are heard. */
  firstSeen(interfaces: readonly InterfaceId[], signal: AbortSignal): Promise<readonly FirstSeen[]>;
  health(): Promise<Health>;
}

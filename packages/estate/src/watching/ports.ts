/** What people and figures ask of the watch. Everything is of one trust, by its label; ids are those that people see. Rejects with EstateError or WatchError. */
import type {
  Incident,
  IncidentAction,
  IncidentEntry,
  IncidentQuery,
  Maintenance,
  MaintenanceBody,
  ReportIssue,
} from '@linewatch/contract';
import type { Actor } from '../records/records.ts';
import type { StoredInterval, StoredMaintenance } from './model.ts';

/** Academies that may be seen; undefined = all. */
export type Seen = ReadonlySet<string> | undefined;

export interface LineNow {
  /** Row. */
  readonly circuit: number;
  readonly state: 'up' | 'degraded' | 'down' | 'unknown';
  readonly cause: string;
  readonly sinceMs: number;
  readonly seenMs: number;
  /** Number of its open incident. */
  readonly incident: number | null;
}

export interface CircuitInterval extends StoredInterval {
  /** Row. */
  readonly circuit: number;
  /** Up to when the circuit is known: beyond it nobody saw whether an interval still goes on. Null: nothing was ever kept of it. */
  readonly seenMs: number | null;
}

/** What a person said of a stretch of time; what was taken back is not among them. */
export interface Annotation {
  readonly id: number;
  /** Row. */
  readonly circuit: number;
  readonly fromMs: number;
  /** Null: to the end of its incident, which goes on. */
  readonly toMs: number | null;
  readonly kind: 'exclusion' | 'correction';
  /** Of an exclusion. */
  readonly code: string | null;
  /** Of a correction. */
  readonly state: 'up' | 'degraded' | 'down' | 'unknown' | null;
  readonly reason: string;
  readonly incident: number | null;
  readonly by: string;
  readonly atMs: number;
}

export interface Incidents {
  /** Newest first. */
  list(
    trust: string,
    query: IncidentQuery,
    seen: Seen,
  ): Promise<{ readonly incidents: readonly Incident[]; readonly next: number | null }>;
  get(
    trust: string,
    id: number,
    seen: Seen,
  ): Promise<
    | {
        readonly incident: Incident;
        readonly timeline: readonly IncidentEntry[];
        readonly members: readonly Incident[];
      }
    | undefined
  >;
  /** One transaction, audited. @throws WatchError `missing`, `stale`, `refused` (with why, for people). */
  act(actor: Actor, trust: string, id: number, action: IncidentAction): Promise<Incident>;
  /** Every circuit of which a state is known. */
  now(trust: string): Promise<readonly LineNow[]>;
  /** Grows with each change of states, incidents, annotations and maintenances; over all trusts. Cheap. */
  version(): Promise<number>;
}

export interface Maintenances {
  list(trust: string): Promise<readonly Maintenance[]>;
  /** With rows, for expanding. */
  stored(trust: string): Promise<readonly StoredMaintenance[]>;
  /** @throws WatchError `refused` when what it is for is not there. */
  create(actor: Actor, trust: string, body: MaintenanceBody): Promise<Maintenance>;
  update(
    actor: Actor,
    trust: string,
    id: number,
    body: MaintenanceBody,
    revision: number | undefined,
  ): Promise<Maintenance>;
  /** At a time: occurrences that begin then or later do not take place. */
  cancel(actor: Actor, trust: string, id: number, atMs: number): Promise<Maintenance>;
}

/** What figures are made from. */
export interface Facts {
  /** Current intervals that overlap a span, of some circuits (rows) or all, by circuit and time; without their evidence if so asked. */
  intervals(
    trust: string,
    fromMs: number,
    toMs: number,
    circuits?: readonly number[],
    evidence?: boolean,
  ): Promise<readonly CircuitInterval[]>;
  annotations(trust: string, fromMs: number, toMs: number): Promise<readonly Annotation[]>;
  /** Of circuits that overlap a span. */
  incidents(
    trust: string,
    fromMs: number,
    toMs: number,
  ): Promise<readonly (Incident & { readonly circuitRow: number })[]>;
}

export interface IssuedReport extends ReportIssue {
  readonly html: string;
  readonly csv: string;
  /** JSON of the figures (contract `Report`). */
  readonly figures: string;
}

export interface Reports {
  /** Newest first. */
  list(trust: string, month?: string): Promise<readonly ReportIssue[]>;
  /** Without a number, the latest. */
  get(trust: string, month: string, number?: number): Promise<IssuedReport | undefined>;
  /** It is never changed afterwards. @throws WatchError `refused` for a restatement without a reason, `stale` when it is the same as the latest. */
  issue(
    actor: Actor,
    trust: string,
    report: {
      readonly month: string;
      readonly html: string;
      readonly csv: string;
      readonly figures: string;
      readonly reason: string | null;
    },
  ): Promise<ReportIssue>;
}

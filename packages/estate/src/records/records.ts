/** The estate's records: read, changed, undone and told of, all kinds alike. What a kind looks like is in `@linewatch/contract`. */
import type { AuditEntry, Batch, Change, ChangeProblem, EstateRecord, Kind } from '@linewatch/contract';

/** Who changes something, for the audit log. */
export interface Actor {
  /** Id of the account; null = none: a command on the server, the estate file, the first run. */
  readonly account: number | null;
  readonly name: string;
  readonly via: 'session' | 'token' | 'command' | 'sync' | 'first-run';
  /** Where the request came from. */
  readonly address: string | null;
}

export interface ApplyOptions {
  /** Label of the trust. */
  readonly trust: string;
  /** Says in the audit log what this was, e.g. `import of circuits.csv`. */
  readonly title?: string;
  /** Finds every problem, and changes nothing. */
  readonly dryRun?: boolean;
  /**
   * What these changes make, or leave as it is, comes from the estate file, and only `via: sync` may change it afterwards;
   * false: it does no longer. Without it, records keep what they have.
   */
  readonly managed?: boolean;
  /** Name of the trust. Without it, it stays, and a trust that is not there yet is named by its label. */
  readonly trustName?: string;
}

export interface Applied {
  /** Made, or nothing was to be changed, or it would be (dry run). False: there are problems, and nothing was changed. */
  readonly applied: boolean;
  /** Of the estate, after it. */
  readonly version: number;
  /** Null: nothing was changed. */
  readonly batch: number | null;
  /** Those of the changes, in their order, as they are (would be) then. Removed ones are left out. */
  readonly records: readonly EstateRecord[];
  readonly problems: readonly ChangeProblem[];
}

export interface AuditFilter {
  readonly what?: string;
  readonly record?: string;
  readonly actor?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Entries with a smaller id: for the next page. */
  readonly before?: number;
  /** Most of them; default 100, at most 1000. */
  readonly limit?: number;
}

/** What is not about a record of the estate: sign-ins, accounts, tokens, settings. */
export interface AuditEvent {
  readonly trust: string;
  readonly what: string;
  readonly record: string;
  readonly op: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** All reject with EstateError only. Everything is of one trust. Secrets come out as `***`. */
export interface Records {
  /** In the order of their names. Without `ended: true` only what goes on. */
  list(trust: string, kind: Kind, options?: { readonly ended?: boolean }): Promise<EstateRecord[]>;
  /** All kinds at one moment, for exports, search and checks. */
  all(trust: string): Promise<{ readonly version: number; readonly records: readonly EstateRecord[] }>;
  get(trust: string, kind: Kind, id: string): Promise<EstateRecord | undefined>;
  /**
   * One transaction: all changes or none. Checks each against the schema of its kind, its references (to records there are or
   * that an earlier or later change of the same call makes), its revision and the database's constraints, and reports every
   * problem, not the first only. A change that alters nothing makes no audit entry and no new revision.
   */
  apply(actor: Actor, changes: readonly Change[], options: ApplyOptions): Promise<Applied>;
  /** Makes the opposite of a batch's changes, last first. Refused, with problems, where a record has changed since. */
  undo(actor: Actor, batch: number, options: Pick<ApplyOptions, 'trust' | 'dryRun'>): Promise<Applied>;
  batches(trust: string, limit: number): Promise<Batch[]>;
  audit(trust: string, filter: AuditFilter): Promise<AuditEntry[]>;
  /** Writes one entry that is not a record's. */
  note(actor: Actor, event: AuditEvent): Promise<void>;
  /** The plain text of a sealed secret (`credential`), for those who must use it. Undefined: there is none. */
  secret(trust: string, kind: Kind, id: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}

import type { AuditEntry, Change, EstateRecord, Kind } from '@linewatch/contract';
import { EstateError, type Records } from '@linewatch/estate';

export const record = (
  kind: Kind,
  id: string,
  values: object = {},
  over: Partial<EstateRecord> = {},
): EstateRecord => ({
  kind,
  id,
  revision: 1,
  ended: null,
  managed: false,
  changedMs: 0,
  changedBy: 'test',
  values: { id, name: `${id} (${kind})`, ...values },
  hidden: [],
  ...over,
});

/** Records in memory: changes are made as they come, and only their revisions are checked. */
export class MemoryRecords implements Records {
  version = 1;
  readonly entries: AuditEntry[] = [];
  #records: EstateRecord[];

  constructor(records: readonly EstateRecord[] = []) {
    this.#records = [...records];
  }

  async list(_trust: string, kind: Kind): Promise<EstateRecord[]> {
    return Promise.resolve(this.#records.filter((each) => each.kind === kind));
  }

  async all(): Promise<{ version: number; records: readonly EstateRecord[] }> {
    return Promise.resolve({ version: this.version, records: [...this.#records] });
  }

  async get(_trust: string, kind: Kind, id: string): Promise<EstateRecord | undefined> {
    return Promise.resolve(this.#find({ kind, id }));
  }

  async apply(...[actor, changes, { dryRun = false }]: Parameters<Records['apply']>): ReturnType<Records['apply']> {
    const before = this.#records;
    const records: EstateRecord[] = [];
    for (const [index, change] of changes.entries()) {
      const { kind, id, op, values = {}, revision } = change;
      const old = this.#find(change);
      if (op !== 'create' && (!old || (revision !== undefined && revision !== old.revision))) {
        const code = old ? ('stale' as const) : ('missing' as const);
        const problem = { index, kind, id, path: '', code, message: code, ...(old && { current: old }) };
        this.#records = before;
        return Promise.resolve({
          applied: false,
          version: this.version,
          batch: null,
          records: [],
          problems: [problem],
        });
      }
      const next = record(
        kind,
        id,
        { ...(old?.values as object | undefined), ...values },
        {
          revision: (old?.revision ?? 0) + 1,
          ended: op === 'end' ? 1 : null,
          changedBy: actor.name,
        },
      );
      this.#records = [...this.#records.filter((each) => each !== old), ...(op === 'remove' ? [] : [next])];
      if (op !== 'remove') records.push(next);
      if (!dryRun) this.#note(actor, change, old, op === 'remove' ? undefined : next);
    }
    if (dryRun) this.#records = before;
    else this.version++;
    return Promise.resolve({ applied: true, version: this.version, batch: dryRun ? null : 1, records, problems: [] });
  }

  async undo(): ReturnType<Records['undo']> {
    return Promise.reject(new EstateError('not_found', 'nothing is kept to undo'));
  }

  async batches(): ReturnType<Records['batches']> {
    return Promise.resolve([]);
  }

  async audit(...[, filter]: Parameters<Records['audit']>): Promise<AuditEntry[]> {
    const fits = ({ what, record: id }: AuditEntry): boolean =>
      (filter.what ?? what) === what && (filter.record ?? id) === id;
    return Promise.resolve(this.entries.filter(fits).reverse());
  }

  async note(): Promise<void> {
    return Promise.resolve();
  }

  async secret(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  #find({ kind, id }: Pick<Change, 'kind' | 'id'>): EstateRecord | undefined {
    return this.#records.find((each) => each.kind === kind && each.id === id);
  }

  #note(actor: Parameters<Records['apply']>[0], change: Change, old?: EstateRecord, next?: EstateRecord): void {
    this.entries.push({
      id: this.entries.length + 1,
      atMs: 0,
      actor: actor.name,
      via: actor.via,
      address: actor.address,
      what: change.kind,
      record: change.id,
      op: change.op,
      before: old?.values ?? null,
      after: next?.values ?? null,
      batch: 1,
    });
  }
}

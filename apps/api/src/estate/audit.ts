/** The audit log and the histories of records, as someone may read them. */
import type { AuditEntry, Kind } from '@linewatch/contract';
import type { Scope } from '../access/principal.ts';
import { type Cell, csvOf } from '../csv.ts';
import { isKind, isObject } from './fields.ts';
import type { Register } from './register.ts';
import { type Sight, covers } from './sight.ts';

/** @param scope academies whose entries are shown; what is not about a record is for `all` only. */
export function redactEntries(
  entries: readonly AuditEntry[],
  scope: Scope,
  sight: Sight,
  register: Register,
): AuditEntry[] {
  return entries.flatMap((entry) => {
    const { what, record: id } = entry;
    if (!isKind(what)) return scope === 'all' ? [entry] : [];
    const before = side(what, id, entry.before, scope, sight, register);
    const after = side(what, id, entry.after, scope, sight, register);
    const shown = (entry.before !== null && before !== null) || (entry.after !== null && after !== null);
    return shown || scope === 'all' ? [{ ...entry, before, after }] : [];
  });
}

/** A record as it was: null where it belonged to someone else then. */
function side(kind: Kind, id: string, values: unknown, scope: Scope, sight: Sight, register: Register): unknown {
  if (!isObject(values)) return null;
  const record = { kind, id, values, hidden: [] };
  const academies = register.academiesOf(kind, id, values);
  const seen = academies.length > 0 ? covers(scope, academies) : register.sees(scope, record);
  return seen ? register.redact(record, sight).values : null;
}

/** Who asked, and from where, is for those who read the audit log. */
export const withoutAddresses = (entries: readonly AuditEntry[]): AuditEntry[] =>
  entries.map((entry) => ({ ...entry, address: null }));

const columns = ['id', 'at', 'actor', 'via', 'address', 'what', 'record', 'op', 'batch', 'before', 'after'] as const;

const textOf = (value: unknown): Cell =>
  value === null || typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);

export const auditCsv = (entries: readonly AuditEntry[]): string =>
  csvOf([
    columns,
    ...entries.map((entry) =>
      columns.map((name) => (name === 'at' ? new Date(entry.atMs).toISOString() : textOf(entry[name]))),
    ),
  ]);

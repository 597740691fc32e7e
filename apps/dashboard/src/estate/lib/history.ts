/** What the audit log says of one record, in words. */
import type { AuditEntry, Kind } from '@linewatch/contract';
import { differences } from './conflict.ts';
import { fieldsOf } from './fields.ts';
import { type NameOf, show } from './show.ts';
import { type Values, isPlain } from './values.ts';

export interface Told {
  readonly id: number;
  readonly atMs: number;
  readonly actor: string;
  readonly what: string;
  readonly changes: readonly { readonly title: string; readonly before: string; readonly after: string }[];
}

const opWords: Readonly<Record<string, string>> = {
  create: 'added it',
  update: 'changed it',
  end: 'ended it',
  restore: 'took it up again',
  remove: 'removed it',
};

/** Entries hold the values alone, or with what is kept of the record beside them. */
const valuesIn = (state: unknown): Values => {
  if (!isPlain(state)) return {};
  return isPlain(state['values']) ? state['values'] : state;
};

export function tell(kind: Kind, entry: AuditEntry, nameOf: NameOf): Told {
  const before = valuesIn(entry.before);
  const after = valuesIn(entry.after);
  const fields = fieldsOf(kind);
  const changed = entry.op === 'update' ? differences(fields, before, before, after) : [];
  return {
    id: entry.id,
    atMs: entry.atMs,
    actor: entry.actor,
    what: opWords[entry.op] ?? entry.op,
    changes: changed.map((each) => ({
      title: each.title,
      before: show(each.field, each.before, nameOf),
      after: show(each.field, each.theirs, nameOf),
    })),
  };
}

/** The sealed part of a credential. What is read of it is only that it is there. */
import type { Field } from './fields.ts';
import { put } from './merge.ts';

/** What stands in place of a secret; in a patch it keeps the one that there is. */
export const hiddenText = '***';

/** Paths of a credential's secrets. */
export const secretPaths = ['community', 'auth.password', 'priv.password'] as const;

export const secretField: Field = {
  select: {
    secret_fields: 't.secret_fields',
    key_id: 't.key_id',
    sealed: "encode(t.sealed, 'base64')",
  },
  input: { secret_fields: 'text[]', key_id: 'text', sealed: 'text' },
  assign: {
    secret_fields: 'i.secret_fields',
    key_id: 'i.key_id',
    sealed: "decode(i.sealed, 'base64')",
  },
  read(row, values) {
    for (const path of row.secret_fields as string[]) put(values, path, hiddenText);
  },
  // Sealing needs the key: it is done by the writer.
  write: () => ({}),
};

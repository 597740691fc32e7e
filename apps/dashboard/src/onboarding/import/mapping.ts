/** Which column of a table goes to which field. */
import { type ImportResult, type Kind, kinds } from '@linewatch/contract';

export type Columns = ImportResult['columns'];
/** As an import takes it: header by field; an empty one = the field is not taken. */
export type Mapping = Readonly<Record<string, string>>;

/** The mapping after one column's field was chosen; null = the column is not taken. What no one chose stays as matched. */
export function remap(mapping: Mapping, columns: Columns, header: string, field: string | null): Mapping {
  const next: Record<string, string> = { ...mapping };
  const before = columns.find((column) => column.header === header)?.field ?? null;
  if (before !== null && before !== field) next[before] = '';
  if (field !== null) next[field] = header;
  return next;
}

/** Fields that no column goes to. */
export function freeFields(columns: Columns, fields: readonly string[]): string[] {
  const taken = new Set(columns.map(({ field }) => field));
  return fields.filter((field) => !taken.has(field));
}

interface Described {
  readonly title?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

/** What people call a field: `committed.down` of a circuit is `Committed rate: Down`. */
export function fieldTitle(kind: Kind | null, field: string): string {
  let schema = kind === null ? undefined : (kinds[kind].schema as unknown as Described);
  const titles = field.split('.').map((part) => {
    schema = schema?.properties?.[part];
    return schema?.title ?? part;
  });
  return titles.join(': ');
}

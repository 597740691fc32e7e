/** Columns of a list: fields of the schema, and what is worked out from other records. */
import type { EstateRecord, Kind } from '@linewatch/contract';
import { type Field, fieldsOf, fullTitle, leavesOf, pathText } from './fields.ts';
import { type NameOf, show, showRates, sortValue } from './show.ts';
import { type Values, getAt } from './values.ts';

export interface Row {
  readonly record: EstateRecord;
  readonly values: Values;
  readonly name: string;
}

export interface Column {
  readonly key: string;
  readonly title: string;
  readonly number: boolean;
  /** The field that is changed in place; undefined = worked out, or not changed here. */
  readonly field?: Field;
  readonly text: (row: Row) => string;
  readonly sort: (row: Row) => number | string | null;
  /** Where its text leads to. */
  readonly href?: (row: Row) => string | undefined;
  /** One of few: offered as a filter. */
  readonly few: boolean;
}

/** Shown until someone chooses others. */
const defaults: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  academy: ['name', 'state', 'cluster', 'phase', 'pupils', 'urn', 'circuits', 'profile', 'joined', 'left'],
  circuit: ['name', 'academy', 'provider', 'role', 'kind', 'access', 'speed', 'contract', 'reference', 'faultLine'],
  provider: ['name', 'contracts', 'circuits', 'yearly', 'faultLine', 'faultEmail', 'accountManager'],
  contract: ['name', 'provider', 'type', 'reference', 'start', 'end', 'notice', 'circuits', 'yearly', 'rolling'],
  equipment: ['name', 'academy', 'type', 'make', 'model', 'serial', 'firmware', 'supportEnd'],
  exporter: ['name', 'address', 'academy', 'vendor', 'collector', 'credential'],
  credential: ['id', 'user', 'auth.protocol', 'priv.protocol'],
  rule: ['name', 'position', 'exporters', 'sysName', 'ifAlias', 'academy', 'automatic'],
};

/** Not in a column: too long to read there. */
const unfit = new Set(['long-text', 'list']);

export function fieldColumns(kind: Kind, nameOf: NameOf): Column[] {
  const fields = fieldsOf(kind);
  return leavesOf(fields).flatMap((field): Column[] => {
    if (unfit.has(field.input) || field.sensitive === 'secrets') return [];
    const value = ({ values }: Row): unknown => getAt(values, field.path);
    return [
      {
        key: pathText(field.path),
        title: fullTitle(fields, field.path),
        number: field.input === 'number' || field.format === 'money' || field.format === 'rate',
        ...(field.name !== 'id' && { field }),
        text: (row) => show(field, value(row), nameOf),
        sort: (row) => sortValue(field, value(row), nameOf),
        few: field.input === 'select' || field.input === 'check' || field.input === 'ref',
      },
    ];
  });
}

export function shownAtFirst(kind: Kind, columns: readonly Column[]): string[] {
  const own = defaults[kind] ?? columns.filter(({ field }) => field?.input !== 'tags').map(({ key }) => key);
  const known = new Set(columns.map(({ key }) => key));
  return own.filter((key) => known.has(key) && (key !== 'id' || !known.has('name'))).slice(0, 10);
}

export const rowOf = (record: EstateRecord): Row => {
  const values = record.values as Values;
  return { record, values, name: nameIn(record) };
};

/** What people call a record: its name, else its id. */
export function nameIn({ id, values }: Pick<EstateRecord, 'id' | 'values'>): string {
  const { name } = values as Values;
  return typeof name === 'string' && name !== '' ? name : id;
}

/** The committed rate as one column: `100 / 30 Mbit/s`. */
export const speedColumn: Column = {
  key: 'speed',
  title: 'Committed rate',
  number: true,
  text: ({ values }) => showRates(values['committed']),
  sort: (row) => sortValue(downField, getAt(row.values, ['committed', 'down']), (_, id) => id),
  few: false,
};

const downField = leavesOf(fieldsOf('circuit')).find(({ path }) => pathText(path) === 'committed.down')!;

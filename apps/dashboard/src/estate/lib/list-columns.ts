/** The columns that each kind's list can have: the fields of its schema, and what other records say of it. */
import type { AcademyNow, EstateRecord, Kind } from '@linewatch/contract';
import { type Column, type Row, fieldColumns, nameIn, speedColumn } from './columns.ts';
import { formatPence } from './rates.ts';
import { monthlyOf, yearlyOf } from './costs.ts';
import { type NameOf, showDay } from './show.ts';
import type { Values } from './values.ts';
import { stateWords } from '../../components/describe.ts';

export interface Around {
  readonly nameOf: NameOf;
  /** Going on, of a kind; empty until they are fetched. */
  readonly going: (kind: Kind) => readonly EstateRecord[];
  /** `2026-09-01` */
  readonly today: string;
  /** Contract → last day to give notice. */
  readonly noticeDays: ReadonlyMap<string, string>;
  readonly stateOf: (academy: string) => AcademyNow['state'] | undefined;
}

/** Kinds that a list counts or adds up. */
export const needed: Readonly<Partial<Record<Kind, readonly Kind[]>>> = {
  academy: ['circuit'],
  provider: ['contract', 'circuit'],
  contract: ['circuit'],
};

function groupBy(records: readonly EstateRecord[], field: string): Map<string, EstateRecord[]> {
  const groups = new Map<string, EstateRecord[]>();
  for (const record of records) {
    const key = (record.values as Values)[field];
    if (typeof key !== 'string') continue;
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  return groups;
}

function figure(
  key: string,
  title: string,
  of: (row: Row) => number | null,
  text = (value: number) => value.toLocaleString('en-GB'),
): Column {
  return {
    key,
    title,
    number: true,
    few: false,
    sort: of,
    text: (row) => {
      const value = of(row);
      return value === null ? '' : text(value);
    },
  };
}

function counted(kind: Kind, title: string, field: string, { going }: Around): Column {
  const groups = groupBy(going(kind), field);
  return figure(
    kind === 'circuit' ? 'circuits' : `${kind}s`,
    title,
    ({ record }) => groups.get(record.id)?.length ?? 0,
  );
}

const stateOrder = { silent: 0, awaiting: 1, reporting: 2 } as const;

function extraColumns(kind: Kind, around: Around): Column[] {
  switch (kind) {
    case 'academy':
      return [
        {
          key: 'state',
          title: 'Now',
          number: false,
          few: true,
          text: ({ record }) => {
            const state = around.stateOf(record.id);
            return state ? stateWords[state] : '';
          },
          sort: ({ record }) => {
            const state = around.stateOf(record.id);
            return state ? stateOrder[state] : null;
          },
        },
        counted('circuit', 'Circuits', 'academy', around),
      ];
    case 'circuit':
      return [speedColumn];
    case 'provider': {
      const contracts = groupBy(around.going('contract'), 'provider');
      const circuits = groupBy(around.going('circuit'), 'provider');
      return [
        counted('contract', 'Contracts', 'provider', around),
        counted('circuit', 'Circuits', 'provider', around),
        figure(
          'yearly',
          'A year',
          ({ record }) => yearlyOf(contracts.get(record.id) ?? [], circuits.get(record.id) ?? [], around.today),
          formatPence,
        ),
      ];
    }
    case 'contract': {
      const circuits = groupBy(around.going('circuit'), 'contract');
      return [
        {
          key: 'notice',
          title: 'Notice by',
          number: false,
          few: false,
          text: ({ record }) => showDay(around.noticeDays.get(record.id) ?? ''),
          sort: ({ record }) => around.noticeDays.get(record.id) ?? null,
        },
        counted('circuit', 'Circuits', 'contract', around),
        figure('monthly', 'A month', ({ values }) => monthlyOf(values, around.today), formatPence),
        figure(
          'yearly',
          'A year',
          ({ record }) => yearlyOf([record], circuits.get(record.id) ?? [], around.today),
          formatPence,
        ),
      ];
    }
    default:
      return [];
  }
}

export function listColumns(kind: Kind, around: Around): Column[] {
  const fields = fieldColumns(kind, around.nameOf);
  const [name, ...others] = [...fields].sort((a, b) => rank(a) - rank(b));
  return name ? [name, ...extraColumns(kind, around), ...others] : [];
}

/** The name first; a credential has none. */
const rank = ({ key }: Column): number => (key === 'name' ? 0 : key === 'id' ? 1 : 2);

export const byName = (a: EstateRecord, b: EstateRecord): number =>
  nameIn(a).localeCompare(nameIn(b), 'en-GB', { numeric: true, sensitivity: 'base' });

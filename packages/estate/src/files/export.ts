/** The estate as files, in an order that does not change by itself. Secrets are left out. */
import { type EstateRecord, type Kind, type Sensitivity, kindNames, kinds } from '@linewatch/contract';
import { stringify } from 'yaml';
import { isObject } from '../records/merge.ts';
import { inSchemaOrder } from '../records/canonical.ts';
import type { Records } from '../records/records.ts';
import { cellText } from './cells.ts';
import { type Field, fieldsOf, getAt, setAt } from './fields.ts';
import { guarded } from './table.ts';

export interface ExportOptions {
  /** What the reader may see beside secrets, which nobody does. */
  readonly sees: (sensitivity: Exclude<Sensitivity, 'secrets'>) => boolean;
}

const seen = ({ sensitive }: Field, { sees }: ExportOptions): boolean =>
  sensitive === undefined || (sensitive !== 'secrets' && sees(sensitive));

/** A circuit whose time is over is in the file, by its dates; what ended otherwise is not. */
const isShown = ({ kind, ended, values }: EstateRecord): boolean =>
  ended === null || (kind === 'circuit' && getAt(values, 'to') !== undefined);

const byId = (a: EstateRecord, b: EstateRecord): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const recordsOf = (records: readonly EstateRecord[], kind: Kind): EstateRecord[] =>
  records.filter((record) => record.kind === kind && isShown(record)).sort(byId);

function shownValues(kind: Kind, values: unknown, options: ExportOptions): unknown {
  const copy = structuredClone(isObject(values) ? values : {}) as Record<string, unknown>;
  for (const field of fieldsOf(kind)) if (!seen(field, options)) setAt(copy, field.name, undefined);
  return inSchemaOrder(kind, copy);
}

const headOf = (left: readonly string[]): string =>
  [
    'The estate, as "linewatch import" takes it. Importing it where it comes from changes nothing.',
    'Secrets (SNMP communities and passwords) are left out: an import keeps those that there are.',
    ...(left.length > 0
      ? [`Left out besides, as whoever asked may not see them: ${left.join(', ')}. An import keeps those, too.`]
      : []),
  ]
    .map((line) => `# ${line}\n`)
    .join('');

function exportYaml(
  trust: { readonly id: string; readonly name: string },
  records: readonly EstateRecord[],
  options: ExportOptions,
): string {
  const lists = kindNames.flatMap((kind) => {
    const of = recordsOf(records, kind).map(({ values }) => shownValues(kind, values, options));
    return of.length > 0 ? [[kinds[kind].list, of] as const] : [];
  });
  const left = (['prices', 'contacts'] as const).filter((each) => !options.sees(each));
  const content = {
    trust: { id: trust.id, name: trust.name },
    ...(left.length > 0 && { leftOut: left }),
    ...Object.fromEntries(lists),
  };
  return headOf(left) + stringify(content, { aliasDuplicateObjects: false, lineWidth: 0 });
}

const quoted = (cell: string): string => (/[",\r\n;]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** With a byte order mark, by which spreadsheets know UTF-8. */
export function exportCsv(records: readonly EstateRecord[], kind: Kind, options: ExportOptions): string {
  const fields = fieldsOf(kind).filter((field) => seen(field, options));
  const lines = [
    fields.map(({ name }) => guarded(name)),
    ...recordsOf(records, kind).map(({ values }) => fields.map((field) => cellText(field, getAt(values, field.name)))),
  ];
  return `\uFEFF${lines.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('')}`;
}

export interface ExportRequest extends ExportOptions {
  readonly trust: string;
  readonly format: 'yaml' | 'csv';
  /** Of a table; without it, circuits. */
  readonly kind?: Kind | undefined;
}

export interface ExportPorts {
  readonly records: Pick<Records, 'all'>;
  readonly nameOf: (trust: string) => Promise<string | undefined>;
}

/** Rejects with EstateError only. */
export async function exportFile(ports: ExportPorts, request: ExportRequest): Promise<string> {
  const { trust, format, kind = 'circuit' } = request;
  const { records } = await ports.records.all(trust);
  if (format === 'csv') return exportCsv(records, kind, request);
  return exportYaml({ id: trust, name: (await ports.nameOf(trust)) ?? trust }, records, request);
}

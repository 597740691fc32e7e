/** A table of one kind of record: a record a row. */
import { type EstateRecord, type FileProblem, type Kind, kinds } from '@linewatch/contract';
import { readCell } from './cells.ts';
import { matchColumns } from './columns.ts';
import { type Document, type Place, type ReadFile, maxProblems } from './document.ts';
import { type Field, fieldsOf, getAt, setAt } from './fields.ts';
import { Ids } from './slug.ts';
import { type TableRow, atRow, readTable } from './table.ts';
import { maxEntries } from './yaml.ts';

export interface CsvOptions {
  readonly kind: Kind;
  readonly current: readonly EstateRecord[];
  /** Header by field. */
  readonly mapping?: Readonly<Record<string, string>>;
}

/** Ids by name, in lower case; a name that several have gives none. */
function idsByName(current: readonly EstateRecord[], kind: Kind): ReadonlyMap<string, string | null> {
  const ids = new Map<string, string | null>();
  for (const record of current) {
    const name = record.kind === kind ? getAt(record.values, 'name') : undefined;
    if (typeof name === 'string') ids.set(name.toLowerCase(), ids.has(name.toLowerCase()) ? null : record.id);
  }
  return ids;
}

export function readCsv(text: string, { kind, current, mapping = {} }: CsvOptions): ReadFile {
  const table = readTable(text, maxEntries[kind]);
  const fields = fieldsOf(kind).map(({ name }) => name);
  const about = { kinds: [kind], whole: true, fields };
  if (table.headers.length === 0) return { ...about, documents: [], problems: table.problems };
  const { headers } = table;
  const columns = matchColumns(kind, headers, mapping);
  const problems: FileProblem[] = [...table.problems, ...columns.problems];
  const taken = columns.fields.flatMap((field, column) => (field ? [{ field, column }] : []));
  const ignored = headers.filter((header, i) => !columns.fields[i] && header !== '');
  const existing = new Set(current.flatMap((record) => (record.kind === kind ? [record.id] : [])));
  const byName = idsByName(current, kind);
  const names = new Map(
    [...new Set(taken.flatMap(({ field }) => field.node.ref ?? []))].map((ref) => [ref, idsByName(current, ref)]),
  );
  const referred = new Map(
    [...names.keys()].map((ref) => [ref, new Set(current.flatMap((r) => (r.kind === ref ? [r.id] : [])))]),
  );

  const valuesOf = ({ row, cells }: TableRow): Record<string, unknown> => {
    const values: Record<string, unknown> = {};
    for (const { field, column } of taken) {
      const read = readCell(field, cells[column] ?? '');
      if ('problem' in read) {
        problems.push(atRow(row, headers[column]!, read.problem, field.name));
        continue;
      }
      let { value } = read;
      const { ref } = field.node;
      // A cell may say the name of what it refers to.
      if (ref && typeof value === 'string' && !referred.get(ref)!.has(value)) {
        const id = names.get(ref)!.get(value.toLowerCase());
        if (typeof id !== 'string') {
          const { one, many } = kinds[ref];
          const problem =
            id === null
              ? `is the name of several ${many}: write the id`
              : `is neither the id nor the name of any ${one}`;
          problems.push(atRow(row, headers[column]!, `"${value.slice(0, 80)}" ${problem}`, field.name));
          continue;
        }
        value = id;
      }
      if (value !== undefined) setAt(values, field.name, value);
    }
    return values;
  };
  const rows = table.rows.map((row) => ({ row, values: valuesOf(row) }));
  const ids = new Ids([...existing, ...rows.flatMap(({ values: { id } }) => (typeof id === 'string' ? [id] : []))]);
  const hasName = fields.includes('name');
  const documents = rows.map(({ row, values }): Document => {
    const { name } = values;
    if (values['id'] === undefined && hasName && typeof name === 'string')
      values['id'] = byName.get(name.toLowerCase()) ?? ids.make(name);
    return {
      kind,
      id: typeof values['id'] === 'string' ? values['id'] : '',
      values,
      covers: ['id', ...taken.flatMap(({ field }) => (field.name === 'id' ? [] : [field.name]))],
      place: placeIn(row.row, headers, columns.fields),
      where: `in row ${row.row}`,
    };
  });
  const missing = fieldsOf(kind).filter(
    ({ name, required, node }) =>
      required &&
      node.default === undefined &&
      !taken.some(({ field }) => field.name === name) &&
      !(name === 'id' && hasName),
  );
  const needed = documents.some(({ id }) => !existing.has(id)) ? missing : [];
  for (const { name } of needed)
    problems.push(atRow(1, null, `has no column, and a new ${kinds[kind].one} needs it`, name));
  return {
    ...about,
    // Each row would say again what the header lacks.
    documents: needed.length > 0 ? [] : documents,
    problems: problems.slice(0, maxProblems),
    columns: headers.map((header, i) => ({ header, field: columns.fields[i]?.name ?? null })),
    notes: ignored.length > 0 ? [`columns that are not taken: ${ignored.join(', ')}`] : [],
  };
}

/** The column of a field: its own, or of what is in it or around it. */
function placeIn(row: number, headers: readonly string[], fields: readonly (Field | undefined)[]) {
  return (path: string): Place => {
    const near = fields.findIndex(
      (field) =>
        field && (path === field.name || path.startsWith(`${field.name}.`) || field.name.startsWith(`${path}.`)),
    );
    return { row, line: null, column: near >= 0 && path !== '' ? headers[near]! : null, path };
  };
}

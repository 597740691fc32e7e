/** `/api/v1/estate/import` and `/api/v1/estate/export`: the estate as files. */
import { type Static, Type } from 'typebox';
import { KindName } from './api.ts';
import { slugPattern } from './fields.ts';
import { kindNames } from './kinds.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/**
 * - `yaml`: the whole estate, one list a kind. `csv`: one kind, a record a row.
 * - `register`: the national register of schools (GIAS), all establishments. `membership`: its file of trusts' members.
 * - `librenms`, `netbox`, `prtg`: devices and interfaces that those programs export, JSON or CSV.
 */
export const fileFormats = {
  yaml: 'Estate file (YAML)',
  csv: 'Table of one kind (CSV)',
  register: 'School register (CSV)',
  membership: 'Trust membership (CSV)',
  librenms: 'LibreNMS devices and ports',
  netbox: 'NetBox devices and interfaces',
  prtg: 'PRTG devices and sensors',
} as const;
export type FileFormat = keyof typeof fileFormats;
export const fileFormatNames = Object.keys(fileFormats) as readonly FileFormat[];

/** Most octets of an import's request, and characters of one file in it. */
export const maxFileBytes = 20 * 1024 * 1024;
const FileText = (description: string) => Type.String({ maxLength: maxFileBytes, description });
const Count = Type.Integer({ minimum: 0 });

export const ImportBody = Type.Object(
  {
    format: Type.Unsafe<FileFormat>(Type.Union(fileFormatNames.map((name) => Type.Literal(name)))),
    text: FileText('The file. Its encoding is the sender’s to undo: see decodeFile.'),
    kind: Type.Optional(KindName),
    mapping: Type.Optional(
      Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 200 }), {
        description:
          'Header of the column by field; an empty one = the field is not taken. What is not named is matched.',
      }),
    ),
    second: Type.Optional(
      FileText('With devices: the file of their ports, interfaces or sensors. With a register: its Links file.'),
    ),
    membership: Type.Optional(FileText('With a register: the membership file, to tell the schools of the trust by.')),
    group: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Of a register or membership file: the trust, by its code (Group UID) or its exact name.',
      }),
    ),
    urns: Type.Optional(
      Type.Array(Type.Integer({ minimum: 100_000, maximum: 999_999 }), {
        maxItems: 10_000,
        description: 'Of a register: take these schools.',
      }),
    ),
    places: Type.Optional(
      Type.Record(Type.String({ maxLength: 200 }), Type.String({ pattern: slugPattern }), {
        description: 'Of devices: the academy by what their file calls the place. What is not named goes by name.',
      }),
    ),
    accept: Type.Optional(
      Type.Array(Type.String({ pattern: slugPattern }), {
        maxItems: 10_000,
        description: 'Circuits whose proposal is taken: see proposals.',
      }),
    ),
    dryRun: Type.Boolean({ description: 'Finds every problem and counts what would change; changes nothing.' }),
    prune: Type.Optional(
      Type.Boolean({ description: 'End what the file lacks: of all kinds (yaml), or of the file’s kind (csv).' }),
    ),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'For the audit log.' })),
  },
  { additionalProperties: false },
);
export type ImportBody = Static<typeof ImportBody>;

/** Where it stands in the file, as a spreadsheet or an editor shows it. */
export const FileProblem = Type.Object(
  {
    row: Nullable(Type.Integer({ description: 'Of a table; the header is row 1.' })),
    line: Nullable(Type.Integer({ description: 'Of a YAML or JSON file.' })),
    column: Nullable(Type.String({ description: 'Header of the column.' })),
    path: Type.String({ description: 'Of the field, with dots.' }),
    message: Type.String(),
  },
  { $id: 'FileProblem' },
);
export type FileProblem = Static<typeof FileProblem>;

export const KindCounts = Type.Object({
  added: Count,
  changed: Count,
  unchanged: Count,
  ended: Count,
  absent: Type.Array(Type.String(), {
    description: 'Ids that go on and are not in the file; they stay as they are. Only of formats that can be pruned.',
  }),
});
export type KindCounts = Static<typeof KindCounts>;

/** An interface that belongs to a circuit of the estate, by what its alias says. */
export const CircuitProposal = Type.Object({
  circuit: Type.String({ description: 'Id.' }),
  name: Type.String(),
  exporter: Type.String({ description: 'Address.' }),
  interface: Type.Object({ index: Type.Optional(Type.Integer()), name: Type.Optional(Type.String()) }),
  alias: Type.String(),
  why: Type.String({ description: 'What of the circuit the alias names.' }),
});
export type CircuitProposal = Static<typeof CircuitProposal>;

export const ImportResult = Type.Object({
  applied: Type.Boolean({
    description: 'Was done, or could be (dry run). False: there are problems; nothing changed.',
  }),
  dryRun: Type.Boolean(),
  format: Type.Unsafe<FileFormat>(Type.Union(fileFormatNames.map((name) => Type.Literal(name)))),
  kind: Nullable(KindName),
  columns: Type.Array(Type.Object({ header: Type.String(), field: Nullable(Type.String()) }), {
    description: 'Of the file, in its order; field null = the column is not taken.',
  }),
  fields: Type.Array(Type.String(), { description: 'That a column can be mapped to.' }),
  counts: Type.Object(Object.fromEntries(kindNames.map((kind) => [kind, Type.Optional(KindCounts)])), {
    description: 'By kind, of those that the file is about.',
  }),
  changes: Type.Array(Type.Object({ kind: KindName, id: Type.String(), name: Type.String(), op: Type.String() }), {
    description: 'What is changed, the first 1,000.',
  }),
  notes: Type.Array(Type.String(), { description: 'What to know besides: columns not taken, how a school was found.' }),
  proposals: Type.Array(CircuitProposal),
  problems: Type.Array(FileProblem, { description: 'The first 1,000.' }),
  batch: Nullable(Type.Integer()),
  version: Type.Number(),
});
export type ImportResult = Omit<Static<typeof ImportResult>, 'counts'> & {
  readonly counts: Readonly<Partial<Record<(typeof kindNames)[number], KindCounts>>>;
};

export const ExportQuery = Type.Object({
  format: Type.Optional(Type.Union([Type.Literal('yaml'), Type.Literal('csv')])),
  kind: Type.Optional(KindName),
});
export type ExportQuery = Static<typeof ExportQuery>;

/** The text of a file: UTF-8, or where it is not, ISO-8859-1 (as Windows reads it), which the school register is in. */
export function decodeFile(octets: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return new TextDecoder('windows-1252').decode(octets);
  }
}

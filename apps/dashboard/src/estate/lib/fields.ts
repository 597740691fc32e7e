/** The inputs of a form, read from the schema of its kind. */
import { type FieldFormat, type Kind, type Sensitivity, kinds } from '@linewatch/contract';
import type { TSchema } from 'typebox';
import { labelOf } from './labels.ts';

/**
 * - `select`: one of few values. `choices`: any of few. `tags`: short words. `lines`: texts, one a line.
 * - `group`: a part with fields of its own. `list`: several of such parts.
 */
type Input =
  | 'text'
  | 'long-text'
  | 'number'
  | 'select'
  | 'check'
  | 'day'
  | 'ref'
  | 'choices'
  | 'tags'
  | 'lines'
  | 'group'
  | 'list';

interface Option {
  readonly value: string;
  readonly label: string;
}

export interface Field {
  /** Of the property. */
  readonly name: string;
  /** Names from the record down; for a field in a list from its item down. */
  readonly path: readonly string[];
  readonly title: string;
  readonly hint: string;
  readonly expects: string;
  readonly unit: string;
  readonly required: boolean;
  readonly input: Input;
  readonly format: FieldFormat | undefined;
  readonly ref: Kind | undefined;
  readonly sensitive: Sensitivity | undefined;
  readonly options: readonly Option[];
  /** Of a group, or of each item of a list. */
  readonly fields: readonly Field[];
  readonly schema: Schema;
}

/** What is read of a JSON schema here. */
export type Schema = TSchema & {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly expects?: string;
  readonly unit?: string;
  /** Text of several lines. */
  readonly multiline?: boolean;
  readonly format?: FieldFormat;
  readonly ref?: string;
  readonly sensitive?: Sensitivity;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
};

const optionsOf = (schema: Schema): Option[] =>
  (schema.anyOf ?? []).flatMap(({ const: value }) =>
    typeof value === 'string' ? [{ value, label: labelOf(value) }] : [],
  );

function inputOf(schema: Schema): Input {
  if (schema.ref !== undefined) return 'ref';
  if (schema.anyOf) return 'select';
  if (schema.type === 'object') return 'group';
  if (schema.type === 'boolean') return 'check';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'array') {
    if (schema.items?.anyOf) return 'choices';
    if (schema.items?.type === 'object') return 'list';
    return schema.items?.format === undefined ? 'tags' : 'lines';
  }
  if (schema.format === 'long-text' || schema.multiline === true) return 'long-text';
  return schema.format === 'day' ? 'day' : 'text';
}

/** `serviceHours` → `Service hours`, where a schema has no title. */
const titleFrom = (name: string): string => labelOf(name.replace(/([A-Z])/g, '-$1').toLowerCase());

function fieldOf(
  name: string,
  schema: Schema,
  required: boolean,
  above: readonly string[],
  inherited?: Sensitivity,
): Field {
  const input = inputOf(schema);
  const path = [...above, name];
  const sensitive = schema.sensitive ?? inherited;
  const title = schema.title ?? titleFrom(name);
  const parts = input === 'group' ? schema : input === 'list' ? schema.items! : undefined;
  return {
    name,
    path,
    title,
    hint: schema.description ?? '',
    expects: schema.expects ?? schema.items?.expects ?? '',
    unit: schema.unit ?? '',
    required,
    input,
    format: schema.format ?? schema.items?.format,
    ref: schema.ref as Kind | undefined,
    sensitive,
    options: input === 'choices' ? optionsOf(schema.items!) : optionsOf(schema),
    fields: parts ? fieldsIn(parts, input === 'group' ? path : [], sensitive) : [],
    schema,
  };
}

const fieldsIn = (schema: Schema, above: readonly string[], inherited?: Sensitivity): Field[] =>
  Object.entries(schema.properties ?? {}).map(([name, each]) =>
    fieldOf(name, each, schema.required?.includes(name) ?? false, above, inherited),
  );

const made = new Map<Kind, readonly Field[]>();

/** All fields of a kind, in the order of its schema. */
export function fieldsOf(kind: Kind): readonly Field[] {
  let fields = made.get(kind);
  if (!fields) {
    fields = fieldsIn(kinds[kind].schema as unknown as Schema, []);
    made.set(kind, fields);
  }
  return fields;
}

/** Groups taken apart: what a table has columns for, and what two versions of a record are compared by. */
export const leavesOf = (fields: readonly Field[]): Field[] =>
  fields.flatMap((field) => (field.input === 'group' ? leavesOf(field.fields) : [field]));

export const pathText = (path: readonly (string | number)[]): string => path.join('.');

/** A leaf's title with that of the group it is in: `Committed rate: down`. */
export function fullTitle(fields: readonly Field[], path: readonly string[]): string {
  const titles: string[] = [];
  let at = fields;
  for (const name of path) {
    const field = at.find((each) => each.name === name);
    if (!field) break;
    titles.push(titles.length === 0 ? field.title : field.title.charAt(0).toLowerCase() + field.title.slice(1));
    at = field.fields;
  }
  return titles.join(': ');
}

/** Of a schema that is none of a kind's: settings. */
export const fieldsOfSchema = (schema: TSchema): readonly Field[] => fieldsIn(schema, []);

/** Values that a new record begins with. */
export function startingValues(kind: Kind): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, schema, required } of fieldsOf(kind)) {
    if (schema.default !== undefined) values[name] = schema.default;
    else if (required && schema.type === 'boolean') values[name] = false;
  }
  return values;
}

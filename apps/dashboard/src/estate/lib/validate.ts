/** What is wrong with a record before it is sent, told at its fields. The schema is the server's own. */
import { Value } from 'typebox/value';
import type { Field, Schema } from './fields.ts';
import { fits } from './formats.ts';
import { type Path, type Values, isPlain } from './values.ts';

export interface FieldProblem {
  /** With dots, as in the server's problems; empty = the record. */
  readonly path: string;
  readonly message: string;
}

/** What stands for a secret that is set and not shown. */
export const masked = '***';

const number = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 6 });

function expectation(field: Field): string {
  const { minimum, maximum, type } = field.schema;
  if (field.expects !== '') return field.expects;
  if (field.input === 'number') {
    const what = type === 'integer' ? 'a whole number' : 'a number';
    if (minimum !== undefined && maximum !== undefined) return `${what} from ${number(minimum)} to ${number(maximum)}`;
    return what;
  }
  if (field.input === 'select') return `one of: ${field.options.map(({ label }) => label).join(', ')}`;
  if (field.input === 'text') return 'text';
  return 'something else';
}

/** A single value against its field; empty = nothing is wrong. */
export function problemOf(field: Field, value: unknown): string {
  if (value === undefined || value === null || value === '') return field.required ? 'This is needed.' : '';
  if (field.sensitive === 'secrets' && value === masked) return '';
  const wrong = `This should be ${expectation(field)}.`;
  if (field.input === 'lines' || field.input === 'tags') {
    if (!Array.isArray(value)) return wrong;
    const item = bare(field.schema.items!);
    const texts = value.map((each: unknown) => (typeof each === 'string' ? each : ''));
    const bad = texts.find((each) => !Value.Check(item, each) || (field.format && !fits(field.format, each)));
    if (bad !== undefined) return `“${bad}”: each should be ${expectation(field)}.`;
    const most = field.schema.maxItems;
    if (most !== undefined && value.length > most) return `At most ${most} of them.`;
    return new Set(texts).size === texts.length ? '' : 'Each only once.';
  }
  if (typeof value === 'string') {
    if (value.trim() !== value) return 'Take away the blanks at its beginning or end.';
    const most = field.schema.maxLength;
    if (most !== undefined && value.length > most)
      return `At most ${number(most)} characters; there are ${number(value.length)}.`;
    if (field.format && !fits(field.format, value)) return wrong;
  }
  return Value.Check(bare(field.schema), value) ? '' : wrong;
}

const stripped = new WeakMap<Schema, Schema>();

/** Without its format, which is checked here: TypeBox has an idea of its own of some of them. */
function bare(schema: Schema): Schema {
  if (schema.format === undefined) return schema;
  let without = stripped.get(schema);
  if (!without) {
    without = Object.fromEntries(Object.entries(schema).filter(([key]) => key !== 'format'));
    stripped.set(schema, without);
  }
  return without;
}

/** Everything that is wrong. `skip` says which fields are not looked at (what the asker may not see). */
export function problemsOf(
  fields: readonly Field[],
  values: Values,
  { above = [], skip = () => false }: { above?: Path; skip?: (field: Field) => boolean } = {},
): FieldProblem[] {
  return fields.flatMap((field): FieldProblem[] => {
    if (skip(field)) return [];
    const value = values[field.name];
    const path = [...above, field.name];
    if (field.input === 'group') {
      if (value === undefined) return field.required ? [{ path: path.join('.'), message: 'This is needed.' }] : [];
      return isPlain(value) ? problemsOf(field.fields, value, { above: path, skip }) : [];
    }
    if (field.input === 'list') {
      if (!Array.isArray(value)) return [];
      const most = field.schema.maxItems;
      const items = value.flatMap((item: unknown, i) =>
        problemsOf(field.fields, isPlain(item) ? item : {}, { above: [...path, i], skip }),
      );
      if (most !== undefined && value.length > most)
        items.push({ path: path.join('.'), message: `At most ${most} of them.` });
      return items;
    }
    const message = problemOf(field, value);
    return message === '' ? [] : [{ path: path.join('.'), message }];
  });
}

/** What the schemas of the kinds say of their fields: which are sensitive, and which refer to other records. */
import { type Kind, type Sensitivity, kindNames, kinds } from '@linewatch/contract';

export type Values = Readonly<Record<string, unknown>>;

export interface SensitiveField {
  /** Names from the record inwards. */
  readonly path: readonly string[];
  readonly sensitive: Sensitivity;
}

export interface Reference {
  /** A field of the record itself. */
  readonly field: string;
  readonly kind: Kind;
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly sensitive?: Sensitivity;
  readonly ref?: string;
}

function sensitiveIn(schema: Schema, path: readonly string[] = []): SensitiveField[] {
  if (schema.sensitive) return [{ path, sensitive: schema.sensitive }];
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => sensitiveIn(inner, [...path, name]));
}

const referencesIn = (schema: Schema): Reference[] =>
  Object.entries(schema.properties ?? {}).flatMap(([field, { ref }]) =>
    ref === undefined ? [] : [{ field, kind: ref as Kind }],
  );

const byKind = <T>(make: (schema: Schema) => T): Readonly<Record<Kind, T>> =>
  Object.fromEntries(kindNames.map((kind) => [kind, make(kinds[kind].schema as Schema)])) as Record<Kind, T>;

/** A sensitive field in a list would have no path: none is, and a test holds it to that. */
export const sensitiveFields = byKind((schema) => sensitiveIn(schema));
/** Those of the record itself. Of what lies in lists there are templates' only, which belong to the trust. */
export const references = byKind(referencesIn);

export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isKind = (name: string): name is Kind => Object.hasOwn(kinds, name);

export const textIn = (values: unknown, field: string): string | undefined => {
  const value = isObject(values) ? values[field] : undefined;
  return typeof value === 'string' ? value : undefined;
};

export function valueAt(values: unknown, path: readonly string[]): unknown {
  let node = values;
  for (const name of path) node = isObject(node) && Object.hasOwn(node, name) ? node[name] : undefined;
  return node;
}

/** A copy in which one value is another, or is not there (undefined). */
export function withValue(values: Values, [name, ...rest]: readonly string[], value: unknown): Values {
  if (name === undefined) return values;
  const { [name]: old, ...others } = values;
  const next = rest.length === 0 ? value : isObject(old) ? withValue(old, rest, value) : old;
  return next === undefined ? others : { ...values, [name]: next };
}

/** What a schema asks for, in words. */
import type { TSchema } from 'typebox';

/** The parts of JSON Schema that we use; `expects` is ours: what the value is to be, as the end of "must be …". */
export interface SchemaNode {
  readonly expects?: string;
  readonly type?: string;
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number)[];
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

/** One complaint of the validator (Ajv's form). */
export interface Complaint {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: unknown;
  readonly message: string;
}

/** Steps of a JSON pointer (RFC 6901). */
export const pointerSteps = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

export function at(root: unknown, steps: readonly (string | number)[]): unknown {
  let node = root;
  for (const step of steps) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, step)) return undefined;
    node = (node as Record<string | number, unknown>)[step];
  }
  return node;
}

export const schemaNode = (schema: TSchema, pointer: string): SchemaNode => at(schema, pointerSteps(pointer)) ?? {};

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a set of keys and values',
  null: 'empty',
};

/** The values of a closed list, if the schema is one. */
export function choices(schema: SchemaNode): string[] | undefined {
  if (schema.enum) return schema.enum.map(String);
  if (schema.const !== undefined) return [String(schema.const)];
  const lists = schema.anyOf?.map(choices);
  if (!lists || lists.length === 0 || lists.includes(undefined)) return undefined;
  return lists.flatMap((list) => list ?? []);
}

/** The end of "must be …". */
function expected(schema: SchemaNode): string {
  if (schema.expects) return schema.expects;
  const list = choices(schema);
  if (list) return list.length === 1 ? `"${list[0]!}"` : `one of ${list.join(', ')}`;
  if (schema.anyOf) return schema.anyOf.map(expected).join(', or ');
  return typeWords[schema.type ?? ''] ?? 'something else';
}

const limitWords: Readonly<Record<string, (limit: unknown) => string>> = {
  minimum: (n) => `must be at least ${String(n)}`,
  maximum: (n) => `must be at most ${String(n)}`,
  exclusiveMinimum: (n) => `must be more than ${String(n)}`,
  exclusiveMaximum: (n) => `must be less than ${String(n)}`,
  minItems: (n) => `must have at least ${String(n)} ${n === 1 ? 'entry' : 'entries'}`,
  maxItems: (n) => `must have at most ${String(n)} ${n === 1 ? 'entry' : 'entries'}`,
  minLength: (n) => `must have at least ${String(n)} ${n === 1 ? 'character' : 'characters'}`,
  maxLength: (n) => `must have at most ${String(n)} ${n === 1 ? 'character' : 'characters'}`,
};

/** The message of a complaint about `value`. */
export function messageOf(complaint: Complaint, schema: SchemaNode, value: unknown): string {
  const { keyword, params, message } = complaint;
  const must = `must be ${expected(schema)}`;
  if (value === null && schema.type !== 'null') return `is empty; it ${must}`;
  if (keyword === 'type' && schema.type === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return 'must be text: put it in quotes';
  if (keyword === 'type' || keyword === 'anyOf' || keyword === 'const' || keyword === 'enum') return must;
  if (schema.expects) return must;
  return limitWords[keyword]?.((params as { limit?: unknown }).limit) ?? message;
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

/**
 * A value that fits no alternative of a union is complained about once for each and once for all. Keeps the complaint for all,
 * or, when only one alternative is an object (or list) as the value is, the complaints of that one.
 */
export function withoutAlternatives(complaints: readonly Complaint[], schema: TSchema, value: unknown): Complaint[] {
  const chosen = new Map<string, number>();
  for (const { keyword, schemaPath, instancePath } of complaints) {
    if (keyword !== 'anyOf') continue;
    const kind = kindOf(at(value, pointerSteps(instancePath)));
    const fitting = (schemaNode(schema, schemaPath).anyOf ?? []).flatMap(({ type }, i) => (type === kind ? [i] : []));
    const only = (kind === 'object' || kind === 'array') && fitting.length === 1 ? fitting[0]! : -1;
    chosen.set(`${schemaPath} ${instancePath}`, only);
  }
  return complaints.filter((complaint) => {
    const { keyword, schemaPath, instancePath } = complaint;
    if (keyword === 'anyOf' && chosen.get(`${schemaPath} ${instancePath}`) !== -1) return false;
    const steps = instancePath.split('/');
    for (const match of schemaPath.matchAll(/\/anyOf\/(\d+)(?=\/|$)/g))
      for (let depth = steps.length; depth > 0; depth--) {
        const choice = chosen.get(`${schemaPath.slice(0, match.index)} ${steps.slice(0, depth).join('/')}`);
        if (choice !== undefined && choice !== Number(match[1])) return false;
      }
    return true;
  });
}

import type { FastifySchemaCompiler } from 'fastify';
import type { FastifySerializerCompiler } from 'fastify/types/schema.js';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { ApiError } from './problems.ts';

const partNames: Record<string, string> = { querystring: 'query', params: 'path', headers: 'header', body: 'body' };

/** Text that is a number as people write one; anything else stays as it is, for the schema to refuse. */
const toNumber = (text: unknown): unknown =>
  typeof text === 'string' && /^-?\d{1,16}(\.\d{1,6})?$/.test(text) ? Number(text) : text;

const isNumeric = (type: string | undefined): boolean => type === 'number' || type === 'integer';

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string; readonly const?: unknown }>>;
  readonly anyOf?: readonly (TSchema & ObjectSchema)[];
}

/** Of one of several objects, told apart by a literal that all of them have (`action`): what it is called, and each by its value. */
function alternatives({
  anyOf = [],
}: ObjectSchema): { name: string; byValue: ReadonlyMap<unknown, TSchema> } | undefined {
  const literals = (each: ObjectSchema): string[] =>
    Object.entries(each.properties ?? {}).flatMap(([name, property]) => (property.const === undefined ? [] : [name]));
  const [name] = anyOf[0] ? literals(anyOf[0]) : [];
  if (name === undefined || !anyOf.every((each) => literals(each).includes(name))) return undefined;
  return { name, byValue: new Map(anyOf.map((each) => [each.properties![name]!.const, each])) };
}

/**
 * Checks a part of a request. Parameters that are not known are refused: a misspelt one would otherwise be ignored.
 * Every problem is in the error's message, with the part and the name.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = (route) => {
  const several = alternatives(route.schema);
  if (!several) return checkObject(route.schema, route.httpPart);
  const part = partNames[route.httpPart ?? ''] ?? 'request';
  const checks = new Map([...several.byValue].map(([value, schema]) => [value, checkObject(schema, route.httpPart)]));
  return (raw: unknown) => {
    const value = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[several.name] : undefined;
    const check = checks.get(value) ?? undefined;
    if (check) return check(raw);
    const known = [...checks.keys()].join(', ');
    return { error: new ApiError('request_invalid', `${part}.${several.name} must be one of ${known}`) };
  };
};

function checkObject(
  schema: TSchema,
  httpPart: string | undefined,
): (raw: unknown) => { value: Record<string, unknown> } | { error: ApiError } {
  const check = Compile(schema);
  const known = (schema as ObjectSchema).properties ?? {};
  const part = partNames[httpPart ?? ''] ?? 'request';
  return (raw: unknown) => {
    const value: Record<string, unknown> = {};
    const problems: string[] = [];
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
      return { error: new ApiError('request_invalid', `${part} must be a JSON object`) };
    for (const [name, given] of Object.entries(raw)) {
      if (!Object.hasOwn(known, name)) problems.push(`${part}.${name.slice(0, 40)} is not a known parameter`);
      else if (Array.isArray(given) && httpPart !== 'body') problems.push(`${part}.${name} is given more than once`);
      else value[name] = httpPart !== 'body' && isNumeric(known[name]?.type) ? toNumber(given) : given;
    }
    if (problems.length === 0 && !check.Check(value))
      for (const error of check.Errors(value)) {
        const missing = error.keyword === 'required' ? error.params.requiredProperties : [];
        if (missing.length > 0) for (const name of missing) problems.push(`${part}.${name} is missing`);
        else problems.push(`${part}${error.instancePath.replaceAll('/', '.')} ${error.message}`);
      }
    if (problems.length > 0) return { error: new ApiError('request_invalid', problems.slice(0, 20).join('; ')) };
    return { value };
  };
}

/** Answers are checked against their schema before they are sent: a dashboard never meets a surprise, we meet a 500. */
export const serializerCompiler: FastifySerializerCompiler<TSchema> = ({ schema }) => {
  const check = Compile(schema);
  return (data: unknown) => {
    if (!check.Check(data)) {
      const [first] = check.Errors(data);
      throw new ApiError('response_invalid', `${first?.instancePath ?? ''} ${first?.message ?? 'does not fit'}`);
    }
    return JSON.stringify(data);
  };
};

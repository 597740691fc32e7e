/** What the schemas of the watch are made of. */
import { type TSchema, Type } from 'typebox';
import { slugPattern } from '../estate/fields.ts';

export const nullable = <T extends TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });

export const oneOf = <const V extends string>(values: readonly V[], description: string) =>
  Type.Unsafe<V>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { description },
    ),
  );

export const closed = { additionalProperties: false } as const;
export const Id = Type.String({ pattern: slugPattern, maxLength: 64 });
export const Named = Type.Object({ id: Type.String(), name: Type.String() });
export const UnixMs = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 8_640_000_000_000, description: `${description} Unix ms.` });
/** One line of a person's, without control characters. */
export const Line = (description: string) =>
  Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]*$', description });
/** NUL is none of PostgreSQL's characters. */
export const Words = (description: string) =>
  Type.String({ minLength: 1, maxLength: 4000, pattern: '^[^\\u0000]*$', description });
export const Month = Type.String({ pattern: '^20[0-9]{2}-(0[1-9]|1[0-2])$', description: 'As 2026-09.' });
export const incidentNumber = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });

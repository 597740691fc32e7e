import type { EstateRecord } from '@linewatch/contract';

/** Text of a field of a record's values, where it has some. */
export function textIn(values: unknown, field: string): string | undefined {
  if (typeof values !== 'object' || values === null) return undefined;
  const value = (values as Readonly<Record<string, unknown>>)[field];
  return typeof value === 'string' ? value : undefined;
}

/** What people call a record, as far as it is there. */
export const nameOf = ({ id, values }: Pick<EstateRecord, 'id' | 'values'>): string => textIn(values, 'name') ?? id;

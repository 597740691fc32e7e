import type { EstateRecord } from '@linewatch/contract';

/** Text of a field, where it has some. */
export function textIn(values: object | undefined, field: string): string | undefined {
  const value = (values as Readonly<Record<string, unknown>> | undefined)?.[field];
  return typeof value === 'string' ? value : undefined;
}

/** What people call a record, as far as it is there. */
export const nameOf = ({ id, values }: Pick<EstateRecord, 'id' | 'values'>): string => textIn(values, 'name') ?? id;

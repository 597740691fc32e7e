/** Records as lists to choose from. */
import type { EstateRecord } from '@linewatch/contract';

export function nameOfRecord({ id, values }: Pick<EstateRecord, 'id' | 'values'>): string {
  const name = (values as { name?: unknown } | null)?.name;
  return typeof name === 'string' && name !== '' ? name : id;
}

/** Names that are unique, so that one that is chosen or typed says which record is meant: `Oakfield (oakfield-2)`. */
export function choices(records: readonly EstateRecord[]): { readonly id: string; readonly label: string }[] {
  const counts = new Map<string, number>();
  for (const record of records) counts.set(nameOfRecord(record), (counts.get(nameOfRecord(record)) ?? 0) + 1);
  return records.map((record) => {
    const name = nameOfRecord(record);
    return { id: record.id, label: (counts.get(name) ?? 0) > 1 ? `${name} (${record.id})` : name };
  });
}

/** Which record a typed text means: its label or its id, in any case. */
export function chosenBy(
  all: readonly { readonly id: string; readonly label: string }[],
  text: string,
): { readonly id: string; readonly label: string } | undefined {
  const wanted = text.trim().toLowerCase();
  return wanted === '' ? undefined : all.find(({ id, label }) => label.toLowerCase() === wanted || id === wanted);
}

/** A circuit in the making, as a form holds it: empty = not said. */
import type { EstateRecord, NewCircuit, NewProvider, Values } from '@linewatch/contract';
import { nameOfRecord } from './records.ts';
import { freeSlug } from './slug.ts';

export interface Line {
  role: 'primary' | 'backup';
  kind: string;
  access: string;
  /** Id of a supplier that there is. */
  provider: string;
  /** Name of one that is made by the way. */
  newProvider: string;
  contract: string;
  down: string;
  up: string;
  download: 'in' | 'out';
}

export const emptyLine = (): Line => ({
  role: 'primary',
  kind: '',
  access: '',
  provider: '',
  newProvider: '',
  contract: '',
  down: '',
  up: '',
  download: 'in',
});

type TemplateCircuit = NonNullable<Values<'template'>['circuits']>[number];

export function lineOf({ role, kind, access, provider, contract, committed }: TemplateCircuit): Line {
  return {
    ...emptyLine(),
    role,
    provider,
    kind: kind ?? '',
    access: access ?? '',
    contract: contract ?? '',
    down: committed?.down ?? '',
    up: committed?.up ?? '',
  };
}

/** The suppliers that lines name and that there are not yet, once each. */
export function newProvidersOf(lines: readonly Line[], providers: readonly EstateRecord[]): NewProvider[] {
  const made: NewProvider[] = [];
  for (const { provider, newProvider } of lines) {
    const name = newProvider.trim();
    if (provider !== '' || name === '' || made.some((each) => same(each.name, name))) continue;
    if (providers.some((each) => same(nameOfRecord(each), name))) continue;
    const taken = (id: string): boolean => [...providers, ...made].some((each) => each.id === id);
    made.push({ id: freeSlug(name, taken, 'supplier'), name });
  }
  return made;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.trim().toLowerCase();

/** What is sent for a line; `made` and `providers` tell the id of a supplier that was named. */
export function circuitOf(
  line: Line,
  made: readonly NewProvider[],
  providers: readonly EstateRecord[] = [],
): NewCircuit {
  const { role, kind, access, contract, down, up, download } = line;
  const named = [...made, ...providers.map((each) => ({ id: each.id, name: nameOfRecord(each) }))];
  const provider = line.provider || named.find(({ name }) => same(name, line.newProvider))?.id;
  return {
    role,
    ...(provider && { provider }),
    ...(kind && { kind: kind as NonNullable<NewCircuit['kind']> }),
    ...(access && { access: access as NonNullable<NewCircuit['access']> }),
    ...(contract && { contract }),
    ...((down || up) && {
      committed: { ...(down.trim() && { down: down.trim() }), ...(up.trim() && { up: up.trim() }) },
    }),
    ...(download === 'out' && { download }),
  };
}

/**
 * What an empty estate can begin with. Rates and lines are as the Department for Education's broadband standard asks: full
 * fibre, at least 100 Mbit/s down and 30 up for a primary, 1 Gbit/s both ways for a secondary, and a backup of another kind.
 */
import type { Change, Proposal, ProposalBody, Values } from '@linewatch/contract';
import type { Known } from './known.ts';

type Line = NonNullable<Values<'template'>['circuits']>[number];
type Supplier = 'fixed' | 'mobile';

interface Planned {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly phase: NonNullable<Values<'template'>['phase']>;
  readonly profile: Values<'profile'>;
  readonly lines: readonly (Omit<Line, 'provider'> & { readonly supplier: Supplier })[];
}

const core = {
  fullFibre: true,
  backup: 'other-technology',
  // Ours, not the standard's.
  peakPercent: 80,
  standards: ['broadband', 'switching', 'wireless', 'filtering-monitoring', 'cyber', 'leadership-governance'],
} as const satisfies Partial<Values<'profile'>>;
const profileOf = (id: string, name: string, downMinimum: string, upMinimum: string): Values<'profile'> => ({
  id,
  name,
  downMinimum,
  upMinimum,
  ...core,
  standards: [...core.standards],
});

const primary = profileOf('primary-standard', 'Primary standard', '100M', '30M');
const secondary = profileOf('secondary-standard', 'Secondary standard', '1G', '1G');
const leased = {
  role: 'primary',
  supplier: 'fixed',
  kind: 'leased-line',
  access: 'fibre-ethernet',
  committed: { down: '1G', up: '1G' },
} as const;
const mobile = (access: '4g' | '5g') => ({ role: 'backup', supplier: 'mobile', kind: 'mobile', access }) as const;

const planned: readonly Planned[] = [
  {
    id: 'primary-school',
    name: 'Primary school',
    about: 'One FTTP line, and 4G as its backup.',
    phase: 'Primary',
    profile: primary,
    lines: [
      {
        role: 'primary',
        supplier: 'fixed',
        kind: 'broadband',
        access: 'fttp',
        committed: { down: '330M', up: '50M' },
      },
      mobile('4g'),
    ],
  },
  {
    id: 'secondary-school',
    name: 'Secondary school',
    about: 'A leased line of 1 Gbit/s, and 5G as its backup.',
    phase: 'Secondary',
    profile: secondary,
    lines: [leased, mobile('5g')],
  },
  {
    id: 'all-through-school',
    name: 'All-through school',
    about: 'As a secondary school: a leased line of 1 Gbit/s, and 5G as its backup.',
    phase: 'All-through',
    profile: secondary,
    lines: [leased, mobile('5g')],
  },
];

const standIns: Readonly<Record<Supplier, Values<'provider'>>> = {
  fixed: { id: 'fixed-line-supplier', name: 'Fixed-line supplier (to be named)' },
  mobile: { id: 'mobile-supplier', name: 'Mobile supplier (to be named)' },
};

export const proposalsFor = (known: Known): Proposal[] =>
  planned.map(({ id, name, about, phase, profile, lines }) => ({
    id,
    name,
    about,
    exists: known.has('template', id),
    phase,
    profile: profile.name,
    circuits: lines.map(({ role, supplier, kind = '', access = '', committed }) => ({
      role,
      supplier,
      kind,
      access,
      committed: committed?.down && committed.up ? { down: committed.down, up: committed.up } : null,
    })),
  }));

/** Ids that are asked for and that nobody proposes. */
export const unknownProposals = ({ proposals }: ProposalBody): string[] =>
  proposals.filter((id) => !planned.some((each) => each.id === id));

/** What is there already is left as it is. */
export function proposalChanges(known: Known, body: ProposalBody): Change[] {
  const made = new Map<string, Change>();
  const add = (kind: 'provider' | 'profile' | 'template', values: { readonly id: string }): void => {
    const key = `${kind}/${values.id}`;
    if (!known.has(kind, values.id) && !made.has(key))
      made.set(key, { kind, id: values.id, op: 'create', values: { ...values } });
  };
  const supplierOf = (supplier: Supplier): string => {
    const chosen = body[supplier];
    if (chosen !== undefined) return chosen;
    add('provider', standIns[supplier]);
    return standIns[supplier].id;
  };
  for (const { id, name, phase, profile, lines } of planned) {
    if (!body.proposals.includes(id) || known.has('template', id)) continue;
    add('profile', profile);
    const circuits = lines.map(({ supplier, ...line }) => ({ ...line, provider: supplierOf(supplier) }));
    const values: Values<'template'> = { id, name, phase, profile: profile.id, circuits };
    add('template', values);
  }
  return [...made.values()];
}

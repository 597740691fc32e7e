/** How alerts become tickets, in plain words. Labels and seconds are for who wants them. */
import type { LabelName, Subscription } from '@linewatch/contract';

export type Group = Subscription['group'];

interface Way {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly by: readonly LabelName[];
}

export const ways = [
  {
    name: 'problem',
    title: 'One ticket per problem',
    about: 'When an exchange fails and takes thirty lines with it, that is one ticket that names them all.',
    by: ['problem'],
  },
  {
    name: 'supplier',
    title: 'One per supplier and exchange',
    about: 'Everything that is wrong at one exchange of one supplier is one ticket.',
    by: ['provider', 'pop'],
  },
  {
    name: 'academy',
    title: 'One per academy',
    about: 'Everything that is wrong at an academy is one ticket, until all of it is over.',
    by: ['academy'],
  },
  { name: 'circuit', title: 'One per line', about: 'Each line has its own ticket.', by: ['circuit'] },
  {
    name: 'all',
    title: 'One for everything',
    about: 'A single ticket, or a single message that is kept up to date.',
    by: [],
  },
] as const satisfies readonly Way[];

export type WayName = (typeof ways)[number]['name'] | 'labels';

/** The way that labels are; `labels` where no plain words are for them. */
export function wayOf(by: readonly string[]): WayName {
  const own = [...by].sort().join(' ');
  return ways.find((way) => [...way.by].sort().join(' ') === own)?.name ?? 'labels';
}

export const wayTitle = (by: readonly string[]): string =>
  ways.find(({ name }) => name === wayOf(by))?.title ?? `One per ${by.join(', ')}`;

/** What a new subscription begins with. */
export const startingGroup = (stream: boolean): Group =>
  stream
    ? { by: ['problem'], waitSeconds: 0, intervalSeconds: 0, repeatHours: 0 }
    : { by: ['problem'], waitSeconds: 30, intervalSeconds: 300, repeatHours: 0 };

/** What is not told of while something graver about the same line or academy is. Members of an incident are its own matter. */
import type { RuleKind } from '@linewatch/contract';
import type { Inhibition } from './model.ts';

const any = (...kinds: readonly RuleKind[]): Inhibition['source'] => [
  { name: 'kind', op: '=~', value: kinds.join('|') },
];

export const defaultInhibitions: readonly Inhibition[] = [
  {
    source: any('circuit-down'),
    target: any('circuit-degraded', 'utilisation', 'budget-burn', 'silent', 'data-gap'),
    equal: ['circuit'],
  },
  {
    source: any('site-down'),
    target: any('backup-carrying', 'circuit-down', 'circuit-degraded'),
    equal: ['academy'],
  },
];

/** What is not told of while something graver about the same line or academy is. Members of an incident are their own matter. */
import type { Inhibition } from './model.ts';

export const defaultInhibitions: readonly Inhibition[] = [
  {
    sourceKinds: ['circuit-down'],
    source: [],
    targetKinds: ['circuit-degraded', 'utilisation', 'budget-burn', 'silent', 'data-gap'],
    target: [],
    equal: ['circuit'],
  },
  {
    sourceKinds: ['site-down'],
    source: [],
    targetKinds: ['backup-carrying', 'circuit-down', 'circuit-degraded'],
    target: [],
    equal: ['academy'],
  },
];

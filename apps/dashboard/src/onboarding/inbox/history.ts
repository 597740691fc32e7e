/** Rates of the interfaces heard as they were told so far, for a small chart. */
import type { Inbox } from '@linewatch/contract';
import type { Steps } from '../../lib/cells.ts';
import { keyOf } from './inbox-page.svelte.ts';

const kept = 45;

export class History {
  readonly #rates = new Map<string, { inBps: number[]; outBps: number[] }>();

  /** Takes what was just told; what is no longer in the inbox is forgotten. */
  take({ interfaces }: Pick<Inbox, 'interfaces'>): void {
    const present = new Set<string>();
    for (const each of interfaces) {
      const key = keyOf(each);
      present.add(key);
      const { inBps, outBps } = this.#rates.get(key) ?? { inBps: [], outBps: [] };
      this.#rates.set(key, {
        inBps: [...inBps, each.inBps].slice(-kept),
        outBps: [...outBps, each.outBps].slice(-kept),
      });
    }
    for (const key of this.#rates.keys()) if (!present.has(key)) this.#rates.delete(key);
  }

  /** The newest on the right, however few there are. */
  steps(key: string): Steps {
    const { inBps, outBps } = this.#rates.get(key) ?? { inBps: [], outBps: [] };
    const padded = (values: number[]): (number | null)[] => [
      ...Array<null>(kept - values.length).fill(null),
      ...values,
    ];
    return { startS: 0, stepS: 1, inBps: padded(inBps), outBps: padded(outBps) };
  }
}

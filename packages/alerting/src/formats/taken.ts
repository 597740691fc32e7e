/**
 * Who of several took a message already, so that another attempt leaves them out. It is known as long as the process runs: after
 * a restart in between, who had it may get it again, under the same id.
 */
import type { Sending } from './format.ts';

/** Longer than attempts go on. */
const keptMs = 5 * 86_400_000;
const mostKept = 1000;

export interface Taken {
  has(whom: string): boolean;
  add(whom: string): void;
}

export function takenOf({ memory, notification, nowMs }: Pick<Sending, 'memory' | 'notification' | 'nowMs'>): Taken {
  const key = `taken ${notification.id}`;
  const known = memory.get(key);
  const whom = new Set(known && known.untilMs > nowMs ? (JSON.parse(known.value) as string[]) : []);
  return {
    has: (who) => whom.has(who),
    add(who) {
      whom.add(who);
      for (const [name, { untilMs }] of memory) if (untilMs <= nowMs) memory.delete(name);
      if (memory.size >= mostKept && !memory.has(key)) memory.delete(memory.keys().next().value!);
      memory.set(key, { value: JSON.stringify([...whom]), untilMs: nowMs + keptMs });
    },
  };
}

/** All have it: it need not be remembered. */
export const forget = ({ memory, notification }: Pick<Sending, 'memory' | 'notification'>): void =>
  void memory.delete(`taken ${notification.id}`);

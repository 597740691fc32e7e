/** Of deliveries, newest first: what each ticket or thread was told last. A later word without a ticket keeps the earlier one. */
import type { Delivery } from '@linewatch/contract';

export function lastWords(deliveries: readonly Delivery[]): Delivery[] {
  const last = new Map<string, Delivery>();
  for (const each of deliveries) {
    const key = `${each.subscription} ${each.group}`;
    const newer = last.get(key);
    if (!newer) last.set(key, each);
    else if (newer.ticket === null && each.ticket !== null) last.set(key, { ...newer, ticket: each.ticket });
  }
  return [...last.values()];
}

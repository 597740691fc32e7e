/** Further fields that a helpdesk insists on, by its names: filled in from templates. */
import { liquidContext, renderFields } from '../../liquid.ts';
import type { Sending } from '../format.ts';

const prefix = 'resolved:';

interface Fields {
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Those for a new ticket, or those that are asked for when it is resolved: their names begin with `resolved:`. Between the two,
 * what people entered stays. @throws LiquidError
 */
export function fieldsOf(sending: Sending, when: 'opened' | 'resolved'): [name: string, value: string][] {
  const all = (sending.settings as Fields).fields ?? [];
  const wanted = all.flatMap(({ name, value }) => {
    if (name.startsWith(prefix) !== (when === 'resolved')) return [];
    return [{ name: when === 'resolved' ? name.slice(prefix.length).trim() : name, value }];
  });
  if (wanted.length === 0) return [];
  return Object.entries(renderFields(wanted, liquidContext(sending.notification, sending.ticket)));
}

/** `webhook-id` of a delivery: the same whenever the same word is committed again, another one for any other. */
import { createHash } from 'node:crypto';

// Crockford's base 32, in lower case: no letter is taken for another.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** @param openedMs of the group, so that two installations' ids differ at a receiver that both tell. */
export function messageId(trust: string, group: number, openedMs: number, sequence: number): string {
  const octets = createHash('sha256').update(`${trust} ${group} ${openedMs} ${sequence}`).digest();
  let text = '';
  for (let i = 0; i < 26; i++) text += alphabet.charAt(octets[i]! & 31);
  return `msg_${text}`;
}

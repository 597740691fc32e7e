/** Signatures of what comes in: Standard Webhooks 1.0.0, symmetric (`v1`). */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How far the time of a message may be off, s. */
export const toleranceSeconds = 300;
/** Signatures of one message that are looked at: two keys may be live on either side. */
const maxSignatures = 8;
const maxId = 200;

export interface Signed {
  /** `webhook-id`. */
  readonly id: string;
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Used where there is no secret, so that this takes as long. */
const nobodys = randomBytes(32);

const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

/**
 * Undefined: it does not hold. It takes about as long whether there are secrets or not.
 * @param secrets `whsec_…`; those that are live
 */
export function verified(
  headers: Headers,
  body: Uint8Array,
  secrets: readonly string[],
  nowMs: number,
): Signed | undefined {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  });
  const keys = secrets.length > 0 ? secrets.map(keyOf) : [nobodys];
  const given = (signatures ?? '')
    .split(' ', maxSignatures)
    .flatMap((each) => (each.startsWith('v1,') ? [Buffer.from(each.slice(3), 'base64')] : []));
  let holds = false;
  for (const key of keys) {
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
    for (const each of given) if (each.length === expected.length && timingSafeEqual(each, expected)) holds = true;
  }
  const formed = /^[\x21-\x7e]+$/.test(id!) && id!.length <= maxId && /^\d{1,11}$/.test(timestamp!);
  const recent = Math.abs(nowMs / 1000 - Number(timestamp)) <= toleranceSeconds;
  return holds && secrets.length > 0 && formed && recent ? { id: id! } : undefined;
}

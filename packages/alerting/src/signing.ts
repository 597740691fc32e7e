/** Signatures by Standard Webhooks 1.0.0: of what is sent, and of what comes in. https://www.standardwebhooks.com */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const prefix = 'whsec_';
const leastOctets = 24;
const mostOctets = 64;
/** How far the sender's clock, or a repeat, may be off. */
const toleranceSeconds = 300;
const mostSignatures = 20;

export const createSigningSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`;

/** The key of a secret; undefined: it is none. */
function keyOf(secret: string): Buffer | undefined {
  if (!secret.startsWith(prefix)) return undefined;
  const text = secret.slice(prefix.length);
  const key = Buffer.from(text, 'base64');
  // Base64 that is decoded leniently would be another key elsewhere.
  if (key.toString('base64') !== text) return undefined;
  return key.length >= leastOctets && key.length <= mostOctets ? key : undefined;
}

/** What is wrong with it; null: nothing. */
export const signingProblem = (secret: string): string | null =>
  keyOf(secret)
    ? null
    : `A signing secret is ${prefix} and then ${leastOctets} to ${mostOctets} random octets in base64.`;

const signatureOf = (key: Buffer, id: string, timestamp: string, body: string): string =>
  createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');

/**
 * Headers of a message, signed with each secret that is live, so that a receiver may change over at any time.
 * @throws Error when a secret is none
 */
export function signedHeaders(
  id: string,
  atMs: number,
  body: string,
  secrets: readonly string[],
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signatures = secrets.map((secret) => {
    const key = keyOf(secret);
    if (!key) throw new Error(signingProblem(secret) ?? '');
    return `v1,${signatureOf(key, id, timestamp, body)}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

export interface SignedMessage {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** As it came, to the octet. */
  readonly body: string;
}

/** `stale`: its time is too far off. A repeat within the tolerance has the same id: who asks remembers those. */
export type Verified = 'ok' | 'headers' | 'stale' | 'signature';

/** Whether it was signed with one of the secrets. */
export function verifySigned(message: SignedMessage, secrets: readonly string[], nowMs: number): Verified {
  const { id, timestamp, signature, body } = message;
  // The id is a part of what is signed, parted by dots.
  if (!id || !/^[^\s.]{1,200}$/.test(id) || !timestamp || !/^[0-9]{1,12}$/.test(timestamp) || !signature)
    return 'headers';
  if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > toleranceSeconds) return 'stale';
  const given = signature
    .split(' ', mostSignatures)
    .flatMap((each) => (each.startsWith('v1,') ? [Buffer.from(each.slice(3), 'base64')] : []));
  let found = false;
  for (const secret of secrets) {
    const key = keyOf(secret);
    if (!key) continue;
    const expected = Buffer.from(signatureOf(key, id, timestamp, body), 'base64');
    // All are compared, each in constant time.
    for (const each of given) if (each.length === expected.length && timingSafeEqual(each, expected)) found = true;
  }
  return found ? 'ok' : 'signature';
}

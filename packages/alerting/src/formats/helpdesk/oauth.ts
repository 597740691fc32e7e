/** OAuth 2.0 client credentials (RFC 6749, 4.4). The token is kept while it lasts, and asked for anew once it is not accepted. */
import { createHash } from 'node:crypto';
import { answerWords } from '../answer.ts';
import type { Sending } from '../format.ts';
import { Halted, type SignIn, meaning } from './asking.ts';
import { isObject, jsonOf } from './values.ts';

export interface Client {
  readonly url: string;
  readonly id: string;
  readonly secret: string;
  readonly scope?: string;
}

/** Asked for so long before it ends: requests under way still have it. */
const earlyMs = 60_000;
const mostMs = 86_400_000;

async function token(
  sending: Sending,
  { url, id, secret, scope }: Client,
): Promise<{ value: string; untilMs: number }> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
  if (scope !== undefined) form.set('scope', scope);
  const answer = await sending.exchange({
    method: 'POST',
    url,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const { status } = answer;
  // Asking for a token has no effect that could be doubled.
  if (status === 400 || status === 401 || status === 403)
    throw new Halted({ is: 'later', why: `the client id or its secret is not accepted: answered ${status}` });
  if (status < 200 || status > 299) {
    const sent = meaning(sending, { method: 'GET' }, answer);
    throw new Halted(sent.is === 'refused' ? { is: 'later', why: `sign-in ${sent.why}` } : sent);
  }
  const said = jsonOf(answer);
  const value = isObject(said) ? said['access_token'] : undefined;
  if (!isObject(said) || typeof value !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(value))
    throw new Halted({
      is: 'later',
      why: `there is no token in what the sign-in ${answerWords({ ...answer, body: '', shown: '' })}`,
    });
  const seconds = Number(said['expires_in']);
  const lastsMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, mostMs) : 600_000;
  return { value, untilMs: sending.nowMs + lastsMs };
}

export function oauth(sending: Sending, client: Client): SignIn {
  // Another secret or address is another token.
  const key = `token ${createHash('sha256').update(JSON.stringify(client)).digest('hex')}`;
  return async (again) => {
    if (again) sending.memory.delete(key);
    let kept = sending.memory.get(key);
    if (kept === undefined || kept.untilMs - earlyMs <= sending.nowMs) {
      kept = await token(sending, client);
      sending.memory.set(key, kept);
    }
    return { authorization: `Bearer ${kept.value}` };
  };
}

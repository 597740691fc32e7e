/** Requests to a helpdesk: signed in, and every answer that is not the one hoped for ends the sending with what it means. */
import { answerWords, failedOf, retryAfterMs, secretOf } from '../answer.ts';
import type { HttpAnswer, HttpRequest, Sending, Sent } from '../format.ts';
import { type Json, isObject, jsonOf, listAt } from './values.ts';

/** Ends a sending: what became of it is known. */
export class Halted extends Error {
  readonly sent: Sent;

  constructor(sent: Sent) {
    super('why' in sent ? sent.why : sent.is);
    this.name = 'Halted';
    this.sent = sent;
  }
}

export interface Ask {
  readonly method: HttpRequest['method'];
  /** Below the site's address, with its query. */
  readonly path: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses besides 2xx that the asker understands. */
  readonly also?: readonly number[];
}
export type Asking = (ask: Ask) => Promise<HttpAnswer>;

/** Headers that sign in. `again`: those given before were not accepted; null: there are no others. */
export type SignIn = (again: boolean) => Promise<Readonly<Record<string, string>> | null>;

/** Kept for later, because whoever looks after the subscription can mend it: nothing is lost meanwhile. */
export const unset = (what: string): Halted =>
  new Halted({ is: 'later', why: `there is no ${what}: it has to be set` });

/** @throws Halted where there is none */
export function neededSecret(sending: Sending, name: string, title: string): string {
  const value = secretOf(sending, name);
  if (value === undefined || value === '') throw unset(title);
  return value;
}

export const basic = (user: string, password: string): Readonly<Record<string, string>> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

export const siteOf = (url: string): string => url.replace(/[?#].*$/, '').replace(/\/+$/, '');

/** Texts that come from outside and are shown, without the secrets that were sent. */
function hidden(sending: Sending, words: string): string {
  let text = words;
  for (const values of Object.values(sending.secrets))
    for (const value of values) if (value.length >= 4) text = text.replaceAll(value, '•••');
  return text;
}

/** What an answer means that nobody hoped for. 401 and 403 can be mended where the subscription is kept: it waits for that. */
export function meaning(sending: Sending, ask: Pick<Ask, 'method'>, answer: HttpAnswer): Sent {
  const { status } = answer;
  const why = hidden(sending, answerWords(answer));
  if (status === 410) return { is: 'gone', why };
  const afterMs = retryAfterMs(answer.headers['retry-after'], sending.nowMs);
  const later = { is: 'later', ...(afterMs !== undefined && { afterMs }) } as const;
  if (status === 401) return { ...later, why: `the user, key or password is not accepted: ${why}` };
  if (status === 403) return { ...later, why: `the user or key may not do this: ${why}` };
  if (status === 407 || status === 408 || status === 409 || status === 423 || status === 425 || status === 429)
    return { ...later, why };
  if (status >= 400 && status <= 499) return { is: 'refused', why };
  if (status >= 300 && status <= 399) return { ...later, why: `a redirect is not followed: ${why}` };
  // It failed in the middle of it, for all that is known.
  return { ...later, why, ...(ask.method !== 'GET' && { unknown: true }) };
}

export function asking(sending: Sending, site: string, signIn: SignIn): Asking {
  return async ({ method, path, json, headers = {}, also = [] }) => {
    const send = (signedIn: Readonly<Record<string, string>>) =>
      sending.exchange({
        method,
        url: `${site}${path}`,
        headers: {
          accept: 'application/json',
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
          ...signedIn,
        },
        body: json === undefined ? null : JSON.stringify(json),
      });
    let answer = await send((await signIn(false)) ?? {});
    if (answer.status === 401) {
      const others = await signIn(true);
      if (others !== null) answer = await send(others);
    }
    const { status } = answer;
    if ((status >= 200 && status <= 299) || also.includes(status)) return answer;
    throw new Halted(meaning(sending, { method }, answer));
  };
}

/** The answer's object. What cannot be read may have had its effect all the same. @throws Halted */
export function readable(answer: HttpAnswer): Json {
  const value = jsonOf(answer);
  if (isObject(value)) return value;
  throw strange(answer);
}

/** The answer's list of a name: one without it says nothing of what there is. @throws Halted */
export function rows(answer: HttpAnswer, name: string): readonly Json[] {
  const body = readable(answer);
  if (!Array.isArray(body[name])) throw strange(answer);
  return listAt(body, name);
}

export const strange = (answer: HttpAnswer): Halted =>
  new Halted({ is: 'later', why: `the answer is not what it should be: ${answerWords(answer)}`, unknown: true });

/** Cut off because it is too long, not because the connection was: what is beyond is nothing that a repeat would show. */
export const isTooLong = (answer: HttpAnswer): boolean =>
  answer.cut === true && Buffer.byteLength(answer.body) >= 60_000;

/** Whether the mark stands in what was read whole, or as far as it is told. @throws Halted where it was not */
export function mentions(answer: HttpAnswer, mark: string): boolean {
  if (answer.status === 404) return false;
  if (answer.body.includes(mark)) return true;
  if (jsonOf(answer) === undefined && !isTooLong(answer)) throw strange(answer);
  return false;
}

/** Runs a sending to its end. */
export async function settled(sending: Sending, work: () => Promise<Sent>): Promise<Sent> {
  try {
    return await work();
  } catch (error) {
    const sent = error instanceof Halted ? error.sent : failedOf(error);
    return sent.is === 'later' && sending.unknown ? { ...sent, unknown: true } : sent;
  }
}

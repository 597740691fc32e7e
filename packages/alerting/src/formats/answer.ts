/** What an answer, or none, means for a delivery: the same for all receivers that speak HTTP as it is meant. */
import { cleanLine, cut } from '../text.ts';
import { LiquidError } from '../liquid.ts';
import {
  TransportError,
  type HttpAnswer,
  type HttpRequest,
  type KnownTicket,
  type Sending,
  type Sent,
} from './format.ts';

const dayMs = 86_400_000;
const retryStatuses = new Set([408, 425, 429]);

/** Retry-After in ms, at most a day: seconds or an HTTP date (RFC 9110, 10.2.3). Undefined: none that can be read. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^[0-9]{1,10}$/.test(text)) return Math.min(Number(text) * 1000, dayMs);
  // A date begins with the name of a day; Date.parse alone would take nearly anything.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isFinite(atMs) ? Math.min(Math.max(0, atMs - nowMs), dayMs) : undefined;
}

/** The status, and the first words of what the receiver said. */
export function answerWords(answer: HttpAnswer): string {
  const said = cut(cleanLine((answer.shown ?? answer.body).slice(0, 2000).replace(/<[^>]{0,200}>/g, ' ')), 200);
  return said === '' ? `answered ${answer.status}` : `answered ${answer.status}: ${said}`;
}

/** By the status alone. `ticket`: of what was delivered. */
export function sentOf(answer: HttpAnswer, nowMs: number, ticket?: KnownTicket): Sent {
  const { status } = answer;
  if (status >= 200 && status <= 299) return ticket ? { is: 'delivered', ticket } : { is: 'delivered' };
  const why = answerWords(answer);
  if (status === 410) return { is: 'gone', why };
  if (status >= 400 && status <= 499 && !retryStatuses.has(status)) return { is: 'refused', why };
  const afterMs = retryAfterMs(answer.headers['retry-after'], nowMs);
  return { is: 'later', why, ...(afterMs !== undefined && { afterMs }) };
}

/** What was thrown on the way. @throws what is neither of the transport nor of a template */
export function failedOf(error: unknown): Sent {
  if (error instanceof LiquidError) return { is: 'refused', why: `template: ${error.message}` };
  if (!(error instanceof TransportError)) throw error;
  if (error.code === 'refused') return { is: 'refused', why: error.message };
  return { is: 'later', why: error.message, ...(error.code === 'unknown' && { unknown: true }) };
}

/** One request, and its answer's meaning. */
export async function told(sending: Sending, request: HttpRequest): Promise<Sent> {
  try {
    return sentOf(await sending.exchange(request), sending.nowMs);
  } catch (error) {
    return failedOf(error);
  }
}

/** The secret of a name that is in use. */
export const secretOf = (sending: Sending, name: string): string | undefined => sending.secrets[name]?.[0];

export const without = (what: string): Sent => ({ is: 'refused', why: `there is no ${what}` });

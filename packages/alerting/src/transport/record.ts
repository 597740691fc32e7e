/** What went over the wire, as it is kept: secrets hidden, cut, of characters that PostgreSQL keeps. */
import type { Exchange } from '@linewatch/contract';
import { cut } from '../text.ts';
import type { Redactor } from './redact.ts';

/** Of a body that is kept. */
const mostBodyCharacters = 16_384;
const mostHeaders = 100;
const mostHeaderCharacters = 2000;

/** NUL is none of PostgreSQL's characters, and half a surrogate pair is none of UTF-8's. */
export const keepable = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed();

export interface WentOver {
  readonly atMs: number;
  readonly tookMs: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `whole`: false where it was cut, so that its end may be a part of a secret. */
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly whole: boolean;
  } | null;
  readonly error: string | null;
}

export function exchangeOf(went: WentOver, redactor: Redactor): Exchange {
  const body = (text: string): string => cut(keepable(redactor.body(text)), mostBodyCharacters);
  const headers = (of: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(redactor.headers(of))
        .slice(0, mostHeaders)
        .map(([name, value]) => [keepable(name), cut(keepable(value), mostHeaderCharacters)]),
    );
  const { answer } = went;
  return {
    atMs: went.atMs,
    tookMs: Math.max(0, Math.round(went.tookMs)),
    request: {
      method: went.method,
      url: cut(keepable(redactor.url(went.url)), 4000),
      headers: headers(went.headers),
      body: body(went.body),
    },
    answer: answer && {
      status: answer.status,
      headers: headers(answer.headers),
      body: cut(keepable(redactor.shown(answer.body, answer.whole)), mostBodyCharacters),
    },
    error: went.error === null ? null : cut(keepable(redactor.text(went.error)), 1000),
  };
}

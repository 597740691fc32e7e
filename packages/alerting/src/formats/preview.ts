/** What a format would send, without sending. */
import type { Exchange } from '@linewatch/contract';
import { exchangeOf } from '../transport/record.ts';
import { createRedactor } from '../transport/redact.ts';
import {
  type Format,
  type HttpAnswer,
  type HttpRequest,
  type KnownTicket,
  type Sending,
  type Sent,
  TransportError,
} from './format.ts';

export interface Preview {
  /** The requests up to the first whose answer would have to be known and is not made up; secrets hidden. */
  readonly exchanges: readonly Exchange[];
  /** Why nothing would be sent; null: something would. */
  readonly problem: string | null;
}

/** @param answer makes answers up, so that what comes after the first request is shown, too */
export async function previewOf(
  format: Format,
  of: Pick<Sending, 'settings' | 'secrets' | 'notification' | 'nowMs'> & { readonly ticket?: KnownTicket | null },
  answer?: (request: HttpRequest) => HttpAnswer,
): Promise<Preview> {
  const redactor = createRedactor(Object.values(of.secrets).flat());
  const exchanges: Exchange[] = [];
  const keep = (request: { method: string; url: string; headers: Readonly<Record<string, string>>; body: string }) => {
    exchanges.push(exchangeOf({ ...request, atMs: of.nowMs, tookMs: 0, answer: null, error: null }, redactor));
  };
  // Nobody answers: a format that wants to know more ends here.
  const unsent = () => Promise.reject(new TransportError('unsent', 'not sent'));
  const sent: Sent = await format.send({
    ...of,
    ticket: of.ticket ?? null,
    unknown: false,
    memory: new Map(),
    exchange: (request) => {
      keep({ ...request, body: request.body ?? '' });
      return answer ? Promise.resolve(answer(request)) : unsent();
    },
    mail: (mail) => {
      keep({
        method: 'SMTP',
        url: 'smtp:',
        headers: { to: mail.to.join(', '), subject: mail.subject },
        body: mail.text,
      });
      return unsent();
    },
  });
  return { exchanges, problem: exchanges.length === 0 && sent.is !== 'delivered' ? sent.why : null };
}

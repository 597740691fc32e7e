/** The transport, of its parts: each sending's wire records what goes over it. */
import { getCACertificates } from 'node:tls';
import type { Exchange } from '@linewatch/contract';
import { TransportError } from '../formats/format.ts';
import { createGuard } from './guard.ts';
import { createHttpClient } from './http.ts';
import { exchangeOf } from './record.ts';
import { createRedactor, secretsIn } from './redact.ts';
import { systemResolver } from './resolve.ts';
import { createSmtpClient } from './smtp.ts';
import type { Transport, TransportOptions } from './transport.ts';

/** @throws Error for an allowed network or a sender's address that is none */
export function createTransport(options: TransportOptions): Transport {
  const guard = createGuard(options.allowNetworks);
  const client = createHttpClient(options, guard, options.resolve ?? systemResolver());
  const smtp =
    options.smtp &&
    createSmtpClient(
      options.smtp,
      options.ca === undefined ? undefined : [...getCACertificates('default'), options.ca],
    );

  return {
    open({ timeoutMs, secrets, recipients }) {
      const known = new Set([...secrets, ...(options.smtp?.password === undefined ? [] : [options.smtp.password])]);
      let redactor = createRedactor([...known]);
      /** Tokens that a receiver gave out, and a user with a password: it may repeat them in any later answer. */
      const learn = (headers: Readonly<Record<string, string>>): void => {
        const before = known.size;
        for (const secret of secretsIn(headers)) known.add(secret);
        if (known.size > before) redactor = createRedactor([...known]);
      };
      const kept: Exchange[] = [];
      const mayHaveMail = new Set(recipients);

      /** Whatever comes of it, it is kept, and what is thrown says no secret. */
      async function recorded<T>(
        request: { method: string; url: string; headers: Readonly<Record<string, string>>; body: string },
        run: () => Promise<T>,
        answerOf: (answer: T) => NonNullable<Parameters<typeof exchangeOf>[0]['answer']>,
      ): Promise<T> {
        const atMs = Date.now();
        const started = performance.now();
        const keep = (answer: NonNullable<Parameters<typeof exchangeOf>[0]['answer']> | null, error: string | null) =>
          kept.push(exchangeOf({ ...request, atMs, tookMs: performance.now() - started, answer, error }, redactor));
        try {
          const answer = await run();
          keep(answerOf(answer), null);
          return answer;
        } catch (error) {
          const { code, message } =
            error instanceof TransportError ? error : new TransportError('unknown', 'the connection failed');
          keep(null, message);
          throw new TransportError(code, redactor.text(message), { cause: error });
        }
      }

      return {
        async exchange(request) {
          learn(request.headers);
          const answer = await recorded(
            { ...request, body: request.body ?? '' },
            () => client.ask(request, timeoutMs),
            (answered) => ({ ...answered, whole: answered.cut !== true }),
          );
          return { ...answer, shown: redactor.shown(answer.body, answer.cut !== true) };
        },
        async mail(mail) {
          const headers = { to: mail.to.join(', '), subject: mail.subject };
          const { accepted, deferred, refused, said } = await recorded(
            { method: 'SMTP', url: smtp?.url ?? 'smtp:', headers, body: mail.text },
            () => {
              if (!smtp) throw new TransportError('unsent', 'no mail server is configured (notifier.smtp)');
              if (!mail.to.every((to) => mayHaveMail.has(to)))
                throw new TransportError('refused', 'a recipient is none of the subscription’s');
              return smtp.send(mail, timeoutMs);
            },
            (answer) => ({
              status: answer.accepted.length > 0 ? 250 : answer.deferred.length > 0 ? 450 : 550,
              headers: {
                'message-id': answer.headers['message-id'] ?? '',
                ...(answer.deferred.length > 0 && { deferred: answer.deferred.join(', ') }),
                ...(answer.refused.length > 0 && { refused: answer.refused.join(', ') }),
              },
              body: answer.said,
              whole: true,
            }),
          );
          return { accepted, deferred, refused, said };
        },
        exchanges: () => kept,
      };
    },
    close() {
      client.close();
      smtp?.close();
    },
  };
}

/** Mail by the one SMTP server of the configuration. Its address is the administrator's, so it may be anywhere. */
import { createTransport } from 'nodemailer';
import { TransportError, type Mail, type MailAnswer } from '../formats/format.ts';
import { cleanLine, cut } from '../text.ts';
import type { SmtpOptions } from './transport.ts';

const connections = 4;
const mailsAConnection = 100;
// eslint-disable-next-line no-control-regex
const address = /^[^@\s<>,;:"()[\]\\\u0000-\u001f\u007f]{1,64}@[^@\s<>,;:"()\\\u0000-\u001f\u007f]{1,189}$/;
/** RFC 5322, 3.2.3: dot-atom. */
const idPart = /^[A-Za-z0-9_.-]{1,100}$/;

interface Refusal extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly recipient?: string;
  readonly rejectedErrors?: readonly Refusal[];
}

export interface SmtpClient {
  readonly url: string;
  /** @throws TransportError */
  send(mail: Mail, timeoutMs: number): Promise<MailAnswer & { readonly headers: Record<string, string> }>;
  close(): void;
}

const isPermanent = (refusal: Refusal): boolean => (refusal.responseCode ?? 0) >= 500;
const said = (refusal: Refusal): string => cut(cleanLine(refusal.response ?? refusal.message), 300);

/** Before the content went, nothing was sent; after that, without an answer, nobody knows. */
function transportError(error: Refusal): TransportError {
  const message = `mail server: ${said(error)}`;
  // Our sign-in, the server's certificate or its reach may be put right: such mail waits.
  if (error.code === 'EAUTH' || error.code === 'ENOAUTH')
    return new TransportError('unsent', message, { cause: error });
  // Of what is said before the content, nothing is about this mail: the server, or what we may do there, can be put right.
  if (error.responseCode !== undefined)
    return new TransportError(error.command === 'DATA' && isPermanent(error) ? 'refused' : 'unsent', message, {
      cause: error,
    });
  const before = ['CONN', 'EHLO', 'HELO', 'LHLO', 'STARTTLS', 'MAIL FROM', 'RCPT TO'];
  const early = ['ECONNECTION', 'EDNS', 'ETLS', 'EREQUIRETLS'].includes(error.code ?? '');
  const command = error.command ?? '';
  const unsent = early || command.startsWith('AUTH') || before.includes(command);
  return new TransportError(unsent ? 'unsent' : 'unknown', message, { cause: error });
}

export function createSmtpClient(smtp: SmtpOptions, ca: readonly string[] | undefined): SmtpClient {
  if (!address.test(smtp.from)) throw new Error('smtp.from is no address');
  const domain = smtp.from.slice(smtp.from.lastIndexOf('@') + 1);
  const pool = createTransport({
    pool: true,
    host: smtp.host,
    port: smtp.port,
    secure: smtp.tls === 'tls',
    requireTLS: smtp.tls === 'starttls',
    ignoreTLS: smtp.tls === 'none',
    ...(smtp.user !== undefined && { auth: { user: smtp.user, pass: smtp.password ?? '' } }),
    ...(ca && { tls: { ca: [...ca] } }),
    maxConnections: connections,
    maxMessages: mailsAConnection,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    dnsTimeout: 10_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // Errors of idle connections: the mail that comes next tells of its own.
  pool.on('error', () => undefined);

  return {
    url: `smtp${smtp.tls === 'tls' ? 's' : ''}://${smtp.host}:${smtp.port}`,
    async send(mail, timeoutMs) {
      if (mail.to.length === 0 || !mail.to.every((to) => address.test(to)))
        throw new TransportError('refused', 'an address is none');
      if (!idPart.test(mail.messageId) || (mail.inReplyTo !== null && !idPart.test(mail.inReplyTo)))
        throw new TransportError('refused', 'a message id is none');
      const parent = mail.inReplyTo === null ? undefined : `<${mail.inReplyTo}@${domain}>`;
      const message = {
        from: { name: 'Linewatch', address: smtp.from },
        to: mail.to.map((to) => ({ name: '', address: to })),
        envelope: { from: smtp.from, to: [...mail.to] },
        subject: cut(cleanLine(mail.subject), 250),
        text: mail.text,
        html: mail.html,
        messageId: `<${mail.messageId}@${domain}>`,
        ...(parent !== undefined && { inReplyTo: parent, references: parent }),
        headers: {
          // RFC 3834: no absence note answers this.
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
        },
      };
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new TransportError('unknown', 'mail server: no answer in time')), timeoutMs);
      });
      const headers = {
        to: mail.to.join(', '),
        subject: message.subject,
        'message-id': message.messageId,
        ...(parent !== undefined && { 'in-reply-to': parent }),
      };
      try {
        const sent = pool.sendMail(message);
        sent.catch(() => undefined);
        const info = await Promise.race([sent, late]);
        const refusals = (info.rejectedErrors ?? []) as readonly Refusal[];
        return { ...answerOf(info.accepted.map(String), refusals), said: info.response, headers };
      } catch (error) {
        if (error instanceof TransportError) throw error;
        const refusal = error as Refusal;
        if ((refusal.rejectedErrors ?? []).length > 0)
          return { ...answerOf([], refusal.rejectedErrors!), said: said(refusal), headers };
        throw transportError(refusal);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => pool.close(),
  };
}

const answerOf = (accepted: readonly string[], refusals: readonly Refusal[]): Omit<MailAnswer, 'said'> => ({
  accepted,
  deferred: refusals.filter((refusal) => !isPermanent(refusal)).map(({ recipient }) => recipient ?? ''),
  refused: refusals.filter(isPermanent).map(({ recipient }) => recipient ?? ''),
});

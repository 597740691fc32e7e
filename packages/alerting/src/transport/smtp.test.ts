import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { Mail } from '../formats/format.ts';
import { certificateOf } from './certificate.suite.ts';
import { createTransport } from './create.ts';
import type { SmtpOptions } from './transport.ts';

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});
const certificate = certificateOf(['localhost']);

async function mailServer(options: SMTPServerOptions = {}) {
  const mails: { to: string[]; source: string; secure: boolean }[] = [];
  const server = new SMTPServer({
    ...certificate,
    authMethods: ['PLAIN'],
    onAuth: ({ username, password }, _session, done) =>
      username === 'alerts' && password === 'mail-password'
        ? done(null, { user: username })
        : done(Object.assign(new Error('bad sign-in'), { responseCode: 535 })),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, source: Buffer.concat(chunks).toString(), secure: session.secure });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const inner = server.listen(0, '127.0.0.1');
  await once(inner, 'listening');
  open.push({ close: () => server.close() });
  return { mails, port: (inner.address() as AddressInfo).port };
}

function wireOf(
  port: number,
  smtp: Partial<SmtpOptions> = {},
  timeoutMs = 5000,
  ca: string | undefined = certificate.cert,
) {
  const transport = createTransport({
    allowNetworks: [],
    allowHttp: false,
    ...(ca !== '' && { ca }),
    smtp: {
      host: 'localhost',
      port,
      tls: 'starttls',
      user: 'alerts',
      password: 'mail-password',
      from: 'linewatch@trust.example.org',
      ...smtp,
    },
  });
  open.push(transport);
  return transport.open({
    timeoutMs,
    secrets: [],
    recipients: ['desk@example.org', 'late@example.org', 'never@example.org'],
  });
}

const mail = (more: Partial<Mail> = {}): Mail => ({
  to: ['desk@example.org'],
  subject: 'New: Ysgol Tŷ Gwyn is down',
  text: 'The line is down.\n.\nStill.',
  html: '<p>The line is down.</p>',
  messageId: 'message.1',
  inReplyTo: 'group.1',
  ...more,
});
const refusedBy = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode });

describe('a mail', () => {
  it('goes by TLS, as text and HTML, in its thread, marked as no person’s', async () => {
    const { mails, port } = await mailServer();
    const wire = wireOf(port);
    expect(await wire.mail(mail())).toMatchObject({ accepted: ['desk@example.org'], deferred: [], refused: [] });
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({ to: ['desk@example.org'], secure: true });
    const { source } = mails[0]!;
    expect(source).toMatch(/^From: Linewatch <linewatch@trust\.example\.org>\r$/m);
    expect(source).toMatch(/^Message-ID: <message\.1@trust\.example\.org>\r$/m);
    expect(source).toMatch(/^In-Reply-To: <group\.1@trust\.example\.org>\r$/m);
    expect(source).toMatch(/^References: <group\.1@trust\.example\.org>\r$/m);
    expect(source).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(source).toMatch(/^Content-Type: text\/plain; charset=utf-8\r$/m);
    expect(source).toMatch(/^Content-Type: text\/html; charset=utf-8\r$/m);
    expect(wire.exchanges()).toMatchObject([
      {
        request: { method: 'SMTP', url: `smtp://localhost:${port}`, headers: { to: 'desk@example.org' } },
        answer: { status: 250 },
        error: null,
      },
    ]);
    expect(JSON.stringify(wire.exchanges())).not.toContain('mail-password');
  });

  it('cannot bring headers of its own', async () => {
    const { mails, port } = await mailServer();
    await wireOf(port).mail(mail({ subject: 'One\r\nBcc: other@example.org\r\n\r\nbody' }));
    const head = mails[0]!.source.split('\r\n\r\n')[0]!;
    expect(head).not.toMatch(/^Bcc/m);
    expect(head).toMatch(/^Subject: One Bcc: other@example\.org body\r$/m);
    for (const bad of [
      { to: ['desk@example.org\r\nBcc: other@example.org'] },
      { messageId: 'a>\r\nBcc: b' },
      { inReplyTo: 'a b' },
    ])
      await expect(wireOf(port).mail(mail(bad))).rejects.toMatchObject({ code: 'refused' });
  });

  it('goes to nobody but recipients of the subscription', async () => {
    const { mails, port } = await mailServer();
    await expect(wireOf(port).mail(mail({ to: ['desk@example.org', 'other@example.org'] }))).rejects.toMatchObject({
      code: 'refused',
      message: 'a recipient is none of the subscription’s',
    });
    expect(mails).toHaveLength(0);
  });

  it('is not sent without TLS, nor to a server that is not who it says', async () => {
    const plain = await mailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    await expect(wireOf(plain.port).mail(mail())).rejects.toMatchObject({ code: 'unsent' });
    const other = await mailServer();
    await expect(wireOf(other.port, {}, 5000, '').mail(mail())).rejects.toMatchObject({ code: 'unsent' });
    expect([...plain.mails, ...other.mails]).toEqual([]);
  });

  it('waits while we cannot sign in, or the server is away', async () => {
    const { port } = await mailServer();
    await expect(wireOf(port, { password: 'wrong' }).mail(mail())).rejects.toMatchObject({ code: 'unsent' });
    await expect(wireOf(1).mail(mail())).rejects.toMatchObject({ code: 'unsent' });
  });

  it('tells who took it, who may later, and who never will', async () => {
    const { mails, port } = await mailServer({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('late')
          ? done(refusedBy(451, 'greylisted'))
          : address.startsWith('never')
            ? done(refusedBy(550, 'no such user'))
            : done(),
    });
    const to = ['desk@example.org', 'late@example.org', 'never@example.org'];
    const all = { accepted: [to[0]], deferred: [to[1]], refused: [to[2]] };
    expect(await wireOf(port).mail(mail({ to }))).toMatchObject(all);
    expect(await wireOf(port).mail(mail({ to: to.slice(1) }))).toMatchObject({ ...all, accepted: [] });
    expect(mails).toHaveLength(1);
  });

  it('is refused for good, or not known of, by what the server says to its content', async () => {
    const content = async (onData: NonNullable<SMTPServerOptions['onData']>, timeoutMs?: number) => {
      const { port } = await mailServer({ onData });
      return wireOf(port, {}, timeoutMs)
        .mail(mail())
        .catch((error: unknown) => error);
    };
    expect(
      await content((stream, _session, done) => stream.resume().on('end', () => done(refusedBy(554, 'looks bad')))),
    ).toMatchObject({ code: 'refused' });
    expect(
      await content((stream, _session, done) => stream.resume().on('end', () => done(refusedBy(452, 'full')))),
    ).toMatchObject({ code: 'unsent' });
    expect(await content((stream) => stream.resume(), 300)).toMatchObject({ code: 'unknown' });
  });
});

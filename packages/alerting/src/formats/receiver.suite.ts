/** A receiver on loopback that checks what it is sent, and what a format makes of its answers, by the real transport. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange } from '@linewatch/contract';
import { createTransport } from '../transport/create.ts';
import { exampleMs, notificationOf } from '../notification.suite.ts';
import type { Format, Sending, Sent } from './format.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
export interface Told {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  send(format: Format, of: Partial<Sending>): Promise<{ readonly sent: Sent; readonly exchanges: readonly Exchange[] }>;
  close(): void;
}

/** `answer`: what it thinks of a request. What it throws is a 400 with the reason, as a strict server would say. */
export async function startReceiver(answer: (request: Received) => Told = () => ({ status: 200 })): Promise<Receiver> {
  const received: Received[] = [];
  const server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers as Record<string, string>,
        // Fatal: what is no UTF-8 is refused.
        body: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)),
      };
      received.push(request);
      let told: Told;
      try {
        told = answer(request);
      } catch (error) {
        told = { status: 400, body: String(error) };
      }
      outgoing.writeHead(told.status, told.headers).end(told.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const transport = createTransport({ allowNetworks: ['127.0.0.1'], allowHttp: false });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async send(format, of) {
      const secrets = of.secrets ?? {};
      const wire = transport.open({ timeoutMs: 5000, secrets: Object.values(secrets).flat(), recipients: [] });
      const sent = await format.send({
        settings: {},
        secrets,
        notification: notificationOf(),
        ticket: null,
        unknown: false,
        nowMs: exampleMs,
        exchange: (request) => wire.exchange(request),
        mail: (mail) => wire.mail(mail),
        memory: new Map(),
        ...of,
      });
      return { sent, exchanges: wire.exchanges() };
    },
    close() {
      transport.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

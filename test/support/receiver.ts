/** A receiver of Standard Webhooks of one's own, on loopback: checks every signature with the package, and keeps what came. */
import { once } from 'node:events';
import http from 'node:http';
import { randomBytes } from 'node:crypto';
import type { Notification, SubscriptionBody } from '@linewatch/contract';
import { Webhook } from 'standardwebhooks';

export interface Message {
  readonly id: string;
  readonly type: string;
  readonly data: Notification;
  readonly atMs: number;
}

/** What a request gets instead of an answer; `effect`: it is taken all the same. */
export type Misbehaviour =
  | { readonly kind: 'hang' | 'cut' | 'garbage'; readonly effect: boolean }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly effect: boolean;
    };

export class Receiver {
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;
  /** Each id once, in the order in which they came. */
  readonly messages: Message[] = [];
  /** Requests, those that were not taken too. */
  requests = 0;
  /** What came again after it had been taken. */
  repeats = 0;
  readonly problems: string[] = [];
  misbehave: (() => Misbehaviour | undefined) | undefined;
  readonly #seen = new Map<string, string>();
  readonly #webhook = new Webhook(this.secret);
  readonly #server = http.createServer((request, response) => {
    this.#take(request, response).catch((error: unknown) => {
      this.problems.push(String(error));
      response.destroy();
    });
  });
  #url = '';

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#url = `http://127.0.0.1:${(this.#server.address() as { port: number }).port}/in`;
  }

  get url(): string {
    return this.#url;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** By incident, in the order of arrival. */
  of(incident: number): Message[] {
    return this.messages.filter(({ data }) => data.alerts.some((alert) => alert.incident === incident));
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    this.requests++;
    const wrong = this.misbehave?.();
    if (wrong && !wrong.effect) {
      answerBadly(response, wrong);
      return;
    }
    const headers = Object.fromEntries(
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(request.headers[name])]),
    );
    let body: { readonly type: string; readonly data: Notification };
    try {
      body = this.#webhook.verify(text, headers) as typeof body;
    } catch (error) {
      this.problems.push(`${String(error)}: ${text.slice(0, 100)}`);
      response.writeHead(401).end();
      return;
    }
    const id = headers['webhook-id']!;
    const before = this.#seen.get(id);
    if (before !== undefined) {
      this.repeats++;
      if (before !== text) this.problems.push(`${id} came again and said something else`);
    } else {
      this.#seen.set(id, text);
      this.messages.push({ id, type: body.type, data: body.data, atMs: Date.now() });
    }
    if (wrong) answerBadly(response, wrong);
    else response.writeHead(204).end();
  }
}

function answerBadly(response: http.ServerResponse, wrong: Misbehaviour): void {
  if (wrong.kind === 'status') response.writeHead(wrong.status, wrong.headers).end('no');
  else if (wrong.kind === 'garbage') response.socket?.end('\u0000\u0001 this is no HTTP\r\n\r\n');
  else if (wrong.kind === 'cut') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half', () => response.socket?.destroy());
  }
  // One that hangs is never answered.
}

/** A subscription to it: every change is told at once. */
export const subscriptionTo = (
  name: string,
  of: Pick<SubscriptionBody, 'format' | 'settings'> & { readonly secrets?: Record<string, string> },
  more: Partial<SubscriptionBody> = {},
): SubscriptionBody => ({
  ...{ name, enabled: true, format: of.format, settings: of.settings },
  match: { atLeast: 'info', rules: [], matchers: [] },
  group: { by: ['problem'], waitSeconds: 0, intervalSeconds: 0, repeatHours: 0 },
  ...{ sendResolved: true, reopenMinutes: 30, escalateMinutes: 0, hours: null, perMinute: 6000, timeoutSeconds: 2 },
  ...(of.secrets && { secrets: of.secrets }),
  ...more,
});

export const webhookTo = (receiver: Receiver, name: string, more: Partial<SubscriptionBody> = {}): SubscriptionBody =>
  subscriptionTo(
    name,
    { format: 'webhook', settings: { url: receiver.url }, secrets: { signing: receiver.secret } },
    more,
  );

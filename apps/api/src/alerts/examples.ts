/** An example sent to a subscription, or only shown as it would be sent. */
import { randomBytes } from 'node:crypto';
import {
  type KnownTicket,
  type Sent,
  type Transport,
  type Wire,
  exampleNotification,
  formatsByName,
  previewOf,
} from '@linewatch/alerting';
import {
  type Notification,
  type NotificationEvent,
  type TestBody,
  type TestResult,
  formats,
} from '@linewatch/contract';
import type { Alerting, StoredSubscription } from '@linewatch/estate';
import type { Principal } from '../access/principal.ts';
import { Turnstile } from '../cache.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { needWholeTrust } from './asked.ts';
import { secretsOf, strayed } from './kept-secrets.ts';
import { madeUpAnswer, someTicket } from './made-up-answer.ts';
import { subscriptionProblems } from './subscription-check.ts';
import { refuseStrayed } from './subscriptions.ts';

/** Tests that run at once; none waits. */
const maxTests = 4;
const idCharacters = 26;

export interface ExamplesOptions {
  readonly alerting: Pick<Alerting, 'stored'>;
  readonly transport: Pick<Transport, 'open'>;
  /** Label of the trust that is shown, and its name. */
  readonly trust: () => Promise<{ readonly label: string; readonly name: string }>;
  /** Where people reach the dashboard. */
  readonly url: string | undefined;
  readonly clock: () => number;
}

/** Numbers and small letters, as of other messages. */
const newId = (): string => [...randomBytes(idCharacters)].map((each) => (each % 32).toString(32)).join('');

export class Examples {
  readonly #options: ExamplesOptions;
  readonly #turns = new Turnstile(maxTests, 0);

  constructor(options: ExamplesOptions) {
    this.#options = options;
  }

  /** @throws ApiError `request_invalid`, `forbidden`, `subscription_unknown`, `change_refused`, `busy` */
  async test(principal: Principal, body: TestBody): Promise<TestResult> {
    const kept = await this.#checked(principal, body);
    const { transport, clock } = this.#options;
    const secrets = secretsOf(kept, body.subscription, clock());
    const { to = [] } = body.subscription.settings as { readonly to?: readonly string[] };
    const wire = transport.open({
      timeoutMs: body.subscription.timeoutSeconds * 1000,
      secrets: Object.values(secrets).flat(),
      recipients: body.subscription.format === 'email' ? to : [],
    });
    const sending = this.#turns.run(() => this.#send(body, secrets, wire));
    if (!sending)
      throw new ApiError('busy', 'Other tests are running. Try again when they are done.', { retryAfterS: 5 });
    const sent = await sending;
    return { ok: sent.is === 'delivered', words: wordsOf(sent), exchanges: [...wire.exchanges()] };
  }

  /** @throws ApiError `request_invalid`, `forbidden` */
  async preview(principal: Principal, body: TestBody): Promise<TestResult> {
    needWholeTrust(principal, 'alerts.write');
    const { subscription, event } = body;
    const { secrets } = formats[subscription.format] as { readonly secrets: Readonly<Record<string, unknown>> };
    // No secret is needed to see what would be sent, so none is used.
    const names = Object.keys(secrets);
    refuseInvalid(subscriptionProblems(subscription, names));
    const { exchanges, problem } = await previewOf(
      formatsByName[subscription.format],
      {
        settings: subscription.settings,
        secrets: Object.fromEntries(names.map((name) => [name, [standIn(name)]])),
        notification: await this.#example(body, event ?? 'test', 1),
        nowMs: this.#options.clock(),
        ticket: event === 'resolved' && formats[subscription.format].ticket ? someTicket : null,
      },
      madeUpAnswer,
    );
    return { ok: problem === null, words: problem ?? 'This would be sent.', exchanges: [...exchanges] };
  }

  /** What is kept of it. */
  async #checked(principal: Principal, { id, subscription }: TestBody): Promise<StoredSubscription | undefined> {
    needWholeTrust(principal, 'alerts.write');
    const { alerting, trust, clock } = this.#options;
    const kept = id === undefined ? undefined : await asked(alerting.stored((await trust()).label, id));
    if (id !== undefined && !kept) throw new ApiError('subscription_unknown', `There is no subscription "${id}".`);
    if (kept) refuseStrayed(strayed(kept, subscription));
    refuseInvalid(subscriptionProblems(subscription, Object.keys(secretsOf(kept, subscription, clock()))));
    return kept;
  }

  async #send(body: TestBody, secrets: Readonly<Record<string, readonly string[]>>, wire: Wire): Promise<Sent> {
    const { subscription, event } = body;
    // Whoever keeps tickets has to have one before it can be closed.
    const events = event === 'resolved' && formats[subscription.format].ticket ? (['opened', event] as const) : [event];
    const memory = new Map<string, { readonly value: string; readonly untilMs: number }>();
    let ticket: KnownTicket | null = null;
    let sent: Sent = { is: 'later', why: 'Nothing was sent.' };
    for (const [i, each] of events.entries()) {
      sent = await formatsByName[subscription.format].send({
        ...{ settings: subscription.settings, secrets, ticket, unknown: false, memory },
        notification: await this.#example(body, each ?? 'test', i + 1),
        nowMs: this.#options.clock(),
        exchange: (request) => wire.exchange(request),
        mail: (mail) => wire.mail(mail),
      });
      if (sent.is !== 'delivered') break;
      ticket = sent.ticket ?? ticket;
    }
    return sent;
  }

  async #example({ id = 'unsaved' }: TestBody, event: NotificationEvent, sequence: number): Promise<Notification> {
    const { trust, url, clock } = this.#options;
    const { label, name } = await asked(trust());
    const page = url === undefined ? null : new URL('alerts', url.replace(/\/*$/, '/')).href;
    const of = { id: `msg_${newId()}`, trust: { id: label, name }, subscription: id, url: page };
    return { ...exampleNotification(event, clock(), of), sequence };
  }
}

/** In the place of a secret; of the form that it has to have. */
const standIn = (name: string): string =>
  name === 'signing'
    ? `whsec_${Buffer.alloc(24).toString('base64')}`
    : name === 'url'
      ? 'https://hidden.example/address'
      : 'hidden';

/** @throws ApiError `request_invalid` */
function refuseInvalid(problems: readonly string[]): void {
  const at = problems.map((each) => each.replace(/^body\./, 'body.subscription.'));
  if (at.length > 0) throw new ApiError('request_invalid', at.join('; '));
}

function wordsOf(sent: Sent): string {
  if (sent.is !== 'delivered') return sent.why;
  return sent.ticket ? `The receiver took it as ${sent.ticket.reference}.` : 'The receiver took it.';
}

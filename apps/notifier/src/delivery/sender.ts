/** One attempt: a delivery, by its format, over the wire. It never rejects. */
import {
  type Format,
  type HttpAnswer,
  type HttpRequest,
  type Mail,
  type MailAnswer,
  type Sending,
  type Sent,
  type Transport,
  TransportError,
  type Wire,
} from '@linewatch/alerting';
import { type FormatName, formats as formatInfo } from '@linewatch/contract';
import type { DueDelivery, StoredSubscription } from '@linewatch/estate';
import type { Exchange } from '@linewatch/contract';
import { describe, sleep } from '@linewatch/service';

export interface Outcome {
  readonly sent: Sent;
  readonly exchanges: readonly Exchange[];
}

export interface SendOptions {
  readonly subscription: StoredSubscription;
  readonly delivery: DueDelivery;
  /** Tokens of OAuth and the like, between sendings to the same subscription. */
  readonly memory: Sending['memory'];
  /** After how many ms the next request may go. */
  readonly take: () => number;
  readonly signal: AbortSignal;
}

export interface Sender {
  send(options: SendOptions): Promise<Outcome>;
}

/** A mail that is not of a format: safeguarding's. */
type MailFor = (delivery: DueDelivery, subscription: StoredSubscription) => Mail;

export interface SenderOptions {
  readonly transport: Pick<Transport, 'open'>;
  readonly formats: Readonly<Partial<Record<FormatName, Format>>>;
  readonly safeguarding: MailFor;
  readonly now: () => number;
}

/** Requests of one attempt: one a number of an SMS, a sign-in, a search, with room. */
const mostRequests = 60;

/** Secrets that are live, latest first. */
export function liveSecrets(subscription: StoredSubscription, nowMs: number): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(subscription.secrets).map(([name, all]) => [
      name,
      all.filter(({ untilMs }) => untilMs === null || untilMs > nowMs).map(({ value }) => value),
    ]),
  );
}

/** What its receiver said itself is not said back to it: it might answer, and so on for ever. */
const isOwnNote = ({ notification: { event, note } }: DueDelivery, { slug }: StoredSubscription): boolean =>
  event === 'note' && note?.by === `hook:${slug}`;

/** Why nothing can be sent to it; undefined: it can. */
export function unfit(subscription: StoredSubscription, nowMs: number): string | undefined {
  const live = liveSecrets(subscription, nowMs);
  const { title, secrets } = formatInfo[subscription.format] as {
    readonly title: string;
    readonly secrets: Readonly<Record<string, { readonly title: string; readonly needed: boolean }>>;
  };
  const missing = Object.entries(secrets).find(([name, { needed }]) => needed && (live[name]?.length ?? 0) === 0);
  return (
    missing && `${title}: the secret "${missing[1].title}" is not there, or was kept with another key. Enter it again.`
  );
}

const mailOf = (settings: Readonly<Record<string, unknown>>): readonly string[] => {
  const { to } = settings;
  return Array.isArray(to) ? to.filter((each): each is string => typeof each === 'string') : [];
};

export function createSender({ transport, formats, safeguarding, now }: SenderOptions): Sender {
  return {
    send: async ({ subscription, delivery, memory, take, signal }) => {
      if (delivery.safeguarding) return sendMail(safeguarding(delivery, subscription), subscription, { transport });
      if (isOwnNote(delivery, subscription)) return { sent: { is: 'delivered' }, exchanges: [] };
      const format = formats[subscription.format];
      if (!format) return { sent: { is: 'refused', why: `nothing is sent as ${subscription.format}` }, exchanges: [] };
      const secrets = liveSecrets(subscription, now());
      const timeoutMs = subscription.timeoutSeconds * 1000;
      const wire = transport.open({
        timeoutMs,
        secrets: Object.values(secrets).flat(),
        recipients: subscription.format === 'email' ? mailOf(subscription.settings) : [],
      });
      const limited = limit(wire, take, signal);
      try {
        const sending: Sending = {
          settings: subscription.settings,
          secrets,
          notification: delivery.notification,
          ticket: delivery.ticket,
          unknown: delivery.unknown,
          nowMs: now(),
          ...limited,
          memory,
        };
        return { sent: await format.send(sending), exchanges: wire.exchanges() };
      } catch (error) {
        // A format does not throw: what is wrong with it must not hold up what else is to be sent.
        return {
          sent: {
            is: 'later',
            why: `it could not be put into the form of its receiver: ${describe(error)}`,
            unknown: true,
          },
          exchanges: wire.exchanges(),
        };
      }
    },
  };
}

/** What went over the wire is not kept. */
async function sendMail(
  { to, ...mail }: Mail,
  { timeoutSeconds }: StoredSubscription,
  { transport }: Pick<SenderOptions, 'transport'>,
): Promise<Outcome> {
  if (to.length === 0)
    return { sent: { is: 'refused', why: 'no safeguarding lead has an e-mail address' }, exchanges: [] };
  const wire = transport.open({ timeoutMs: timeoutSeconds * 1000, secrets: [], recipients: to });
  try {
    const { accepted, deferred } = await wire.mail({ ...mail, to });
    if (accepted.length > 0) return { sent: { is: 'delivered' }, exchanges: [] };
    const why = 'the mail server took it for none of its recipients';
    return { sent: deferred.length > 0 ? { is: 'later', why } : { is: 'refused', why }, exchanges: [] };
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    const why = describe(error);
    return {
      sent: code === 'refused' ? { is: 'refused', why } : { is: 'later', why, unknown: code === 'unknown' },
      exchanges: [],
    };
  }
}

/** Requests go by the receiver's rate; none goes once the signal has aborted. */
function limit(
  wire: Wire,
  take: () => number,
  signal: AbortSignal,
): { exchange(request: HttpRequest): Promise<HttpAnswer>; mail(mail: Mail): Promise<MailAnswer> } {
  let requests = 0;
  const turn = async (): Promise<void> => {
    if (++requests > mostRequests)
      throw new TransportError('unsent', `more than ${mostRequests} requests for one delivery`);
    const waitMs = take();
    if (waitMs > 0) await sleep(waitMs, signal);
    if (signal.aborted) throw new TransportError('unsent', 'this process stops sending');
  };
  return {
    exchange: async (request) => {
      await turn();
      return wire.exchange(request);
    },
    mail: async (mail) => {
      await turn();
      return wire.mail(mail);
    },
  };
}

/** The port of a format: how one notification is told to one kind of receiver. Formats do no I/O of their own. */
import type { FormatName, Notification } from '@linewatch/contract';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null: none. */
  readonly body: string | null;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 64 KiB of it. */
  readonly body: string;
  /** The body as people may see it: without the secrets that were sent, which receivers like to repeat. */
  readonly shown?: string;
  /** The body ended early: too long, too slow, or the connection was cut. The status holds all the same. */
  readonly cut?: true;
}

export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** RFC 5322 `Message-ID`, `In-Reply-To` and `References`, without angle brackets' owner: the local part; the sender adds its domain. */
  readonly messageId: string;
  /** Of the first mail of the same group: replies are threaded under it. */
  readonly inReplyTo: string | null;
}

/** What became of the recipients: `deferred` ones (4xx) may be tried again, `refused` ones (5xx) never take it. */
export interface MailAnswer {
  readonly accepted: readonly string[];
  readonly deferred: readonly string[];
  readonly refused: readonly string[];
  /** The server's last words. */
  readonly said: string;
}

/**
 * What became of a request that got no answer. `unsent`: it was never sent. `unknown`: it may have had its effect.
 * `refused`: it must not be sent (an address that is not allowed).
 */
export type TransportCode = 'unsent' | 'unknown' | 'refused';

export class TransportError extends Error {
  readonly code: TransportCode;

  constructor(code: TransportCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransportError';
    this.code = code;
  }
}

/** What the receiver knows it by, once it is known. */
export interface KnownTicket {
  readonly id: string;
  readonly reference: string;
  readonly url: string | null;
}

export interface Sending {
  /** Of the format's schema: it was checked when it was kept. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** By name; of `signing`, all that are live, latest first. */
  readonly secrets: Readonly<Record<string, readonly string[]>>;
  readonly notification: Notification;
  /** Of an earlier notification of the same group. */
  readonly ticket: KnownTicket | null;
  /** An earlier attempt of this one ended without an answer: its effect is looked for before it is made again. */
  readonly unknown: boolean;
  readonly nowMs: number;
  /** Sends, and keeps what went over the wire. @throws TransportError */
  exchange(request: HttpRequest): Promise<HttpAnswer>;
  /** By the SMTP server of the configuration. @throws TransportError */
  mail(mail: Mail): Promise<MailAnswer>;
  /** Something short-lived between sendings to the same subscription: an OAuth token. */
  readonly memory: Map<string, { readonly value: string; readonly untilMs: number }>;
}

/**
 * - `delivered`: the receiver took it. `ticket`: what it is known by from now on.
 * - `later`: to be tried again; `afterMs`: the receiver said when (Retry-After). `unknown`: it may have had its effect.
 * - `refused`: the receiver will never take it as it is (a 4xx that is none of 408, 425, 429).
 * - `gone`: 410; the subscription is to be switched off.
 */
export type Sent =
  | { readonly is: 'delivered'; readonly ticket?: KnownTicket }
  | { readonly is: 'later'; readonly why: string; readonly afterMs?: number; readonly unknown?: boolean }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'gone'; readonly why: string };

export interface Format {
  readonly name: FormatName;
  /** Never throws what an exchange threw: a TransportError becomes `later` (or `refused`). */
  send(sending: Sending): Promise<Sent>;
}

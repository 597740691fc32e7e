/** How requests and mails leave this machine. Built once; each sending opens a wire of its own, which keeps what went over it. */
import type { Exchange } from '@linewatch/contract';
import type { HttpAnswer, HttpRequest, Mail, MailAnswer } from '../formats/format.ts';

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: 'starttls' | 'tls' | 'none';
  readonly user?: string;
  readonly password?: string;
  readonly from: string;
}

export interface Resolved {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface TransportOptions {
  /** CIDR; others that are not public are never asked. */
  readonly allowNetworks: readonly string[];
  /** Whether others may be asked without TLS. */
  readonly allowHttp: boolean;
  readonly smtp?: SmtpOptions;
  /** Names to addresses; the system's without it. */
  readonly resolve?: (host: string) => Promise<readonly Resolved[]>;
  /** Certificates (PEM) that are trusted besides those that Node knows. */
  readonly ca?: string;
}

export interface WireOptions {
  /** Of each exchange, from the first look-up to the last octet of the answer. */
  readonly timeoutMs: number;
  /** Values that are hidden wherever they stand. */
  readonly secrets: readonly string[];
  /** Addresses that mail may go to: those of the subscription. */
  readonly recipients: readonly string[];
}

export interface Wire {
  /** @throws TransportError */
  exchange(request: HttpRequest): Promise<HttpAnswer>;
  /** @throws TransportError */
  mail(mail: Mail): Promise<MailAnswer>;
  /** What went over it so far, secrets hidden. */
  exchanges(): readonly Exchange[];
}

export interface Transport {
  open(options: WireOptions): Wire;
  /** Ends what is under way. */
  close(): void;
}

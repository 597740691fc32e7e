/** Questions to one device, by net-snmp: each ends with an answer or a PollError, within a time. */
import snmp from 'net-snmp';
import type { SnmpCredential } from '@linewatch/record';
import { LinewatchError, describe } from '@linewatch/service';
import type { Endpoint } from './endpoint.ts';

/** Why a device was not read. */
export type PollFailure = 'timeout' | 'authentication' | 'refused' | 'malformed' | 'unreachable';

export class PollError extends LinewatchError<PollFailure> {}

/** `value` is undefined where there is none: end of the view, no such object. */
export interface Variable {
  readonly oid: string;
  readonly value: unknown;
}

export interface SnmpSession {
  get(oids: readonly string[]): Promise<Variable[]>;
  /** For each OID, what follows it: at most `repetitions`, and fewer when the answer had no room. */
  getBulk(oids: readonly string[], repetitions: number): Promise<Variable[][]>;
  close(): void;
}

export interface SessionOptions {
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly port: number;
  readonly credential: SnmpCredential;
  readonly extension?: KeyExtension | undefined;
  readonly timeoutMs: number;
  readonly retries: number;
}

const authProtocols: Readonly<Record<string, snmp.AuthProtocols>> = {
  md5: snmp.AuthProtocols.md5,
  sha1: snmp.AuthProtocols.sha,
  sha224: snmp.AuthProtocols.sha224,
  sha256: snmp.AuthProtocols.sha256,
  sha384: snmp.AuthProtocols.sha384,
  sha512: snmp.AuthProtocols.sha512,
};
/** How an AES-256 key is made longer than a short digest: see `extensionsOf`. */
export type KeyExtension = 'blumenthal' | 'reeder';
const privProtocols: Readonly<Record<string, snmp.PrivProtocols>> = {
  des: snmp.PrivProtocols.des,
  aes128: snmp.PrivProtocols.aes,
  aes256: snmp.PrivProtocols.aes256b,
};

/**
 * Where a digest is shorter than an AES-256 key, net-snmp's agents and others make the key longer as
 * draft-blumenthal-aes-usm-04 section 3.1.2.1 has it, and Cisco's as draft-reeder-snmpv3-usm-3desede-00 section 2.1:
 * nothing but an attempt tells which. Elsewhere there is one way.
 */
export function extensionsOf(credential: SnmpCredential): readonly KeyExtension[] {
  const isShort = 'user' in credential && ['md5', 'sha1', 'sha224'].includes(credential.auth?.protocol ?? '');
  return isShort && credential.priv?.protocol === 'aes256' ? ['blumenthal', 'reeder'] : ['blumenthal'];
}

/** What a device does with a request that it cannot decrypt: it says so, or nothing. */
export const mayBeExtension = (error: unknown): boolean =>
  error instanceof PollError &&
  (error.code === 'timeout' || (error.code === 'authentication' && /decrypt/i.test(error.message)));

function failureOf(error: Error): PollError {
  const { name, message } = error;
  if (name === 'RequestTimedOutError') return new PollError('timeout', 'no answer', { cause: error });
  if (name === 'RequestFailedError') return new PollError('refused', message, { cause: error });
  const code = (error as { code?: unknown }).code;
  const { EAuthFailure, ECouldNotDecrypt, ENotInTimeWindow, ECommunityNoMatch } =
    snmp.ResponseInvalidCode as unknown as Record<string, number>;
  if (name === 'ResponseInvalidError') {
    // net-snmp puts digests and our community into the message: that error is not passed on as a cause either.
    if (message.startsWith('Authentication digest'))
      return new PollError('authentication', 'Wrong Digest in the answer');
    if (code === ECommunityNoMatch) return new PollError('malformed', 'another community in the answer');
    const isAuth = code === EAuthFailure || code === ECouldNotDecrypt || code === ENotInTimeWindow;
    return new PollError(isAuth ? 'authentication' : 'malformed', message, { cause: error });
  }
  // ENETUNREACH and the like are of the system; ERR_OUT_OF_RANGE is what net-snmp stumbled over in an answer.
  const isSystem = typeof code === 'string' && !code.startsWith('ERR_');
  return new PollError(isSystem ? 'unreachable' : 'malformed', describe(error), { cause: error });
}

function create(options: SessionOptions) {
  const { endpoint, address, port, credential, timeoutMs: timeout, retries } = options;
  const { authPriv, authNoPriv, noAuthNoPriv } = snmp.SecurityLevel;
  if ('community' in credential) {
    const dgramModule = endpoint.module(address, port, { version: '2c', flags: 0 });
    const version = snmp.Version2c;
    return snmp.createSession(address, credential.community, { version, port, timeout, retries, dgramModule });
  }
  const { user: name, auth, priv } = credential;
  const level = auth ? (priv ? authPriv : authNoPriv) : noAuthNoPriv;
  const user: snmp.User = { name, level };
  if (auth) Object.assign(user, { authProtocol: authProtocols[auth.protocol], authKey: auth.password });
  if (priv) {
    const isReeder = priv.protocol === 'aes256' && options.extension === 'reeder';
    const privProtocol = isReeder ? snmp.PrivProtocols.aes256r : privProtocols[priv.protocol];
    if (privProtocol === undefined)
      throw new PollError('authentication', `${priv.protocol} is not supported for polls`);
    Object.assign(user, { privProtocol, privKey: priv.password });
  }
  const dgramModule = endpoint.module(address, port, { version: '3', flags: (auth ? 1 : 0) + (priv ? 2 : 0) });
  return snmp.createV3Session(address, user, { port, timeout, retries, dgramModule });
}

const keys = (snmp as unknown as { Authentication: { authToKeyCache: Record<string, Buffer> } }).Authentication;
/** Two or three a device. */
const maxKeys = 65_536;

/** net-snmp keeps every key that it made for an engine for ever, and a device may have another engine at each poll. */
export function boundKeys(limit = maxKeys): void {
  if (Object.keys(keys.authToKeyCache).length > limit) keys.authToKeyCache = {};
}

const isNone = (type: number | undefined): boolean =>
  type === snmp.ObjectType.NoSuchObject ||
  type === snmp.ObjectType.NoSuchInstance ||
  type === snmp.ObjectType.EndOfMibView ||
  type === snmp.ObjectType.Null;
const variable = ({ oid, type, value }: { oid: string; type?: number; value?: unknown }): Variable => ({
  oid,
  value: isNone(type) ? undefined : value,
});

/** @throws PollError when the credential cannot be used. */
export function openSession(options: SessionOptions): SnmpSession {
  const session = create(options);
  session.on('error', () => {
    // An answer that is not SNMP: the question goes on waiting for one that is.
  });
  // Three rounds when an engine must be discovered and its time learnt (RFC 3414 section 4).
  const limitMs = 3 * options.timeoutMs * (options.retries + 1) + 1000;
  const ask = <T>(question: (answer: (error: Error | null, value?: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      // net-snmp forgets a question over whose answer it failed.
      const timer = setTimeout(() => reject(new PollError('malformed', 'no answer that could be read')), limitMs);
      question((error, value) => {
        clearTimeout(timer);
        if (error) reject(failureOf(error));
        else if (value === undefined) reject(new PollError('malformed', 'an answer without a value'));
        else resolve(value);
      });
    });
  return {
    get: async (oids) => {
      const values = await ask<{ oid: string; type?: number; value?: unknown }[]>((answer) =>
        session.get([...oids], answer),
      );
      return values.map(variable);
    },
    getBulk: async (oids, repetitions) => {
      const lists = await ask<{ oid: string; type?: number; value?: unknown }[][]>((answer) =>
        session.getBulk([...oids], 0, repetitions, answer as snmp.GetBulkCallback),
      );
      return lists.map((list) => list.slice(0, repetitions).map(variable));
    },
    close: () => void session.close(),
  };
}

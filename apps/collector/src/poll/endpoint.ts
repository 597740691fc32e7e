/**
 * The UDP sockets that all polls share, one for each IP version. An answer goes to the session whose device it comes
 * from, after a look at it; whatever net-snmp throws over it ends here.
 */
import { type Socket, createSocket } from 'node:dgram';
import { formatAddress, parseAddress } from '@linewatch/record';
import { type Logger, describe } from '@linewatch/service';
import { type Expected, isAcceptable } from './guard.ts';

const receiveBufferBytes = 4 * 1024 * 1024;
/** Answers to one session that are read, until its next request: a request has one, or two when it is repeated. */
const maxAnswers = 32;

export interface EndpointCounts {
  /** Answers of no session, and those that are not what was asked for. */
  strays: number;
  /** Answers over which net-snmp failed. */
  faults: number;
}

type Listener = (datagram: Buffer) => void;
type Sent = (error: Error | null, bytes: number) => void;

/** What net-snmp needs of a socket, for one device. */
class Channel {
  readonly expected: Expected;
  readonly #endpoint: Endpoint;
  readonly #key: string;
  readonly #listeners = { message: [] as Listener[], close: [] as (() => void)[] };
  answers = 0;

  constructor(endpoint: Endpoint, key: string, expected: Expected) {
    this.#endpoint = endpoint;
    this.#key = key;
    this.expected = expected;
  }

  on(event: string, listener: (...values: never[]) => void): this {
    if (event === 'message') this.#listeners.message.push(listener as Listener);
    else if (event === 'close') this.#listeners.close.push(listener);
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  send(bytes: Buffer, offset: number, length: number, port: number, address: string, sent: Sent): void {
    this.answers = 0;
    this.#endpoint.send(bytes.subarray(offset, offset + length), port, address, sent);
  }

  hear(datagram: Buffer): void {
    for (const listener of this.#listeners.message) listener(datagram);
  }

  close(): void {
    this.#endpoint.release(this.#key, this);
    for (const listener of this.#listeners.close.splice(0)) listener();
  }
}

/** As `dgramModule` of a net-snmp session. */
export interface ChannelModule {
  createSocket(): Channel;
}

export class Endpoint {
  readonly counts: EndpointCounts = { strays: 0, faults: 0 };
  readonly #logger: Logger;
  readonly #channels = new Map<string, Channel>();
  readonly #sockets = new Map<4 | 6, Socket>();
  #closed = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** One session at a time for an address and port: a later one takes the earlier one's answers. */
  module(address: string, port: number, expected: Expected): ChannelModule {
    const key = `${formatAddress(parseAddress(address))} ${port}`;
    return {
      createSocket: () => {
        const channel = new Channel(this, key, expected);
        this.#channels.set(key, channel);
        return channel;
      },
    };
  }

  release(key: string, channel: Channel): void {
    if (this.#channels.get(key) === channel) this.#channels.delete(key);
  }

  send(bytes: Buffer, port: number, address: string, sent: Sent): void {
    if (this.#closed) throw new Error('polling has ended');
    const text = formatAddress(parseAddress(address));
    const zone = address.indexOf('%');
    this.#socket(text.includes(':') ? 6 : 4).send(bytes, port, zone < 0 ? text : text + address.slice(zone), sent);
  }

  #socket(version: 4 | 6): Socket {
    const open = this.#sockets.get(version);
    if (open) return open;
    const type = version === 4 ? 'udp4' : 'udp6';
    const socket = createSocket({ type, ipv6Only: version === 6, recvBufferSize: receiveBufferBytes });
    socket.on('message', (datagram, { address, port }) => this.#hear(datagram, address, port));
    // The next request opens another one.
    socket.on('error', (error) => {
      this.#logger.warn({ type, reason: describe(error) }, 'socket for polls failed');
      this.#drop(version, socket);
    });
    this.#sockets.set(version, socket);
    return socket;
  }

  #drop(version: 4 | 6, socket: Socket): void {
    if (this.#sockets.get(version) === socket) this.#sockets.delete(version);
    try {
      socket.close();
    } catch {
      // It is closed already.
    }
  }

  #hear(datagram: Buffer, address: string, port: number): void {
    const channel = this.#channels.get(`${formatAddress(parseAddress(address))} ${port}`);
    if (!channel || ++channel.answers > maxAnswers || !isAcceptable(datagram, channel.expected)) {
      this.counts.strays++;
      return;
    }
    try {
      channel.hear(datagram);
    } catch (error) {
      this.counts.faults++;
      if (this.counts.faults === 1) this.#logger.warn({ address, reason: describe(error) }, 'an answer was not read');
    }
  }

  close(): void {
    this.#closed = true;
    for (const channel of [...this.#channels.values()]) channel.close();
    for (const [version, socket] of [...this.#sockets]) this.#drop(version, socket);
  }
}

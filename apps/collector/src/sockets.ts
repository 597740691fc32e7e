/** The UDP sockets. Every one takes any protocol: the decoder tells them apart by their header. */
import { type Socket, createSocket } from 'node:dgram';
import { parseAddress } from '@linewatch/record';
import { LinewatchError, type Logger, describe } from '@linewatch/service';
import type { CollectorConfig } from './config.ts';

export type CollectorErrorCode = 'port_taken' | 'port_refused';
export class CollectorError extends LinewatchError<CollectorErrorCode> {
  /** A port that could not be bound. */
  static ofPort(protocol: string, port: number, taken: boolean, reason: string): CollectorError {
    const what = `UDP port ${port} (${protocol})`;
    return taken
      ? new CollectorError('port_taken', `${what} is taken by another program: set collector.listen.${protocol}`)
      : new CollectorError('port_refused', `${what} cannot be bound: ${reason}`);
  }
}

/** For each protocol that is not turned off, the ports to try in order. */
export function wantedPorts({ listen }: CollectorConfig): { protocol: string; ports: number[] }[] {
  const { netflow, ipfix, sflow, traps, trapsFallback } = listen;
  return [
    { protocol: 'netflow', ports: [netflow] },
    { protocol: 'ipfix', ports: [ipfix] },
    { protocol: 'sflow', ports: [sflow] },
    { protocol: 'traps', ports: traps === 0 ? [] : [traps, trapsFallback] },
  ].map(({ protocol, ports }) => ({ protocol, ports: ports.filter((port) => port !== 0) }));
}

interface Bound {
  readonly protocol: string;
  readonly port: number;
}

export interface Listening extends Bound {
  /** Datagrams read from it. */
  received: number;
  /** As the kernel gave it, octets. */
  readonly bufferBytes: number;
}

/** A socket that the process was given open and bound. */
export interface InheritedSocket extends Bound {
  readonly fd: number;
}

export interface Sockets {
  readonly listening: readonly Listening[];
  close(): Promise<void>;
}

/**
 * Both are valid during the call only; the address is its 16 octets as four words. Returns what is to be sent back to
 * where the datagram came from.
 */
type OnDatagram = (datagram: Uint8Array, address: Uint32Array) => Uint8Array | undefined;

/** Reads many datagrams with one call of the kernel, where the system has such a call. */
export interface DatagramReader {
  /** Most datagrams of one call. */
  readonly most: number;
  /** Reads what waits on a socket, without waiting itself; how many datagrams there were. */
  read(fd: number, each: OnDatagram): number;
}

/** Calls that found nothing are not made again for so many datagrams at most. */
const maxSkipped = 16;
const maxTexts = 8192;

function bind(address: string, port: number, bufferBytes: number): Promise<Socket> {
  const open = (type: 'udp4' | 'udp6', host: string): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = createSocket({ type, recvBufferSize: bufferBytes });
      socket.once('error', reject);
      socket.bind({ port, address: host }, () => {
        socket.off('error', reject);
        resolve(socket);
      });
    });
  if (!address.includes(':')) return open('udp4', address);
  return open('udp6', address).catch((error: unknown) => {
    // A machine without IPv6.
    if (address === '::' && (error as NodeJS.ErrnoException).code === 'EAFNOSUPPORT') return open('udp4', '0.0.0.0');
    throw error;
  });
}

function adopt(fd: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp6');
    socket.once('error', reject);
    socket.bind({ fd }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

async function openOne(config: CollectorConfig, protocol: string, ports: readonly number[]): Promise<[Socket, number]> {
  for (const [i, port] of ports.entries()) {
    try {
      return [await bind(config.address, port, config.receiveBufferBytes), port];
    } catch (cause) {
      if (i + 1 < ports.length) continue;
      const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
      throw CollectorError.ofPort(protocol, port, taken, describe(cause));
    }
  }
  throw CollectorError.ofPort(protocol, 0, false, 'it has no port');
}

/** Returns the size of the receive buffer, octets. */
function bufferOf(socket: Socket, protocol: string, port: number, wantedBytes: number, logger: Logger): number {
  // The kernel answers with twice what it gave (socket(7)).
  const givenBytes = socket.getRecvBufferSize() / 2;
  if (givenBytes < wantedBytes)
    logger.warn(
      { protocol, port, wantedBytes, givenBytes, sysctl: `net.core.rmem_max=${wantedBytes}` },
      'receive buffer is smaller than asked for',
    );
  return givenBytes;
}

/** The words of addresses as the socket writes them. */
function addressWords(): (text: string) => Uint32Array {
  const known = new Map<string, Uint32Array>();
  return (text) => {
    let words = known.get(text);
    if (!words) {
      if (known.size >= maxTexts) known.clear();
      words = new Uint32Array(parseAddress(text).buffer);
      known.set(text, words);
    }
    return words;
  };
}

/**
 * Node reads one datagram a call, up to 32 before it looks at anything else; after each of them this reads what else waits.
 * While little comes, that is nothing, and a call for nothing costs as much as reading a datagram: then it is left out.
 */
function follower(reader: DatagramReader, fd: number, each: OnDatagram): () => void {
  let skip = 0;
  let skipped = 0;
  return () => {
    if (skipped++ < skip) return;
    skipped = 0;
    skip = reader.read(fd, each) > 0 ? 0 : Math.min(maxSkipped, 2 * skip + 1);
  };
}

export interface SocketOptions {
  readonly config: CollectorConfig;
  /** Sockets that are open already; without them they are opened here. */
  readonly inherited?: readonly InheritedSocket[] | undefined;
  /** Of inherited sockets; without it datagrams are read one by one. */
  readonly reader?: DatagramReader | undefined;
  readonly onDatagram: OnDatagram;
  readonly logger: Logger;
}

/** @throws CollectorError that names the port when one cannot be bound. */
export async function openSockets({ config, inherited, reader, onDatagram, logger }: SocketOptions): Promise<Sockets> {
  const sockets: Socket[] = [];
  const listening: Listening[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  };
  const wordsOf = addressWords();
  const take = (socket: Socket, protocol: string, port: number, fd?: number): void => {
    sockets.push(socket);
    const bufferBytes = bufferOf(socket, protocol, port, config.receiveBufferBytes, logger);
    const own: Listening = { protocol, port, received: 0, bufferBytes };
    listening.push(own);
    const each: OnDatagram = (datagram, address) => {
      own.received++;
      return onDatagram(datagram, address);
    };
    const readOn = reader && fd !== undefined ? follower(reader, fd, each) : undefined;
    socket.on('message', (datagram, from) => {
      const reply = each(datagram, wordsOf(from.address));
      // Who gets none asks again.
      if (reply)
        socket.send(reply, from.port, from.address, (error) => {
          if (error) logger.debug({ protocol, port, reason: describe(error) }, 'a reply was not sent');
        });
      readOn?.();
    });
    socket.on('error', (error) => logger.error({ protocol, port, reason: describe(error) }, 'socket error'));
  };
  try {
    if (inherited) for (const { protocol, port, fd } of inherited) take(await adopt(fd), protocol, port, fd);
    else
      for (const { protocol, ports } of wantedPorts(config)) {
        if (ports.length === 0) continue;
        const [socket, port] = await openOne(config, protocol, ports);
        take(socket, protocol, port);
      }
  } catch (error) {
    await close();
    throw error;
  }
  return { listening, close };
}

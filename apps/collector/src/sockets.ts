/** The UDP sockets. Every one takes any protocol: the decoder tells them apart by their header. */
import { type Socket, createSocket } from 'node:dgram';
import { LinewatchError, type Logger, describe } from '@linewatch/service';
import type { CollectorConfig } from './config.ts';

export type CollectorErrorCode = 'port_taken' | 'port_refused';
export class CollectorError extends LinewatchError<CollectorErrorCode> {}

export interface Listening {
  readonly protocol: string;
  readonly port: number;
}

export interface Sockets {
  readonly listening: readonly Listening[];
  close(): Promise<void>;
}

export type OnDatagram = (protocol: string, datagram: Uint8Array, address: string) => void;

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

/** @throws CollectorError that names the port when one cannot be bound. */
export async function openSockets(config: CollectorConfig, onDatagram: OnDatagram, logger: Logger): Promise<Sockets> {
  const { netflow, ipfix, sflow, traps, trapsFallback } = config.listen;
  const wanted: { protocol: string; ports: number[] }[] = [
    { protocol: 'netflow', ports: [netflow] },
    { protocol: 'ipfix', ports: [ipfix] },
    { protocol: 'sflow', ports: [sflow] },
    { protocol: 'traps', ports: traps === 0 ? [] : [traps, trapsFallback] },
  ];
  const sockets: Socket[] = [];
  const listening: Listening[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  };
  for (const { protocol, ports } of wanted) {
    const open = ports.filter((port) => port !== 0);
    for (const [i, port] of open.entries()) {
      let socket: Socket;
      try {
        socket = await bind(config.address, port, config.receiveBufferBytes);
      } catch (cause) {
        const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!taken && i + 1 < open.length) continue;
        await close();
        const what = `UDP port ${port} (${protocol})`;
        throw taken
          ? new CollectorError('port_taken', `${what} is taken by another program: set collector.listen.${protocol}`, {
              cause,
            })
          : new CollectorError('port_refused', `${what} cannot be bound: ${describe(cause)}`, { cause });
      }
      sockets.push(socket);
      listening.push({ protocol, port });
      socket.on('message', (datagram, from) => onDatagram(protocol, datagram, from.address));
      socket.on('error', (error) => logger.error({ protocol, port, reason: describe(error) }, 'socket error'));
      // The kernel answers with twice what it gave (socket(7)).
      const given = socket.getRecvBufferSize() / 2;
      if (given < config.receiveBufferBytes)
        logger.warn(
          {
            protocol,
            port,
            wantedBytes: config.receiveBufferBytes,
            givenBytes: given,
            sysctl: `net.core.rmem_max=${config.receiveBufferBytes}`,
          },
          'receive buffer is smaller than asked for',
        );
      break;
    }
  }
  return { listening, close };
}

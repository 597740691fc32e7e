/** The sockets of one client, so that ending it need not wait for a broker that does not answer. */
import net from 'node:net';
import tls from 'node:tls';
import type { ISocketFactoryArgs } from 'kafkajs';

export class Sockets {
  readonly #open = new Set<net.Socket>();

  /** Those that are open or opening. */
  [Symbol.iterator](): IterableIterator<net.Socket> {
    return this.#open.values();
  }

  /** `keepAliveMs` is how long it may be idle before the kernel asks whether the broker is there. */
  connect({ host, port, ssl, onConnect }: ISocketFactoryArgs, keepAliveMs: number): net.Socket {
    // The library's types leave out that there may be none.
    const socket = (ssl as typeof ssl | undefined)
      ? tls.connect({ host, port, ...(net.isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
      : net.connect({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy(new Error('closed'));
  }
}

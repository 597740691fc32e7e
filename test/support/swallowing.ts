/** A TCP proxy that can keep a server's answers to inserts for itself: the server did it, and nobody learns. */
import { type Server, type Socket, connect, createServer } from 'node:net';

export interface Swallowing {
  readonly port: number;
  /** Answers to inserts are dropped, and their connections with them. */
  swallows: boolean;
  /** Answers that were dropped. */
  swallowed: number;
  close(): Promise<void>;
}

export async function swallowing(upstream: number): Promise<Swallowing> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  };
  const server: Server = createServer((client) => {
    const behind = connect(upstream, '127.0.0.1');
    keep(client);
    keep(behind);
    let isInsert = false;
    client.on('data', (chunk: Buffer) => {
      const head = chunk.toString('latin1', 0, 2000);
      if (/^(POST|GET) /.test(head)) isInsert = /INSERT(\+|%20)INTO/.test(head);
      behind.write(chunk);
    });
    behind.on('data', (chunk: Buffer) => {
      if (proxy.swallows && isInsert) {
        proxy.swallowed++;
        client.destroy();
        behind.destroy();
      } else client.write(chunk);
    });
    client.once('close', () => behind.destroy());
    behind.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: Swallowing = {
    port: (server.address() as { port: number }).port,
    swallows: false,
    swallowed: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
  return proxy;
}

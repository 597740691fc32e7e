/** Stands between a broker and its clients, and can lose the broker's answers or cut the connections. */
import net from 'node:net';

export interface Proxy {
  readonly port: number;
  /** What the broker says from now on is lost; what it is told arrives. */
  deafen(): void;
  /** Ends every connection, with what is on its way. */
  cut(): void;
  /** Passes everything on again, for new connections. */
  mend(): void;
  close(): Promise<void>;
}

/** Listens at once; `target` may be known later. */
export async function createProxy(target: () => { readonly port: number }): Promise<Proxy> {
  let deaf = false;
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket): net.Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Ends are what this is for.
    socket.on('error', () => undefined);
    return socket;
  };
  const server = net.createServer((client) => {
    keep(client);
    const broker = keep(net.connect(target().port, '127.0.0.1'));
    client.on('data', (chunk) => void broker.write(chunk));
    broker.on('data', (chunk) => {
      if (!deaf) client.write(chunk);
    });
    client.on('close', () => broker.end());
    broker.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as net.AddressInfo).port,
    deafen: () => void (deaf = true),
    cut,
    mend() {
      // A client that missed an answer could not make sense of the next.
      if (deaf) cut();
      deaf = false;
    },
    close: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => resolve());
      }),
  };
}

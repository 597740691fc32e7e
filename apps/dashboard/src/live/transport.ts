/** Brings the live stream into this page: through the shared worker where there are such, else by its own connection. */
import { StreamConnection } from './connection.ts';
import type { ToPage, ToWorker } from './protocol.ts';

const hereMs = 20_000;

/** Starts listening for whoever is signed in; the function that it returns stops when that is over. */
export function listen(onMessage: (message: ToPage) => void): () => void {
  let stop = (): void => undefined;
  const direct = (): void => {
    stop();
    stop = listenDirectly(onMessage);
  };
  if (typeof SharedWorker === 'undefined') direct();
  else {
    try {
      stop = listenThroughWorker(onMessage, direct);
    } catch {
      direct();
    }
  }
  return () => stop();
}

function listenThroughWorker(onMessage: (message: ToPage) => void, onBroken: () => void): () => void {
  const worker = new SharedWorker(new URL('./stream.worker.ts', import.meta.url), {
    type: 'module',
    name: 'linewatch',
  });
  const { port } = worker;
  const say = (message: ToWorker): void => port.postMessage(message);
  const here = (): void => say({ kind: 'here' });
  const gone = (): void => say({ kind: 'gone' });
  worker.addEventListener('error', onBroken, { once: true });
  port.addEventListener('message', ({ data }: MessageEvent<ToPage>) => onMessage(data));
  port.start();
  here();
  const timer = setInterval(here, hereMs);
  // A page kept for "back" hears nothing meanwhile, and joins again when it is shown.
  addEventListener('pagehide', gone);
  addEventListener('pageshow', here);
  return () => {
    clearInterval(timer);
    removeEventListener('pagehide', gone);
    removeEventListener('pageshow', here);
    say({ kind: 'ended' });
    port.close();
  };
}

function listenDirectly(onMessage: (message: ToPage) => void): () => void {
  let heardMs: number | null = null;
  const connection = new StreamConnection({
    url: '/api/v1/stream',
    onEvent: (event) => {
      heardMs = Date.now();
      onMessage(event);
    },
    onStatus: (status) => onMessage({ kind: 'status', status, heardMs }),
  });
  connection.open();
  return () => connection.close();
}

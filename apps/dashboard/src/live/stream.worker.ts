/**
 * Holds the browser's one connection to the live stream, for all its tabs: browsers open only a few connections to a
 * server over HTTP/1.1, and a wall of tabs would use them up.
 */
import { StreamConnection } from './connection.ts';
import { Held } from './held.ts';
import type { LiveEvent, StreamStatus, ToPage, ToWorker } from './protocol.ts';

declare const self: SharedWorkerGlobalScope;

/** A page that was not heard for this long is gone; hidden pages speak once a minute at least. */
const forgottenMs = 5 * 60_000;

const pages = new Map<MessagePort, number>();
let held = new Held();
let status: StreamStatus = 'connecting';
let heardMs: number | null = null;
let connected = false;

const connection = new StreamConnection({ url: '/api/v1/stream', onEvent, onStatus });

function tell(message: ToPage): void {
  for (const page of pages.keys()) page.postMessage(message);
}

function onEvent(event: LiveEvent): void {
  held.add(event);
  heardMs = Date.now();
  tell(event);
}

function onStatus(next: StreamStatus): void {
  status = next;
  tell({ kind: 'status', status, heardMs });
}

function welcome(page: MessagePort): void {
  page.postMessage({ kind: 'status', status, heardMs } satisfies ToPage);
  const event = held.snapshot();
  if (event) page.postMessage({ kind: 'snapshot', event } satisfies ToPage);
}

/** With no page left there is nobody to listen for; what is held would only grow old. */
function closeWhenAlone(): void {
  if (pages.size === 0) close();
}

function close(): void {
  connection.close();
  connected = false;
  held = new Held();
  status = 'connecting';
  heardMs = null;
}

function open(): void {
  connected = true;
  connection.open();
}

self.addEventListener('connect', ({ ports: [port] }) => {
  if (!port) return;
  port.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
    if (data.kind !== 'here') {
      pages.delete(port);
      if (data.kind === 'ended') close();
      closeWhenAlone();
      // The pages that stay are asked for by whoever is signed in now.
      if (!connected && pages.size > 0) open();
      return;
    }
    const known = pages.has(port);
    pages.set(port, Date.now());
    if (!connected) open();
    if (!known) welcome(port);
  });
  port.start();
});

setInterval(() => {
  for (const [page, spokeMs] of pages) if (spokeMs < Date.now() - forgottenMs) pages.delete(page);
  closeWhenAlone();
}, 60_000);

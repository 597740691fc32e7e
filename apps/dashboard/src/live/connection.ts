/**
 * One EventSource, kept alive. It resumes by itself, with Last-Event-ID, after a lost connection; it gives up for good
 * when the server answers with an error (a proxy's 502, say), and then we start it anew. A connection that is open but
 * dead (a laptop that slept) is noticed by its silence.
 */
import type { StreamEvent } from '@linewatch/contract';
import type { LiveEvent, StreamStatus } from './protocol.ts';

export interface ConnectionOptions {
  readonly url: string;
  readonly onEvent: (event: LiveEvent) => void;
  readonly onStatus: (status: StreamStatus) => void;
  /** Silence after which an open connection is renewed. */
  readonly silenceMs?: number;
}

const firstRetryMs = 1000;
const longestRetryMs = 30_000;

export class StreamConnection {
  readonly #options: Required<ConnectionOptions>;
  #source: EventSource | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = firstRetryMs;

  constructor(options: ConnectionOptions) {
    this.#options = { silenceMs: 60_000, ...options };
  }

  open(): void {
    this.close();
    const source = new EventSource(this.#options.url);
    this.#source = source;
    source.addEventListener('open', () => {
      this.#retryMs = firstRetryMs;
      this.#heard();
      this.#options.onStatus('open');
    });
    source.addEventListener('error', () => {
      this.#options.onStatus('lost');
      clearTimeout(this.#silenceTimer);
      if (source.readyState === source.CLOSED) this.#retry();
    });
    for (const kind of ['snapshot', 'update'] as const) {
      source.addEventListener(kind, (message: MessageEvent<string>) => {
        this.#heard();
        const event = parseStreamEvent(message.data);
        if (event) this.#options.onEvent({ kind, event });
      });
    }
  }

  close(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    this.#source?.close();
    this.#source = undefined;
  }

  #heard(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.open(), this.#options.silenceMs);
  }

  #retry(): void {
    // Spread out, so that a restarted server does not meet every wall screen in the same moment.
    const wait = this.#retryMs * (0.75 + Math.random() / 2);
    this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.open(), wait);
  }
}

/** Null when it is not a stream event: it is then passed over, and the next one is waited for. */
export function parseStreamEvent(text: string): StreamEvent | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const ok =
      'nowMs' in value && 'academies' in value && typeof value.nowMs === 'number' && Array.isArray(value.academies);
    return ok ? (value as StreamEvent) : null;
  } catch {
    return null;
  }
}

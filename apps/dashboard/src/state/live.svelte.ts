/**
 * The live stream as the page sees it: the state of the connection, and events handed on once a frame, so that a burst
 * costs one redraw. A hidden page gets no frames: it gets events once a second, so that its title still tells the state.
 */
import type { LiveEvent, StreamStatus, ToPage } from '../live/protocol.ts';
import type { Clock } from './clock.svelte.ts';

export type LiveListener = (event: LiveEvent) => void;
export type Listen = (onMessage: (message: ToPage) => void) => () => void;

export class Live {
  status = $state<StreamStatus>('connecting');
  /** This device's clock when something last came; null = never. */
  heardMs = $state<number | null>(null);
  readonly #clock: Clock;
  readonly #listen: Listen;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
  readonly #listeners = new Set<LiveListener>();
  #waiting: LiveEvent[] = [];
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(clock: Clock, listen: Listen) {
    this.#clock = clock;
    this.#listen = listen;
  }

  start(): () => void {
    const stop = this.#listen((message) => this.#receive(message));
    return () => {
      stop();
      this.#unschedule();
      this.#waiting = [];
      this.status = 'connecting';
      this.heardMs = null;
    };
  }

  /** Calls `listener` with every event from now on; the function that it returns ends that. */
  subscribe(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #receive(message: ToPage): void {
    if (message.kind === 'status') {
      this.status = message.status;
      if (message.heardMs !== null) this.heardMs = message.heardMs;
      return;
    }
    if (message.kind === 'snapshot') this.#waiting = [];
    this.#waiting.push(message);
    if (this.#timer !== undefined) return;
    this.#frame = requestAnimationFrame(() => this.#flush());
    this.#timer = setTimeout(() => this.#flush(), 1000);
  }

  #unschedule(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = this.#timer = undefined;
  }

  #flush(): void {
    this.#unschedule();
    const events = this.#waiting;
    this.#waiting = [];
    this.heardMs = Date.now();
    this.status = 'open';
    const latest = events.at(-1);
    // A snapshot may be one that was held for pages that join: it tells an older time where nothing changed since.
    if (latest?.kind === 'update') this.#clock.set(latest.event.nowMs);
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }
}

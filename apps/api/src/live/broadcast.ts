import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ApiMetrics, ViewerEndReason } from '../metrics.ts';
import type { Scope } from '../access/principal.ts';
import { scopeKey } from '../estate/sight.ts';
import { Channel, type Figures } from './channel.ts';
import { Viewer } from './viewer.ts';

const tickMs = 500;
const heartbeatMs = 15_000;
const heartbeat = Buffer.from(': heartbeat\n\n');
/** How long a browser waits before it connects again, ms. */
const opening = Buffer.from('retry: 2000\n\n');
/** A channel without viewers goes on this long, so that one who comes back can resume; and at most so many do. */
const idleMs = 2 * 60_000;
const maxIdle = 100;

export interface BroadcastOptions {
  /** The live figures of all academies; `version` grows when the estate changed. Undefined until the estate is known. */
  readonly source: (nowMs: number) => Figures | undefined;
  readonly viewers: number;
  readonly viewerBufferBytes: number;
  readonly metrics: ApiMetrics;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

/**
 * One computation for all viewers: each tick's event is made and serialised once for all who see the same academies, and
 * the same octets are written to their connections. A viewer that does not keep up skips events, and gets a snapshot when it has read what it was sent.
 */
export class Broadcast {
  readonly #options: BroadcastOptions;
  /** Of those who see everything: it is always there. */
  readonly #whole: Channel;
  readonly #scoped = new Map<string, Channel>();
  #figures: { readonly figures: Figures; readonly atMs: number } | undefined;
  #size = 0;
  #epochMs: number;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: BroadcastOptions) {
    this.#options = options;
    this.#epochMs = options.clock();
    this.#whole = new Channel('all', this.#epochMs);
  }

  get size(): number {
    return this.#size;
  }

  start(): void {
    this.#guard(() => this.tick());
    this.#timers = [
      setInterval(() => this.#guard(() => this.tick()), tickMs),
      setInterval(() => this.#guard(() => this.#beat()), heartbeatMs),
    ];
  }

  /** Ends every stream. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const channel of this.#channels())
      for (const viewer of channel.viewers) this.#end(channel, viewer, 'stopping');
  }

  /** Every place is taken. */
  get full(): boolean {
    return this.#size >= this.#options.viewers;
  }

  /**
   * Begins a stream of the academies in a scope: with what came after `lastEventId` when that is still known and was of the
   * same scope, else with a snapshot.
   */
  add(response: ServerResponse, headers: OutgoingHttpHeaders, lastEventId: string | undefined, scope: Scope): void {
    const viewer = new Viewer(response, this.#options.viewerBufferBytes);
    const channel = this.#channel(scope);
    channel.viewers.add(viewer);
    channel.idleSinceMs = undefined;
    this.#options.metrics.viewers.set(++this.#size);
    response.on('close', () => this.#end(channel, viewer, 'left'));
    response.on('error', () => this.#end(channel, viewer, 'left'));
    response.writeHead(200, headers);
    this.#write(viewer, opening);
    if (!channel.begun) return; // the first tick that knows the estate tells everyone
    for (const frame of channel.since(lastEventId) ?? [channel.snapshot()]) this.#write(viewer, frame);
  }

  /** Computes and writes one update. */
  tick(): void {
    const { source, clock, metrics } = this.#options;
    const stop = metrics.streamSeconds.startTimer();
    const nowMs = clock();
    const figures = source(nowMs);
    if (!figures) return;
    this.#figures = { figures, atMs: nowMs };
    this.#forgetIdle(nowMs);
    for (const channel of this.#channels()) {
      const frame = channel.tick(figures, nowMs);
      if (frame) metrics.streamEvents.inc({ kind: frame.kind });
      for (const viewer of channel.viewers) this.#serve(channel, viewer, frame?.bytes, nowMs);
    }
    stop();
  }

  #channel(scope: Scope): Channel {
    if (scope === 'all') return this.#whole;
    const key = scopeKey(scope);
    let channel = this.#scoped.get(key);
    if (!channel) {
      // An event of one channel is never taken for another's, nor for one of a channel that was there before.
      this.#epochMs = Math.max(this.#epochMs + 1, this.#options.clock());
      channel = new Channel(scope, this.#epochMs);
      if (this.#figures) channel.tick(this.#figures.figures, this.#figures.atMs);
      this.#scoped.set(key, channel);
    }
    return channel;
  }

  *#channels(): Iterable<Channel> {
    yield this.#whole;
    yield* this.#scoped.values();
  }

  #forgetIdle(nowMs: number): void {
    const idle = [...this.#scoped].filter(([, { idleSinceMs }]) => idleSinceMs !== undefined);
    const tooMany = idle.length - maxIdle;
    // Those that were made first go first.
    for (const [i, [key, { idleSinceMs }]] of idle.entries())
      if (i < tooMany || nowMs - idleSinceMs! > idleMs) this.#scoped.delete(key);
  }

  #serve(channel: Channel, viewer: Viewer, frame: Buffer | undefined, nowMs: number): void {
    if (viewer.stalled(nowMs)) this.#end(channel, viewer, 'stalled');
    else if (viewer.lagging && viewer.drained) {
      const snapshot = channel.snapshot();
      viewer.restart(snapshot);
      this.#options.metrics.streamBytes.inc(snapshot.length);
    } else if (frame) this.#write(viewer, frame);
  }

  #write(viewer: Viewer, frame: Buffer): void {
    if (viewer.send(frame, this.#options.clock())) this.#options.metrics.streamBytes.inc(frame.length);
    else this.#options.metrics.streamSkipped.inc();
  }

  #beat(): void {
    for (const { viewers } of this.#channels())
      for (const viewer of viewers) if (!viewer.lagging) viewer.send(heartbeat, this.#options.clock());
  }

  #end(channel: Channel, viewer: Viewer, reason: ViewerEndReason): void {
    if (!channel.viewers.delete(viewer)) return;
    if (channel.viewers.size === 0) channel.idleSinceMs = this.#options.clock();
    this.#options.metrics.viewers.set(--this.#size);
    this.#options.metrics.viewersEnded.inc({ reason });
    if (reason === 'stopping') viewer.end();
    else viewer.destroy();
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ApiMetrics, ViewerEndReason } from '../metrics.ts';
import { Changes } from './changes.ts';
import { FrameRing, encodeFrame } from './frames.ts';
import { Viewer } from './viewer.ts';
import type { AcademyRates } from './view.ts';

const tickMs = 500;
const heartbeatMs = 15_000;
const heartbeat = Buffer.from(': heartbeat\n\n');
/** How long a browser waits before it connects again, ms. */
const opening = Buffer.from('retry: 2000\n\n');

export interface BroadcastOptions {
  /** The live figures of all academies; `version` grows when the estate changed. Undefined until the estate is known. */
  readonly source: (
    nowMs: number,
  ) => { readonly version: number; readonly academies: readonly AcademyRates[] } | undefined;
  readonly viewers: number;
  readonly viewerBufferBytes: number;
  readonly metrics: ApiMetrics;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

/**
 * One computation for all viewers: each tick's event is made and serialised once and the same octets are written to every
 * connection. A viewer that does not keep up skips events, and gets a snapshot when it has read what it was sent.
 */
export class Broadcast {
  readonly #options: BroadcastOptions;
  readonly #viewers = new Set<Viewer>();
  readonly #changes = new Changes();
  readonly #ring: FrameRing;
  /** Undefined: nothing has been sent yet, not even a snapshot without academies. */
  #version: number | undefined;
  #academies: readonly AcademyRates[] = [];
  #atMs = 0;
  #snapshot: Buffer | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: BroadcastOptions) {
    this.#options = options;
    this.#ring = new FrameRing(options.clock());
  }

  get size(): number {
    return this.#viewers.size;
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
    for (const viewer of this.#viewers) this.#end(viewer, 'stopping');
  }

  /** Every place is taken. */
  get full(): boolean {
    return this.#viewers.size >= this.#options.viewers;
  }

  /** Begins a stream: with what came after `lastEventId` when that is still known, else with a snapshot. */
  add(response: ServerResponse, headers: OutgoingHttpHeaders, lastEventId: string | undefined): void {
    const viewer = new Viewer(response, this.#options.viewerBufferBytes);
    this.#viewers.add(viewer);
    this.#options.metrics.viewers.set(this.#viewers.size);
    response.on('close', () => this.#end(viewer, 'left'));
    response.on('error', () => this.#end(viewer, 'left'));
    response.writeHead(200, headers);
    this.#write(viewer, opening);
    if (this.#version === undefined) return; // the first tick that knows the estate tells everyone
    for (const frame of this.#ring.since(lastEventId) ?? [this.#currentSnapshot()]) this.#write(viewer, frame);
  }

  /** Computes and writes one update. */
  tick(): void {
    const { source, clock, metrics } = this.#options;
    const stop = metrics.streamSeconds.startTimer();
    const nowMs = clock();
    const figures = source(nowMs);
    if (!figures) return;
    const { version, academies } = figures;
    this.#academies = academies;
    this.#atMs = nowMs;
    let frame: Buffer | undefined;
    if (version !== this.#version) {
      this.#version = version;
      frame = this.#snapshot = this.#ring.add('snapshot', JSON.stringify(this.#changes.snapshot(academies, nowMs)));
      metrics.streamEvents.inc({ kind: 'snapshot' });
    } else {
      const update = this.#changes.update(academies, nowMs);
      // Also when nothing changed: it tells the time.
      this.#snapshot = undefined;
      if (update) {
        frame = this.#ring.add('update', JSON.stringify(update));
        metrics.streamEvents.inc({ kind: 'update' });
      }
    }
    for (const viewer of this.#viewers) this.#serve(viewer, frame, nowMs);
    stop();
  }

  #serve(viewer: Viewer, frame: Buffer | undefined, nowMs: number): void {
    if (viewer.stalled(nowMs)) this.#end(viewer, 'stalled');
    else if (viewer.lagging && viewer.drained) {
      const snapshot = this.#currentSnapshot();
      viewer.restart(snapshot);
      this.#options.metrics.streamBytes.inc(snapshot.length);
    } else if (frame) this.#write(viewer, frame);
  }

  #write(viewer: Viewer, frame: Buffer): void {
    if (viewer.send(frame, this.#options.clock())) this.#options.metrics.streamBytes.inc(frame.length);
    else this.#options.metrics.streamSkipped.inc();
  }

  /** Everything as of the last tick, made once for all who need it before the next one. */
  #currentSnapshot(): Buffer {
    this.#snapshot ??= encodeFrame(
      'snapshot',
      this.#ring.latestId,
      JSON.stringify(new Changes().snapshot(this.#academies, this.#atMs)),
    );
    return this.#snapshot;
  }

  #beat(): void {
    for (const viewer of this.#viewers) if (!viewer.lagging) viewer.send(heartbeat, this.#options.clock());
  }

  #end(viewer: Viewer, reason: ViewerEndReason): void {
    if (!this.#viewers.delete(viewer)) return;
    this.#options.metrics.viewers.set(this.#viewers.size);
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

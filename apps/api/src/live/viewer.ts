import type { ServerResponse } from 'node:http';

/** A viewer that does not read for this long is cut off. */
const stalledMs = 60_000;

/** One open stream. What is written to it is never held back here beyond the limit: a slow viewer skips events instead. */
export class Viewer {
  readonly #response: ServerResponse;
  readonly #bufferBytes: number;
  #laggingSinceMs: number | undefined;

  constructor(response: ServerResponse, bufferBytes: number) {
    this.#response = response;
    this.#bufferBytes = bufferBytes;
  }

  /** It skipped something, and needs a snapshot before anything else makes sense. */
  get lagging(): boolean {
    return this.#laggingSinceMs !== undefined;
  }

  /** Nothing waits to be sent. */
  get drained(): boolean {
    return this.#response.writableLength === 0;
  }

  stalled(nowMs: number): boolean {
    return this.#laggingSinceMs !== undefined && nowMs - this.#laggingSinceMs > stalledMs;
  }

  /** False when it is skipped: too much waits already. */
  send(frame: Uint8Array, nowMs: number): boolean {
    if (this.lagging || this.#response.writableLength > this.#bufferBytes) {
      this.#laggingSinceMs ??= nowMs;
      return false;
    }
    this.#response.write(frame);
    return true;
  }

  /** Catches a lagging viewer up. */
  restart(snapshot: Uint8Array): void {
    this.#laggingSinceMs = undefined;
    this.#response.write(snapshot);
  }

  /** After what waits. */
  end(): void {
    this.#response.end();
  }

  /** At once. */
  destroy(): void {
    this.#response.destroy();
  }
}

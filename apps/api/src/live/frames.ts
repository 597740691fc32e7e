/** Most events, and octets of them, that a viewer can resume over: about two minutes. */
const maxEvents = 240;
const maxBytes = 8 * 1024 * 1024;

export type FrameKind = 'snapshot' | 'update';

/** One event as it goes over the wire (HTML Living Standard, section 9.2.6). */
export const encodeFrame = (kind: FrameKind, id: string, json: string): Buffer =>
  Buffer.from(`id: ${id}\nevent: ${kind}\ndata: ${json}\n\n`);

/** The latest events by number, for viewers that come back. An id is `epoch-number`; another epoch was another process. */
export class FrameRing {
  readonly #epoch: string;
  readonly #frames: Buffer[] = [];
  #bytes = 0;
  /** Number of the latest event. */
  #latest = 0;

  constructor(epochMs: number) {
    this.#epoch = epochMs.toString(36);
  }

  get latestId(): string {
    return `${this.#epoch}-${this.#latest}`;
  }

  add(kind: FrameKind, json: string): Buffer {
    this.#latest++;
    const frame = encodeFrame(kind, this.latestId, json);
    this.#frames.push(frame);
    this.#bytes += frame.length;
    while (this.#frames.length > maxEvents || (this.#bytes > maxBytes && this.#frames.length > 1))
      this.#bytes -= this.#frames.shift()!.length;
    return frame;
  }

  /** What came after an id; undefined when that is not known any more, or never was. */
  since(id: string | undefined): readonly Buffer[] | undefined {
    const match = /^([0-9a-z]{1,12})-(\d{1,15})$/.exec(id ?? '');
    if (match?.[1] !== this.#epoch) return undefined;
    const missed = this.#latest - Number(match[2]);
    if (missed < 0 || missed > this.#frames.length) return undefined;
    return missed === 0 ? [] : this.#frames.slice(-missed);
  }
}

import type { Scope } from '../access/principal.ts';
import { Changes } from './changes.ts';
import { FrameRing, encodeFrame } from './frames.ts';
import type { AcademyFigures } from './view.ts';
import type { Viewer } from './viewer.ts';

export interface Figures {
  /** Grows when the estate changed. */
  readonly version: number;
  readonly academies: readonly AcademyFigures[];
}

export interface Frame {
  readonly kind: 'snapshot' | 'update';
  readonly bytes: Buffer;
}

/** The stream of all viewers who see the same academies: each event is made and serialised once for them. */
export class Channel {
  readonly viewers = new Set<Viewer>();
  readonly #scope: Scope;
  readonly #changes = new Changes();
  readonly #ring: FrameRing;
  /** Undefined: nothing has been sent yet, not even a snapshot without academies. */
  #version: number | undefined;
  #academies: readonly AcademyFigures[] = [];
  #atMs = 0;
  #snapshot: Buffer | undefined;
  /** Since when no one looks; undefined while someone does. */
  idleSinceMs: number | undefined;

  /** @param epochMs of this channel alone: its events are not those of another. */
  constructor(scope: Scope, epochMs: number) {
    this.#scope = scope;
    this.#ring = new FrameRing(epochMs);
  }

  get begun(): boolean {
    return this.#version !== undefined;
  }

  /** What came after an event; undefined when that is not known any more, or was another channel's. */
  since(lastEventId: string | undefined): readonly Buffer[] | undefined {
    return this.#ring.since(lastEventId);
  }

  /** What is to be sent now; undefined when nothing changed. */
  tick({ version, academies }: Figures, nowMs: number): Frame | undefined {
    const scope = this.#scope;
    this.#academies = scope === 'all' ? academies : academies.filter(({ id }) => scope.has(id));
    this.#atMs = nowMs;
    if (version !== this.#version) {
      this.#version = version;
      this.#snapshot = this.#ring.add('snapshot', JSON.stringify(this.#changes.snapshot(this.#academies, nowMs)));
      return { kind: 'snapshot', bytes: this.#snapshot };
    }
    const update = this.#changes.update(this.#academies, nowMs);
    // Also when nothing changed: it tells the time.
    this.#snapshot = undefined;
    return update && { kind: 'update', bytes: this.#ring.add('update', JSON.stringify(update)) };
  }

  /** Everything as of the last tick, made once for all who need it before the next one. */
  snapshot(): Buffer {
    this.#snapshot ??= encodeFrame(
      'snapshot',
      this.#ring.latestId,
      JSON.stringify(new Changes().snapshot(this.#academies, this.#atMs)),
    );
    return this.#snapshot;
  }
}

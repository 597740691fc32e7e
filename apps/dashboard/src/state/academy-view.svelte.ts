/** One academy on the overview. Each field is its own signal: an update redraws only what it changes. */
import type { AcademyLine, AcademyNow, StreamAcademy } from '@linewatch/contract';
import { type Cell, type Steps, extendSteps, mergeCells } from '../lib/cells.ts';
import { busierUtilisation, utilisation } from '../lib/format.ts';
import { shownOfAcademy } from '../watch/lib/lines.ts';

/** Enough to fill the newest steps of an hour's small chart. */
const keptS = 600;
/** The stream tells of changes to cells of the last 2 minutes; a little more, so that no step is cut. */
const changingS = 180;

export class AcademyView {
  readonly id: string;
  name = $state('');
  state = $state<AcademyNow['state']>('awaiting');
  inBps = $state(0);
  outBps = $state(0);
  lastSeenMs = $state<number | null>(null);
  #line = $state.raw<AcademyLine | null>(null);
  /** The state of its lines, and since when. */
  readonly shown = $derived(this.#line === null ? 'unwatched' : shownOfAcademy(this.#line));
  readonly lineSinceMs = $derived(this.#line?.sinceMs ?? null);
  readonly linesDown = $derived(this.#line?.down ?? 0);
  /** Open ones. */
  readonly incidents = $derived(this.#line?.incidents ?? 0);
  committedInBps = $state<number | null>(null);
  committedOutBps = $state<number | null>(null);
  readonly inShare = $derived(utilisation(this.inBps, this.committedInBps));
  readonly outShare = $derived(utilisation(this.outBps, this.committedOutBps));
  readonly share = $derived(busierUtilisation(this.inShare, this.outShare));
  #steps = $state.raw<Steps>({ startS: 0, stepS: 60, inBps: [], outBps: [] });
  #cells = $state.raw<readonly Cell[]>([]);
  /** Start of the step that goes on, Unix s. */
  #stepS = $state(0);
  /** The last hour. Worked out only where it is looked at. */
  readonly spark = $derived(extendSteps(this.#steps, this.#cells, this.#stepS));

  constructor(now: AcademyNow, nowMs: number) {
    this.id = now.id;
    this.set(now, nowMs);
  }

  /** Takes what was fetched at `nowMs` by the server's clock. */
  set(now: AcademyNow, nowMs: number): void {
    this.name = now.name;
    this.committedInBps = now.committedInBps;
    this.committedOutBps = now.committedOutBps;
    this.#steps = now.sparkline;
    // Older ones no longer change, while what is stored still grows by flows that are told of late.
    this.#cells = mergeCells(this.#cells, [], nowMs / 1000 - changingS);
    this.#setRates(now);
  }

  /** The stream's latest cells, oldest first. */
  get cells(): readonly Cell[] {
    return this.#cells;
  }

  /** Takes what the stream says; `nowMs` is the server's clock. */
  update(changed: StreamAcademy, nowMs: number): void {
    this.#setRates(changed);
    if (changed.cells.length > 0) this.#cells = mergeCells(this.#cells, changed.cells, nowMs / 1000 - keptS);
    const { stepS } = this.#steps;
    this.#stepS = Math.floor(nowMs / 1000 / stepS) * stepS;
  }

  #setRates({
    line,
    state,
    inBps,
    outBps,
    lastSeenMs,
  }: Pick<AcademyNow, 'line' | 'state' | 'inBps' | 'outBps' | 'lastSeenMs'>): void {
    this.#line = line;
    this.state = state;
    this.inBps = inBps;
    this.outBps = outBps;
    this.lastSeenMs = lastSeenMs;
  }
}

/** One academy on the overview. Each field is its own signal: an update redraws only what it changes. */
import type { AcademyNow, StreamAcademy } from '@linewatch/contract';
import { type Cell, type Steps, extendSteps, mergeCells } from '../lib/cells.ts';
import { busierUtilisation, utilisation } from '../lib/format.ts';

/** Enough to fill the newest steps of an hour's small chart. */
const keptS = 600;

export class AcademyView {
  readonly id: string;
  name = $state('');
  state = $state<AcademyNow['state']>('awaiting');
  inBps = $state(0);
  outBps = $state(0);
  lastSeenMs = $state<number | null>(null);
  committedInBps = $state<number | null>(null);
  committedOutBps = $state<number | null>(null);
  spark = $state.raw<Steps>({ startS: 0, stepS: 60, inBps: [], outBps: [] });
  readonly inShare = $derived(utilisation(this.inBps, this.committedInBps));
  readonly outShare = $derived(utilisation(this.outBps, this.committedOutBps));
  readonly share = $derived(busierUtilisation(this.inShare, this.outShare));
  #cells: readonly Cell[] = [];

  constructor(now: AcademyNow) {
    this.id = now.id;
    this.set(now);
  }

  set(now: AcademyNow): void {
    this.name = now.name;
    this.committedInBps = now.committedInBps;
    this.committedOutBps = now.committedOutBps;
    this.spark = now.sparkline;
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
    this.spark = extendSteps(this.spark, this.#cells, nowMs / 1000);
  }

  #setRates({ state, inBps, outBps, lastSeenMs }: Pick<AcademyNow, 'state' | 'inBps' | 'outBps' | 'lastSeenMs'>): void {
    this.state = state;
    this.inBps = inBps;
    this.outBps = outBps;
    this.lastSeenMs = lastSeenMs;
  }
}

/** What one academy's page shows: its circuits, a traffic series, and the live end of that series. */
import type { AcademyDetail, Traffic } from '@linewatch/contract';
import type { Api, Subject } from '../lib/api.ts';
import { type Cell, cellS, mergeCells } from '../lib/cells.ts';
import { type Range, spanOf } from '../lib/ranges.ts';
import { type Series, buildSeries } from '../lib/series.ts';
import type { LiveEvent } from '../live/protocol.ts';
import type { Clock } from './clock.svelte.ts';
import type { Live } from './live.svelte.ts';
import { Resource } from './resource.svelte.ts';

const detailMs = 15_000;
const settledMs = 60_000;
const longSettledMs = 300_000;
/** Cells that are held: enough for the beginning of a 5-minute step. */
const keptS = 660;
/** The stream changes cells for 2 minutes; beyond that the stored series is the better one. */
const trustedS = 180;

/** A series as it was answered, and by the server's clock when. */
interface Answer {
  readonly traffic: Traffic;
  readonly askedMs: number;
}

export class AcademyPage {
  readonly detail = new Resource<AcademyDetail>();
  readonly answer = new Resource<Answer>();
  subject = $state.raw<Subject>({ kind: 'academies', id: '' });
  range = $state.raw<Range>({ kind: 'custom', fromMs: 0, toMs: 1 });
  /** Whether the chart moves on by itself. */
  running = $state(true);
  #cells = $state.raw<readonly Cell[]>([]);
  readonly #id: string;
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #live: Live;

  /** `cells`: what the stream has told of this academy so far. */
  constructor(id: string, api: Api, clock: Clock, live: Live, cells: readonly Cell[]) {
    this.#id = id;
    this.#api = api;
    this.#clock = clock;
    this.#live = live;
    this.#cells = cells;
  }

  /** A range that ends now and is short enough, of what the stream tells of. */
  readonly canRun = $derived(
    this.range.kind === 'preset' && this.range.preset.live && this.subject.kind === 'academies',
  );
  readonly isLive = $derived(this.canRun && this.running);
  readonly traffic = $derived(this.answer.data?.traffic ?? null);

  /** What the chart's time axis spans, Unix ms. */
  readonly span = $derived.by(() => {
    if (this.range.kind === 'custom') return { fromMs: this.range.fromMs, toMs: this.range.toMs };
    if (!this.isLive) return this.traffic ?? spanOf(this.range, this.#clock.nowMs);
    // About a pixel at a time.
    const stepMs = Math.max(1000, Math.round(this.range.preset.spanMs / 1_200_000) * 1000);
    return spanOf(this.range, Math.ceil(this.#clock.nowMs / stepMs) * stepMs);
  });

  readonly series = $derived.by<Series | null>(() => {
    if (!this.traffic) return null;
    if (!this.isLive) return buildSeries(this.traffic, []);
    const nowS = this.#clock.nowMs / 1000;
    const fromS = nowS - Math.max(trustedS, 2 * this.traffic.stepS);
    // The cell that goes on now is not a rate yet.
    return buildSeries(
      this.traffic,
      this.#cells.filter(([s]) => s >= fromS && s + cellS <= nowS),
    );
  });

  /** Steps from here on may still grow, Unix ms. */
  readonly fillingFromMs = $derived.by(() => {
    const answer = this.answer.data;
    if (!answer) return null;
    const movedMs = this.isLive ? Math.max(0, this.#clock.nowMs - answer.askedMs) : 0;
    return answer.traffic.fillingFromMs + movedMs;
  });

  start(): () => void {
    void this.loadDetail();
    const detailTimer = setInterval(() => void this.loadDetail(), detailMs);
    const leave = this.#live.subscribe((event) => this.#take(event));
    return () => {
      clearInterval(detailTimer);
      leave();
      this.detail.reset();
      this.answer.reset();
    };
  }

  /** Shows another series, and keeps it fresh while its range ends now; the function that it returns ends that. */
  show(subject: Subject, range: Range): () => void {
    if (subject.id !== this.subject.id || subject.kind !== this.subject.kind) this.answer.reset();
    this.subject = subject;
    this.range = range;
    void this.loadTraffic();
    if (range.kind === 'custom') return () => undefined;
    const timer = setInterval(
      () => {
        if (this.running || !this.canRun) void this.loadTraffic();
      },
      range.preset.live ? settledMs : longSettledMs,
    );
    return () => clearInterval(timer);
  }

  async loadDetail(): Promise<void> {
    await this.detail.load((signal) => this.#api.academy(this.#id, signal));
  }

  async loadTraffic(): Promise<void> {
    const askedMs = this.#clock.nowMs;
    const span = spanOf(this.range, askedMs);
    await this.answer.load(async (signal) => ({
      traffic: await this.#api.traffic(this.subject, span, signal),
      askedMs,
    }));
  }

  #take({ kind, event }: LiveEvent): void {
    const changed = event.academies.find(({ id }) => id === this.#id);
    if (changed && changed.cells.length > 0) {
      this.#cells = mergeCells(this.#cells, changed.cells, event.nowMs / 1000 - keptS);
    }
    // After a lost connection there may be a hole between what is held and what comes.
    const answer = this.answer.data;
    if (kind === 'snapshot' && this.isLive && answer && event.nowMs - answer.askedMs > 5000) void this.loadTraffic();
  }
}

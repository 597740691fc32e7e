/** All academies: fetched, then kept up to date by the live stream. */
import type { AcademyList } from '@linewatch/contract';
import type { Api } from '../lib/api.ts';
import type { LiveEvent } from '../live/protocol.ts';
import { type LineShown, lineShown } from '../watch/lib/lines.ts';
import { AcademyView } from './academy-view.svelte.ts';
import type { Clock } from './clock.svelte.ts';
import type { Live } from './live.svelte.ts';
import { Resource } from './resource.svelte.ts';

/** How often the list is fetched again: for names, new academies, interfaces without a circuit and settled figures. */
const settledMs = 60_000;
/** While there is nothing to see, someone is probably setting up, or repairing, and watching. */
const setupMs = 5_000;

export class Overview {
  readonly list = new Resource<AcademyList>();
  academies = $state.raw<readonly AcademyView[]>([]);
  readonly counts = $derived.by(() => {
    const counts = { reporting: 0, silent: 0, awaiting: 0 };
    for (const { state } of this.academies) counts[state] += 1;
    return counts;
  });
  /** By the state of their lines. */
  readonly lines = $derived.by(() => {
    const counts = Object.fromEntries(lineShown.map((shown) => [shown, 0])) as Record<LineShown, number>;
    for (const { shown } of this.academies) counts[shown] += 1;
    return counts;
  });
  /** Academies with an incident that is open. */
  readonly inIncidents = $derived(this.academies.reduce((sum, { incidents }) => sum + (incidents > 0 ? 1 : 0), 0));
  readonly totals = $derived.by(() => {
    let inBps = 0;
    let outBps = 0;
    for (const academy of this.academies) {
      inBps += academy.inBps;
      outBps += academy.outBps;
    }
    return { inBps, outBps };
  });

  readonly #api: Api;
  readonly #clock: Clock;
  readonly #live: Live;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
  readonly #byId = new Map<string, AcademyView>();
  #askedAgainMs = 0;

  constructor(api: Api, clock: Clock, live: Live) {
    this.#api = api;
    this.#clock = clock;
    this.#live = live;
  }

  start(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const again = async (): Promise<void> => {
      await this.load();
      if (stopped) return;
      timer = setTimeout(
        () => void again(),
        this.counts.reporting > 0 && this.list.error === null ? settledMs : setupMs,
      );
    };
    void again();
    const leave = this.#live.subscribe((event) => this.#take(event));
    return () => {
      stopped = true;
      clearTimeout(timer);
      leave();
      // The next to sign in here may not be allowed to see it.
      this.list.reset();
      this.academies = [];
      this.#byId.clear();
    };
  }

  find(id: string): AcademyView | undefined {
    return this.#byId.get(id);
  }

  async load(): Promise<void> {
    const before = this.list.data;
    await this.list.load((signal) => this.#api.academies(signal));
    if (this.list.data !== null && this.list.data !== before) this.#set(this.list.data);
  }

  #set({ nowMs, academies }: AcademyList): void {
    this.#clock.set(nowMs);
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
    const known = new Set(academies.map(({ id }) => id));
    const views = academies.map((now) => {
      const view = this.#byId.get(now.id);
      if (view) view.set(now, nowMs);
      else this.#byId.set(now.id, new AcademyView(now, nowMs));
      return this.#byId.get(now.id)!;
    });
    for (const id of this.#byId.keys()) if (!known.has(id)) this.#byId.delete(id);
    const same = views.length === this.academies.length && views.every((view, i) => view === this.academies[i]);
    if (!same) this.academies = views;
  }

  #take({ event }: LiveEvent): void {
    let unknown = false;
    for (const changed of event.academies) {
      const view = this.#byId.get(changed.id);
      if (view) view.update(changed, event.nowMs);
      else unknown = true;
    }
    // An academy that was just imported: its name is in the list only.
    if (!unknown || this.list.data === null || this.list.loading || Date.now() - this.#askedAgainMs < setupMs) return;
    this.#askedAgainMs = Date.now();
    void this.load();
  }
}

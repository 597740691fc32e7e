/** One incident: as it is now, and what a person does to it. */
import type { Incident, IncidentAction, IncidentDetail } from '@linewatch/contract';
import { Action } from '../../state/action.svelte.ts';
import type { Clock } from '../../state/clock.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { type Change, changesOf } from '../incident/changes.ts';
import type { WatchApi } from '../lib/watch-api.ts';

const againMs = 15_000;

export class IncidentPage {
  readonly detail = new Resource<IncidentDetail>();
  readonly acting = new Action();
  /** What someone else changed since a form was opened; null = nothing is known to be. */
  meanwhile = $state.raw<readonly Change[] | null>(null);
  readonly #id: number;
  readonly #api: Pick<WatchApi, 'incident' | 'act'>;
  readonly #clock: Clock;

  constructor(id: number, api: Pick<WatchApi, 'incident' | 'act'>, clock: Clock) {
    this.#id = id;
    this.#api = api;
    this.#clock = clock;
  }

  start(): () => void {
    void this.load();
    const timer = setInterval(() => {
      if (!document.hidden && !this.acting.busy) void this.load();
    }, againMs);
    return () => {
      clearInterval(timer);
      this.detail.reset();
    };
  }

  async load(): Promise<void> {
    await this.detail.load(async (signal) => {
      const detail = await this.#api.incident(this.#id, signal);
      this.#clock.set(detail.nowMs);
      return detail;
    });
  }

  /** A form is opened, or closed. */
  begin(): void {
    this.acting.error = null;
    this.meanwhile = null;
  }

  /** True when it was done. `read`: the incident as the form was filled in from. */
  async act(body: IncidentAction, read: Incident): Promise<boolean> {
    this.meanwhile = null;
    const done = await this.acting.run((signal) => this.#api.act(this.#id, body, signal));
    if (done) {
      await this.load();
      return true;
    }
    // Someone was faster: what is so now is shown, and the form keeps what was written.
    if (this.acting.error?.problem === 'record_changed') {
      await this.load();
      const now = this.detail.data?.incident;
      if (now && now.revision !== read.revision) this.meanwhile = changesOf(read, now);
    }
    return false;
  }
}

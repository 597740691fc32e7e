/** Silences: what there is, and when they take place in the month that is shown. */
import type { AlertNow, Silence, SilenceBody } from '@linewatch/contract';
import { Action } from '../../state/action.svelte.ts';
import type { Clock } from '../../state/clock.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import type { AlertsApi } from '../lib/alerts-api.ts';

type Used = Pick<AlertsApi, 'silences' | 'silence' | 'changeSilence' | 'endSilence' | 'alerts'>;

export class SilencesPage {
  readonly list = new Resource<readonly Silence[]>();
  /** What fires, to say what a silence that is being written would cover. */
  readonly firing = new Resource<readonly AlertNow[]>();
  readonly action = new Action();
  readonly #api: Used;
  readonly #clock: Clock;
  #span = { fromMs: 0, toMs: 0 };

  constructor(api: Used, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  stop(): void {
    this.list.reset();
    this.firing.reset();
  }

  async show(fromMs: number, toMs: number): Promise<void> {
    this.#span = { fromMs, toMs };
    await this.list.load(async (signal) => {
      const { nowMs, silences } = await this.#api.silences(fromMs, toMs, signal);
      this.#clock.set(nowMs);
      return silences;
    });
  }

  async loadFiring(): Promise<void> {
    await this.firing.load(async (signal) => (await this.#api.alerts(signal)).alerts);
  }

  reload(): Promise<void> {
    return this.show(this.#span.fromMs, this.#span.toMs);
  }

  async save(body: SilenceBody, of: Silence | null): Promise<Silence | undefined> {
    const saved = await this.action.run((signal) =>
      of === null ? this.#api.silence(body, signal) : this.#api.changeSilence(of.id, body, signal),
    );
    // Someone was faster: the list shows what is so now.
    if (saved || this.action.error?.problem === 'record_changed') await this.reload();
    return saved;
  }

  async end(of: Silence): Promise<boolean> {
    const done = await this.action.run((signal) => this.#api.endSilence(of.id, signal));
    if (done) await this.reload();
    return done !== undefined;
  }
}

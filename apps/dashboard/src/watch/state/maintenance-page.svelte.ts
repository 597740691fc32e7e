/** Planned maintenance: what there is, and when it takes place in the month that is shown. */
import type { Maintenance, MaintenanceBody, MaintenanceOccurrence } from '@linewatch/contract';
import { Action } from '../../state/action.svelte.ts';
import type { Clock } from '../../state/clock.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import type { WatchApi } from '../lib/watch-api.ts';

type Used = Pick<
  WatchApi,
  'maintenances' | 'occurrences' | 'createMaintenance' | 'changeMaintenance' | 'cancelMaintenance'
>;

export class MaintenancePage {
  readonly list = new Resource<readonly Maintenance[]>();
  readonly occurrences = new Resource<readonly MaintenanceOccurrence[]>();
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
    this.occurrences.reset();
  }

  async loadList(): Promise<void> {
    await this.list.load(async (signal) => {
      const { nowMs, maintenances } = await this.#api.maintenances(signal);
      this.#clock.set(nowMs);
      return maintenances;
    });
  }

  async show(fromMs: number, toMs: number): Promise<void> {
    if (fromMs !== this.#span.fromMs || toMs !== this.#span.toMs) this.occurrences.reset();
    this.#span = { fromMs, toMs };
    await this.occurrences.load(async (signal) => (await this.#api.occurrences(fromMs, toMs, signal)).occurrences);
  }

  async reload(): Promise<void> {
    await Promise.all([this.loadList(), this.show(this.#span.fromMs, this.#span.toMs)]);
  }

  /** What was saved; undefined when it was not. */
  async save(body: MaintenanceBody, of: Maintenance | null): Promise<Maintenance | undefined> {
    const saved = await this.action.run((signal) =>
      of === null
        ? this.#api.createMaintenance(body, signal)
        : this.#api.changeMaintenance(of.id, body, of.revision, signal),
    );
    // Someone was faster: the list shows what is so now.
    if (saved || this.action.error?.problem === 'record_changed') await this.reload();
    return saved;
  }

  async cancel(of: Maintenance): Promise<boolean> {
    const done = await this.action.run((signal) => this.#api.cancelMaintenance(of.id, signal));
    if (done) await this.reload();
    return done !== undefined;
  }
}

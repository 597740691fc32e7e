/** The exporters' page: fetched every 10 s, as often as collectors tell of them. */
import type { Exporter, ExporterDecision, ExporterList } from '@linewatch/contract';
import { type Api, type ApiError, toApiError } from '../lib/api.ts';
import { keyOf } from '../lib/exporters.ts';
import type { Clock } from './clock.svelte.ts';
import { Resource } from './resource.svelte.ts';

const everyMs = 10_000;
/** After a failure. */
const retryMs = 5000;

export class ExportersPage {
  readonly list = new Resource<ExporterList>();
  /** Key of the exporter whose decision is on its way; empty = none. */
  deciding = $state('');
  /** Why the last decision was not taken. */
  failure = $state.raw<{ readonly exporter: Exporter; readonly error: ApiError } | null>(null);
  /** What was done last, for those who do not see it. */
  done = $state('');
  readonly #api: Api;
  readonly #clock: Clock;

  constructor(api: Api, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  start(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const again = async (): Promise<void> => {
      await this.load();
      if (!stopped) timer = setTimeout(() => void again(), this.list.error ? retryMs : everyMs);
    };
    void again();
    return () => {
      stopped = true;
      clearTimeout(timer);
      this.list.reset();
    };
  }

  async load(): Promise<void> {
    const before = this.list.data;
    await this.list.load((signal) => this.#api.exporters(signal));
    if (this.list.data !== null && this.list.data !== before) this.#clock.set(this.list.data.nowMs);
  }

  async decide(exporter: Exporter, decision: ExporterDecision): Promise<void> {
    if (this.deciding !== '') return;
    this.deciding = keyOf(exporter);
    this.failure = null;
    try {
      const now = await this.#api.decide(exporter, decision, new AbortController().signal);
      this.#replace(now);
      this.done = `${exporter.address} is ${decision}`;
    } catch (reason) {
      this.failure = { exporter, error: toApiError(reason) };
    }
    this.deciding = '';
  }

  #replace(now: Exporter): void {
    const { data } = this.list;
    if (!data) return;
    const key = keyOf(now);
    this.list.data = { ...data, exporters: data.exporters.map((each) => (keyOf(each) === key ? now : each)) };
  }
}

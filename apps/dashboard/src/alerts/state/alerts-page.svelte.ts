/** Alerts that fire now, kept fresh while they are looked at. */
import type { AlertNow, AlertNowList } from '@linewatch/contract';
import type { Clock } from '../../state/clock.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';

const againMs = 15_000;

export class AlertsPage {
  readonly list = new Resource<readonly AlertNow[]>();
  readonly #read: (signal: AbortSignal) => Promise<AlertNowList>;
  readonly #clock: Clock;

  constructor(read: (signal: AbortSignal) => Promise<AlertNowList>, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  start(): () => void {
    void this.load();
    const timer = setInterval(() => {
      if (!document.hidden) void this.load();
    }, againMs);
    return () => {
      clearInterval(timer);
      this.list.reset();
    };
  }

  async load(): Promise<void> {
    await this.list.load(async (signal) => {
      const { nowMs, alerts } = await this.#read(signal);
      this.#clock.set(nowMs);
      return alerts;
    });
  }
}

/** A lane for each receiver that is on; told when there is something new for one. */
import type { Notifying, StoredSubscription } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';
import { Lane, type LaneOptions } from './lane.ts';

export interface EngineOptions extends Omit<LaneOptions, 'notifying' | 'onDry'> {
  readonly notifying: Pick<Notifying, 'due' | 'breaker' | 'nextDue'>;
  readonly logger: Logger;
}

/** People replay, retries fall due: asked for at most so often, */
const leastBetweenMs = 250;
/** and at least so often. */
const everyMs = 10_000;

export class Engine {
  readonly #options: EngineOptions;
  readonly #lanes = new Map<number, Lane>();
  #woken = new AbortController();
  #running: Promise<void> | undefined;
  /** Of those that are on: how long the longest waiting has been due. */
  #overdueMs = 0;
  #ending: Promise<unknown>[] = [];

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Those of the set-up that are to be sent to. */
  follow(subscriptions: readonly StoredSubscription[]): void {
    const on = new Map(
      subscriptions
        .filter(({ enabled, disabled, format }) => enabled && disabled === null && format !== 'heartbeat')
        .map((each) => [each.row, each]),
    );
    for (const [row, lane] of this.#lanes)
      if (!on.has(row)) {
        this.#lanes.delete(row);
        const ending = lane.stop().finally(() => (this.#ending = this.#ending.filter((each) => each !== ending)));
        this.#ending.push(ending);
      }
    for (const [row, subscription] of on) {
      const lane = this.#lanes.get(row);
      if (lane) {
        if (differs(lane.subscription, subscription)) lane.update(subscription);
        continue;
      }
      const made = new Lane(subscription, { ...this.#options, onDry: () => this.wakeAll() });
      this.#lanes.set(row, made);
      made.start();
    }
  }

  /** There are new deliveries for these. */
  wake(subscriptions: Iterable<number>): void {
    for (const row of subscriptions) this.#lanes.get(row)?.wake();
  }

  /** Anything may have changed. */
  wakeAll(): void {
    this.#woken.abort();
  }

  get overdueMs(): number {
    return this.#overdueMs;
  }

  lanes(): Iterable<Lane> {
    return this.#lanes.values();
  }

  async stop(): Promise<void> {
    this.#woken.abort();
    await Promise.all([...[...this.#lanes.values()].map((lane) => lane.stop()), ...this.#ending, this.#running]);
  }

  async #run(): Promise<void> {
    const { notifying, logger, signal, now } = this.#options;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      this.#woken = new AbortController();
      try {
        const nowMs = now();
        const due = await notifying.nextDue();
        let overdueMs = 0;
        for (const [row, dueMs] of due) {
          const lane = this.#lanes.get(row);
          if (!lane) continue;
          lane.wake(dueMs);
          if (!lane.isHeldUp) overdueMs = Math.max(overdueMs, nowMs - dueMs);
        }
        this.#overdueMs = overdueMs;
      } catch (error) {
        if (!isOver()) logger.warn({ reason: describe(error) }, 'what is due could not be read; trying again');
      }
      await sleep(leastBetweenMs, signal);
      await sleep(everyMs, AbortSignal.any([this.#woken.signal, signal]));
    }
  }
}

/** How it is doing is the lane's own word. */
const differs = (a: StoredSubscription, b: StoredSubscription): boolean =>
  JSON.stringify({ ...a, breaker: null }) !== JSON.stringify({ ...b, breaker: null });

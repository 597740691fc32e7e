/** Subscriptions: who is told, how that goes, and what a person does about it. */
import type {
  RotateBody,
  RotatedSecret,
  Subscription,
  SubscriptionBody,
  TestBody,
  TestResult,
} from '@linewatch/contract';
import { Action } from '../../state/action.svelte.ts';
import type { Clock } from '../../state/clock.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import type { AlertsApi } from '../lib/alerts-api.ts';

type Used = Pick<
  AlertsApi,
  'subscriptions' | 'putSubscription' | 'removeSubscription' | 'rotate' | 'enable' | 'example' | 'replay'
>;
const againMs = 15_000;

export class SubscriptionsPage {
  readonly list = new Resource<readonly Subscription[]>();
  readonly saving = new Action();
  readonly acting = new Action();
  readonly trying = new Action();
  readonly #api: Used;
  readonly #clock: Clock;

  constructor(api: Used, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  start(): () => void {
    void this.load();
    const timer = setInterval(() => {
      if (!document.hidden && !this.saving.busy && !this.acting.busy) void this.load();
    }, againMs);
    return () => {
      clearInterval(timer);
      this.list.reset();
    };
  }

  async load(): Promise<void> {
    await this.list.load(async (signal) => {
      const { nowMs, subscriptions } = await this.#api.subscriptions(signal);
      this.#clock.set(nowMs);
      return subscriptions;
    });
  }

  async save(id: string, body: SubscriptionBody): Promise<Subscription | undefined> {
    const saved = await this.saving.run((signal) => this.#api.putSubscription(id, body, signal));
    if (saved || this.saving.error?.problem === 'record_changed') await this.load();
    return saved;
  }

  example(what: 'test' | 'preview', body: TestBody): Promise<TestResult | undefined> {
    return this.trying.run((signal) => this.#api.example(what, body, signal));
  }

  async rotate(id: string, body: RotateBody): Promise<RotatedSecret | undefined> {
    const made = await this.acting.run((signal) => this.#api.rotate(id, body, signal));
    if (made) await this.load();
    return made;
  }

  enable(id: string): Promise<boolean> {
    return this.#act((signal) => this.#api.enable(id, signal));
  }

  remove(id: string): Promise<boolean> {
    return this.#act((signal) => this.#api.removeSubscription(id, signal));
  }

  async #act(work: (signal: AbortSignal) => Promise<object>): Promise<boolean> {
    const done = await this.acting.run(work);
    if (done) await this.load();
    return done !== undefined;
  }
}

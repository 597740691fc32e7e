/** Requests to services outside, as long as all is well: they notice when these stop, whatever the reason. */
import type { Transport } from '@linewatch/alerting';
import type { StoredSubscription } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';
import { liveSecrets } from './delivery/sender.ts';
import type { NotifierMetrics } from './metrics.ts';

export interface HeartbeatOptions {
  readonly transport: Pick<Transport, 'open'>;
  /** Why not all is well; undefined: all is. */
  readonly trouble: () => string | undefined;
  readonly metrics: NotifierMetrics;
  readonly logger: Logger;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

interface Beat {
  subscription: StoredSubscription;
  dueMs: number;
  isUnderWay: boolean;
  withheld: string;
}

const defaultSeconds = 60;
const lookMs = 1000;

export class Heartbeats {
  readonly #options: HeartbeatOptions;
  readonly #beats = new Map<number, Beat>();
  #running: Promise<void> | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  follow(subscriptions: readonly StoredSubscription[]): void {
    const on = subscriptions.filter(({ format, enabled }) => format === 'heartbeat' && enabled);
    const rows = new Set(on.map(({ row }) => row));
    for (const row of this.#beats.keys()) if (!rows.has(row)) this.#beats.delete(row);
    for (const subscription of on) {
      const beat = this.#beats.get(subscription.row);
      if (beat) beat.subscription = subscription;
      else this.#beats.set(subscription.row, { subscription, dueMs: 0, isUnderWay: false, withheld: '' });
    }
  }

  async stop(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal, now } = this.#options;
    while (!signal.aborted) {
      for (const beat of this.#beats.values()) if (!beat.isUnderWay && beat.dueMs <= now()) this.#beat(beat);
      await sleep(lookMs, signal);
    }
  }

  #beat(beat: Beat): void {
    const { trouble, metrics, logger, now } = this.#options;
    const { everySeconds } = beat.subscription.settings as { readonly everySeconds?: number };
    beat.dueMs = now() + (everySeconds ?? defaultSeconds) * 1000;
    const why = trouble();
    if (why !== beat.withheld && why !== undefined)
      logger.warn({ subscription: beat.subscription.slug, reason: why }, 'heartbeats are withheld');
    beat.withheld = why ?? '';
    if (why !== undefined) {
      metrics.heartbeat('withheld');
      // As soon as all is well again.
      beat.dueMs = Math.min(beat.dueMs, now() + 5000);
      return;
    }
    beat.isUnderWay = true;
    this.#ask(beat.subscription)
      .then(
        (ok) => metrics.heartbeat(ok ? 'sent' : 'failed'),
        (error: unknown) => {
          metrics.heartbeat('failed');
          logger.warn({ subscription: beat.subscription.slug, reason: describe(error) }, 'a heartbeat was not taken');
        },
      )
      .finally(() => (beat.isUnderWay = false));
  }

  async #ask(subscription: StoredSubscription): Promise<boolean> {
    const { transport, logger, now } = this.#options;
    const { url } = subscription.settings as { readonly url: string };
    const secrets = Object.values(liveSecrets(subscription, now())).flat();
    const wire = transport.open({ timeoutMs: subscription.timeoutSeconds * 1000, secrets, recipients: [] });
    const { status } = await wire.exchange({ method: 'GET', url, headers: {}, body: null });
    const ok = status >= 200 && status < 300;
    if (!ok) logger.warn({ subscription: subscription.slug, status }, 'a heartbeat was not taken');
    return ok;
  }
}

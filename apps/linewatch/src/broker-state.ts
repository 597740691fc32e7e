/** What a component says of Kafka: in its metrics, and in its health. */
import type { BrokerState, Queue, QueueHealth } from '@linewatch/queue';
import { type App, type Metrics, describe } from '@linewatch/service';

type Asked = Pick<Queue, 'health'>;

const kinds = [
  'spilled',
  'drained',
  'uncertain',
  'refused',
  'unread',
] as const satisfies readonly (keyof BrokerState['counts'])[];

/** Metrics of a queue that has brokers; one without is left as it is. */
export function countBrokers(queue: Asked, metrics: Metrics): void {
  let asking: Promise<QueueHealth | undefined> | undefined;
  // One question for all figures of a scrape; a queue that is closed or cannot be read has none.
  const ask = (): Promise<QueueHealth | undefined> =>
    (asking ??= queue
      .health()
      .catch(() => undefined)
      .finally(() => {
        asking = undefined;
      }));
  metrics.gauge('queue_away_seconds', 'For how long Kafka has not answered; 0 while it does.', [], async (gauge) => {
    const since = (await ask())?.brokers?.awaySinceMs;
    gauge.set(since === undefined ? 0 : Math.max(0, (Date.now() - since) / 1000));
  });
  metrics.gauge('queue_spill_bytes', 'What waits on disk for Kafka.', [], async (gauge) => {
    gauge.set((await ask())?.usedBytes ?? 0);
  });
  metrics.gauge('queue_waiting_bytes', 'What waits in memory for Kafka.', [], async (gauge) => {
    gauge.set((await ask())?.brokers?.waitingBytes ?? 0);
  });
  const counted = new Map<string, number>();
  metrics.counter(
    'queue_messages_total',
    'Messages spilled to disk and drained from it, sent as possible repeats, refused for good, gone before they were read.',
    ['kind'],
    async (counter) => {
      const counts = (await ask())?.brokers?.counts;
      for (const kind of kinds) {
        const now = counts?.[kind] ?? counted.get(kind) ?? 0;
        counter.inc({ kind }, Math.max(0, now - (counted.get(kind) ?? 0)));
        counted.set(kind, now);
      }
    },
  );
}

/** The app, with what its queue says in its health. It is not ready while the queue takes nothing. */
export const tellingOf = (queue: Asked, app: App): App => ({
  start: () => app.start(),
  stop: () => app.stop(),
  health: async () => {
    const { ready, detail } = await app.health();
    const told = await queue.health().catch((error: unknown) => ({ accepting: false, detail: describe(error) }));
    return { ready: ready && told.accepting, detail: [detail, told.detail].filter((text) => text !== '').join('; ') };
  },
});

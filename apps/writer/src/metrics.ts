import type { Metrics } from '@linewatch/service';
import type { Found } from './kind.ts';
import { type PaceState, paceStates } from './pacing.ts';

/** A partition that is being written, as `/metrics` asks for it. */
export interface Lag {
  readonly topic: string;
  readonly partition: number;
  /** Undefined while the queue does not tell. */
  readonly messages: number | undefined;
  readonly seconds: number;
}

export interface WriterMetrics {
  readonly rows: (topic: string, rows: number) => void;
  readonly insert: (topic: string, seconds: number) => void;
  readonly retry: (topic: string, code: string) => void;
  readonly recovered: (topic: string) => void;
  /** A range was looked for in what is stored. */
  readonly looked: (topic: string, found: Found) => void;
  readonly dead: (topic: string) => void;
  readonly deadLost: (topic: string, reason: string) => void;
  readonly repeated: (topic: string) => void;
  readonly pace: (topic: string, partition: number, state: PaceState) => void;
  readonly lost: (topic: string, partition: number, messages: number) => void;
}

/** `readLags` is called at each scrape. */
export function writerMetrics(
  metrics: Metrics,
  readLags: () => Promise<readonly Lag[]> = () => Promise.resolve([]),
): WriterMetrics {
  const rows = metrics.counter('rows_stored_total', 'Rows that ClickHouse acknowledged.', ['topic']);
  const seconds = metrics.histogram(
    'insert_seconds',
    'Time of one insert.',
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    ['topic'],
  );
  const retries = metrics.counter('insert_retries_total', 'Inserts tried again, by the reason of the refusal.', [
    'topic',
    'code',
  ]);
  const recovered = metrics.counter('ranges_recovered_total', 'Ranges finished that an earlier process had begun.', [
    'topic',
  ]);
  const dead = metrics.counter(
    'messages_dead_total',
    'Messages that could not be validated and went to the dead letters.',
    ['topic'],
  );
  const repeated = metrics.counter(
    'batches_repeated_total',
    'Batches left out because the same one was on the queue before.',
    ['topic'],
  );
  const looked = metrics.counter(
    'ranges_checked_total',
    'Ranges that were looked for in what is stored before they were inserted again, by how much was there.',
    ['topic', 'found'],
  );
  const foundStored = metrics.counter(
    'ranges_found_stored_total',
    'Ranges that were stored already when they were to be inserted again later than ClickHouse may remember.',
    ['topic'],
  );
  const deadLost = metrics.counter(
    'dead_letters_lost_total',
    'Dead letters that the queue did not take, by its reason.',
    ['topic', 'reason'],
  );
  const lagSeconds = metrics.gauge('lag_seconds', 'Age of the oldest message that is not written yet.', [
    'topic',
    'partition',
  ]);
  metrics.gauge(
    'lag_messages',
    'Messages on the queue that are not written yet.',
    ['topic', 'partition'],
    async (gauge) => {
      const lags = await readLags();
      gauge.reset();
      lagSeconds.reset();
      for (const { topic, partition, messages, seconds } of lags) {
        if (messages !== undefined) gauge.set({ topic, partition: String(partition) }, messages);
        lagSeconds.set({ topic, partition: String(partition) }, seconds);
      }
    },
  );
  const pace = metrics.gauge('pace', 'How ranges are read: 1 for the state that is in force.', [
    'topic',
    'partition',
    'state',
  ]);
  const lost = metrics.gauge('lost_messages_total', 'Messages that retention removed before they were written.', [
    'topic',
    'partition',
  ]);
  return {
    rows: (topic, count) => rows.inc({ topic }, count),
    insert: (topic, time) => seconds.observe({ topic }, time),
    retry: (topic, code) => retries.inc({ topic, code }),
    recovered: (topic) => recovered.inc({ topic }),
    looked: (topic, found) => {
      looked.inc({ topic, found });
      if (found === 'all') foundStored.inc({ topic });
    },
    dead: (topic) => dead.inc({ topic }),
    deadLost: (topic, reason) => deadLost.inc({ topic, reason }),
    repeated: (topic) => repeated.inc({ topic }),
    pace: (topic, partition, state) => {
      for (const each of paceStates)
        pace.set({ topic, partition: String(partition), state: each }, each === state ? 1 : 0);
    },
    lost: (topic, partition, messages) => lost.set({ topic, partition: String(partition) }, messages),
  };
}

import type { Metrics } from '@linewatch/service';

export interface WriterMetrics {
  readonly rows: (topic: string, rows: number) => void;
  readonly insert: (topic: string, seconds: number) => void;
  readonly retry: (topic: string, code: string) => void;
  readonly recovered: (topic: string) => void;
  readonly dead: (topic: string) => void;
  readonly repeated: (topic: string) => void;
  readonly lag: (topic: string, partition: number, messages: number) => void;
  readonly lost: (topic: string, partition: number, messages: number) => void;
}

export function writerMetrics(metrics: Metrics): WriterMetrics {
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
  const lag = metrics.gauge('lag_messages', 'Messages on the queue that are not written yet.', ['topic', 'partition']);
  const lost = metrics.gauge('lost_messages_total', 'Messages that retention removed before they were written.', [
    'topic',
    'partition',
  ]);
  return {
    rows: (topic, count) => rows.inc({ topic }, count),
    insert: (topic, time) => seconds.observe({ topic }, time),
    retry: (topic, code) => retries.inc({ topic, code }),
    recovered: (topic) => recovered.inc({ topic }),
    dead: (topic) => dead.inc({ topic }),
    repeated: (topic) => repeated.inc({ topic }),
    lag: (topic, partition, messages) => lag.set({ topic, partition: String(partition) }, messages),
    lost: (topic, partition, messages) => lost.set({ topic, partition: String(partition) }, messages),
  };
}

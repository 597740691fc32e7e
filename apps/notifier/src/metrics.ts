import type { Metrics } from '@linewatch/service';

/** What `/metrics` asks for at each scrape. */
export interface NotifierFigures {
  readonly leading: boolean;
  /** Age of the oldest change of an incident that was not taken yet. */
  readonly lagSeconds: number;
  readonly alerts: Readonly<Record<string, number>>;
  readonly groups: number;
  readonly pending: number;
  readonly dead: number;
  readonly oldestSeconds: number;
  readonly receivers: Readonly<Record<'closed' | 'open' | 'half-open', number>>;
}

export interface NotifierMetrics {
  readonly changes: (count: number) => void;
  readonly telling: (event: string) => void;
  readonly delivery: (outcome: string) => void;
  readonly attempt: (format: string, outcome: string) => void;
  readonly latency: (seconds: number) => void;
  readonly commit: (seconds: number) => void;
  readonly settle: (seconds: number) => void;
  readonly retried: (what: 'commit' | 'settle', code: string) => void;
  readonly heartbeat: (outcome: 'sent' | 'failed' | 'withheld') => void;
  readonly unaddressed: () => void;
  readonly conditionFailed: () => void;
  readonly pruned: (rows: number) => void;
}

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function notifierMetrics(metrics: Metrics, read: () => NotifierFigures): NotifierMetrics {
  const changes = metrics.counter('changes_total', 'Changes of incidents that were taken.');
  const tellings = metrics.counter('tellings_total', 'What was to be told, by what made it.', ['event']);
  const deliveries = metrics.counter('deliveries_total', 'Attempts of deliveries, by what the delivery came to be.', [
    'outcome',
  ]);
  const attempts = metrics.counter('attempts_total', 'Attempts, by format and by what the receiver made of them.', [
    'format',
    'outcome',
  ]);
  const latency = metrics.histogram(
    'delivery_seconds',
    'From the making of a delivery until its receiver had it.',
    [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 30, 300, 3600, 86_400],
  );
  const commits = metrics.histogram('commit_seconds', 'Time of one commit of alerts and deliveries.', buckets);
  const settles = metrics.histogram('settle_seconds', 'Time of one commit of results.', buckets);
  const retries = metrics.counter('retries_total', 'Commits tried again, by the reason of the refusal.', [
    'what',
    'code',
  ]);
  const heartbeats = metrics.counter('heartbeats_total', 'Heartbeats; withheld: not all is well.', ['outcome']);
  const unaddressed = metrics.counter(
    'safeguarding_unaddressed_total',
    'Safeguarding alerts of academies that have no safeguarding lead with an e-mail address.',
  );
  const conditions = metrics.counter('condition_failures_total', 'Times that the conditions could not be looked at.');
  const pruned = metrics.counter('pruned_rows_total', 'Rows that were removed because they are old.');
  const gauge = (name: string, help: string, value: (figures: NotifierFigures) => number): void =>
    void metrics.gauge(name, help, [], (g) => g.set(value(read())));
  gauge('leading', '1: this is the one that notifies; 0: it stands by.', ({ leading }) => (leading ? 1 : 0));
  gauge('lag_seconds', 'Age of the oldest change that was not taken yet.', ({ lagSeconds }) => lagSeconds);
  gauge('groups_open', 'Problems that receivers know of and that go on.', ({ groups }) => groups);
  gauge('deliveries_pending', 'Deliveries that wait.', ({ pending }) => pending);
  gauge('deliveries_dead', 'Deliveries that were given up and can be replayed.', ({ dead }) => dead);
  gauge('oldest_pending_seconds', 'Age of the oldest delivery that waits.', ({ oldestSeconds }) => oldestSeconds);
  metrics.gauge('alerts_firing', 'Alerts that fire, by severity.', ['severity'], (g) => {
    g.reset();
    for (const [severity, count] of Object.entries(read().alerts)) g.set({ severity }, count);
  });
  metrics.gauge('receivers', 'Receivers by the state of their breaker.', ['breaker'], (g) => {
    for (const [breaker, count] of Object.entries(read().receivers)) g.set({ breaker }, count);
  });
  return {
    changes: (count) => changes.inc(count),
    telling: (event) => tellings.inc({ event }),
    delivery: (outcome) => deliveries.inc({ outcome }),
    attempt: (format, outcome) => attempts.inc({ format, outcome }),
    latency: (seconds) => latency.observe(seconds),
    commit: (seconds) => commits.observe(seconds),
    settle: (seconds) => settles.observe(seconds),
    retried: (what, code) => retries.inc({ what, code }),
    heartbeat: (outcome) => heartbeats.inc({ outcome }),
    unaddressed: () => unaddressed.inc(),
    conditionFailed: () => conditions.inc(),
    pruned: (rows) => pruned.inc(rows),
  };
}

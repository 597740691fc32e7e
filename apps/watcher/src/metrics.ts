import type { Metrics } from '@linewatch/service';

/** Why a message or a word of it was left out. */
type Dropped = 'invalid' | 'repeated' | 'vantage' | 'future';

/** What `/metrics` asks for at each scrape. */
export interface WatcherFigures {
  readonly leading: boolean;
  readonly lagSeconds: number;
  readonly watermarkDelaySeconds: number;
  readonly incidentsOpen: number;
  readonly lines: Readonly<Record<string, number>>;
}

export interface WatcherMetrics {
  readonly evidence: (kind: string) => void;
  readonly dropped: (reason: Dropped) => void;
  readonly transition: (to: string) => void;
  readonly commit: (seconds: number) => void;
  readonly commitFailed: (code: string) => void;
  readonly lost: (messages: number) => void;
  /** Rows of what was measured for rules. */
  readonly measured: (kind: 'usage' | 'certificates', rows: number) => void;
  readonly measuredFailed: (code: string) => void;
}

export function watcherMetrics(metrics: Metrics, read: () => WatcherFigures): WatcherMetrics {
  const evidence = metrics.counter('evidence_total', 'What was told of lines, by its kind.', ['kind']);
  const dropped = metrics.counter('dropped_total', 'Messages, and words in them, that were left out, by the reason.', [
    'reason',
  ]);
  const transitions = metrics.counter('transitions_total', 'Changes of the state of lines, by the new one.', ['to']);
  const commits = metrics.histogram(
    'commit_seconds',
    'Time of one commit to PostgreSQL.',
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  );
  const failures = metrics.counter('commit_retries_total', 'Commits tried again, by the reason of the refusal.', [
    'code',
  ]);
  const lost = metrics.counter('lost_messages_total', 'Messages that were gone from the queue before they were read.');
  const measured = metrics.counter('measured_rows_total', 'Rows of use and certificates that were kept, by the kind.', [
    'kind',
  ]);
  const measuredFailed = metrics.counter(
    'measured_failures_total',
    'Use and certificates that could not be kept and are told again, by the reason.',
    ['code'],
  );
  const gauge = (name: string, help: string, value: (figures: WatcherFigures) => number): void =>
    void metrics.gauge(name, help, [], (g) => g.set(value(read())));
  gauge('leading', '1: this is the one that watches; 0: it stands by.', ({ leading }) => (leading ? 1 : 0));
  gauge('lag_seconds', 'Age of the oldest message that was not read yet.', ({ lagSeconds }) => lagSeconds);
  gauge(
    'watermark_delay_seconds',
    'How far the latest heartbeat of the collectors is behind the clock.',
    ({ watermarkDelaySeconds }) => watermarkDelaySeconds,
  );
  gauge('incidents_open', 'Incidents that are not resolved.', ({ incidentsOpen }) => incidentsOpen);
  metrics.gauge('lines', 'Lines by their state.', ['state'], (g) => {
    g.reset();
    for (const [state, count] of Object.entries(read().lines)) g.set({ state }, count);
  });
  return {
    evidence: (kind) => evidence.inc({ kind }),
    dropped: (reason) => dropped.inc({ reason }),
    transition: (to) => transitions.inc({ to }),
    commit: (seconds) => commits.observe(seconds),
    commitFailed: (code) => failures.inc({ code }),
    lost: (messages) => lost.inc(messages),
    measured: (kind, rows) => measured.inc({ kind }, rows),
    measuredFailed: (code) => measuredFailed.inc({ code }),
  };
}

import type { Metrics } from '@linewatch/service';

/** Why a row or message of the live tail was not used. */
const liveDropReasons = ['invalid', 'repeated', 'outside_window', 'interface_evicted', 'names_full'] as const;

/** Why a viewer's stream was closed by us. */
export type ViewerEndReason = 'left' | 'stalled' | 'stopping';

/**
 * `repeated`: its id was taken before. `refused`: its signature does not hold. `invalid`: it cannot be done. `failed`: by us.
 */
const hookOutcomes = ['taken', 'repeated', 'refused', 'invalid', 'failed'] as const;

export type ApiMetrics = ReturnType<typeof createApiMetrics>;

export function createApiMetrics(metrics: Metrics) {
  const liveDropped = metrics.counter('live_dropped_total', 'What the live state did not take, by reason.', ['reason']);
  for (const reason of liveDropReasons) liveDropped.inc({ reason }, 0);
  const stateDropped = metrics.counter('state_dropped_total', 'State of exporters that was not taken, by reason.', [
    'reason',
  ]);
  for (const reason of ['invalid', 'full']) stateDropped.inc({ reason }, 0);
  const hooks = metrics.counter('hooks_total', 'Messages of helpdesks, by what became of them.', ['outcome']);
  for (const outcome of hookOutcomes) hooks.inc({ outcome }, 0);
  return {
    hooks,
    requests: metrics.counter('requests_total', 'Requests answered, by route and status.', ['route', 'status']),
    requestSeconds: metrics.histogram(
      'request_duration_seconds',
      'Time to answer a request, streams left out.',
      [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      ['route'],
    ),
    problems: metrics.counter('problems_total', 'Problem documents sent, by code.', ['code']),
    viewers: metrics.gauge('stream_viewers', 'Live streams open.'),
    viewersEnded: metrics.counter('stream_viewers_ended_total', 'Live streams that ended, by reason.', ['reason']),
    streamEvents: metrics.counter('stream_events_total', 'Events made for the live stream, by kind.', ['kind']),
    streamBytes: metrics.counter('stream_written_bytes_total', 'Octets handed to the connections of viewers.'),
    streamSkipped: metrics.counter(
      'stream_skipped_total',
      'Events that a slow viewer was not sent; it gets a snapshot later.',
    ),
    streamSeconds: metrics.histogram(
      'stream_tick_duration_seconds',
      'Time to compute and write one live update.',
      [0.0005, 0.001, 0.005, 0.02, 0.1, 0.5],
    ),
    liveMessages: metrics.counter('live_messages_total', 'Messages of the signals topic read for the live state.'),
    liveDropped,
    stateDropped,
    liveInterfaces: metrics.gauge('live_interfaces_count', 'Exporter interfaces in the live state.'),
    queries: metrics.counter('queries_total', 'Queries of stored telemetry, by outcome.', ['outcome']),
    refreshFailures: metrics.counter('refresh_failures_total', 'Reads of the estate or of stored names that failed.', [
      'what',
    ]),
  };
}

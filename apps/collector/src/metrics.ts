import type { Counters, Privacy } from '@linewatch/decode';
import type { Metrics } from '@linewatch/service';

/** Why flows that were decoded did not reach the queue. */
const unqueuedReasons = ['queue_full', 'queue_backlog', 'queue_failed'] as const;
export type UnqueuedReason = (typeof unqueuedReasons)[number];

export interface CollectorMetrics {
  readonly queued: (flows: number, bytes: number) => void;
  readonly unqueued: (reason: UnqueuedReason, flows: number) => void;
  readonly signalsLost: (reason: UnqueuedReason, rows: number) => void;
  readonly event: (kind: string) => void;
}

/** With what is told on the queue besides. */
export interface TotalledMetrics extends CollectorMetrics {
  readonly flowsUnqueued: ReadonlyMap<UnqueuedReason, number>;
}

export interface CollectorState {
  readonly counters: Counters;
  /** Datagrams read, by socket. */
  readonly received: () => readonly { readonly protocol: string; readonly received: number }[];
  /** By port. */
  readonly kernelDrops: () => ReadonlyMap<number, number>;
  readonly inFlightBytes: () => number;
  readonly sumsOverLimit: () => number;
  readonly totalsSkipped: () => number;
  readonly privacy: Pick<Privacy, 'replaced' | 'missed'>;
}

/** Counters of the decoder are read at each scrape; the rest is counted where it happens. */
export function collectorMetrics(metrics: Metrics, state: CollectorState): TotalledMetrics {
  const { counters } = state;
  metrics.gauge('datagrams_received_total', 'Datagrams read from the sockets.', ['port'], (g) => {
    for (const { protocol, received } of state.received()) g.set({ port: protocol }, received);
  });
  const queued = metrics.counter('flows_queued_total', 'Flows accepted: flushed to the queue.');
  const octets = metrics.counter('flow_messages_queued_bytes_total', 'Octets of flow messages accepted by the queue.');
  const unqueued = metrics.counter('flows_unqueued_total', 'Flows decoded but not queued, by reason.', ['reason']);
  const signals = metrics.counter('signals_lost_total', 'Interface sums, samples and events not queued, by reason.', [
    'reason',
  ]);
  const events = metrics.counter('events_total', 'Events by kind: the catalogue of traps names them.', ['kind']);
  for (const reason of unqueuedReasons) {
    unqueued.inc({ reason }, 0);
    signals.inc({ reason }, 0);
  }
  metrics.gauge('datagrams_total', 'Datagrams by their one outcome.', ['outcome'], (g) => {
    g.set({ outcome: 'decoded' }, counters.datagrams.decoded);
    g.set({ outcome: 'held' }, counters.datagrams.held);
    g.set({ outcome: 'rejected' }, counters.datagrams.rejected);
  });
  metrics.gauge('losses_total', 'Datagrams, or parts of them, that could not be read, by reason.', ['reason'], (g) => {
    for (const [reason, value] of Object.entries(counters.losses)) g.set({ reason }, value);
  });
  metrics.gauge('upstream_lost_total', 'Lost before they reached us, by sequence numbers.', ['unit'], (g) => {
    g.set({ unit: 'flows' }, counters.sequence.lostFlows);
    g.set({ unit: 'datagrams' }, counters.sequence.lostDatagrams);
    g.set({ unit: 'records' }, counters.sequence.lostRecords);
    g.set({ unit: 'samples' }, counters.sequence.lostSamples);
  });
  metrics.gauge('flows_decoded_total', 'Flow rows decoded.', [], (g) => g.set(counters.flows));
  metrics.gauge('sflow_samples_total', 'sFlow samples by kind.', ['kind'], (g) => {
    g.set({ kind: 'flow' }, counters.sflow.flowSamples);
    g.set({ kind: 'counter' }, counters.sflow.counterSamples);
    g.set({ kind: 'discard' }, counters.sflow.discardSamples);
  });
  metrics.gauge('sflow_structures_unread_total', 'sFlow structures without a column or metric.', [], (g) =>
    g.set(counters.sflow.structuresUnread),
  );
  metrics.gauge('sflow_measurements_limited_total', 'Measurements left out: over one a second of a source.', [], (g) =>
    g.set(counters.sflow.measurementsLimited),
  );
  metrics.gauge(
    'names_limited_total',
    'Names and statistics that exporters tell left out: too many at once.',
    [],
    (g) => g.set(counters.namesLimited),
  );
  metrics.gauge('templates_total', 'Template records read.', ['kind'], (g) => {
    g.set({ kind: 'data' }, counters.templates);
    g.set({ kind: 'options' }, counters.optionTemplates);
  });
  metrics.gauge(
    'kernel_dropped_datagrams_total',
    'Datagrams the kernel dropped because a socket buffer was full.',
    ['port'],
    (g) => {
      for (const [port, drops] of state.kernelDrops()) g.set({ port }, drops);
    },
  );
  metrics.gauge('in_flight_bytes', 'Octets handed to the queue and not yet accepted.', [], (g) =>
    g.set(state.inFlightBytes()),
  );
  metrics.gauge('sums_over_limit_total', 'Flows left out of the interface sums: too many interfaces.', [], (g) =>
    g.set(state.sumsOverLimit()),
  );
  metrics.gauge('totals_unsummed_total', 'Records of running totals, left out of the interface sums.', [], (g) =>
    g.set(state.totalsSkipped()),
  );
  metrics.gauge('addresses_pseudonymised_total', 'Addresses of inside hosts replaced, or truncated.', [], (g) =>
    g.set(state.privacy.replaced),
  );
  metrics.gauge('pseudonyms_computed_total', 'Addresses that were not in the cache of pseudonyms.', [], (g) =>
    g.set(state.privacy.missed),
  );
  const flowsUnqueued = new Map<UnqueuedReason, number>();
  return {
    flowsUnqueued,
    queued: (flows, bytes) => {
      queued.inc(flows);
      octets.inc(bytes);
    },
    unqueued: (reason, flows) => {
      unqueued.inc({ reason }, flows);
      flowsUnqueued.set(reason, (flowsUnqueued.get(reason) ?? 0) + flows);
    },
    signalsLost: (reason, rows) => signals.inc({ reason }, rows),
    event: (kind) => events.inc({ kind }),
  };
}

import type { ProbeTarget } from '@linewatch/record';
import type { Metrics } from '@linewatch/service';
import { type Outcome, untriedReasons } from './outcome.ts';
import type { Heard } from './stamp/session.ts';

const kinds = ['icmp', 'tcp', 'http', 'https', 'dns', 'stamp'] as const satisfies readonly ProbeTarget['kind'][];
const heards = ['answer', 'duplicate', 'late', 'stray'] as const satisfies readonly Heard[];
/** `trouble`: answered, and something is wrong. */
const results = ['ok', 'trouble', 'failed', ...untriedReasons] as const;

function resultOf(outcome: Outcome): (typeof results)[number] {
  if (outcome.is === 'untried') return outcome.reason;
  if (outcome.is === 'answered') return outcome.trouble === '' ? 'ok' : 'trouble';
  return outcome.is === 'failed' ? 'failed' : 'ok';
}

export class ProbeCounts {
  readonly ended: (kind: ProbeTarget['kind'], outcome: Outcome) => void;
  readonly stamp: (heard: Heard) => void;

  constructor(metrics: Metrics, targets: () => number) {
    const probes = metrics.counter('probes_total', 'Runs of probes, by method and how they ended.', ['kind', 'result']);
    for (const kind of kinds) for (const result of results) probes.inc({ kind, result }, 0);
    this.ended = (kind, outcome) => probes.inc({ kind, result: resultOf(outcome) });
    const heard = metrics.counter('stamp_packets_heard_total', 'Packets that came to STAMP senders.', ['result']);
    for (const result of heards) heard.inc({ result }, 0);
    this.stamp = (result) => heard.inc({ result });
    metrics.gauge('probe_targets', 'Targets that are probed.', [], (g) => g.set(targets()));
  }
}

/** An exporter as the API shows it, from what its collector told. */
import type { Exporter, ExporterState } from '@linewatch/contract';
import type { Decision, ExporterStatus } from '@linewatch/record';
import { adviceOn } from './advice.ts';
import type { KnownExporter } from './table.ts';
import { lossesOf } from './words.ts';

/** As for circuits: heard in the last 5 minutes. */
const reportingMs = 5 * 60_000;

const versionNames: Readonly<Record<string, string>> = {
  '5': 'NetFlow v5',
  '9': 'NetFlow v9',
  '10': 'IPFIX',
  '105': 'sFlow v5',
  snmp: 'SNMP traps',
};

/** Those that number what they send, and those that say what time it is. */
const numbered = ['5', '9', '10', '105'] as const;
const timed = ['5', '9', '10'] as const;

type Upstream = ExporterStatus['lostUpstream'];

/** What of all that was sent was lost, by the unit that its sequence numbers count; the worst of them. */
function ratioOf(lost: Upstream, datagrams: number, flows: number): number | null {
  const share = (missing: number, came: number): number => (missing === 0 ? 0 : missing / (missing + came));
  if (datagrams + flows === 0) return null;
  return Math.max(
    share(lost.datagrams, datagrams),
    share(lost.flows + lost.records, flows),
    share(lost.samples, flows),
  );
}

/** A decision holds from when it is made; the collector's word follows with its next round. */
function stateOf(status: ExporterStatus, decision: Decision | undefined, nowMs: number): ExporterState {
  const { admission, atMs, lastMs } = status;
  if (decision?.decision === 'refused') return 'refused';
  // An approval does not reach beyond the allowed networks, which only the collector knows.
  if (admission === 'refused' && (decision === undefined || decision.atMs < atMs)) return 'refused';
  if (admission === 'awaiting' && decision?.decision !== 'approved') return 'awaiting';
  return nowMs - lastMs < reportingMs ? 'reporting' : 'silent';
}

export interface Described {
  readonly decision: Decision | undefined;
  readonly name: string;
  readonly circuits: Exporter['circuits'];
  readonly nowMs: number;
}

export function exporterOf({ collector, address, status }: KnownExporter, described: Described): Exporter {
  const { decision, name, circuits, nowMs } = described;
  const { datagrams, lastHour, lostUpstream } = status;
  const state = stateOf(status, decision, nowMs);
  const read = datagrams.decoded + datagrams.held;
  const sends = (versions: readonly string[]): boolean => read > 0 && versions.some((each) => each in status.versions);
  const ratio = (lost: Upstream, came: number, flows: number): number | null =>
    sends(numbered) ? ratioOf(lost, came, flows) : null;
  const heardLately = nowMs - status.atMs < 2 * 60_000;
  const sampled = status.sampling.length === 0 && status.flows > 0 ? [{ rate: 1, stated: false }] : status.sampling;
  const shown = {
    address,
    collector,
    name,
    circuits,
    state,
    decision: decision?.decision ?? null,
    lastSeenMs: status.lastMs,
    sinceMs: status.epoch,
    datagramsPerS: heardLately ? status.datagramsPerS : 0,
    flowsPerS: heardLately ? status.flowsPerS : 0,
    datagrams: { received: read + datagrams.rejected, ...datagrams },
    flows: status.flows,
    versions: Object.entries(status.versions)
      .map(([version, lastSeenMs]) => ({ name: versionNames[version] ?? version, lastSeenMs }))
      .sort((a, b) => b.lastSeenMs - a.lastSeenMs),
    templates: status.templates,
    setsHeld: status.setsHeld,
    sampling: sampled,
    lostUpstream: { ...lostUpstream, ratio: ratio(lostUpstream, read, status.flows) },
    lostLastHour: {
      sinceMs: lastHour.fromMs,
      ...lastHour.lost,
      ratio: ratio(lastHour.lost, lastHour.datagrams, lastHour.flows),
    },
    duplicates: status.duplicates,
    late: status.late,
    lostHere: lossesOf(Object.entries(status.lostHere)),
    clockSkewMs: sends(timed) ? status.skewMs : null,
    activeTimeoutMs: status.activeTimeoutMs > 0 ? status.activeTimeoutMs : null,
    unknownElements: status.unknownElements,
  };
  return { ...shown, advice: adviceOn(shown) };
}

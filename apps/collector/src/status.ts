/** What is told of one exporter, from the decoder's handle. */
import { type Exporter, type RefusalReason, elementOf } from '@linewatch/decode';
import type { ExporterStatus } from '@linewatch/record';
import type { Admission } from './admission.ts';
import type { History } from './history.ts';
import type { Outsider } from './outsiders.ts';

/** Most of each that are told of one exporter. */
const maxRates = 16;
const maxElements = 100;

type Upstream = ExporterStatus['lostUpstream'];

export const noUpstream: Upstream = { flows: 0, datagrams: 0, records: 0, samples: 0 };

/** Never reached us: what came late after all is taken off again. */
export function upstreamOf({ sequence }: Exporter): Upstream {
  const net = (lost: number, late: number): number => Math.max(0, lost - late);
  return {
    flows: net(sequence.lostFlows, sequence.lateFlows),
    datagrams: net(sequence.lostDatagrams, sequence.lateDatagrams),
    records: net(sequence.lostRecords, sequence.lateRecords),
    samples: net(sequence.lostSamples, sequence.lateSamples),
  };
}

/** Whether something could be read of it. Anyone can claim to be an address, and what says nothing makes no exporter. */
export const isReadable = ({ outcomes }: Exporter): boolean => outcomes.decoded + outcomes.held > 0;

/** The latest rates of its flows. */
const samplingOf = ({ sampling }: Exporter): ExporterStatus['sampling'] =>
  [...sampling].slice(-maxRates).map(([rate, stated]) => ({ rate, stated }));

function unknownElementsOf({ elements, elementNames }: Exporter): ExporterStatus['unknownElements'] {
  return [...elements]
    .sort((a, b) => b[1] - a[1])
    .slice(0, maxElements)
    .map(([key, records]) => {
      const [pen = 0, id = 0] = key.split('/').map(Number);
      return { pen, id, name: elementOf(pen, id)?.name ?? elementNames.get(key) ?? '', records };
    });
}

const reasonOf = ({ why }: Outsider): RefusalReason =>
  why === 'awaiting' ? 'exporter_unapproved' : 'exporter_refused';

export interface Told {
  readonly nowMs: number;
  /** Unix ms when the collector started. */
  readonly epoch: number;
}

/** `outsider` is what came of it while it was not taken, where that is known. */
export function statusOf(
  exporter: Exporter,
  admission: Admission,
  history: History,
  outsider: Outsider | undefined,
  { nowMs, epoch }: Told,
): ExporterStatus {
  const { sequence, outcomes } = exporter;
  const heldOff = outsider?.datagrams ?? 0;
  const lostHere: Record<string, number> = Object.fromEntries(exporter.losses);
  if (outsider) lostHere[reasonOf(outsider)] = (lostHere[reasonOf(outsider)] ?? 0) + heldOff;
  return {
    atMs: nowMs,
    epoch,
    lastMs: Math.max(exporter.lastMs, outsider?.lastMs ?? 0),
    admission,
    versions: Object.fromEntries([...exporter.versions].map(([version, ms]) => [String(version), ms])),
    datagrams: { ...outcomes, rejected: outcomes.rejected + heldOff },
    flows: exporter.flows,
    ...history.rates(nowMs),
    templates: exporter.templateCount,
    setsHeld: exporter.held.size,
    sampling: samplingOf(exporter),
    lostUpstream: upstreamOf(exporter),
    lastHour: history.lastHour(),
    duplicates: sequence.duplicates,
    late: sequence.lateFlows + sequence.lateDatagrams + sequence.lateRecords + sequence.lateSamples,
    lostHere,
    skewMs: exporter.skewMs,
    activeTimeoutMs: exporter.activeTimeoutMs,
    unknownElements: unknownElementsOf(exporter),
  };
}

/** Of one that is not taken: how much it sends, and what it says that it is. */
export function statusOfOutsider(outsider: Outsider, datagramsPerS: number, { nowMs, epoch }: Told): ExporterStatus {
  const { why, datagrams, lastMs, versions } = outsider;
  return {
    atMs: nowMs,
    epoch,
    lastMs,
    admission: why,
    versions: Object.fromEntries(versions),
    datagrams: { decoded: 0, held: 0, rejected: datagrams },
    flows: 0,
    datagramsPerS,
    flowsPerS: 0,
    templates: 0,
    setsHeld: 0,
    sampling: [],
    lostUpstream: noUpstream,
    lastHour: { fromMs: nowMs, lost: noUpstream, datagrams: 0, flows: 0 },
    duplicates: 0,
    late: 0,
    lostHere: { [reasonOf(outsider)]: datagrams },
    skewMs: 0,
    activeTimeoutMs: 0,
    unknownElements: [],
  };
}

/** Which exporters the page shows, in what order, and their figures as text. */
import type { CollectorNow, Exporter, ExporterList, ExporterState } from '@linewatch/contract';
import { formatCount, formatNumberOf } from './format.ts';

export const stateLabels: Record<ExporterState, string> = {
  reporting: 'Reporting',
  silent: 'Silent',
  awaiting: 'Awaiting approval',
  refused: 'Refused',
};

export const filters = ['all', 'attention', 'reporting', 'silent', 'awaiting', 'refused'] as const;
export type Filter = (typeof filters)[number];

export const filterLabels: Record<Filter, string> = { all: 'All', attention: 'With advice', ...stateLabels };

export const sortKeys = [
  'state',
  'name',
  'heard',
  'rate',
  'protocol',
  'sampling',
  'upstream',
  'here',
  'clock',
  'unknown',
] as const;
export type ExporterSort = (typeof sortKeys)[number];

export const sortLabels: Record<ExporterSort, string> = {
  state: 'State',
  name: 'Exporter',
  heard: 'Last heard',
  rate: 'Rate',
  protocol: 'Protocol',
  sampling: 'Sampling',
  upstream: 'Lost upstream',
  here: 'Lost here',
  clock: 'Clock',
  unknown: 'Unknown',
};

const collator = new Intl.Collator('en-GB', { numeric: true, sensitivity: 'base' });

export const keyOf = ({ collector, address }: Pick<Exporter, 'collector' | 'address'>): string =>
  `${collector} ${address}`;

/** What people call it: the device's own name, else its address. */
export const titleOf = ({ name, address }: Pick<Exporter, 'name' | 'address'>): string =>
  name === '' ? address : name;

const stateOrder: Record<ExporterState, number> = { awaiting: 0, silent: 1, reporting: 2, refused: 3 };

export const lostHereOf = ({ lostHere }: Pick<Exporter, 'lostHere'>): number =>
  lostHere.reduce((sum, { count }) => sum + count, 0);

type Order = (a: Exporter, b: Exporter) => number;

const byName: Order = (a, b) => collator.compare(titleOf(a), titleOf(b)) || collator.compare(keyOf(a), keyOf(b));
const most =
  (figure: (exporter: Exporter) => number): Order =>
  (a, b) =>
    figure(b) - figure(a);

/** The way round that is asked for most: names from A, figures from the largest. */
const orders: Record<ExporterSort, Order> = {
  state: (a, b) => stateOrder[a.state] - stateOrder[b.state],
  name: byName,
  heard: most(({ lastSeenMs }) => lastSeenMs),
  rate: most(({ flowsPerS, datagramsPerS }) => flowsPerS + datagramsPerS / 1e6),
  protocol: (a, b) => collator.compare(a.versions[0]?.name ?? '', b.versions[0]?.name ?? ''),
  sampling: most(({ sampling }) => Math.max(0, ...sampling.map(({ rate }) => rate))),
  upstream: most(({ lostLastHour, lostUpstream }) => (lostLastHour.ratio ?? -1) + (lostUpstream.ratio ?? 0) / 1e6),
  here: most(lostHereOf),
  clock: most(({ clockSkewMs }) => Math.abs(clockSkewMs ?? -1)),
  unknown: most(({ unknownElements }) => unknownElements.length),
};

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const textOf = ({ name, address, collector, circuits, versions }: Exporter): string =>
  plain(
    [
      name,
      address,
      collector,
      ...circuits.flatMap((circuit) => [circuit.academyName, circuit.name]),
      ...versions.map((version) => version.name),
    ].join(' '),
  );

export interface Arrangement {
  readonly search: string;
  readonly filter: Filter;
  readonly sort: ExporterSort;
  /** The other way round. */
  readonly reverse: boolean;
}

export function arrangeExporters(
  exporters: readonly Exporter[],
  { search, filter, sort, reverse }: Arrangement,
): Exporter[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  const order = orders[sort];
  const turn = reverse ? -1 : 1;
  return exporters
    .filter((each) => filter === 'all' || (filter === 'attention' ? needsAttention(each) : each.state === filter))
    .filter((each) => words.length === 0 || holds(textOf(each), words))
    .sort((a, b) => turn * order(a, b) || byName(a, b));
}

/** An assumed sampling rate is what most exporters leave us with: it is told, and calls for no one. */
const needsAttention = ({ advice }: Exporter): boolean => advice.some(({ about }) => about !== 'sampling');

const holds = (text: string, words: readonly string[]): boolean => words.every((word) => text.includes(word));

const units = ['datagrams', 'flows', 'records', 'samples'] as const;
type Lost = Pick<Exporter['lostUpstream'], (typeof units)[number]>;

/** `1,204 datagrams, 1 record`; `none`. */
export function formatLost(lost: Lost): string {
  const parts = units.filter((unit) => lost[unit] > 0).map((unit) => formatNumberOf(lost[unit], unit.slice(0, -1)));
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** A small share stays visible: `0%`, `<0.01%`, `0.52%`, `12%`. */
export function formatRatio(ratio: number | null): string {
  if (ratio === null) return '–';
  const percent = ratio * 100;
  if (percent === 0) return '0%';
  if (percent < 0.01) return '<0.01%';
  return `${percent < 10 ? Number(percent.toPrecision(2)) : Math.round(percent)}%`;
}

/** `12 per s`, `0.4 per s`; a very small one is still not nothing. */
export function formatPerS(perS: number): string {
  if (perS === 0) return '0';
  if (perS < 0.1) return '<0.1';
  return perS < 10 ? perS.toFixed(1) : formatCount(Math.round(perS));
}

/** `0.52%: 12 flows`; `none`; an en dash where it is not known: nothing was read, or what came has no numbers. */
export const formatLoss = (loss: Lost & { readonly ratio: number | null }): string =>
  loss.ratio === null ? '–' : loss.ratio === 0 ? formatLost(loss) : `${formatRatio(loss.ratio)}: ${formatLost(loss)}`;

/** Collectors tell of themselves once a second: after this long without a word something is wrong, ms. */
const quietMs = 30_000;

export const isQuiet = ({ heardMs }: Pick<CollectorNow, 'heardMs'>, nowMs: number): boolean =>
  nowMs - heardMs >= quietMs;

/** `3 min`, `450 ms`: a length without a direction. */
export function formatLength(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1000) return `${Math.round(size)} ms`;
  if (size < 120_000) return `${Math.round(size / 1000)} s`;
  if (size < 7_200_000) return `${Math.round(size / 60_000)} min`;
  if (size < 172_800_000) return `${Math.round(size / 3_600_000)} h`;
  return `${Math.round(size / 86_400_000)} days`;
}

/** NetFlow's header has whole seconds: below two there is nothing to tell. */
export function formatClockSkew(skewMs: number | null): string {
  if (skewMs === null) return '–';
  if (Math.abs(skewMs) < 2000) return 'in step';
  return `${formatLength(skewMs)} ${skewMs < 0 ? 'fast' : 'slow'}`;
}

/** `1 in 100`, `1 in 100–512`; with nothing read yet an en dash. */
export function formatSampling(sampling: Exporter['sampling']): string {
  const rates = sampling.map(({ rate }) => rate);
  if (rates.length === 0) return '–';
  const low = Math.min(...rates);
  const high = Math.max(...rates);
  if (high <= 1) return 'none';
  return low === high ? `1 in ${formatCount(high)}` : `1 in ${formatCount(low)}–${formatCount(high)}`;
}

export const samplingWord = (sampling: Exporter['sampling']): string =>
  sampling.length === 0 ? '' : sampling.every(({ stated }) => stated) ? 'stated' : 'assumed';

/** `32 MB`, `208 kB`. */
export const formatBytes = (bytes: number): string =>
  bytes >= 1e6 ? `${formatCount(Math.round(bytes / 1e5) / 10)} MB` : `${formatCount(Math.round(bytes / 1000))} kB`;

/** Of all exporters and collectors together. */
export function totalsOf({ exporters, collectors }: ExporterList) {
  const counts: Record<ExporterState, number> = { reporting: 0, silent: 0, awaiting: 0, refused: 0 };
  const none = (): Record<(typeof units)[number], number> => ({ datagrams: 0, flows: 0, records: 0, samples: 0 });
  const lastHour = none();
  const sinceStart = none();
  let worstRatio: number | null = null;
  for (const { state, lostLastHour, lostUpstream } of exporters) {
    counts[state] += 1;
    if (lostLastHour.ratio !== null) worstRatio = Math.max(worstRatio ?? 0, lostLastHour.ratio);
    for (const unit of units) {
      lastHour[unit] += lostLastHour[unit];
      sinceStart[unit] += lostUpstream[unit];
    }
  }
  return {
    counts,
    lastHour,
    sinceStart,
    worstRatio,
    lostHere: collectors.reduce((sum, each) => sum + lostHereOf(each), 0),
    kernelDropped: collectors.flatMap(({ sockets }) => sockets).reduce((sum, each) => sum + each.kernelDropped, 0),
  };
}

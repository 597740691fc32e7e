/** What options data may say, by element. All else in it feeds nothing and is counted. */
import * as e from './elements.ts';
import { elementKey } from './registry/registry.ts';
import type { Layout } from './template.ts';
import type { SamplingParameters } from './values.ts';

/** Totals that an exporter tells of itself (RFC 7011 section 4, RFC 5476 section 6.5.1), by the metric they become. */
export const statistics = [
  [40, 'exporter.exported.octets'],
  [41, 'exporter.exported.messages'],
  [42, 'exporter.exported.flows'],
  [163, 'exporter.observed.flows'],
  [85, 'exporter.observed.octets'],
  [86, 'exporter.observed.packets'],
  [134, 'exporter.dropped.octets'],
  [135, 'exporter.dropped.packets'],
  [164, 'exporter.ignored.packets'],
  [165, 'exporter.ignored.octets'],
  [407, 'exporter.ignored.records'],
  [166, 'exporter.not_sent.flows'],
  [167, 'exporter.not_sent.packets'],
  [168, 'exporter.not_sent.octets'],
  [318, 'exporter.selector.observed.packets'],
  [319, 'exporter.selector.selected.packets'],
] as const;

export interface OptionNumbers extends SamplingParameters {
  sampler: number;
  template: number;
  ifIndex: number;
  systemInitMs: number;
  activeTimeoutS: number;
  vrf: number;
  vlan: number;
  /** Metering or exporting process. */
  process: number;
  enterprise: number;
  element: number;
}

export interface OptionTexts {
  name: string;
  alias: string;
  vrfName: string;
  applicationName: string;
  applicationDescription: string;
  applicationCategory: string;
  elementName: string;
}

export const noNumbers: OptionNumbers = {
  interval: -1,
  randomInterval: -1,
  packetInterval: -1,
  packetSpace: -1,
  size: -1,
  population: -1,
  sampler: -1,
  template: -1,
  ifIndex: -1,
  systemInitMs: 0,
  activeTimeoutS: -1,
  vrf: -1,
  vlan: -1,
  process: -1,
  enterprise: -1,
  element: -1,
};

export const noTexts: OptionTexts = {
  name: '',
  alias: '',
  vrfName: '',
  applicationName: '',
  applicationDescription: '',
  applicationCategory: '',
  elementName: '',
};

export const numbers: ReadonlyMap<number, keyof OptionNumbers> = new Map([
  [e.sampling.interval, 'interval'],
  [e.sampling.randomInterval, 'randomInterval'],
  [e.sampling.packetInterval, 'packetInterval'],
  [e.sampling.packetSpace, 'packetSpace'],
  [e.sampling.size, 'size'],
  [e.sampling.population, 'population'],
  ...e.sampling.samplers.map((id) => [id, 'sampler'] as const),
  [e.sampling.template, 'template'],
  ...e.interfaceElements.map((id) => [id, 'ifIndex'] as const),
  [e.systemInitElement, 'systemInitMs'],
  [36, 'activeTimeoutS'],
  [234, 'vrf'],
  [235, 'vrf'],
  [58, 'vlan'],
  [143, 'process'],
  [144, 'process'],
  // RFC 5610: names of enterprise-specific elements.
  [346, 'enterprise'],
  [303, 'element'],
]);

export const texts: ReadonlyMap<number, keyof OptionTexts> = new Map([
  [82, 'name'],
  [83, 'alias'],
  [236, 'vrfName'],
  [96, 'applicationName'],
  [94, 'applicationDescription'],
  [372, 'applicationCategory'],
  [341, 'elementName'],
]);

/** By element: position in `statistics`. */
export const statisticAt: ReadonlyMap<number, number> = new Map(statistics.map(([id], i) => [id, i]));

const isUsed = (id: number): boolean =>
  numbers.has(id) ||
  texts.has(id) ||
  statisticAt.has(id) ||
  id === e.applicationElement ||
  id === e.sampling.probability ||
  id === e.paddingElement;

/** Keys of the elements of an options template that nothing is made of; its scope says what the others are of. */
export const unusedOptions = ({ fields, scopes }: Layout): readonly string[] => [
  ...new Set(
    fields
      .filter(({ pen, id, length }, i) => i >= scopes && length > 0 && !(pen === 0 && isUsed(id)))
      .map(({ pen, id }) => elementKey(pen, id)),
  ),
];

/** The estate of a trust, arranged for the inbox's questions: what is there, what has no interface yet, whose is what. */
import type { EstateRecord, Kind, Values } from '@linewatch/contract';
import { Networks, formatAddress, parseAddress } from '@linewatch/record';
import { NameIndex } from './resemblance.ts';
import { Rules, compileRule } from './rule.ts';

export interface KnownAcademy {
  readonly id: string;
  readonly name: string;
  /** Undefined: it has none. */
  readonly networks: Networks | undefined;
}

export interface KnownCircuit {
  readonly id: string;
  readonly values: Values<'circuit'>;
  readonly revision: number;
}

export interface Known {
  readonly version: number;
  /** Those that go on. */
  readonly academies: ReadonlyMap<string, KnownAcademy>;
  readonly circuits: ReadonlyMap<string, KnownCircuit>;
  /** Circuits without exporter or interface, by academy. */
  readonly open: ReadonlyMap<string, readonly KnownCircuit[]>;
  /** By `exporterKey`. */
  readonly exporters: ReadonlyMap<string, { readonly id: string; readonly academy: string | undefined }>;
  /** Ids of those that ended, by `exporterKey`. */
  readonly endedExporters: ReadonlyMap<string, string>;
  readonly rules: Rules;
  /** Rules that cannot be used, for the log. */
  readonly broken: readonly { readonly id: string; readonly message: string }[];
  readonly names: NameIndex;
  /** Open circuits by the supplier's reference, in the form of `referenceKey`. */
  readonly references: ReadonlyMap<string, KnownCircuit>;
  readonly has: (kind: Kind, id: string) => boolean;
  readonly nameOf: (kind: Kind, id: string) => string;
  readonly record: (kind: Kind, id: string) => EstateRecord | undefined;
}

export const exporterKey = (collector: string, address: string): string => `${collector}/${address}`;

/** Blanks and punctuation are written as people like. Short ones are found in anything. */
export function referenceKey(text: string): string | undefined {
  const key = text.toLowerCase().replace(/[^a-z0-9]+/g, '');
  return key.length >= 6 && /\d/.test(key) ? key : undefined;
}

/** As the estate has it, or as it stands there. */
export function canonical(address: string): string {
  try {
    return formatAddress(parseAddress(address));
  } catch {
    return address;
  }
}

/** Whether a circuit names an interface: then it is mapped. */
const isPlaced = ({ exporter, interface: of }: Values<'circuit'>): boolean =>
  exporter !== undefined && of !== undefined;

function networksOf(texts: readonly string[] | undefined): Networks | undefined {
  if (!texts || texts.length === 0) return undefined;
  try {
    return new Networks(texts);
  } catch {
    return undefined;
  }
}

export function knownOf(version: number, records: readonly EstateRecord[]): Known {
  const byKey = new Map<string, EstateRecord>();
  const academies = new Map<string, KnownAcademy>();
  const circuits = new Map<string, KnownCircuit>();
  const open = new Map<string, KnownCircuit[]>();
  const exporters = new Map<string, { id: string; academy: string | undefined }>();
  const endedExporters = new Map<string, string>();
  const references = new Map<string, KnownCircuit>();
  const rules = [];
  const broken = [];
  for (const record of records) {
    byKey.set(`${record.kind}/${record.id}`, record);
    const { kind, id, values, revision } = record;
    if (record.ended !== null) {
      const { collector, address } = values as Values<'exporter'>;
      if (kind === 'exporter') endedExporters.set(exporterKey(collector, canonical(address)), id);
      continue;
    }
    if (kind === 'academy') {
      const academy = values as Values<'academy'>;
      academies.set(id, { id, name: academy.name, networks: networksOf(academy.networks) });
    } else if (kind === 'circuit') {
      const circuit: KnownCircuit = { id, values: values as Values<'circuit'>, revision };
      circuits.set(id, circuit);
      if (isPlaced(circuit.values)) continue;
      const { academy, reference } = circuit.values;
      open.set(academy, [...(open.get(academy) ?? []), circuit]);
      const key = reference === undefined ? undefined : referenceKey(reference);
      if (key !== undefined) references.set(key, circuit);
    } else if (kind === 'exporter') {
      const { collector, address, academy } = values as Values<'exporter'>;
      exporters.set(exporterKey(collector, canonical(address)), { id, academy });
    } else if (kind === 'rule') {
      const compiled = compileRule(values as Values<'rule'>);
      if ('rule' in compiled) rules.push(compiled.rule);
      else broken.push({ id, message: compiled.problems.map(({ path, message }) => `${path} ${message}`).join('; ') });
    }
  }
  const record = (kind: Kind, id: string): EstateRecord | undefined => byKey.get(`${kind}/${id}`);
  return {
    version,
    academies,
    circuits,
    open,
    exporters,
    endedExporters,
    rules: new Rules(rules),
    broken,
    names: new NameIndex([...academies.values()]),
    references,
    has: (kind, id) => byKey.has(`${kind}/${id}`),
    nameOf: (kind, id) => (record(kind, id)?.values as { name?: string } | undefined)?.name ?? id,
    record,
  };
}

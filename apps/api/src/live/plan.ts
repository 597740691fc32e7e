import type { Academy, Circuit, Snapshot, Trust } from '@linewatch/estate';
import { formatAddress, labelKey, parseAddress } from '@linewatch/record';
import { type Side, sourceKey } from './interfaces.ts';

export interface PlannedCircuit {
  readonly circuit: Circuit;
  /** `sourceKey` of its exporter; empty, which is no exporter's, while it has none. */
  readonly source: string;
  /** Side of the interface whose traffic is the academy's download. */
  readonly downSide: Side;
}

export interface PlannedAcademy {
  readonly academy: Academy;
  readonly circuits: readonly PlannedCircuit[];
}

/** The estate of one trust, arranged for looking up. Ids are the slugs of the estate's file. */
export interface Plan {
  readonly version: number;
  /** Named by its label, and without academies, while no such trust was imported. */
  readonly trust: Pick<Trust, 'key' | 'label' | 'name'>;
  readonly academies: readonly PlannedAcademy[];
  readonly academyById: ReadonlyMap<string, PlannedAcademy>;
  readonly circuitById: ReadonlyMap<string, PlannedCircuit>;
}

/** Whether a circuit carries its academy's traffic at a time. */
export const isValid = ({ circuit }: PlannedCircuit, nowMs: number): boolean =>
  (circuit.validFromMs ?? -Infinity) <= nowMs && nowMs < (circuit.validToMs ?? Infinity);

export const isOpen = ({ academy }: PlannedAcademy, nowMs: number): boolean => nowMs < (academy.endedMs ?? Infinity);

/** @param label of the trust to show: others may be in the same database. */
export function planOf(snapshot: Snapshot, label: string): Plan {
  const trust = snapshot.trusts.find((each) => each.label === label);
  const circuits = new Map<number, PlannedCircuit[]>();
  const circuitById = new Map<string, PlannedCircuit>();
  for (const circuit of snapshot.circuits) {
    if (!trust || circuit.trust !== trust.id) continue;
    const planned: PlannedCircuit = {
      circuit,
      source:
        circuit.exporter === null
          ? ''
          : sourceKey(trust.key, labelKey(circuit.collector), formatAddress(parseAddress(circuit.exporter))),
      downSide: circuit.downloadSide === 'in' ? 0 : 1,
    };
    const siblings = circuits.get(circuit.academy);
    if (siblings) siblings.push(planned);
    else circuits.set(circuit.academy, [planned]);
    circuitById.set(circuit.slug, planned);
  }
  const academies = snapshot.academies
    .filter((academy) => academy.trust === trust?.id)
    .map((academy) => ({ academy, circuits: circuits.get(academy.id) ?? [] }))
    .sort((a, b) => a.academy.name.localeCompare(b.academy.name, 'en-GB'));
  return {
    version: snapshot.version,
    trust: trust ?? { key: labelKey(label), label, name: label },
    academies,
    academyById: new Map(academies.map((each) => [each.academy.slug, each])),
    circuitById,
  };
}

/** The estate as ClickHouse is to know it: which interface was which circuit, when. */
import type { Circuit, Snapshot } from '@linewatch/estate';
import { labelKey, parseAddress } from '@linewatch/record';
import { type CircuitMapRow, type EstateMap, type ResolvedInterface, openEndS } from '@linewatch/store';

const key = (trust: number, collector: number, exporter: Uint8Array, kind: string, name: string): string =>
  `${trust}/${collector}/${Buffer.from(exporter).toString('hex')}/${kind}/${name}`;

/**
 * Of a circuit that is named by ifName or ifAlias, the latest times that an ifIndex bore the name. The map has room for so
 * many rows, of all trusts together: an exporter that renames its interfaces all day must not fill it.
 */
const maxTimes = 200;

const startS = (ms: number | null): number => (ms === null ? 0 : Math.max(0, Math.floor(ms / 1000)));
const endS = (ms: number | null): number => (ms === null ? openEndS : Math.min(openEndS, Math.ceil(ms / 1000)));

/**
 * Circuits named by ifName or ifAlias become a row for each time that an ifIndex bore the name; none while no exporter has
 * told it. The map applies at query time, so yesterday's data shows under a mapping made today.
 */
export function estateMap(snapshot: Snapshot, resolved: readonly ResolvedInterface[]): EstateMap {
  const byName = new Map<string, ResolvedInterface[]>();
  for (const found of resolved) {
    const name = key(found.trust, found.collector, found.exporter, found.kind, found.name);
    const list = byName.get(name);
    if (list) list.push(found);
    else byName.set(name, [found]);
  }
  const trustKeys = new Map(snapshot.trusts.map((trust) => [trust.id, trust.key]));
  return {
    circuits: snapshot.circuits.flatMap((circuit) => rowsOf(circuit, trustKeys.get(circuit.trust)!, byName)),
    academyNames: snapshot.academies.map(({ id, name }) => ({ id, name })),
    circuitNames: snapshot.circuits.map(({ id, name }) => ({ id, name })),
  };
}

function rowsOf(circuit: Circuit, trust: number, byName: ReadonlyMap<string, ResolvedInterface[]>): CircuitMapRow[] {
  const { interface: selector } = circuit;
  // Without a place in telemetry there is nothing to map.
  if (circuit.exporter === null || selector === null) return [];
  const exporter = parseAddress(circuit.exporter);
  const collector = labelKey(circuit.collector);
  const validFromS = startS(circuit.validFromMs);
  const validToS = endS(circuit.validToMs);
  const row = (index: number, fromS: number, toS: number): CircuitMapRow => ({
    trust,
    collector,
    exporter,
    interface: index,
    validFromS: fromS,
    validToS: toS,
    circuit: circuit.id,
    academy: circuit.academy,
    downloadSide: circuit.downloadSide === 'in' ? 0 : 1,
    committedInBps: circuit.committedDownBps ?? 0,
    committedOutBps: circuit.committedUpBps ?? 0,
  });
  if (selector.kind === 'index') return validToS > validFromS ? [row(selector.value, validFromS, validToS)] : [];
  const found = byName.get(key(trust, collector, exporter, selector.kind, selector.value)) ?? [];
  return found
    .toSorted((a, b) => b.validFromS - a.validFromS)
    .slice(0, maxTimes)
    .map((at) => row(at.interface, Math.max(validFromS, at.validFromS), Math.min(validToS, at.validToS)))
    .filter(({ validFromS: from, validToS: to }) => to > from);
}

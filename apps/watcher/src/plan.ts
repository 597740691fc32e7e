/** The estate arranged by what tells of its circuits. */
import type { Circuit, Snapshot } from '@linewatch/estate';
import { parseAddress, parseProbes } from '@linewatch/record';
import { AddressMap } from './addresses.ts';
import type { Place, Probed } from './vantages.ts';

/** Most circuits that one probe or tunnel is taken to tell of. */
const maxOfName = 200;

interface ProbeName {
  /** As samples have it. */
  readonly url: string;
  /** Label of the vantage point. */
  readonly collector: string;
}

/** A circuit as the watcher knows it. */
export interface Line {
  readonly circuit: Circuit;
  /** Label of its trust. */
  readonly trust: string;
  readonly academyName: string;
  readonly device: Device | undefined;
  /** In lower case. */
  readonly tunnels: readonly string[];
  readonly probes: readonly ProbeName[];
}

/** An exporter that has circuits. */
export interface Device {
  readonly trust: string;
  readonly collector: string;
  readonly exporter: Uint8Array;
  /** For people. */
  readonly name: string;
  readonly lines: readonly Line[];
}

export interface Plan {
  readonly version: number;
  /** By the rows of their circuits. */
  readonly lines: ReadonlyMap<number, Line>;
  /** Devices of a collector; undefined where none of the estate sends to it. */
  devices(trust: string, collector: string): AddressMap<Device> | undefined;
  probed(trust: string, collector: string, url: string): readonly Line[];
  /** What is probed from a vantage point. */
  probedFrom(place: Place): Probed;
  /** Whose tunnel has this name, lower case. */
  tunnelled(trust: string, name: string): readonly Line[];
  /** Of an academy's row. */
  academy(row: number): readonly Line[];
  /** Whether a trust has this label. */
  isTrust(label: string): boolean;
}

const words = (text: string | null): string[] => (text ?? '').split(/\s+/).filter((word) => word !== '');

const none: readonly Line[] = [];
const noUrls: ReadonlySet<string> = new Set();

/** What cannot be read is told to whoever enters it, and probed by nobody. */
function probesOf({ probe, collector }: Circuit): readonly ProbeName[] {
  if (probe === null) return [];
  try {
    return parseProbes(probe).map((target) => ({ url: target.url, collector: target.collector ?? collector }));
  } catch {
    return [];
  }
}

export function planOf(snapshot: Snapshot): Plan {
  const trusts = new Map(snapshot.trusts.map(({ id, label }) => [id, label]));
  const labels = new Set(trusts.values());
  const academies = new Map(snapshot.academies.map(({ id, name }) => [id, name]));
  const lines = new Map<number, Line>();
  const devices = new Map<string, AddressMap<Device>>();
  const probed = new Map<string, Line[]>();
  const vantages = new Map<string, { readonly circuits: Set<number>; readonly urls: Set<string> }>();
  const tunnelled = new Map<string, Line[]>();
  const byAcademy = new Map<number, Line[]>();
  const put = <K>(map: Map<K, Line[]>, key: K, line: Line): void => {
    const found = map.get(key);
    if (!found) map.set(key, [line]);
    else if (found.length < maxOfName && !found.includes(line)) found.push(line);
  };
  for (const circuit of snapshot.circuits) {
    const trust = trusts.get(circuit.trust);
    if (trust === undefined) continue;
    const { collector } = circuit;
    let device: (Device & { lines: Line[] }) | undefined;
    if (circuit.exporter !== null) {
      const exporter = parseAddress(circuit.exporter);
      const key = `${trust}/${collector}`;
      let map = devices.get(key);
      if (!map) devices.set(key, (map = new AddressMap<Device>()));
      device = map.get(exporter) as typeof device;
      if (!device) map.set(exporter, (device = { trust, collector, exporter, name: circuit.exporter, lines: [] }));
    }
    const line: Line = {
      circuit,
      trust,
      academyName: academies.get(circuit.academy) ?? '',
      device,
      tunnels: words(circuit.tunnel).map((name) => name.toLowerCase()),
      probes: probesOf(circuit),
    };
    lines.set(circuit.id, line);
    device?.lines.push(line);
    for (const { url, collector: vantage } of line.probes) {
      put(probed, `${trust}/${vantage}/${url}`, line);
      const from = `${trust}/${vantage}`;
      let vantagePoint = vantages.get(from);
      if (!vantagePoint) vantages.set(from, (vantagePoint = { circuits: new Set(), urls: new Set() }));
      vantagePoint.circuits.add(circuit.id);
      vantagePoint.urls.add(url);
    }
    for (const name of line.tunnels) put(tunnelled, `${trust}/${name}`, line);
    const siblings = byAcademy.get(circuit.academy);
    if (siblings) siblings.push(line);
    else byAcademy.set(circuit.academy, [line]);
  }
  return {
    version: snapshot.version,
    lines,
    isTrust: (label) => labels.has(label),
    devices: (trust, collector) => devices.get(`${trust}/${collector}`),
    probed: (trust, collector, url) => probed.get(`${trust}/${collector}/${url}`) ?? none,
    probedFrom: ({ trust, collector }) => {
      const found = vantages.get(`${trust}/${collector}`);
      return { circuits: found?.circuits.size ?? 0, urls: found?.urls ?? noUrls };
    },
    tunnelled: (trust, name) => tunnelled.get(`${trust}/${name}`) ?? none,
    academy: (row) => byAcademy.get(row) ?? none,
  };
}

export const isValid = ({ circuit }: Line, atMs: number): boolean =>
  (circuit.validFromMs ?? -Infinity) <= atMs && atMs < (circuit.validToMs ?? Infinity);

/** Whether a line names a path, `source:name` in lower case. */
export const isTunnel = ({ tunnels }: Line, path: string): boolean => {
  const bare = path.slice(path.indexOf(':') + 1);
  return tunnels.some((tunnel) => tunnel === bare || tunnel === path);
};

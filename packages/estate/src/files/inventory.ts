/** From devices and interfaces to exporters, equipment, and proposals of which interface is which circuit. */
import type { CircuitProposal, EstateRecord, Kind } from '@linewatch/contract';
import { textProblem } from '../units.ts';
import { type Device, type DeviceFormat, type Port, readDevices } from './devices.ts';
import type { Document, ReadFile } from './document.ts';
import { getAt, textAt } from './fields.ts';
import { Ids } from './slug.ts';

export interface InventoryOptions {
  readonly current: readonly EstateRecord[];
  readonly format: DeviceFormat;
  /** The file of ports, interfaces or sensors. */
  readonly second?: string | undefined;
  /** Academy by what the file calls the place. */
  readonly places?: Readonly<Record<string, string>> | undefined;
  /** Circuits whose proposal is taken. */
  readonly accept?: readonly string[] | undefined;
}

interface Location {
  readonly academy: string;
  readonly site?: string;
}

const key = (text: string): string => text.trim().toLowerCase();

/** The words that name something about an operating system, and who makes it. */
const makers: readonly (readonly [RegExp, string])[] = [
  [/^(ios|iosxe|iosxr|nxos|asa|cisco)/i, 'Cisco'],
  [/^junos|^juniper/i, 'Juniper'],
  [/^forti/i, 'Fortinet'],
  [/^routeros|^mikrotik/i, 'MikroTik'],
  [/^(arubaos|procurve|aruba)/i, 'Aruba'],
  [/^panos|^palo/i, 'Palo Alto Networks'],
  [/^(edgeos|unifi|airos)/i, 'Ubiquiti'],
  [/^draytek/i, 'DrayTek'],
  [/^sonicwall/i, 'SonicWall'],
];

const types: readonly (readonly [RegExp, string])[] = [
  [/firewall|utm/i, 'firewall'],
  [/switch|network/i, 'switch'],
  [/rout|cpe|wan/i, 'router'],
  [/wireless|access.?point|wifi/i, 'access-point'],
  [/ups|power/i, 'ups'],
  [/server/i, 'server'],
];

function locator(current: readonly EstateRecord[], places: Readonly<Record<string, string>>) {
  const found = new Map<string, Location>();
  for (const { kind, id, values } of current) {
    const name = getAt(values, 'name');
    if (kind === 'academy') {
      found.set(key(id), { academy: id });
      if (typeof name === 'string') found.set(key(name), { academy: id });
    }
    const academy = getAt(values, 'academy');
    if (kind === 'site' && typeof academy === 'string') {
      for (const text of [id, name])
        if (typeof text === 'string' && !found.has(key(text))) found.set(key(text), { academy, site: id });
    }
  }
  for (const [place, academy] of Object.entries(places)) found.set(key(place), { academy });
  return (place: string): Location | undefined => found.get(key(place));
}

const usable = (text: string): string | undefined => {
  const short = text.slice(0, 200).trim();
  return short !== '' && textProblem(short) === undefined ? short : undefined;
};

export function readInventory(text: string, options: InventoryOptions): ReadFile {
  const { current, format, second, places = {}, accept = [] } = options;
  const { devices, ports, ...read } = readDevices(format, text, second);
  const problems = [...read.problems];
  const locate = locator(current, places);
  const of = (kind: Kind): EstateRecord[] => current.filter((record) => record.kind === kind);
  const exporters = new Map<string, string>();
  for (const { id, values } of of('exporter'))
    exporters.set(`${textAt(values, 'collector') || 'main'} ${textAt(values, 'address')}`, id);
  const serials = new Map<string, string>();
  const names = new Map<string, string>();
  for (const { id, values } of of('equipment')) {
    const serial = getAt(values, 'serial');
    if (typeof serial === 'string') serials.set(key(serial), id);
    names.set(`${textAt(values, 'academy')} ${key(textAt(values, 'name'))}`, id);
  }
  const exporterIds = new Ids(of('exporter').map(({ id }) => id));
  const equipmentIds = new Ids(of('equipment').map(({ id }) => id));
  const documents: Document[] = [];
  const lost = new Map<string, number>();
  const addressOf = new Map<string, string>();
  let withoutAddress = 0;
  const add = (device: Device, kind: Kind, id: string, fields: Readonly<Record<string, string | undefined>>): void => {
    const values = Object.fromEntries(
      Object.entries<string | undefined>({ id, ...fields }).filter(([, value]) => value !== undefined),
    );
    documents.push({ kind, id, values, covers: Object.keys(values), place: device.place, where: device.where });
  };
  for (const device of devices) {
    const { address } = device;
    const where = locate(device.site);
    const name = usable(device.name) ?? usable(device.keys[0] ?? '');
    if (name === undefined) continue;
    if (!where) lost.set(device.site || '(none)', (lost.get(device.site || '(none)') ?? 0) + 1);
    let make = usable(device.make);
    if (format === 'librenms') make = makers.find(([word]) => word.test(device.make))?.[1] ?? make;
    let exporter: string | undefined;
    if (address !== undefined) {
      for (const each of device.keys) addressOf.set(key(each), address);
      exporter = exporters.get(`main ${address}`) ?? exporterIds.make(name, address);
      exporters.set(`main ${address}`, exporter);
      add(device, 'exporter', exporter, { address, collector: 'main', name, vendor: make, academy: where?.academy });
    } else withoutAddress++;
    if (!where) continue;
    const serial = usable(device.serial);
    const known = (serial && serials.get(key(serial))) ?? names.get(`${where.academy} ${key(name)}`);
    add(device, 'equipment', known ?? equipmentIds.make(name), {
      ...{ name, academy: where.academy, site: where.site, exporter, make, serial },
      model: usable(device.model),
      assetTag: usable(device.assetTag),
      firmware: usable(device.firmware),
      type: types.find(([word]) => word.test(device.type))?.[1],
    });
  }
  const proposals = propose(current, ports, addressOf);
  for (const id of accept) {
    const proposal = proposals.find(({ circuit }) => circuit === id);
    if (!proposal) {
      const message = `the circuit "${id}" has no proposal in this file`;
      problems.push({ row: null, line: null, column: null, path: 'accept', message });
      continue;
    }
    documents.push({
      kind: 'circuit',
      id,
      values: { id, exporter: proposal.exporter, interface: proposal.interface },
      covers: ['exporter', 'interface'],
      place: (path) => ({ row: null, line: null, column: null, path: `circuit ${id}${path && `.${path}`}` }),
      where: 'by its proposal',
    });
  }
  const notes: string[] = [];
  if (lost.size > 0) {
    const list = [...lost].slice(0, 100).map(([place, count]) => `${place} (${count})`);
    notes.push(
      `places that are no academy and no site of the estate; their devices are exporters without one: ${list.join(', ')}`,
    );
  }
  if (withoutAddress > 0) notes.push(`devices without an IP address, which cannot be exporters: ${withoutAddress}`);
  return {
    ...{ documents, problems, notes, proposals },
    kinds: accept.length > 0 ? ['exporter', 'equipment', 'circuit'] : ['exporter', 'equipment'],
    whole: false,
  };
}

/** What the alias of an interface says of a circuit that has no interface yet. The longest that fits is meant. */
function propose(
  current: readonly EstateRecord[],
  ports: readonly Port[],
  addressOf: ReadonlyMap<string, string>,
): CircuitProposal[] {
  const open = current.flatMap(({ kind, id, ended, values }) => {
    if (kind !== 'circuit' || ended !== null || getAt(values, 'interface') !== undefined) return [];
    const marks = (['reference', 'id', 'name'] as const).flatMap((field) => {
      const text = getAt(values, field);
      return typeof text === 'string' && text.length >= 4 ? [{ field, text: key(text) }] : [];
    });
    return [{ id, name: textAt(values, 'name'), marks }];
  });
  const words = { reference: "the supplier's reference", id: 'the id', name: 'the name' };
  const proposals = new Map<string, CircuitProposal>();
  const twice = new Set<string>();
  for (const port of ports) {
    const exporter = addressOf.get(key(port.device));
    const alias = key(port.alias);
    if (exporter === undefined || alias === '' || (port.index === undefined && port.name === '')) continue;
    let best: { id: string; name: string; why: string; length: number } | undefined;
    for (const { id, name, marks } of open)
      for (const { field, text } of marks)
        if (has(alias, text) && text.length > (best?.length ?? 0))
          best = { id, name, why: words[field], length: text.length };
    if (!best) continue;
    if (proposals.has(best.id)) twice.add(best.id);
    proposals.set(best.id, {
      circuit: best.id,
      ...{ name: best.name, exporter, alias: port.alias, why: `its alias has ${best.why}` },
      interface: port.index === undefined ? { name: port.name } : { index: port.index },
    });
  }
  return [...proposals.values()].filter(({ circuit }) => !twice.has(circuit));
}

/** As a word of its own: "oak-1" is not in "oak-12". */
function has(alias: string, text: string): boolean {
  for (let at = alias.indexOf(text); at >= 0; at = alias.indexOf(text, at + 1)) {
    const [before = ' ', after = ' '] = [alias[at - 1], alias[at + text.length]];
    if (!/[a-z0-9-]/.test(before) && !/[a-z0-9-]/.test(after)) return true;
  }
  return false;
}

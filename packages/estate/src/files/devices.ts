/**
 * Devices and interfaces as other programs export them, read for what they have in common. JSON is of their APIs, CSV of the
 * tables in their web pages; columns and keys go by name, so that either may have more or fewer.
 *
 * - LibreNMS: `GET /api/v0/devices` and `GET /api/v0/ports` (docs.librenms.org, API, Devices and Ports).
 * - NetBox: `GET /api/dcim/devices/` and `GET /api/dcim/interfaces/` (NetBox documentation, REST API), and the CSV export of
 *   those lists, with the titles of the columns. An interface's description there is what ifAlias is on the device.
 * - PRTG: `/api/table.json` and `/api/table.csv` with `content=devices` and `content=sensors` (PRTG Manual: Multiple Object
 *   Property or Status). A traffic sensor's name begins with its ifIndex in brackets.
 */
import type { FileProblem } from '@linewatch/contract';
import { deviceAddress } from '../address.ts';
import { isObject } from '../records/merge.ts';
import { plain } from './cells.ts';
import { type Place } from './document.ts';
import { getAt } from './fields.ts';
import { atRow, readTable } from './table.ts';

export type DeviceFormat = 'librenms' | 'netbox' | 'prtg';

export interface Device {
  /** What ports refer to it by: its number there, and its names. */
  readonly keys: readonly string[];
  readonly name: string;
  readonly address: string | undefined;
  /** What the other program calls the place. */
  readonly site: string;
  readonly make: string;
  readonly model: string;
  readonly serial: string;
  readonly assetTag: string;
  readonly firmware: string;
  readonly type: string;
  readonly place: (path: string) => Place;
  readonly where: string;
}

export interface Port {
  readonly device: string;
  readonly index: number | undefined;
  readonly name: string;
  readonly alias: string;
}

type Property = 'key' | 'name' | 'address' | 'site' | 'make' | 'model' | 'serial' | 'assetTag' | 'firmware' | 'type';
type PortProperty = 'device' | 'index' | 'name' | 'alias';

/** Keys of the JSON and titles of the table, the first that has something. */
interface Dialect {
  /** Where the lists stand in the JSON. */
  readonly lists: { readonly devices: string; readonly ports: string };
  readonly device: Readonly<Record<Property, readonly string[]>>;
  readonly port: Readonly<Record<PortProperty, readonly string[]>>;
}

const dialects: Readonly<Record<DeviceFormat, Dialect>> = {
  librenms: {
    lists: { devices: 'devices', ports: 'ports' },
    device: {
      key: ['device_id', 'Device ID', 'hostname', 'Hostname', 'Device', 'sysName', 'System Name'],
      name: ['display', 'Display Name', 'sysName', 'System Name', 'hostname', 'Hostname', 'Device'],
      address: ['overwrite_ip', 'ip', 'IP', 'IP Address', 'hostname', 'Hostname', 'Device'],
      site: ['location', 'Location'],
      make: ['vendor', 'Vendor', 'os', 'OS'],
      model: ['hardware', 'Hardware', 'Platform'],
      serial: ['serial', 'Serial'],
      assetTag: [],
      firmware: ['version', 'Version', 'OS Version'],
      type: ['type', 'Type'],
    },
    port: {
      device: ['device_id', 'Device ID', 'hostname', 'Hostname', 'Device'],
      index: ['ifIndex', 'Index'],
      name: ['ifName', 'Port', 'ifDescr', 'Interface'],
      alias: ['ifAlias', 'Description', 'Alias'],
    },
  },
  netbox: {
    lists: { devices: 'results', ports: 'results' },
    device: {
      key: ['id', 'ID', 'name', 'Name'],
      name: ['name', 'Name', 'display'],
      address: [
        'primary_ip.address',
        'primary_ip4.address',
        'primary_ip6.address',
        'IP Address',
        'IPv4 Address',
        'IPv6 Address',
        'primary_ip4',
        'primary_ip6',
      ],
      site: ['site.name', 'site.slug', 'Site', 'site', 'location.name', 'Location'],
      make: ['device_type.manufacturer.name', 'Manufacturer', 'manufacturer'],
      model: ['device_type.model', 'Type', 'Device Type', 'device_type'],
      serial: ['serial', 'Serial number', 'Serial'],
      assetTag: ['asset_tag', 'Asset tag'],
      firmware: [
        'custom_fields.firmware',
        'custom_fields.version',
        'custom_fields.os_version',
        'Firmware',
        'platform.name',
        'Platform',
      ],
      type: ['role.slug', 'device_role.slug', 'role.name', 'device_role.name', 'Role', 'role', 'device_role'],
    },
    port: {
      device: ['device.id', 'device.name', 'Device', 'device'],
      index: ['custom_fields.ifindex', 'custom_fields.if_index', 'ifIndex'],
      name: ['name', 'Name'],
      alias: ['description', 'Description', 'label', 'Label'],
    },
  },
  prtg: {
    lists: { devices: 'devices', ports: 'sensors' },
    device: {
      key: ['objid', 'Object ID', 'ID', 'device', 'Device', 'name', 'Name'],
      name: ['device', 'Device', 'name', 'Name', 'Object'],
      address: ['host', 'Host', 'Host/Address', 'IP Address/DNS Name'],
      site: ['location', 'Location', 'group', 'Group'],
      make: [],
      model: ['deviceicon.model', 'Model'],
      serial: ['Serial', 'serial'],
      assetTag: [],
      firmware: [],
      type: ['type', 'Type'],
    },
    port: {
      device: ['parentid', 'Parent ID', 'device', 'Device'],
      index: ['interfacenumber', 'Interface number'],
      name: ['sensor', 'Sensor', 'name', 'Name', 'Object'],
      alias: ['comments', 'Comments', 'sensor', 'Sensor', 'name', 'Name', 'Object'],
    },
  },
};

const maxDevices = 50_000;
const maxPorts = 200_000;

interface Entry {
  readonly get: (names: readonly string[]) => string;
  readonly place: (path: string) => Place;
  readonly where: string;
}

const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? // PRTG writes HTML's entities and blanks into texts.
      value.replaceAll('&nbsp;', ' ').replaceAll(/\s+/g, ' ').trim()
    : typeof value === 'number'
      ? String(value)
      : '';

function entries(text: string, list: string, most: number, problems: FileProblem[]): Entry[] {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (!start.startsWith('{') && !start.startsWith('[')) {
    const table = readTable(text, most);
    problems.push(...table.problems);
    const columns = new Map(table.headers.map((header, i) => [plain(header), i] as const).toReversed());
    return table.rows.map(({ row, cells }) => {
      const columnOf = (names: readonly string[]): number | undefined =>
        names.map((name) => columns.get(plain(name))).find((i) => i !== undefined && textOf(cells[i]) !== '');
      return {
        get: (names) => textOf(cells[columnOf(names) ?? -1]),
        place: (path) => ({ row, line: null, column: null, path }),
        where: `in row ${row}`,
      };
    });
  }
  let root: unknown;
  try {
    root = JSON.parse(start);
  } catch (error) {
    const message = error instanceof SyntaxError ? error.message.slice(0, 120) : 'unreadable';
    problems.push({ row: null, line: null, column: null, path: '', message: `is not JSON: ${message}` });
    return [];
  }
  const found = Array.isArray(root) ? (root as unknown[]) : getAt(root, list);
  if (!Array.isArray(found) || found.length > most) {
    const message = Array.isArray(found) ? `has over ${most} entries` : `must be a list, or have one called "${list}"`;
    problems.push({ row: null, line: null, column: null, path: list, message });
    return [];
  }
  return found.map((item: unknown, i) => ({
    get: (names) =>
      names.map((name) => textOf(isObject(item) ? getAt(item, name) : undefined)).find((each) => each !== '') ?? '',
    place: (path) => ({ row: null, line: null, column: null, path: `${list}.${i}${path === '' ? '' : `.${path}`}` }),
    where: `in entry ${i + 1}`,
  }));
}

const address = (text: string): string | undefined => {
  const read = deviceAddress(text.split(/[/ ]/, 1)[0]!);
  return 'value' in read ? read.value : undefined;
};

export interface ReadDevices {
  readonly devices: readonly Device[];
  readonly ports: readonly Port[];
  readonly problems: readonly FileProblem[];
}

/** `ports` is the second file, of interfaces or sensors. */
export function readDevices(format: DeviceFormat, text: string, ports: string | undefined): ReadDevices {
  const { lists, device, port } = dialects[format];
  const problems: FileProblem[] = [];
  const devices = entries(text, lists.devices, maxDevices, problems).map(({ get, place, where }): Device => {
    const addresses = device.address.map((name) => address(get([name])));
    return {
      keys: device.key.map((name) => get([name])).filter((key) => key !== ''),
      name: get(device.name),
      address: addresses.find((each) => each !== undefined),
      site: get(device.site),
      make: get(device.make),
      model: get(device.model),
      serial: get(device.serial),
      assetTag: get(device.assetTag),
      firmware: get(device.firmware),
      type: get(device.type),
      ...{ place, where },
    };
  });
  const unnamed = devices.filter(({ name, keys }) => name === '' && keys.length === 0);
  for (const { place } of unnamed.slice(0, 100))
    problems.push({ ...place('name'), message: 'has no name: is this a list of devices?' });
  if (devices.length === 0 && problems.length === 0) problems.push(atRow(1, null, 'there are no devices in the file'));
  const read = ports === undefined ? [] : entries(ports, lists.ports, maxPorts, problems);
  return {
    devices,
    ports: read.map(({ get }): Port => {
      const named = get(port.name);
      // "(002) GigabitEthernet0/0/1 Traffic"
      const [, number, rest] = (format === 'prtg' && /^\((\d{1,10})\) ?(.*)$/.exec(named)) || [];
      const index = Number(get(port.index) || number);
      return {
        device: get(port.device),
        index: Number.isInteger(index) && index >= 1 && index <= 4_294_967_295 ? index : undefined,
        // What a sensor is called is no ifName.
        name: format === 'prtg' ? '' : named,
        alias: format === 'prtg' ? get(['comments', 'Comments']) || (rest ?? named) : get(port.alias),
      };
    }),
    problems,
  };
}

import type { EstateRecord, Kind } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import type { DeviceFormat } from './devices.ts';
import { readInventory } from './inventory.ts';
import { plan } from './plan.ts';

const record = (kind: Kind, values: { id: string } & Record<string, unknown>): EstateRecord => ({
  ...{ kind, id: values.id, values, revision: 1, ended: null, managed: false },
  ...{ changedMs: 0, changedBy: 'test', hidden: [] },
});
const circuit = { academy: 'oak', provider: 'north', role: 'primary' };
const current = [
  record('academy', { id: 'oak', name: 'Oak Hill School' }),
  record('academy', { id: 'ash', name: 'Ash Lane' }),
  record('site', { id: 'oak-annexe', name: 'Oak annexe', academy: 'oak' }),
  record('provider', { id: 'north', name: 'North' }),
  record('circuit', { id: 'oak-1', name: 'Oak, main line', reference: 'EX/0001', ...circuit }),
  record('circuit', { id: 'oak-12', name: 'Oak, twelfth', ...circuit }),
];

const librenmsDevices = JSON.stringify({
  status: 'ok',
  devices: [
    {
      ...{ device_id: 7, hostname: 'oak-rtr.example.net', sysName: 'oak-rtr', ip: '192.0.2.1', overwrite_ip: null },
      ...{
        os: 'iosxe',
        hardware: 'EX-4000',
        version: '17.9',
        serial: 'SN7',
        type: 'network',
        location: 'Oak Hill School',
      },
      ...{ community: 'between-us', authpass: 'between-us' },
    },
    {
      device_id: 8,
      hostname: '2001:db8::8',
      sysName: 'ash-fw',
      os: 'fortigate',
      location: 'Unknown Road',
      type: 'firewall',
    },
  ],
  count: 2,
});
const librenmsPorts = JSON.stringify({
  status: 'ok',
  ports: [
    { port_id: 1, device_id: 7, ifIndex: 2, ifName: 'Gi0/0/2', ifAlias: 'WAN oak-12 [spare]' },
    { port_id: 2, device_id: 7, ifIndex: 3, ifName: 'Gi0/0/3', ifAlias: 'North EX/0001' },
    { port_id: 3, device_id: 7, ifIndex: 4, ifName: 'Gi0/0/4', ifAlias: 'LAN' },
  ],
});
const netboxDevices = JSON.stringify({
  count: 1,
  results: [
    {
      ...{
        id: 5,
        name: 'oak-rtr',
        serial: 'SN7',
        asset_tag: 'A1',
        site: { id: 1, name: 'Oak annexe', slug: 'oak-annexe' },
      },
      device_type: { model: 'EX-4000', manufacturer: { name: 'Example' } },
      ...{ role: { slug: 'wan-router' }, primary_ip: { address: '192.0.2.1/24' }, platform: null },
    },
  ],
});
const netboxPorts = 'Name,Device,Label,Enabled,Type,Description\nGi0/0/3,oak-rtr,,True,1000BASE-T,EX/0001\n';
const prtgDevices =
  '"Object ID","Object ID(RAW)","Group","Device","Host"\r\n"2001","2001","Oak Hill School","oak-rtr","192.0.2.1"\r\n';
const prtgSensors = JSON.stringify({
  'prtg-version': '24.1',
  sensors: [{ objid: 3001, device: 'oak-rtr', sensor: '(003) GigabitEthernet3 EX/0001 Traffic' }],
});

const read = (format: DeviceFormat, text: string, more: object = {}) =>
  readInventory(text, { current, format, ...more });
const of = (file: ReturnType<typeof read>, wanted: Kind) =>
  file.documents.flatMap(({ kind, values }) => (kind === wanted ? [values] : []));

describe('devices of other programs', () => {
  it('of LibreNMS are exporters and equipment, with nothing secret', () => {
    const file = read('librenms', librenmsDevices, { second: librenmsPorts });
    expect(file.problems).toEqual([]);
    expect(of(file, 'exporter')).toEqual([
      { id: 'oak-rtr', address: '192.0.2.1', collector: 'main', name: 'oak-rtr', vendor: 'Cisco', academy: 'oak' },
      { id: 'ash-fw', address: '2001:db8::8', collector: 'main', name: 'ash-fw', vendor: 'Fortinet' },
    ]);
    expect(of(file, 'equipment')).toEqual([
      {
        ...{ id: 'oak-rtr', name: 'oak-rtr', academy: 'oak', exporter: 'oak-rtr', make: 'Cisco', model: 'EX-4000' },
        ...{ serial: 'SN7', firmware: '17.9', type: 'switch' },
      },
    ]);
    expect(JSON.stringify(file)).not.toContain('between-us');
    expect(file.notes?.join()).toContain('Unknown Road (1)');
    expect(plan(current, file, { labelKey: () => 1 }).problems).toEqual([]);
  });

  it('have proposals for the circuits that their aliases name, whole words only', () => {
    const { proposals = [] } = read('librenms', librenmsDevices, { second: librenmsPorts });
    expect(proposals.map(({ circuit: id, exporter, interface: at, why }) => [id, exporter, at, why])).toEqual([
      ['oak-12', '192.0.2.1', { index: 2 }, 'its alias has the id'],
      ['oak-1', '192.0.2.1', { index: 3 }, "its alias has the supplier's reference"],
    ]);
  });

  it('change the circuits whose proposal is taken, and no others', () => {
    const file = read('librenms', librenmsDevices, { second: librenmsPorts, accept: ['oak-1', 'oak-9'] });
    expect(of(file, 'circuit')).toEqual([{ id: 'oak-1', exporter: '192.0.2.1', interface: { index: 3 } }]);
    expect(file.problems).toMatchObject([{ message: 'the circuit "oak-9" has no proposal in this file' }]);
  });

  it('of places that are mapped are equipment there', () => {
    const file = read('librenms', librenmsDevices, { places: { 'Unknown Road': 'ash' } });
    expect(of(file, 'equipment').map(({ id, academy, type }) => [id, academy, type])).toEqual([
      ['oak-rtr', 'oak', 'switch'],
      ['ash-fw', 'ash', 'firewall'],
    ]);
  });

  it('of NetBox are at the site of their name, and interfaces go by theirs', () => {
    const file = read('netbox', netboxDevices, { second: netboxPorts });
    expect(of(file, 'equipment')).toMatchObject([
      { academy: 'oak', site: 'oak-annexe', make: 'Example', model: 'EX-4000', assetTag: 'A1', type: 'router' },
    ]);
    expect(of(file, 'exporter')).toMatchObject([{ address: '192.0.2.1' }]);
    expect(file.proposals).toMatchObject([{ circuit: 'oak-1', interface: { name: 'Gi0/0/3' } }]);
  });

  it('of PRTG are where their group is, and sensors begin with the ifIndex', () => {
    const file = read('prtg', prtgDevices, { second: prtgSensors });
    expect(of(file, 'exporter')).toMatchObject([{ id: 'oak-rtr', address: '192.0.2.1', academy: 'oak' }]);
    expect(file.proposals).toMatchObject([{ circuit: 'oak-1', interface: { index: 3 } }]);
  });

  it('that are known already stay the same records', () => {
    const known = [
      ...current,
      record('exporter', { id: 'core', address: '192.0.2.1', collector: 'main' }),
      record('equipment', { id: 'old-name', name: 'x', academy: 'oak', serial: 'sn7' }),
    ];
    const file = readInventory(librenmsDevices, { current: known, format: 'librenms' });
    expect(file.documents.slice(0, 2).map(({ id }) => id)).toEqual(['core', 'old-name']);
  });

  it.each([
    ['JSON that ends early', '{"devices": [', 'is not JSON'],
    ['another list', '{"status": "ok"}', 'must be a list, or have one called "devices"'],
    ['an empty table', 'hostname,ip\n', 'there are no devices in the file'],
    ['something else', '[1, null, "x"]', 'has no name: is this a list of devices?'],
  ])('refuses %s', (_, text, message) => {
    expect(read('librenms', text).problems[0]?.message).toContain(message);
  });
});

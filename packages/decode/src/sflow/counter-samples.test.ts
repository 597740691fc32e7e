import { metricCatalogue } from '@linewatch/record';
import { describe, expect, test } from 'vitest';
import { type SflowCounterSample, type SflowRecord, encodeSflow, sflowHeader, xdr } from '../encode-sflow.ts';
import { harness, ip, nowMs } from '../testing.ts';
import { counterFields, laneFields, opticsFields } from './counter-formats.ts';

const agent = ip('192.0.2.1');
const unknown = 0xffffffff;
const base: Omit<SflowCounterSample, 'records'> = { kind: 'counter', sequence: 1, source: 12 };

interface Measurement {
  interface: number;
  metric: string;
  value: number | string;
  label?: string;
}

/** What a counter sample of these records measures. */
function measure(
  records: readonly SflowRecord[],
  more: Partial<SflowCounterSample> = {},
  h = harness(),
): Measurement[] {
  const before = h.sink.samples.length;
  const flows = h.feed(encodeSflow({ agent, sequence: 1, samples: [{ ...base, records, ...more }] }));
  expect(flows).toEqual([]);
  expect(h.losses()).toEqual({});
  return h.sink.samples.slice(before).map(({ timeMs, exporter, interface: index, metric, value, text }) => {
    expect([timeMs, exporter]).toEqual([nowMs, agent]);
    const isText = metricCatalogue.find((m) => m.name === metric)?.unit === 'text';
    return { interface: index, metric, value: isText ? text : value, ...(!isText && text !== '' && { label: text }) };
  });
}

const values = (records: readonly SflowRecord[], more?: Partial<SflowCounterSample>): Record<string, number | string> =>
  Object.fromEntries(
    measure(records, more).map((m) => [m.metric + (m.label === undefined ? '' : ` ${m.label}`), m.value]),
  );

const generic = (index: number, status: number): SflowRecord => ({
  tag: 1,
  octets: xdr(index, 6, 10_000_000_000n, 1, status, 2n ** 40n, 1, 2, 3, 4, 5, 6, 2n ** 41n, 7, 8, 9, 10, 11, 0),
});

describe('a counter sample is measurements, never a flow', () => {
  test.each([false, true])('of an interface: its counters by the names that polls use (expanded: %s)', (expanded) => {
    const measured = measure([generic(12, 3)], { expanded });
    expect(new Set(measured.map((m) => m.interface))).toEqual(new Set([12]));
    expect(Object.fromEntries(measured.map((m) => [m.metric, m.value]))).toEqual({
      'interface.speed.bps': 1e10,
      'interface.in.octets': 2 ** 40,
      'interface.in.unicast.packets': 1,
      'interface.in.multicast.packets': 2,
      'interface.in.broadcast.packets': 3,
      'interface.in.discards': 4,
      'interface.in.errors': 5,
      'interface.in.unknown_protocols': 6,
      'interface.out.octets': 2 ** 41,
      'interface.out.unicast.packets': 7,
      'interface.out.multicast.packets': 8,
      'interface.out.broadcast.packets': 9,
      'interface.out.discards': 10,
      'interface.out.errors': 11,
      'interface.admin.state': 1,
      'interface.oper.state': 1,
    });
  });

  test('has the states as IF-MIB numbers them', () => {
    const states = (status: number): unknown[] => {
      const v = values([generic(12, status)]);
      return [v['interface.admin.state'], v['interface.oper.state']];
    };
    expect([0, 1, 2, 3].map(states)).toEqual([
      [2, 2],
      [1, 2],
      [2, 1],
      [1, 1],
    ]);
    expect(states(unknown)).toEqual([undefined, undefined]);
  });

  test('leaves out what the agent does not know: all ones', () => {
    const none = 2n ** 64n - 1n;
    const octets = xdr(12, 6, 0n, 1, 3, none, 1, unknown, unknown, 0, 0, unknown, 5n, 1, 1, 1, 0, 0, 0);
    const v = values([{ tag: 1, octets }]);
    expect(Object.keys(v)).toHaveLength(12);
    expect(v).not.toHaveProperty('interface.in.octets');
    expect(v).toMatchObject({ 'interface.speed.bps': 0, 'interface.out.octets': 5, 'interface.in.discards': 0 });
  });

  test('is of the interface in the record, else of its source, else of the device', () => {
    expect(measure([generic(99, 3)])[0]).toMatchObject({ interface: 99 });
    expect(measure([generic(0, 3)])[0]).toMatchObject({ interface: 12 });
    const processor = { tag: 1001, octets: xdr(1450, 1370, 1330, 3_884_806_144n, 1_441_230_848n) };
    const measured = measure([processor], { sourceClass: 2, source: 1, expanded: true });
    expect(measured).toEqual([
      { interface: 0, metric: 'device.cpu.5s.percent', value: 14.5 },
      { interface: 0, metric: 'device.cpu.1m.percent', value: 13.7 },
      { interface: 0, metric: 'device.cpu.5m.percent', value: 13.3 },
      { interface: 0, metric: 'device.memory.total', value: 3_884_806_144 },
      { interface: 0, metric: 'device.memory.free', value: 1_441_230_848 },
    ]);
  });

  test('of Ethernet, a VLAN, a LAG and a radio', () => {
    const ethernet = values([{ tag: 2, octets: xdr(...Array.from({ length: 13 }, (_, i) => i)) }]);
    expect(Object.values(ethernet)).toEqual(Array.from({ length: 13 }, (_, i) => i));
    expect(ethernet).toMatchObject({ 'interface.ethernet.fcs_errors': 1, 'interface.ethernet.symbol_errors': 12 });
    expect(values([{ tag: 5, octets: xdr(100, 2n ** 33n, 1, 2, 3, 4) }], { sourceClass: 1, source: 100 })).toEqual({
      'vlan.octets 100': 2 ** 33,
      'vlan.unicast.packets 100': 1,
      'vlan.multicast.packets 100': 2,
      'vlan.broadcast.packets 100': 3,
      'vlan.discards 100': 4,
    });
    const system = Uint8Array.of(2, 0, 0, 0, 0, 9);
    const lag = xdr(system, system, 1001, 0x3d3d3c3c, 10, 0, 0, 0, 7, 12, 0, 0);
    expect(lag).toHaveLength(56);
    expect(values([{ tag: 7, octets: lag }])).toEqual({
      'lag.aggregate': 1001,
      'lag.actor.state': 0x3d,
      'lag.partner.state': 0x3c,
      'lag.in.lacpdus': 10,
      'lag.in.illegal': 7,
      'lag.out.lacpdus': 12,
    });
    expect(values([{ tag: 1002, octets: xdr(1000, 900, 300) }])).toMatchObject({ 'radio.on_channel_busy.ms': 300 });
  });

  test('of an optical module and its lanes, as many as are there', () => {
    const lane = (index: number, power: number): Uint8Array =>
      xdr(index, 6500, power, 0, 0, 1310, power + 1, 0, 0, 1310);
    const optics = xdr(3, 4, 3300, -1500, 2, lane(1, 500), lane(2, 600));
    const expected = {
      'optics.voltage 3': 3.3,
      'optics.temperature 3': -1.5,
      'optics.out.bias 3/1': 6.5,
      'optics.out.power 3/1': 500,
      'optics.in.power 3/1': 501,
      'optics.out.bias 3/2': 6.5,
      'optics.out.power 3/2': 600,
      'optics.in.power 3/2': 601,
    };
    expect(values([{ tag: 10, octets: optics }])).toEqual(expected);
    optics.set([0xff, 0xff, 0xff, 0xff], 16);
    expect(values([{ tag: 10, octets: optics }])).toEqual(expected);
  });

  test('of a host: name, load, processor, memory, disks, network', () => {
    const load = Buffer.alloc(12);
    [0.5, 0.25, -1].forEach((value, i) => load.writeFloatBE(value, 4 * i));
    const records = [
      { tag: 2000, octets: xdr('web-1', new Uint8Array(16), 3, 2, '6.1.0-13') },
      { tag: 2003, octets: xdr(load, 1, 200, 8, 2400, 86_400, ...Array.from({ length: 9 }, (_, i) => i)) },
      { tag: 2004, octets: xdr(16n, 8n, 0n, 1n, 2n, 4n, 3n, 0, 0, 5, 6) },
      { tag: 2005, octets: xdr(1000n, 100n, 9010, 1, 2n, 3, 4, 5n, 6) },
      { tag: 2006, octets: xdr(1n, 2, 3, 4, 5n, 6, 7, 8) },
    ];
    const v = values(records, { sourceClass: 2, source: 1, expanded: true });
    expect(v).toMatchObject({
      'device.name': 'web-1',
      'host.os.release': '6.1.0-13',
      'host.load.1m': 0.5,
      'host.cpu.count': 8,
      'device.uptime_s': 86_400,
      'host.context_switches': 8,
      'device.memory.total': 16,
      'host.swap.out.pages': 6,
      'host.disk.fullest.percent': 90.1,
      'host.disk.written.octets': 5,
      'host.in.octets': 1,
      'host.out.discards': 8,
    });
    // An older agent's structure ends before the time that was stolen.
    expect(v).not.toHaveProperty('host.cpu.steal.ms');
  });

  test('of a guest is not its host: it is counted and not passed on', () => {
    const h = harness();
    const records = [{ tag: 2006, octets: xdr(1n, 2, 3, 4, 5n, 6, 7, 8) }];
    expect(measure(records, { sourceClass: 3, source: 100_001, expanded: true }, h)).toEqual([]);
    expect(h.counters.sflow).toMatchObject({ counterSamples: 1, structuresUnread: 1 });
  });

  test('of other kinds is counted, and those beside it are read', () => {
    const h = harness();
    const records = [
      { tag: 2203, octets: xdr(1, 2, 3n, 4n, 5, 6, 7, 8) },
      { tag: (4413 << 12) + 3, octets: xdr(1) },
      generic(12, 3),
    ];
    expect(measure(records, {}, h)).toHaveLength(16);
    expect(h.counters.sflow.structuresUnread).toBe(2);
  });
});

test('port names are interface names, host names are passed on when they change or an hour is over', () => {
  const h = harness();
  const name = (text: string, at: number): string[] => {
    const before = h.sink.samples.length;
    h.feed(encodeSflow({ agent, sequence: 1, samples: [{ ...base, records: [{ tag: 1005, octets: xdr(text) }] }] }), {
      at,
    });
    return h.sink.samples.slice(before).map((s) => `${s.interface} ${s.metric} ${s.text}`);
  };
  expect(name('eth0', nowMs)).toEqual(['12 interface.name eth0']);
  expect(name('eth0', nowMs + 20_000)).toEqual([]);
  expect(name('wan\u0007\u0000', nowMs + 40_000)).toEqual(['12 interface.name wan']);
  expect(name('wan', nowMs + 3_700_000)).toEqual(['12 interface.name wan']);
});

test('one source and kind is measured once a second at most; what is more is counted', () => {
  const h = harness();
  const sample = (source: number): SflowCounterSample => ({ ...base, source, records: [generic(source, 3)] });
  const feed = (at: number): number => {
    const before = h.sink.samples.length;
    h.feed(encodeSflow({ agent, sequence: 1, samples: [sample(1), sample(1), sample(2)] }), { at });
    return h.sink.samples.length - before;
  };
  expect(feed(nowMs)).toBe(32);
  expect(h.counters.sflow.measurementsLimited).toBe(1);
  expect(feed(nowMs + 999)).toBe(0);
  expect(feed(nowMs + 1000)).toBe(32);
  expect(h.counters.sflow).toMatchObject({ counterSamples: 9, measurementsLimited: 5 });
});

test("a flow sample's TCP state is measured at its interface, once a second", () => {
  const h = harness();
  const tcpInfo = { tag: 2209, octets: xdr(1, 1448, 536, 4, 1, 2, 1500, 18_250, 900, 10, 3, unknown) };
  const flow = {
    kind: 'flow',
    sequence: 1,
    source: 5,
    rate: 10,
    input: 5,
    output: 0,
    records: [sflowHeader(new Uint8Array(14)), tcpInfo],
  } as const;
  expect(h.feed(encodeSflow({ agent, sequence: 1, samples: [flow, flow] }))).toHaveLength(2);
  expect(h.sink.samples.map((s) => [s.interface, s.metric, s.value])).toEqual([
    [5, 'tcp.unacknowledged.packets', 4],
    [5, 'tcp.lost.packets', 1],
    [5, 'tcp.retransmitted.packets', 2],
    [5, 'tcp.rtt.us', 18_250],
    [5, 'tcp.rtt.variance.us', 900],
  ]);
});

test('every metric is in the catalogue once, with its unit', () => {
  const names = metricCatalogue.map((metric) => metric.name);
  expect(new Set(names).size).toBe(names.length);
  for (const fields of [...counterFields.values(), opticsFields, laneFields])
    for (const field of fields) expect(names).toContain(field.metric);
});

import { metricCatalogue, parseAddress } from '@linewatch/record';
import { describe, expect, it } from 'vitest';
import type { DeviceReading, InterfaceReading } from './device.ts';
import { DeviceMemory } from './readings.ts';

const startMs = 1_800_000_000_000;
const port = (more: Partial<InterfaceReading> = {}): InterfaceReading => ({
  index: 7,
  name: 'wan0',
  alias: 'Circuit 12',
  speedBps: 1e9,
  admin: 1,
  oper: 1,
  lastChange: 5000,
  discontinuity: 0,
  in: undefined,
  out: undefined,
  inErrors: 0,
  outErrors: 0,
  inDiscards: 0,
  outDiscards: 0,
  ...more,
});
const octets = (value: number, atS: number) => ({
  value: BigInt(value),
  bits: 64 as const,
  atMs: startMs + atS * 1000,
});
const reading = (
  atS: number,
  interfaces: readonly InterfaceReading[],
  uptime = 100_000 + atS * 100,
): DeviceReading => ({
  atMs: startMs + atS * 1000,
  rttMs: 3,
  uptime,
  name: 'edge-1',
  description: 'a router',
  interfaces,
  truncated: false,
  disordered: 0,
});
const metrics = (samples: readonly { metric: string }[]): string[] => samples.map(({ metric }) => metric);

describe('readings of a device', () => {
  it('become samples of the catalogue', () => {
    const memory = new DeviceMemory(parseAddress('192.0.2.1'));
    memory.read(reading(0, [port({ in: octets(0, 0), out: octets(0, 0) })]));
    const { samples } = memory.read(reading(60, [port({ in: octets(7500, 60), out: octets(0, 60) })]));
    const known = new Set<string>(metricCatalogue.map(({ name }) => name));
    expect(metrics(samples).filter((metric) => !known.has(metric))).toEqual([]);
    expect(samples.find(({ metric }) => metric === 'interface.in.bps')).toMatchObject({ value: 1000, interface: 7 });
    expect(samples.find(({ metric }) => metric === 'device.uptime_s')?.value).toBe(1060);
  });

  it('tell what stays once an hour, and what changes when it changes', () => {
    const memory = new DeviceMemory(parseAddress('192.0.2.1'));
    const first = metrics(memory.read(reading(0, [port()])).samples);
    expect(first).toEqual(expect.arrayContaining(['interface.name', 'interface.alias', 'interface.last_change_s']));
    const each = ['poll.ok', 'poll.rtt.ms', 'device.uptime_s'];
    expect(metrics(memory.read(reading(60, [port()])).samples)).toEqual(each);
    expect(metrics(memory.read(reading(120, [port({ alias: 'Circuit 13' })])).samples)).toEqual([
      ...each,
      'interface.alias',
    ]);
    expect(metrics(memory.read(reading(3700, [port({ alias: 'Circuit 13' })])).samples)).toEqual(
      expect.arrayContaining(['interface.name', 'interface.oper.state', 'interface.last_change_s', 'device.name']),
    );
  });

  it('are doubtful when a state changed, also twice between two polls, and for a while after it went down', () => {
    const memory = new DeviceMemory(parseAddress('192.0.2.1'));
    expect(memory.read(reading(0, [port()])).doubtful).toBe(false);
    expect(memory.read(reading(60, [port({ oper: 2, lastChange: 103_000 })])).doubtful).toBe(true);
    expect(memory.read(reading(120, [port({ oper: 2, lastChange: 103_000 })])).doubtful).toBe(true);
    expect(memory.read(reading(361, [port({ oper: 2, lastChange: 103_000 })])).doubtful).toBe(false);
    const flapped = memory.read(reading(420, [port({ oper: 2, lastChange: 139_000 })]));
    expect(flapped.doubtful).toBe(true);
    expect(flapped.samples.find(({ metric }) => metric === 'interface.last_change_s')?.value).toBe(30);
  });

  it('have no rate across a restart, and one again after it', () => {
    const memory = new DeviceMemory(parseAddress('192.0.2.1'));
    const at = (atS: number, value: number, uptime?: number) =>
      memory.read(reading(atS, [port({ in: octets(value, atS) })], uptime));
    at(0, 1_000_000);
    expect(at(60, 2_000_000).passed).toMatchObject([{ octets: 1_000_000, side: 0, fromMs: startMs }]);
    const restarted = at(120, 2_500_000, 1000);
    expect(restarted.passed).toEqual([]);
    expect(metrics(restarted.samples)).not.toContain('interface.in.bps');
    expect(at(180, 2_600_000, 7000).passed).toMatchObject([{ octets: 100_000 }]);
  });

  it('tell the name at once, and have no rate, when an ifIndex is another interface’s', () => {
    const memory = new DeviceMemory(parseAddress('192.0.2.1'));
    memory.read(reading(0, [port({ in: octets(1000, 0) })]));
    const moved = memory.read(reading(60, [port({ name: 'lan3', in: octets(9_000_000_000, 60) })]));
    expect(moved.passed).toEqual([]);
    expect(metrics(moved.samples)).not.toContain('interface.in.bps');
    expect(moved.samples.find(({ metric }) => metric === 'interface.name')?.text).toBe('lan3');
    const after = memory.read(reading(120, [port({ name: 'lan3', in: octets(9_000_000_500, 120) })]));
    expect(after.passed).toMatchObject([{ octets: 500 }]);
  });

  it('of interfaces that are gone are forgotten', () => {
    const memory = new DeviceMemory(parseAddress('192.0.2.1'));
    memory.read(reading(0, [port({ index: 1 }), port({ index: 2 })]));
    memory.read(reading(1000, [port({ index: 2 })]));
    expect(memory.interfaces).toBe(1);
  });
});

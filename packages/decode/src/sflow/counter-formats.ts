/** Where the numbers of counter structures are, and which metrics they become. Layouts: sflow.org, structure numbers. */
import type { MetricName } from '@linewatch/record';

type NumberType = 'u8' | 'u32' | 'u64' | 'i32' | 'f32';

export interface CounterField {
  /** Octets from the structure's beginning. */
  readonly at: number;
  readonly type: NumberType;
  readonly metric: MetricName;
  /** The metric is the number divided by this. */
  readonly divisor: number;
}

const of =
  (type: NumberType) =>
  (at: number, metric: MetricName, divisor = 1): CounterField => ({ at, type, metric, divisor });
const u8 = of('u8');
const u32 = of('u32');
const u64 = of('u64');
const f32 = of('f32');

/** Those with more than fixed fields, or a meaning of their own; see counter-samples.ts. */
export const counterFormats = {
  generic: 1,
  vlan: 5,
  optics: 10,
  portName: 1005,
  hostDescription: 2000,
} as const;

/** `what` of a host: its class of source is a physical entity; others are guests of it. */
export const hostFormats: ReadonlySet<number> = new Set([2000, 2003, 2004, 2005, 2006, 2100]);

export const counterFields: ReadonlyMap<number, readonly CounterField[]> = new Map<number, readonly CounterField[]>([
  [
    counterFormats.generic,
    [
      u64(8, 'interface.speed.bps'),
      u64(24, 'interface.in.octets'),
      u32(32, 'interface.in.unicast.packets'),
      u32(36, 'interface.in.multicast.packets'),
      u32(40, 'interface.in.broadcast.packets'),
      u32(44, 'interface.in.discards'),
      u32(48, 'interface.in.errors'),
      u32(52, 'interface.in.unknown_protocols'),
      u64(56, 'interface.out.octets'),
      u32(64, 'interface.out.unicast.packets'),
      u32(68, 'interface.out.multicast.packets'),
      u32(72, 'interface.out.broadcast.packets'),
      u32(76, 'interface.out.discards'),
      u32(80, 'interface.out.errors'),
    ],
  ],
  [
    2,
    [
      u32(0, 'interface.ethernet.alignment_errors'),
      u32(4, 'interface.ethernet.fcs_errors'),
      u32(8, 'interface.ethernet.single_collisions'),
      u32(12, 'interface.ethernet.multiple_collisions'),
      u32(16, 'interface.ethernet.sqe_errors'),
      u32(20, 'interface.ethernet.deferred'),
      u32(24, 'interface.ethernet.late_collisions'),
      u32(28, 'interface.ethernet.excessive_collisions'),
      u32(32, 'interface.ethernet.mac_transmit_errors'),
      u32(36, 'interface.ethernet.carrier_sense_errors'),
      u32(40, 'interface.ethernet.frames_too_long'),
      u32(44, 'interface.ethernet.mac_receive_errors'),
      u32(48, 'interface.ethernet.symbol_errors'),
    ],
  ],
  [
    counterFormats.vlan,
    [
      u64(4, 'vlan.octets'),
      u32(12, 'vlan.unicast.packets'),
      u32(16, 'vlan.multicast.packets'),
      u32(20, 'vlan.broadcast.packets'),
      u32(24, 'vlan.discards'),
    ],
  ],
  [
    6,
    [
      u32(8, 'wifi.failed'),
      u32(12, 'wifi.retries'),
      u32(36, 'wifi.in.fragments'),
      u32(44, 'wifi.fcs_errors'),
      u32(48, 'wifi.out.frames'),
      u32(60, 'wifi.stations'),
    ],
  ],
  [
    7,
    [
      u32(16, 'lag.aggregate'),
      u8(21, 'lag.actor.state'),
      u8(23, 'lag.partner.state'),
      u32(24, 'lag.in.lacpdus'),
      u32(40, 'lag.in.illegal'),
      u32(44, 'lag.out.lacpdus'),
    ],
  ],
  [
    1001,
    [
      u32(0, 'device.cpu.5s.percent', 100),
      u32(4, 'device.cpu.1m.percent', 100),
      u32(8, 'device.cpu.5m.percent', 100),
      u64(12, 'device.memory.total'),
      u64(20, 'device.memory.free'),
    ],
  ],
  [1002, [u32(0, 'radio.elapsed.ms'), u32(4, 'radio.on_channel.ms'), u32(8, 'radio.on_channel_busy.ms')]],
  [
    2003,
    [
      f32(0, 'host.load.1m'),
      f32(4, 'host.load.5m'),
      f32(8, 'host.load.15m'),
      u32(12, 'host.processes.running'),
      u32(16, 'host.processes.total'),
      u32(20, 'host.cpu.count'),
      u32(28, 'device.uptime_s'),
      u32(32, 'host.cpu.user.ms'),
      u32(36, 'host.cpu.nice.ms'),
      u32(40, 'host.cpu.system.ms'),
      u32(44, 'host.cpu.idle.ms'),
      u32(48, 'host.cpu.io_wait.ms'),
      u32(52, 'host.cpu.interrupt.ms'),
      u32(56, 'host.cpu.soft_interrupt.ms'),
      u32(60, 'host.interrupts'),
      u32(64, 'host.context_switches'),
      u32(68, 'host.cpu.steal.ms'),
    ],
  ],
  [
    2004,
    [
      u64(0, 'device.memory.total'),
      u64(8, 'device.memory.free'),
      u64(24, 'host.memory.buffers'),
      u64(32, 'host.memory.cached'),
      u64(40, 'host.swap.total'),
      u64(48, 'host.swap.free'),
      u32(64, 'host.swap.in.pages'),
      u32(68, 'host.swap.out.pages'),
    ],
  ],
  [
    2005,
    [
      u64(0, 'host.disk.total'),
      u64(8, 'host.disk.free'),
      u32(16, 'host.disk.fullest.percent', 100),
      u32(20, 'host.disk.reads'),
      u64(24, 'host.disk.read.octets'),
      u32(32, 'host.disk.read.ms'),
      u32(36, 'host.disk.writes'),
      u64(40, 'host.disk.written.octets'),
      u32(48, 'host.disk.write.ms'),
    ],
  ],
  [
    2006,
    [
      u64(0, 'host.in.octets'),
      u32(8, 'host.in.packets'),
      u32(12, 'host.in.errors'),
      u32(16, 'host.in.discards'),
      u64(20, 'host.out.octets'),
      u32(28, 'host.out.packets'),
      u32(32, 'host.out.errors'),
      u32(36, 'host.out.discards'),
    ],
  ],
  [
    2100,
    [
      u32(4, 'host.node.cpus'),
      u64(8, 'host.node.memory.total'),
      u64(16, 'host.node.memory.free'),
      u32(24, 'host.node.guests'),
    ],
  ],
]);

/** Of an optical module, then of each of its lanes. */
export const opticsFields: readonly CounterField[] = [
  u32(8, 'optics.voltage', 1000),
  of('i32')(12, 'optics.temperature', 1000),
];
export const laneOctets = 40;
export const laneFields: readonly CounterField[] = [
  u32(4, 'optics.out.bias', 1000),
  u32(8, 'optics.out.power'),
  u32(24, 'optics.in.power'),
];

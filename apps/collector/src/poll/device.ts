/** A device's interfaces, read once: SNMPv2-MIB (RFC 3418) and IF-MIB (RFC 2863). */
import type { SnmpSession } from './session.ts';
import { type Cell, type WalkLimits, walkColumns } from './walk.ts';

const system = {
  description: '1.3.6.1.2.1.1.1.0',
  uptime: '1.3.6.1.2.1.1.3.0',
  name: '1.3.6.1.2.1.1.5.0',
} as const;

const ifTable = '1.3.6.1.2.1.2.2.1';
const ifXTable = '1.3.6.1.2.1.31.1.1.1';
const columns = {
  admin: `${ifTable}.7`,
  oper: `${ifTable}.8`,
  lastChange: `${ifTable}.9`,
  inDiscards: `${ifTable}.13`,
  inErrors: `${ifTable}.14`,
  outDiscards: `${ifTable}.19`,
  outErrors: `${ifTable}.20`,
  name: `${ifXTable}.1`,
  hcIn: `${ifXTable}.6`,
  hcOut: `${ifXTable}.10`,
  highSpeed: `${ifXTable}.15`,
  alias: `${ifXTable}.18`,
  discontinuity: `${ifXTable}.19`,
} as const;
/** What older devices have in place of ifXTable. */
const older = {
  description: `${ifTable}.2`,
  speed: `${ifTable}.5`,
  in: `${ifTable}.10`,
  out: `${ifTable}.16`,
} as const;

export interface Octets {
  readonly value: bigint;
  readonly bits: 32 | 64;
  readonly atMs: number;
}

/** What is undefined was not told. Times of a device are hundredths of a second of its sysUpTime. */
export interface InterfaceReading {
  readonly index: number;
  readonly name: string | undefined;
  readonly alias: string | undefined;
  readonly speedBps: number | undefined;
  readonly admin: number | undefined;
  readonly oper: number | undefined;
  readonly lastChange: number | undefined;
  readonly discontinuity: number | undefined;
  readonly in: Octets | undefined;
  readonly out: Octets | undefined;
  readonly inErrors: number | undefined;
  readonly outErrors: number | undefined;
  readonly inDiscards: number | undefined;
  readonly outDiscards: number | undefined;
}

export interface DeviceReading {
  /** Our clock, when the device said how long it has been up. */
  readonly atMs: number;
  readonly rttMs: number;
  readonly uptime: number | undefined;
  readonly name: string;
  readonly description: string;
  readonly interfaces: readonly InterfaceReading[];
  readonly truncated: boolean;
  readonly disordered: number;
}

const maxText = 1024;
/** DisplayString and SnmpAdminString: UTF-8, and what is not shows as such. */
const textOf = (value: unknown): string | undefined =>
  Buffer.isBuffer(value) ? value.subarray(0, maxText).toString('utf8').replaceAll('\0', '').trim() : undefined;
const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;

/** Counter64 comes as the octets of a BER integer: up to nine, the first a zero. */
function counter64(value: unknown): bigint | undefined {
  if (!Buffer.isBuffer(value) || value.length === 0 || value.length > 9) return undefined;
  const all = BigInt(`0x${value.toString('hex')}`);
  return all < 1n << 64n ? all : undefined;
}

function octetsOf(high: Cell | undefined, low: Cell | undefined): Octets | undefined {
  const whole = counter64(high?.value);
  if (high && whole !== undefined) return { value: whole, bits: 64, atMs: high.atMs };
  const part = numberOf(low?.value);
  return low && part !== undefined ? { value: BigInt(part), bits: 32, atMs: low.atMs } : undefined;
}

/** ifHighSpeed is in Mbit/s and 0 below half a Mbit/s: ifSpeed then has it, up to 2^32 - 2. */
function speedOf(high: Cell | undefined, low: Cell | undefined): number | undefined {
  const mbps = numberOf(high?.value);
  if (mbps) return mbps * 1_000_000;
  return numberOf(low?.value) ?? mbps;
}

function interfaceOf(index: number, cells: ReadonlyMap<string, Cell>): InterfaceReading {
  const number = (oid: string): number | undefined => numberOf(cells.get(oid)?.value);
  return {
    index,
    name: textOf(cells.get(columns.name)?.value) || textOf(cells.get(older.description)?.value),
    alias: textOf(cells.get(columns.alias)?.value),
    speedBps: speedOf(cells.get(columns.highSpeed), cells.get(older.speed)),
    admin: number(columns.admin),
    oper: number(columns.oper),
    lastChange: number(columns.lastChange),
    discontinuity: number(columns.discontinuity),
    in: octetsOf(cells.get(columns.hcIn), cells.get(older.in)),
    out: octetsOf(cells.get(columns.hcOut), cells.get(older.out)),
    inErrors: number(columns.inErrors),
    outErrors: number(columns.outErrors),
    inDiscards: number(columns.inDiscards),
    outDiscards: number(columns.outDiscards),
  };
}

/** Whether an interface tells less than ifXTable would have. */
const lacks = (cells: ReadonlyMap<string, Cell>): boolean =>
  counter64(cells.get(columns.hcIn)?.value) === undefined ||
  counter64(cells.get(columns.hcOut)?.value) === undefined ||
  !textOf(cells.get(columns.name)?.value) ||
  !numberOf(cells.get(columns.highSpeed)?.value);

/** @throws PollError */
export async function readDevice(session: SnmpSession, now: () => number, limits: WalkLimits): Promise<DeviceReading> {
  const askedMs = now();
  const [uptime, name, description] = await session.get([system.uptime, system.name, system.description]);
  const atMs = now();
  const walked = await walkColumns(session, Object.values(columns), now, limits);
  let { truncated, disordered } = walked;
  if (!truncated && [...walked.rows.values()].some(lacks)) {
    const more = await walkColumns(session, Object.values(older), now, limits);
    truncated ||= more.truncated;
    disordered += more.disordered;
    for (const [row, cells] of more.rows) {
      const known = walked.rows.get(row);
      if (known) for (const [oid, cell] of cells) known.set(oid, cell);
    }
  }
  return {
    atMs,
    rttMs: atMs - askedMs,
    uptime: numberOf(uptime?.value),
    name: textOf(name?.value) ?? '',
    description: textOf(description?.value) ?? '',
    interfaces: [...walked.rows].filter(([index]) => index > 0).map(([index, cells]) => interfaceOf(index, cells)),
    truncated,
    disordered,
  };
}

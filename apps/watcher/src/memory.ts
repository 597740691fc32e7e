/** What the watcher remembers of a line besides its state, to understand what comes next: kept in the line's snapshot. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

const Told = Type.Object({ value: Type.Number(), ms: Type.Number() });
const SpacingShape = Type.Object({ lastMs: Type.Number(), everyMs: Type.Number() });

/** A probe that failed, while it is not known whether that is its vantage point's fault. */
const HeldFailure = Type.Object({
  /** Its target. */
  name: Type.String(),
  /** Label of the collector, and who of it saw it. */
  vantage: Type.String(),
  watcher: Type.String(),
  atMs: Type.Number(),
  note: Type.String(),
});
export type HeldFailure = Readonly<Static<typeof HeldFailure>>;

const LineMemory = Type.Object({
  /** What it was told of by: where the circuit has another now, that is over. */
  ways: Type.Optional(
    Type.Object({ device: Type.String(), interface: Type.String(), tunnels: Type.String(), probes: Type.String() }),
  ),
  /** ifIndex of its interface, as it was learned from the interface's name. */
  index: Type.Optional(Type.Number()),
  name: Type.Optional(Type.String()),
  alias: Type.Optional(Type.String()),
  /** ifOperStatus and ifAdminStatus, as they were told last; between two tellings polls confirm them. */
  oper: Type.Optional(Told),
  admin: Type.Optional(Told),
  /** Since when it is in its state, by its device: readings of the same change differ by their clocks' ticks. */
  sinceMs: Type.Optional(Type.Number()),
  /** Of states that came without a poll. */
  own: SpacingShape,
  /** When traffic was told of last. */
  trafficMs: Type.Number(),
  /** Tunnels and probes, by what their evidence is named. */
  sources: Type.Record(Type.String(), SpacingShape),
  held: Type.Optional(Type.Array(HeldFailure)),
});
export type LineMemory = Static<typeof LineMemory>;

/** Of an exporter; each of its lines keeps it. */
const DeviceMemory = Type.Object({ polls: SpacingShape });
export type DeviceMemory = Static<typeof DeviceMemory>;

/** Most tunnels and probes of one line that are remembered. */
export const maxSources = 64;
/** Most failures of one line that wait. */
export const maxHeld = 64;

export const newLineMemory = (): LineMemory => ({ own: { lastMs: 0, everyMs: 0 }, trafficMs: 0, sources: {} });
export const newDeviceMemory = (): DeviceMemory => ({ polls: { lastMs: 0, everyMs: 0 } });

const Kept = Type.Object({
  line: LineMemory,
  device: Type.Optional(DeviceMemory),
  /** When the trust's collectors watched, base64, up to a time: the newest of all circuits' holds. */
  watch: Type.String(),
  watchMs: Type.Number(),
});
export type Kept = Static<typeof Kept>;
export type KeptWatch = Pick<Kept, 'watch' | 'watchMs'>;

/** Four octets with the length of the memory, as JSON; then what the state function keeps. */
export function packSnapshot(kept: Kept, state: Uint8Array): Uint8Array {
  const memory = Buffer.from(JSON.stringify(kept), 'utf8');
  const head = Buffer.alloc(4);
  head.writeUInt32LE(memory.length);
  return Buffer.concat([head, memory, state]);
}

/** Undefined: it is of another form, and everything is learned again. */
export function unpackSnapshot(bytes: Uint8Array): { readonly kept: Kept; readonly state: Uint8Array } | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.length < 4) return undefined;
  const length = buffer.readUInt32LE(0);
  if (length + 4 > buffer.length) return undefined;
  try {
    const kept: unknown = JSON.parse(buffer.toString('utf8', 4, 4 + length));
    return Value.Check(Kept, kept) ? { kept, state: buffer.subarray(4 + length) } : undefined;
  } catch {
    return undefined;
  }
}

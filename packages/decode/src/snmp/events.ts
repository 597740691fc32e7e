/** From a trap to an event: which kind, from whom, about what. */
import { type Event, parseAddress } from '@linewatch/record';
import { type KindByValue, type TrapType, trapTypes } from './catalogue.ts';
import { type FieldValue, fieldOf, valueUnder } from './fields.ts';
import { exactName, objectOf, vendorOf } from './names.ts';
import type { Trap } from './pdu.ts';
import type { Varbind } from './values.ts';

/** A kind that the catalogue does not have. */
const otherKind = 'trap';
/** RFC 3584 section 3.1: what a proxy adds. The community is nobody's business. */
const snmpTrapAddress = '1.3.6.1.6.3.18.1.3.0';
const snmpTrapCommunity = '1.3.6.1.6.3.18.1.4.0';
/** Of an event's detail. */
const maxDetailOctets = 16 * 1024;

interface NamedVarbind extends Varbind {
  readonly name?: string;
  readonly label?: string;
}

/** An event whose detail is still open. */
export interface TrapEvent {
  readonly timeMs: number;
  readonly exporter: Uint8Array;
  readonly interface: number;
  readonly kind: string;
  /** What of the device it is about, besides the interface. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly varbinds: readonly NamedVarbind[];
  readonly truncated: boolean;
}

/** The kinds by trap OID. */
export type Catalogue = ReadonlyMap<string, TrapType>;

export const catalogueOf = (added: readonly TrapType[] = []): Catalogue =>
  new Map([...trapTypes, ...added].flatMap((type) => type.oids.map((oid) => [oid, type] as const)));

/** RFC 3584 puts a 0 before the last number of a v1 trap; some MIBs define the same trap without it. */
const withoutZero = (oid: string): string => oid.replace(/\.0(\.\d+)$/, '$1');

/** Undefined for what no device has of its own: 0.0.0.0, loopback, multicast and broadcast. */
function agentAddress(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const first = Number.parseInt(text, 10);
  if (text.includes(':')) return /^(::1?|ff.*)$/.test(text) ? undefined : text;
  return /^\d+\.\d+\.\d+\.\d+$/.test(text) && first > 0 && first !== 127 && first < 224 ? text : undefined;
}

function withName(varbind: Varbind): NamedVarbind {
  const { oid, type, value } = varbind;
  const found = objectOf(oid);
  const name = found && found.named.name + oid.slice(found.object.length);
  const label = typeof value === 'number' ? found?.named.labels?.get(value) : undefined;
  if (type !== 'ObjectIdentifier' || typeof value !== 'string')
    return { oid, ...(name !== undefined && { name }), type, value, ...(label !== undefined && { label }) };
  const pointed = exactName(value)?.name;
  return { oid, ...(name !== undefined && { name }), type, value, ...(pointed !== undefined && { label: pointed }) };
}

function kindOf(kind: string | KindByValue, varbinds: readonly Varbind[]): string {
  if (typeof kind === 'string') return kind;
  const value = valueUnder(varbinds, kind.of);
  return (typeof value === 'number' ? kind.kinds[value] : undefined) ?? kind.otherwise;
}

const isIfIndex = (value: FieldValue | undefined): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 0xffffffff;

export interface TrapSource {
  /** 16 octets, and as text: whom the datagram is from. */
  readonly address: Uint8Array;
  readonly text: string;
  readonly version: 'v1' | 'v2c' | 'v3';
  readonly user?: string | undefined;
}

/** The event of a trap; it is from the agent that the PDU names, where it names one. */
export function describeTrap(trap: Trap, source: TrapSource, catalogue: Catalogue, timeMs: number): TrapEvent {
  const relayed = trap.varbinds.find(({ oid, type }) => oid === snmpTrapAddress && type === 'IpAddress')?.value;
  const varbinds = trap.varbinds.filter(({ oid }) => oid !== snmpTrapCommunity);
  const bare = withoutZero(trap.oid);
  const type = catalogue.get(trap.oid) ?? catalogue.get(bare);
  const fields: Record<string, FieldValue> = {};
  for (const [name, from] of Object.entries(type?.fields ?? {})) {
    const value = fieldOf(from, varbinds);
    if (value !== undefined) fields[name] = value;
  }
  const { interface: ifIndex, ...others } = fields;
  const agent = agentAddress(trap.agent) ?? agentAddress(relayed);
  const subjects = [type?.subject ?? []].flat().map((name) => others[name]);
  return {
    timeMs,
    exporter: agent === undefined ? source.address : parseAddress(agent),
    interface: isIfIndex(ifIndex) ? ifIndex : 0,
    kind: type ? kindOf(type.kind, varbinds) : otherKind,
    subject: type ? subjects.join(' ').slice(0, 200) : trap.oid,
    detail: {
      ...others,
      trapOid: trap.oid,
      name: (exactName(trap.oid) ?? exactName(bare))?.name,
      vendor: vendorOf(trap.oid),
      version: source.version,
      user: source.user,
      source: source.text,
      agent,
      uptime: trap.uptime,
    },
    varbinds: varbinds.map(withName),
    truncated: trap.truncated,
  };
}

/** `suppressed`: events of the same kind about the same that were left out before it. */
export function closeEvent(event: TrapEvent, suppressed: number): Event {
  const { timeMs, exporter, interface: index, kind } = event;
  const head = { ...event.detail, ...(suppressed > 0 && { suppressed }) };
  const kept: string[] = [];
  // Room for `"varbinds":[],"truncated":true`, and no field of the head is longer than a value.
  let left = maxDetailOctets - Buffer.byteLength(JSON.stringify(head)) - 40;
  for (const varbind of event.varbinds) {
    const text = JSON.stringify(varbind);
    left -= Buffer.byteLength(text) + 1;
    if (left < 0) break;
    kept.push(text);
  }
  const truncated = event.truncated || kept.length < event.varbinds.length;
  const open = JSON.stringify(head).slice(0, -1);
  const detail = `${open},"varbinds":[${kept.join(',')}]${truncated ? ',"truncated":true' : ''}}`;
  return { timeMs, exporter, interface: index, kind, detail };
}

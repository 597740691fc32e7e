/** PDUs: what a trap or an inform says, whichever version it came in. */
import { BerReader, fail, oidText, tags, unsigned } from './ber.ts';
import { type Varbind, readValue } from './values.ts';

export const pduTags = {
  get: 0xa0,
  response: 0xa2,
  trapV1: 0xa4,
  inform: 0xa6,
  trapV2: 0xa7,
  report: 0xa8,
} as const;

/** A PDU where it lies in its message. */
export interface Pdu {
  readonly tag: number;
  readonly bytes: Uint8Array;
  /** Contents. */
  readonly from: number;
  readonly to: number;
}

export interface Trap {
  /** snmpTrapOID; a v1 trap's made as RFC 3584 section 3.1 has it. */
  readonly oid: string;
  /** sysUpTime, hundredths of a second. */
  readonly uptime: number | undefined;
  /** agent-addr of a v1 trap. */
  readonly agent: string | undefined;
  /** Without sysUpTime.0 and snmpTrapOID.0. */
  readonly varbinds: readonly Varbind[];
  /** There were more varbinds than are kept. */
  readonly truncated: boolean;
}

const maxVarbinds = 1000;
export const sysUpTime = '1.3.6.1.2.1.1.3.0';
export const snmpTrapOid = '1.3.6.1.6.3.1.1.4.1.0';
const snmpTraps = '1.3.6.1.6.3.1.1.5';
const enterpriseSpecific = 6;

export function readPdu(reader: BerReader): Pdu {
  const tag = reader.next();
  return { tag, bytes: reader.bytes, from: reader.from, to: reader.to };
}

function readVarbinds(list: BerReader): { varbinds: Varbind[]; truncated: boolean } {
  const varbinds: Varbind[] = [];
  let truncated = false;
  while (!list.done) {
    const one = list.enter(tags.sequence);
    if (varbinds.length >= maxVarbinds) {
      truncated = true;
      continue;
    }
    one.expect(tags.oid);
    const oid = oidText(one.bytes, one.from, one.to);
    const tag = one.next();
    varbinds.push({ oid, ...readValue(one.bytes, tag, one.from, one.to) });
  }
  return { varbinds, truncated };
}

/** RFC 1157 section 4.1.6: enterprise, agent-addr, generic-trap, specific-trap, time-stamp, variable-bindings. */
function readV1(pdu: Pdu): Trap {
  const reader = new BerReader(pdu.bytes, pdu.from, pdu.to);
  reader.expect(tags.oid);
  const enterprise = oidText(reader.bytes, reader.from, reader.to);
  reader.expect(tags.ipAddress);
  const agent = readValue(reader.bytes, tags.ipAddress, reader.from, reader.to).value as string;
  const generic = reader.integer();
  // Above 2^31 it comes as a negative number.
  const specific = reader.integer() >>> 0;
  if (generic < 0 || generic > enterpriseSpecific) fail();
  reader.expect(tags.timeTicks);
  const uptime = Number(unsigned(reader.bytes, reader.from, reader.to, 32));
  const oid = generic === enterpriseSpecific ? `${enterprise}.0.${specific}` : `${snmpTraps}.${generic + 1}`;
  return { oid, uptime, agent, ...readVarbinds(reader.enter(tags.sequence)) };
}

/** RFC 3416 section 4.2.6: request-id, error-status, error-index, variable-bindings. */
function readV2(pdu: Pdu): Trap {
  const reader = new BerReader(pdu.bytes, pdu.from, pdu.to);
  for (let i = 0; i < 3; i++) reader.expect(tags.integer);
  const { varbinds, truncated } = readVarbinds(reader.enter(tags.sequence));
  let uptime: number | undefined;
  let oid: string | undefined;
  // They are the first two; some agents put others before them.
  const others = varbinds.filter((varbind) => {
    if (oid === undefined && varbind.oid === snmpTrapOid && varbind.type === 'ObjectIdentifier')
      oid = varbind.value as string;
    else if (uptime === undefined && varbind.oid === sysUpTime && typeof varbind.value === 'number')
      uptime = varbind.value;
    else return true;
    return false;
  });
  if (oid === undefined) fail();
  return { oid, uptime, agent: undefined, varbinds: others, truncated };
}

/** Throws BerError when it cannot be read. */
export const readTrap = (pdu: Pdu): Trap => (pdu.tag === pduTags.trapV1 ? readV1(pdu) : readV2(pdu));

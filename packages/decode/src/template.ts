/** Template records of NetFlow v9 (RFC 3954 sections 5.2, 6.1) and IPFIX (RFC 7011 section 3.4). */
import type { LossReason } from './port.ts';
import type { Compiled } from './programs.ts';
import type { Reader } from './reader.ts';

/** Length that says: the record tells (RFC 7011 section 7). H3C sends it in v9 too. */
export const variableLength = 65535;

export interface Field {
  /** Private enterprise number; 0 = IANA. */
  readonly pen: number;
  readonly id: number;
  /** Octets, or `variableLength`. */
  readonly length: number;
}

export interface Layout {
  readonly version: 9 | 10;
  readonly id: number;
  /** Of options templates; -1 = a data template. */
  readonly scopes: number;
  /** Scope fields first. v9 scope types are turned into the elements that mean the same. */
  readonly fields: readonly Field[];
}

export interface Template extends Layout {
  /** Names the layout: equal signatures share a program. */
  readonly signature: string;
  /** Our clock, when it was last announced. */
  seenMs: number;
  /** On the first data. */
  compiled: Compiled | undefined;
  /** Keys of elements that nothing is made of; known once there was data. */
  columnless: readonly string[];
  /** Records since they were last added to the exporter's counts of elements. */
  records: number;
}

export const signatureOf = (layout: Layout): string =>
  `${layout.version}|${layout.fields.map((f) => `${f.pen}.${f.id}.${f.length}`).join('|')}`;

/** The smallest record: a variable-length field takes at least its length octet. */
export const smallestRecord = (fields: readonly Field[]): number =>
  fields.reduce((sum, f) => sum + (f.length === variableLength ? 1 : f.length), 0);

export const hasVariable = (fields: readonly Field[]): boolean => fields.some((f) => f.length === variableLength);

/** Checks what both the wire and a snapshot must fulfil. */
export function faultOf(layout: Layout, maxFields: number): LossReason | undefined {
  if (layout.id < 256) return 'template_malformed';
  if (layout.fields.length > maxFields) return 'template_fields_limit';
  const size = smallestRecord(layout.fields);
  if (size === 0) return 'template_empty';
  if (size > 65535 || layout.scopes > layout.fields.length) return 'template_malformed';
  return undefined;
}

export type TemplateRecord =
  | { readonly kind: 'template'; readonly layout: Layout }
  | { readonly kind: 'withdrawal'; readonly id: number }
  | { readonly kind: 'fault'; readonly reason: LossReason };

/** v9 scope types (RFC 3954 section 6.1) as elements; others are used by Cisco with element numbers. */
const scopeElements = new Map([
  [1, 0], // system
  [2, 10], // interface
  [3, 141], // line card
  [4, 0], // cache
  [5, 145], // template
]);

function readFields(
  reader: Reader,
  version: 9 | 10,
  count: number,
  scopesV9: number,
  maxFields: number,
): Field[] | undefined {
  if (count * 4 > reader.left) {
    reader.skip(count * 4);
    return undefined;
  }
  const fields: Field[] = [];
  for (let i = 0; i < count; i++) {
    let id = reader.u16();
    const length = reader.u16();
    let pen = 0;
    // In v9 numbers above 32767 are plain elements (Cisco ASA 33000, 40000).
    if (version === 10 && id >= 0x8000) {
      id -= 0x8000;
      pen = reader.u32();
    }
    if (i < scopesV9) id = scopeElements.get(id) ?? id;
    if (fields.length <= maxFields) fields.push({ pen, id, length });
  }
  return reader.short ? undefined : fields;
}

/**
 * Reads one record of a template set; consumes at least its header.
 *
 *   template         = id:u16 count:u16 field*
 *   v9 options       = id:u16 scope-octets:u16 option-octets:u16 field*
 *   IPFIX options    = id:u16 count:u16 scope-count:u16 field*      (withdrawal: id:u16 0:u16)
 *   field            = id:u16 length:u16 [pen:u32 when IPFIX and the top bit of id is set]
 */
export function readTemplate(reader: Reader, version: 9 | 10, options: boolean, maxFields: number): TemplateRecord {
  const malformed = { kind: 'fault', reason: 'template_malformed' } as const;
  const id = reader.u16();
  let count = reader.u16();
  let scopes = -1;
  let scopesV9 = 0;
  if (version === 10 && count === 0) return reader.short ? malformed : { kind: 'withdrawal', id };
  if (options) {
    scopes = reader.u16();
    if (version === 9) {
      // Octets, not fields. Juniper SRX sends a scope of 0 octets.
      const octets = [count, scopes];
      count = (octets[0]! + octets[1]!) >> 2;
      scopesV9 = scopes = octets[0]! >> 2;
      if (octets[0]! % 4 !== 0 || octets[1]! % 4 !== 0) {
        reader.skip(octets[0]! + octets[1]!);
        return malformed;
      }
    }
  }
  const fields = readFields(reader, version, count, scopesV9, maxFields);
  if (!fields || reader.short) return malformed;
  const layout: Layout = { version, id, scopes, fields };
  const reason = faultOf(layout, maxFields);
  return reason ? { kind: 'fault', reason } : { kind: 'template', layout };
}

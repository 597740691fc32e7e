/** Encodes NetFlow v5, v9 and IPFIX datagrams: for simulated exporters, tests and benches. */
import { type Field, variableLength } from './template.ts';
import { v5HeaderOctets, v5Layout, v5RecordOctets } from './v5.ts';

/** An integer, or octets: text is UTF-8; octets longer than the field lose their first ones, shorter ones are zero-filled. */
export type Value = number | bigint | string | Uint8Array;

/** Values in the order of the template's fields. */
export type Row = readonly Value[];

export interface EncodedTemplate {
  readonly id: number;
  /** Present = an options template with this many scope fields, which come first. In v9 their ids are scope types. */
  readonly scopes?: number;
  readonly fields: readonly Field[];
}

/** A set: an announced template, a withdrawal (IPFIX), or records. */
export type EncodedSet =
  | { readonly template: EncodedTemplate }
  | { readonly withdraw: number; readonly options?: boolean }
  | { readonly data: EncodedTemplate; readonly rows: readonly Row[]; readonly padding?: number };

export interface MessageHeader {
  readonly version: 9 | 10;
  readonly sequence: number;
  /** Observation domain or source id. */
  readonly domain: number;
  /** The exporter's clock; sent in whole seconds. */
  readonly exportMs: number;
  /** v9 only. */
  readonly uptimeMs?: number;
}

export const element = (id: number, length: number, pen = 0): Field => ({ id, length, pen });

const maxMessage = 65_535;
const word = 4_294_967_296;

function octetsOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'object') return value.length;
  return 8;
}

function putOctets(out: Buffer, at: number, length: number, octets: Uint8Array): void {
  if (octets.length > length) out.set(octets.subarray(octets.length - length), at);
  else {
    out.set(octets, at);
    out.fill(0, at + octets.length, at + length);
  }
}

function putInteger(out: Buffer, at: number, length: number, value: number): void {
  if (length === 4) out.writeUInt32BE(value >>> 0, at);
  else if (length === 2) out.writeUInt16BE(value & 0xffff, at);
  else if (length === 1) out[at] = value;
  else {
    let rest = value;
    for (let i = length - 1; i >= 0; i--) {
      out[at + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
}

function putValue(out: Buffer, at: number, length: number, value: Value): void {
  if (typeof value === 'number') putInteger(out, at, length, value);
  else if (typeof value === 'bigint') {
    let rest = value;
    for (let i = length - 1; i >= 0; i--) {
      out[at + i] = Number(rest & 255n);
      rest >>= 8n;
    }
  } else putOctets(out, at, length, typeof value === 'string' ? Buffer.from(value) : value);
}

function rowOctets(fields: readonly Field[], row: Row): number {
  let octets = 0;
  fields.forEach((field, i) => {
    if (field.length !== variableLength) octets += field.length;
    else {
      const length = octetsOf(row[i] ?? 0);
      octets += length + (length < 255 ? 1 : 3);
    }
  });
  return octets;
}

function putRow(out: Buffer, start: number, fields: readonly Field[], row: Row): number {
  let at = start;
  for (let i = 0; i < fields.length; i++) {
    const value = row[i] ?? 0;
    let { length } = fields[i]!;
    if (length === variableLength) {
      length = octetsOf(value);
      if (length < 255) out[at++] = length;
      else {
        out[at] = 255;
        out.writeUInt16BE(length, at + 1);
        at += 3;
      }
    }
    if (length > 0) putValue(out, at, length, value);
    at += length;
  }
  return at;
}

const isOptions = (template: EncodedTemplate): boolean => template.scopes !== undefined;
const fieldOctets = (version: 9 | 10, fields: readonly Field[]): number =>
  fields.reduce((sum, f) => sum + (version === 10 && f.pen !== 0 ? 8 : 4), 0);

function setOctets(version: 9 | 10, set: EncodedSet): number {
  if ('withdraw' in set) return 8;
  if ('template' in set) {
    const octets = 4 + (isOptions(set.template) ? 6 : 4) + fieldOctets(version, set.template.fields);
    return (octets + 3) & ~3;
  }
  const records = set.rows.reduce((sum, row) => sum + rowOctets(set.data.fields, row), 0);
  return 4 + records + (set.padding ?? 0);
}

function putTemplate(out: Buffer, start: number, version: 9 | 10, template: EncodedTemplate): void {
  const { id, fields, scopes } = template;
  let at = out.writeUInt16BE(id, start);
  if (version === 9 && scopes !== undefined) {
    at = out.writeUInt16BE(scopes * 4, at);
    at = out.writeUInt16BE((fields.length - scopes) * 4, at);
  } else {
    at = out.writeUInt16BE(fields.length, at);
    if (scopes !== undefined) at = out.writeUInt16BE(scopes, at);
  }
  for (const field of fields) {
    const enterprise = version === 10 && field.pen !== 0;
    at = out.writeUInt16BE(enterprise ? field.id | 0x8000 : field.id, at);
    at = out.writeUInt16BE(field.length, at);
    if (enterprise) at = out.writeUInt32BE(field.pen, at);
  }
}

function putSet(out: Buffer, start: number, version: 9 | 10, set: EncodedSet, octets: number): void {
  const firstTemplateSet = version === 9 ? 0 : 2;
  out.writeUInt16BE(octets, start + 2);
  if ('withdraw' in set) {
    out.writeUInt16BE(firstTemplateSet + (set.options === true ? 1 : 0), start);
    out.writeUInt16BE(set.withdraw, start + 4);
  } else if ('template' in set) {
    out.writeUInt16BE(firstTemplateSet + (isOptions(set.template) ? 1 : 0), start);
    putTemplate(out, start + 4, version, set.template);
  } else {
    out.writeUInt16BE(set.data.id, start);
    let at = start + 4;
    for (const row of set.rows) at = putRow(out, at, set.data.fields, row);
  }
}

/** @throws RangeError when the message is over 65,535 octets. */
export function encodeMessage(header: MessageHeader, sets: readonly EncodedSet[]): Uint8Array {
  const { version } = header;
  const headerOctets = version === 9 ? 20 : 16;
  const sizes = sets.map((set) => setOctets(version, set));
  const total = sizes.reduce((sum, octets) => sum + octets, headerOctets);
  if (total > maxMessage) throw new RangeError(`a message of ${total} octets is over ${maxMessage}`);
  const out = Buffer.alloc(total);
  out.writeUInt16BE(version, 0);
  const seconds = Math.floor(header.exportMs / 1000) % word;
  if (version === 9) {
    out.writeUInt16BE(sets.reduce((sum, set) => sum + ('data' in set ? set.rows.length : 1), 0) & 0xffff, 2);
    out.writeUInt32BE((header.uptimeMs ?? 0) % word, 4);
    out.writeUInt32BE(seconds, 8);
    out.writeUInt32BE(header.sequence % word, 12);
    out.writeUInt32BE(header.domain, 16);
  } else {
    out.writeUInt16BE(total, 2);
    out.writeUInt32BE(seconds, 4);
    out.writeUInt32BE(header.sequence % word, 8);
    out.writeUInt32BE(header.domain, 12);
  }
  let at = headerOctets;
  sets.forEach((set, i) => {
    putSet(out, at, version, set, sizes[i]!);
    at += sizes[i]!;
  });
  return out;
}

export interface V5Message {
  readonly uptimeMs: number;
  readonly exportMs: number;
  readonly sequence: number;
  readonly engineType?: number;
  readonly engineId?: number;
  /** One packet in this many, below 16,384; 0 = not stated. */
  readonly samplingInterval?: number;
  /** The two bits above it. */
  readonly samplingMode?: number;
}

/** Values of a v5 record by name; addresses as 4 octets or as 16 v4-mapped ones; `first` and `last` are uptimes in ms. */
export interface V5Record {
  readonly srcAddr: Uint8Array;
  readonly dstAddr: Uint8Array;
  readonly nextHop?: Uint8Array;
  readonly inIf?: number;
  readonly outIf?: number;
  readonly packets: number;
  readonly octets: number;
  readonly first: number;
  readonly last: number;
  readonly srcPort?: number;
  readonly dstPort?: number;
  readonly tcpFlags?: number;
  readonly protocol?: number;
  readonly tos?: number;
  readonly srcAs?: number;
  readonly dstAs?: number;
  readonly srcMask?: number;
  readonly dstMask?: number;
}

/** @throws RangeError for more than 30 records, the most that a v5 datagram has. */
export function encodeV5(message: V5Message, records: readonly V5Record[]): Uint8Array {
  if (records.length > 30) throw new RangeError(`${records.length} records are over 30`);
  const out = Buffer.alloc(v5HeaderOctets + records.length * v5RecordOctets);
  out.writeUInt16BE(5, 0);
  out.writeUInt16BE(records.length, 2);
  out.writeUInt32BE(message.uptimeMs % word, 4);
  out.writeUInt32BE(Math.floor(message.exportMs / 1000) % word, 8);
  out.writeUInt32BE((message.exportMs % 1000) * 1e6, 12);
  out.writeUInt32BE(message.sequence % word, 16);
  out.writeUInt8(message.engineType ?? 0, 20);
  out.writeUInt8(message.engineId ?? 0, 21);
  out.writeUInt16BE(((message.samplingMode ?? 0) << 14) | (message.samplingInterval ?? 0), 22);
  let at = v5HeaderOctets;
  for (const r of records) {
    const row: Row = [
      r.srcAddr,
      r.dstAddr,
      r.nextHop ?? 0,
      r.inIf ?? 0,
      r.outIf ?? 0,
      r.packets,
      r.octets,
      r.first,
      r.last,
      r.srcPort ?? 0,
      r.dstPort ?? 0,
      0,
      r.tcpFlags ?? 0,
      r.protocol ?? 0,
      r.tos ?? 0,
      r.srcAs ?? 0,
      r.dstAs ?? 0,
      r.srcMask ?? 0,
      r.dstMask ?? 0,
      0,
    ];
    at = putRow(out, at, v5Layout.fields, row);
  }
  return out;
}

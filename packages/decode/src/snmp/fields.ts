/** Fields of a trap's event, found in its varbinds as the catalogue says. */
import { formatAddress } from '@linewatch/record';
import type { FieldSource, IndexForm } from './catalogue.ts';
import { exactName } from './names.ts';
import type { Varbind } from './values.ts';

export type FieldValue = string | number | boolean;

const isOf = (oid: string, object: string): boolean =>
  oid.startsWith(object) && (oid.length === object.length || oid[object.length] === '.');

function find(varbinds: readonly Varbind[], objects: readonly string[], last: boolean): [Varbind, string] | undefined {
  for (const object of objects) {
    const of = ({ oid }: Varbind): boolean => isOf(oid, object);
    const varbind = last ? varbinds.findLast(of) : varbinds.find(of);
    if (varbind) return [varbind, object];
  }
  return undefined;
}

export const valueUnder = (varbinds: readonly Varbind[], object: string): Varbind['value'] | undefined =>
  varbinds.find(({ oid }) => isOf(oid, object))?.value;

/** Octets as an address or a MAC address; text stays as it is. */
function octetsText(varbind: Varbind, separator: ':' | '.'): string | undefined {
  const { type, value } = varbind;
  if (typeof value !== 'string') return undefined;
  const octets =
    type === 'HexString' ? Buffer.from(value.slice(2), 'hex') : type === 'OctetString' ? Buffer.from(value) : undefined;
  // Four octets may all be printable; an address written out is longer.
  if (separator === '.' && octets?.length === 4) return octets.join('.');
  if (separator === '.' && octets?.length === 16 && type === 'HexString') return formatAddress(octets);
  if (separator === ':' && octets?.length === 6) return octets.toString('hex').replaceAll(/..(?!$)/g, '$&:');
  return value;
}

function names(parts: readonly number[]): string | undefined {
  const out: string[] = [];
  let at = 0;
  // Each is its length and its characters (RFC 2578 section 7.7).
  for (let i = 0; i < 2; i++) {
    const length = parts[at] ?? 0;
    const characters = parts.slice(at + 1, at + 1 + length);
    if (at >= parts.length || characters.length < length || characters.some((c) => c > 255)) return undefined;
    out.push(Buffer.from(characters).toString());
    at += 1 + length;
  }
  return out.filter((name) => name !== '').join('/');
}

function instance(suffix: string, form: IndexForm): FieldValue | undefined {
  const parts = suffix.split('.').slice(1).map(Number);
  switch (form) {
    case 'last':
      return parts.at(-1);
    case 'ipv4':
      return parts.length >= 4 && parts.slice(-4).every((part) => part < 256) ? parts.slice(-4).join('.') : undefined;
    case 'inet': {
      // RFC 4001: type, length, octets.
      const octets = parts.slice(2, 2 + (parts[1] ?? 0));
      if (octets.some((octet) => octet > 255)) return undefined;
      if (octets.length === 4) return octets.join('.');
      return octets.length === 16 ? formatAddress(Uint8Array.from(octets)) : undefined;
    }
    case 'names':
      return names(parts);
  }
}

function valueOf(source: FieldSource, [varbind, object]: [Varbind, string]): FieldValue | undefined {
  const { value } = varbind;
  if (source.equals !== undefined) return value === source.equals;
  if (typeof value === 'number') return source.labels?.[value] ?? exactName(object)?.labels?.get(value) ?? value;
  if (source.address) return octetsText(varbind, '.');
  if (source.mac) return octetsText(varbind, ':');
  return value ?? undefined;
}

/** Characters of a field; the varbind itself may have more. */
const maxField = 256;

/** Undefined when the trap does not tell. */
export function fieldOf(source: FieldSource, varbinds: readonly Varbind[]): FieldValue | undefined {
  const value = lookUp(source, varbinds);
  return typeof value === 'string' ? value.slice(0, maxField).toWellFormed() : value;
}

function lookUp(source: FieldSource, varbinds: readonly Varbind[]): FieldValue | undefined {
  if (source.is !== undefined) return source.is;
  const last = source.nth === 'last';
  const found = find(varbinds, source.of ?? [], last);
  const value = found && valueOf(source, found);
  if (value !== undefined && value !== '') return value;
  const indexed = source.index && find(varbinds, source.index, last);
  if (indexed) return instance(indexed[0].oid.slice(indexed[1].length), source.form ?? 'last') ?? source.otherwise;
  return source.otherwise;
}

/** Addresses and networks in one canonical form: IPv4 dotted, IPv6 as RFC 5952. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Converted } from './converted.ts';

interface Parsed {
  readonly width: 32 | 128;
  readonly value: bigint;
  readonly text: string;
}

const v4Text = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');

/** The URL standard's host serialiser writes IPv6 as RFC 5952 does, except that it keeps mapped IPv4 in hexadecimal. */
const v6Text = (text: string): string => new URL(`http://[${text}]/`).hostname.slice(1, -1);

const v6OfValue = (value: bigint): string =>
  v6Text(Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(':'));

const textOf = (width: 32 | 128, value: bigint): string => (width === 32 ? v4Text(value) : v6OfValue(value));

function parse(text: string): Parsed | undefined {
  if (isIPv4(text)) {
    const value = text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
    return { width: 32, value, text: v4Text(value) };
  }
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const canonical = v6Text(text);
  const [head = '', tail] = canonical.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = groups(tail ?? '');
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  const value = all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  // v4-mapped, ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2): the same device as the IPv4 address.
  if (value >> 32n === 0xffffn) return { width: 32, value: value & 0xffff_ffffn, text: v4Text(value & 0xffff_ffffn) };
  return { width: 128, value, text: canonical };
}

/** The address of one device. */
export function deviceAddress(text: string): Converted<string> {
  const address = parse(text);
  if (!address) return { problem: 'must be an IPv4 or IPv6 address' };
  const { width, value } = address;
  const multicast = width === 32 ? value >> 28n === 0xen : value >> 120n === 0xffn;
  if (value === 0n || multicast || (width === 32 && value === 0xffff_ffffn))
    return { problem: 'is not the address of a device: it is unspecified, multicast or broadcast' };
  return { value: address.text };
}

/** A network in CIDR notation, without host bits. */
export function network(text: string): Converted<string> {
  const [, head = '', tail = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = parse(head);
  const length = Number(tail);
  if (tail === '' || !address || length > address.width) return { problem: 'must be a network such as 10.20.0.0/16' };
  if (address.width === 32 && head.includes(':')) return { problem: 'must be written as an IPv4 network' };
  const hostBits = BigInt(address.width - length);
  const base = (address.value >> hostBits) << hostBits;
  if (base !== address.value)
    return { problem: `has bits set beyond its prefix; did you mean ${textOf(address.width, base)}/${length}?` };
  return { value: `${address.text}/${length}` };
}

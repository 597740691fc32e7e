/** Text and 16-byte forms of addresses. IPv4 is v4-mapped: ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). */

import { isIPv4, isIPv6 } from 'node:net';

/** @throws RangeError when the text is not an address. A zone index (`%eth0`) is dropped. */
export function parseAddress(text: string): Uint8Array {
  const out = new Uint8Array(16);
  if (isIPv4(text)) {
    out[10] = out[11] = 0xff;
    text.split('.').forEach((part, i) => (out[12 + i] = Number(part)));
    return out;
  }
  const zone = text.indexOf('%');
  const bare = zone < 0 ? text : text.slice(0, zone);
  if (!isIPv6(bare)) throw new RangeError(`not an IP address: ${text.slice(0, 60)}`);
  let head = bare;
  const lastColon = bare.lastIndexOf(':');
  if (bare.includes('.')) {
    const v4 = bare
      .slice(lastColon + 1)
      .split('.')
      .map(Number);
    head = `${bare.slice(0, lastColon + 1)}${((v4[0]! << 8) | v4[1]!).toString(16)}:${((v4[2]! << 8) | v4[3]!).toString(16)}`;
  }
  const [left = '', right] = head.split('::');
  const groupsOf = (part: string): number[] => (part === '' ? [] : part.split(':').map((g) => Number.parseInt(g, 16)));
  const leftGroups = groupsOf(left);
  const rightGroups = right === undefined ? [] : groupsOf(right);
  leftGroups.forEach((g, i) => {
    out[2 * i] = g >> 8;
    out[2 * i + 1] = g;
  });
  rightGroups.forEach((g, i) => {
    const at = 2 * (8 - rightGroups.length + i);
    out[at] = g >> 8;
    out[at + 1] = g;
  });
  return out;
}

/** RFC 5952 text of the 16 bytes at `offset`; v4-mapped addresses print as IPv4. */
export function formatAddress(bytes: Uint8Array, offset = 0): string {
  let mapped = bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff;
  for (let i = 0; mapped && i < 10; i++) mapped = bytes[offset + i] === 0;
  if (mapped) return `${bytes[offset + 12]!}.${bytes[offset + 13]!}.${bytes[offset + 14]!}.${bytes[offset + 15]!}`;
  const groups: number[] = [];
  for (let i = 0; i < 8; i++) groups.push((bytes[offset + 2 * i]! << 8) | bytes[offset + 2 * i + 1]!);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8;) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > bestLength) [best, bestLength] = [i, j - i];
    i = Math.max(j, i + 1);
  }
  const hex = (part: number[]): string => part.map((g) => g.toString(16)).join(':');
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}

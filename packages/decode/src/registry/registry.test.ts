import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dataFile, ianaLines, vendorLines } from '../../registry/elements.ts';
import * as e from '../elements.ts';
import { elementLines } from './data.ts';
import { elementName, elementOf, elements, keysOf } from './registry.ts';
import { maxValueOctets, valueText } from './text.ts';

describe('the element registry', () => {
  const all = [...elements];

  test('is well-formed: every line has a number, a name and a type, none twice', () => {
    const lines = elementLines.split('\n');
    expect(all).toHaveLength(lines.length);
    expect(new Set(all.map(({ name }) => name)).size).toBe(lines.length);
    expect(all.filter(({ pen }) => pen === 0).length).toBeGreaterThan(500);
    expect(new Set(all.map(({ pen }) => pen)).size).toBeGreaterThan(8);
    for (const line of lines) expect(line).toMatch(/^\d+\/\d+ [\w:.-]+ \w+( \S.*)?$/);
    for (const { pen, id } of all) {
      expect(Number.isInteger(pen) && pen >= 0 && pen <= 0xffffffff).toBe(true);
      expect(Number.isInteger(id) && id > -1 && id < 65536).toBe(true);
    }
  });

  test.each([
    [0, 1, 'octetDeltaCount', 'unsigned64', 'octets'],
    [0, 8, 'sourceIPv4Address', 'ipv4Address', ''],
    [0, 56, 'sourceMacAddress', 'macAddress', ''],
    [0, 152, 'flowStartMilliseconds', 'dateTimeMilliseconds', 'milliseconds'],
    [0, 291, 'basicList', 'basicList', ''],
    [0, 315, 'dataLinkFrameSection', 'octetArray', ''],
    [9, 12235, 'cisco:appHTTPHost', 'string', ''],
    [0, 33000, 'cisco:ingressAclId', 'octetArray', ''],
    [0, 40000, 'cisco:userName', 'string', ''],
    [29305, 2, 'reversePacketDeltaCount', 'unsigned64', 'packets'],
  ])('knows %i/%i as %s', (pen, id, name, type, units) => {
    expect(elementOf(pen, id)).toMatchObject({ name, type, units });
  });

  test('gives a key where it has no name', () => {
    expect(elementOf(4242, 7)).toBeUndefined();
    expect(elementOf(29305, 9999)).toBeUndefined();
    expect(elementName(4242, 7)).toBe('4242/7');
  });

  test('finds elements by name and by number, also as NetFlow v9 and the reverse direction send them', () => {
    expect(keysOf('octetDeltaCount')).toEqual(['0/1']);
    expect(keysOf('4242/7')).toEqual(['4242/7']);
    expect(keysOf('cisco:userName')).toEqual(['9/7232', '0/40000']);
    expect(keysOf('reverseOctetDeltaCount')).toEqual(['29305/1']);
    for (const asked of ['', 'reverse', 'noSuchElement', '1/2/3', '0/'])
      expect({ asked, keys: keysOf(asked) }).toEqual({ asked, keys: [] });
  });

  test('has every element that feeds a column', () => {
    const feeds: e.Feed[] = [...Object.values(e.addressFeeds), ...Object.values(e.numberFeeds)];
    const ids = [
      ...feeds.flatMap((feed) => [...feed.ids, ...(feed.then ?? [])]),
      ...[e.startTimes, e.endTimes, e.durations].flatMap((times) => times.map(({ id }) => id)),
      ...e.counterFamilies.flatMap((family) => [...family.octets, ...family.packets]),
      ...e.icmp.type,
      ...e.icmp.code,
      ...e.icmp.both,
      e.tosElement,
      e.dscpElement,
      e.directionElement,
      e.applicationElement,
    ];
    expect(ids.filter((id) => elementOf(0, id) === undefined)).toEqual([]);
  });
});

describe('the refresh of the registry', () => {
  const head = 'ElementID,Name,Abstract Data Type,Data Type Semantics,Status,Description,Units,Range\n';

  test("reads the columns of IANA's file and leaves ranges and unassigned numbers out", () => {
    const csv = `${head}0,Reserved,,,,,,\n1,octets,unsigned64,deltaCounter,current,"Two lines,\nwith ""quotes""",octets,\n"105-127",Assigned,,,,,,\n2,frames,unsigned32,,,x,none,\n`;
    expect(ianaLines(csv)).toEqual([
      { pen: 0, id: 1, name: 'octets', type: 'unsigned64', units: 'octets' },
      { pen: 0, id: 2, name: 'frames', type: 'unsigned32', units: '' },
    ]);
  });

  test('refuses what is not well-formed, not typed or there twice', () => {
    expect(() => ianaLines(`${head}1,a b,unsigned8,,,,,\n`)).toThrow(/not well-formed/);
    expect(() => ianaLines(`${head}1,a,unsigned7,,,,,\n`)).toThrow(/unknown type/);
    const vendor = vendorLines('pen,id,name,type,units\n9,1,v:a,string,\n9,2,v:b,unsigned8,ms\n');
    expect(dataFile(vendor)).toContain('`9/1 v:a string\n9/2 v:b unsigned8 ms`');
    expect(() => dataFile([...vendor, vendor[0]!])).toThrow(/twice/);
    expect(() => dataFile([{ ...vendor[0]!, id: 3 }, ...vendor])).toThrow(/twice/);
  });
});

describe('a value as text', () => {
  const text = (type: Parameters<typeof valueText>[0], octets: readonly number[]): string => {
    const bytes = Uint8Array.from([0xee, ...octets, 0xee]);
    return valueText(type, new DataView(bytes.buffer), 1, octets.length);
  };
  test.each([
    ['unsigned8', [255], '255'],
    ['unsigned32', [1, 0], '256'], // reduced-size encoding
    ['unsigned64', [255, 255, 255, 255, 255, 255, 255, 255], '18446744073709551615'],
    ['unsigned256', [1, 0, 0, 0, 0, 0, 0, 0, 0], '18446744073709551616'],
    ['signed32', [255, 254], '-2'],
    ['signed8', [5], '5'],
    ['float32', [0x3f, 0x80, 0, 0], '1'],
    ['float64', [0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18], '3.141592653589793'],
    ['float64', [1, 2], '0102'],
    ['boolean', [1], 'true'],
    ['boolean', [2], 'false'],
    ['boolean', [3], '03'],
    ['macAddress', [0, 0x1b, 2, 3, 4, 0xff], '00:1b:02:03:04:ff'],
    ['ipv4Address', [192, 0, 2, 1], '192.0.2.1'],
    ['ipv6Address', [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], '2001:db8::1'],
    ['ipv4Address', [1, 2], '0102'],
    ['string', [0x61, 0x1b, 0x62, 0, 0x63], 'ab'],
    ['octetArray', [0, 0xff], '00ff'],
    ['basicList', [3, 0], '0300'],
    ['dateTimeSeconds', [0x69, 0x5b, 0x7d, 0x90], '2026-01-05T09:00:00.000Z'],
    ['dateTimeMilliseconds', [255, 255, 255, 255, 255, 255, 255, 255], '18446744073709552000'],
    ['dateTimeNanoseconds', [0x83, 0xaa, 0x7e, 0x80, 0x80, 0, 0, 0], '1970-01-01T00:00:00.500Z'],
    [undefined, [1, 2, 3], '010203'],
    ['unsigned8', [], ''],
  ] as const)('of type %s: %j is %s', (type, octets, want) => {
    expect(text(type, octets)).toBe(want);
  });

  test('is bounded, and never fails, whatever the type and length', () => {
    const types = [...new Set([...elements].map(({ type }) => type))];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 40 }), (type, octets) => {
        expect(typeof text(type, [...octets])).toBe('string');
      }),
    );
    for (const type of types)
      expect(text(type, new Array<number>(4000).fill(0x61)).length).toBeLessThan(3 * maxValueOctets);
  });
});

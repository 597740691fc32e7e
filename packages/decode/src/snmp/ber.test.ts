import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BerError, BerReader, oidText, tags } from './ber.ts';
import { element, encodeInteger, encodeOid } from './encode.ts';
import { readValue } from './values.ts';

const octets = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

function value(hex: string) {
  const bytes = octets(hex);
  const reader = new BerReader(bytes);
  const tag = reader.next();
  return readValue(bytes, tag, reader.from, reader.to);
}

describe('BER', () => {
  test.each([
    ['an indefinite length', '30 80 02 01 01 00 00'],
    ['a length of five octets', '30 85 00 00 00 00 01 00'],
    ['a length beyond the end', '30 05 02 01 01'],
    ['a length of 4 GiB', '30 84 ff ff ff ff 00'],
    ['a length that is cut off', '30 82 01'],
    ['a tag of more than one octet', '3f 81 01 00'],
    ['nothing', ''],
    ['a tag alone', '30'],
  ])('%s is rejected', (_what, hex) => {
    expect(() => new BerReader(octets(hex)).next()).toThrow(BerError);
  });

  test('a length with more octets than it needs is read', () => {
    const reader = new BerReader(octets('04 84 00 00 00 02 61 62'));
    expect(Buffer.from(reader.octets()).toString()).toBe('ab');
  });

  test.each([
    ['a zero', '02 01 00', 'Integer32', 0],
    ['a negative number', '02 01 ff', 'Integer32', -1],
    ['the smallest', '02 04 80 00 00 00', 'Integer32', -2_147_483_648],
    ['one with needless octets', '02 08 00 00 00 00 00 00 00 07', 'Integer32', 7],
    ['a Counter32 with the zero octet', '41 05 00 ff ff ff ff', 'Counter32', 4_294_967_295],
    ['a Counter32 without it', '41 04 ff ff ff ff', 'Counter32', 4_294_967_295],
    ['a Counter64', '46 09 00 ff ff ff ff ff ff ff ff', 'Counter64', '18446744073709551615'],
    ['a Counter64 without the zero octet', '46 08 ff ff ff ff ff ff ff ff', 'Counter64', '18446744073709551615'],
    ['a small Counter64', '46 01 05', 'Counter64', 5],
    ['an address', '40 04 c0 00 02 01', 'IpAddress', '192.0.2.1'],
    ['an address of no length that there is', '40 02 c0 00', 'IpAddress', '0xc000'],
    ['text', '04 04 c3 bc 20 61', 'OctetString', 'ü a'],
    ['text that ends with NUL', '04 03 61 62 00', 'OctetString', 'ab'],
    ['octets', '04 03 01 02 ff', 'HexString', '0x0102ff'],
    ['octets that are no UTF-8', '04 02 c3 28', 'HexString', '0xc328'],
    ['an empty string', '04 00', 'OctetString', ''],
    ['an Opaque float', '44 07 9f 78 04 40 50 00 00', 'Float', 3.25],
    ['an Opaque double', '44 0b 9f 79 08 c0 00 00 00 00 00 00 00', 'Double', -2],
    ['an Opaque float that is none', '44 07 9f 78 04 7f c0 00 00', 'Float', 'NaN'],
    ['an Opaque int64', '44 04 9f 7a 01 fb', 'Integer64', -5],
    ['an Opaque uint64', '44 0b 9f 7b 08 ff ff ff ff ff ff ff ff', 'Unsigned64', '18446744073709551615'],
    ['an Opaque whose length lies', '44 07 9f 78 09 40 50 00 00', 'Opaque', '0x9f780940500000'],
    ['an Opaque of something else', '44 02 02 01', 'Opaque', '0x0201'],
    ['an exception', '81 00', 'NoSuchInstance', null],
    ['a null', '05 00', 'Null', null],
    ['a tag that SNMP does not have', '5e 02 ab cd', 'Unknown', '0xabcd'],
  ])('%s is read', (_what, hex, type, expected) => {
    expect(value(hex)).toEqual({ type, value: expected });
  });

  test.each([
    ['an integer without octets', '02 00'],
    ['an integer of nine octets', '02 09 01 00 00 00 00 00 00 00 00'],
    ['a counter of ten octets', '46 0a 00 00 ff ff ff ff ff ff ff ff'],
    ['an object identifier that is cut off', '06 02 2b 86'],
    ['one with a number wider than 32 bits', '06 07 2b 90 80 80 80 80 00'],
    ['one with more than 128 numbers', `06 81 80 2b ${'01 '.repeat(127)}01`],
  ])('%s is rejected', (_what, hex) => {
    expect(() => value(hex)).toThrow(BerError);
  });

  test('object identifiers are read as they were written', () => {
    const part = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 39 })),
          fc.tuple(fc.constant(2), fc.integer({ min: 0, max: 1000 })),
        ),
        fc.array(part, { maxLength: 100 }),
        (first, rest) => {
          const text = [...first, ...rest].join('.');
          const reader = new BerReader(encodeOid(text));
          reader.expect(tags.oid);
          expect(oidText(reader.bytes, reader.from, reader.to)).toBe(text);
        },
      ),
    );
    expect(oidText(new Uint8Array(0), 0, 0)).toBe('0.0');
  });

  test('integers are read as they were written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        const bytes = encodeInteger(number);
        expect(String(value(bytes.toString('hex')).value)).toBe(number.toString());
      }),
    );
  });

  test('elements of any size are read as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 65_535 }), (length) => {
        const reader = new BerReader(element(tags.octetString, new Uint8Array(length)));
        expect(reader.octets().length).toBe(length);
        expect(reader.done).toBe(true);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAcceptable } from './guard.ts';

const tlv = (tag: number, ...parts: Uint8Array[]): Uint8Array => {
  const body = Buffer.concat(parts);
  const head = body.length < 128 ? [tag, body.length] : [tag, 0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
};
const integer = (value: number) => tlv(2, Buffer.of(value));
const text = (value: string) => tlv(4, Buffer.from(value));
const pdu = (tag: number) => tlv(tag, integer(1), integer(0), integer(0), tlv(0x30));
const v2c = (tag: number) => tlv(0x30, integer(1), text('public'), pdu(tag));
const v3 = (flags: number, tag: number, engine = 'engine') => {
  const scoped = tlv(0x30, text(engine), text(''), pdu(tag));
  return tlv(
    0x30,
    integer(3),
    tlv(0x30, integer(1), integer(100), tlv(4, Buffer.of(flags)), integer(3)),
    tlv(4, tlv(0x30, text(engine), integer(1), integer(1), text('user'), text(''), text(''))),
    flags & 2 ? tlv(4, scoped) : scoped,
  );
};
const [response, report, trap] = [0xa2, 0xa8, 0xa7];
const community = { version: '2c', flags: 0 } as const;
const protectedUser = { version: '3', flags: 3 } as const;

describe('the look at an SNMP answer', () => {
  it('takes responses of the version that was asked in, and nothing else', () => {
    expect(isAcceptable(v2c(response), community)).toBe(true);
    expect(isAcceptable(v2c(report), community)).toBe(false);
    expect(isAcceptable(v2c(trap), community)).toBe(false);
    expect(isAcceptable(v3(0, response), community)).toBe(false);
    expect(isAcceptable(v2c(response), { version: '3', flags: 0 })).toBe(false);
  });

  it('takes no response that is less protected than its request', () => {
    const accepted = (flags: number, tag = response) => isAcceptable(v3(flags, tag), protectedUser);
    expect([0, 1, 2, 3].map((flags) => accepted(flags))).toEqual([false, false, false, true]);
    // Before there can be authentication, an engine tells its id.
    expect(accepted(0, report)).toBe(true);
    expect(isAcceptable(v3(0, response), { version: '3', flags: 0 })).toBe(true);
    expect(isAcceptable(v3(1, response), { version: '3', flags: 1 })).toBe(true);
  });

  it('takes no engine id beyond 32 octets', () => {
    expect(isAcceptable(v3(0, report, 'e'.repeat(32)), protectedUser)).toBe(true);
    expect(isAcceptable(v3(0, report, 'e'.repeat(33)), protectedUser)).toBe(false);
  });

  it('takes nothing that is cut, and never throws', () => {
    for (const whole of [v2c(response), v3(3, response), v3(0, report)]) {
      const expected = whole[4] === 1 ? community : protectedUser;
      expect(isAcceptable(whole, expected)).toBe(true);
      for (let length = 0; length < whole.length; length++)
        expect(isAcceptable(whole.subarray(0, length), expected)).toBe(false);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(community, protectedUser), (bytes, expected) => {
        expect(typeof isAcceptable(bytes, expected)).toBe('boolean');
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAnswer, encodeRequest, errorEstimate, packetOctets, reflect } from './packet.ts';

/** 2026-03-29T01:00:00.5Z: 3,983,734,800 s after 1900, and a half. */
const halfPastMs = Date.UTC(2026, 2, 29, 1) + 500;
const halfPast = 'ed72f810' + '80000000';
const request = { sequence: 0x01020304, wallMs: halfPastMs, errorEstimate: 0x8c01 };
const zeros = (octets: number): string => '00'.repeat(octets);

describe('a test packet', () => {
  it('is laid out as in RFC 8762 figure 2', () => {
    expect(Number.parseInt(halfPast.slice(0, 8), 16)).toBe(3_983_734_800);
    expect(encodeRequest(request).toString('hex')).toBe('01020304' + halfPast + '8c01' + zeros(30));
  });

  it('is reflected as in RFC 8762 figure 5, with the sender’s part and its session identifier as they came', () => {
    const packet = encodeRequest(request);
    packet.writeUInt16BE(0xabcd, 14);
    const reflection = { receivedMs: halfPastMs + 250, sentMs: halfPastMs + 1000, errorEstimate: 0x0d02 };
    const hex = (sequence: number | undefined) => reflect(packet, { ...reflection, sequence }).toString('hex');
    const rest =
      'ed72f811' +
      '80000000' +
      '0d02' +
      'abcd' +
      'ed72f810' +
      'c0000000' +
      '01020304' +
      halfPast +
      '8c01' +
      '0000' +
      'ff' +
      '000000';
    expect(hex(7)).toBe('00000007' + rest);
    // Stateless: the number that came.
    expect(hex(undefined)).toBe('01020304' + rest);
  });

  it('is answered by one of the same length, with what is behind its base as it came', () => {
    const base = encodeRequest(request);
    const reflection = { sequence: 0, receivedMs: 0, sentMs: 0, errorEstimate: 1 };
    // An extension that nobody knows, with the flag that says so (RFC 8972 section 4), and one of padding.
    const extensions = Buffer.from('80fa0002beef' + '80010004deadbeef', 'hex');
    const answer = reflect(Buffer.concat([base, extensions]), reflection);
    expect(answer.subarray(packetOctets)).toEqual(extensions);
    // TWAMP Light's.
    expect(reflect(base.subarray(0, 41), reflection)).toHaveLength(41);
    expect(decodeAnswer(reflect(base.subarray(0, 41), reflection))).toBeDefined();
  });

  it('brings back times to the microsecond, in this era of NTP and the next', () => {
    const ms = fc.double({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2100, 0, 1), noNaN: true });
    fc.assert(
      fc.property(ms, ms, fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), (receivedMs, sentMs, own, sequence) => {
        const packet = encodeRequest({ ...request, sequence: own });
        const answer = decodeAnswer(reflect(packet, { sequence, receivedMs, sentMs, errorEstimate: 0x8001 }))!;
        expect(answer).toMatchObject({ sequence, senderSequence: own, synchronised: true });
        expect(Math.abs(answer.receivedMs - receivedMs)).toBeLessThan(0.001);
        expect(Math.abs(answer.sentMs - sentMs)).toBeLessThan(0.001);
        expect(answer.echo).toEqual(packet.subarray(0, 14));
      }),
    );
  });

  it('has times of PTP read as such, and its atomic time not taken for ours', () => {
    const answer = reflect(encodeRequest(request), { sequence: 0, receivedMs: 0, sentMs: 0, errorEstimate: 0xc001 });
    answer.writeUInt32BE(1000, 16);
    answer.writeUInt32BE(250_000_000, 20);
    expect(decodeAnswer(answer)).toMatchObject({ receivedMs: 1_000_250, synchronised: false });
  });

  it('that is cut short is no answer, and any octets are read without harm', () => {
    const whole = reflect(encodeRequest(request), { sequence: 0, receivedMs: 0, sentMs: 0, errorEstimate: 1 });
    for (let octets = 0; octets < 41; octets++) expect(decodeAnswer(whole.subarray(0, octets))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        const packet = Buffer.from(octets);
        const answer = decodeAnswer(packet);
        expect(answer === undefined).toBe(packet.length < 41);
        if (answer)
          expect(reflect(packet, { sequence: 1, receivedMs: 0, sentMs: 0, errorEstimate: 1 })).toHaveLength(
            packet.length,
          );
      }),
    );
  });
});

describe('the error of a clock', () => {
  it.each([
    // 1 / 2^32 s is the least; 1 ms is 4,294,967.296 of them, 132 × 2^15 and more.
    [0, false, 0x0001],
    [0, true, 0x8001],
    [1, true, 0x8000 | (15 << 8) | 132],
    [1000, false, (25 << 8) | 128],
  ])('of %d ms, synchronised %s, is sent as %d', (ms, synchronised, estimate) => {
    expect(errorEstimate(ms, synchronised)).toBe(estimate);
  });

  it('is never told smaller than it is, nor as zero, and is not twice as large', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
        const estimate = errorEstimate(ms, false);
        const toldMs = (estimate & 255) * 2 ** (((estimate >> 8) & 63) - 32) * 1000;
        expect(estimate & 255).toBeGreaterThan(0);
        expect(toldMs).toBeGreaterThanOrEqual(ms * (1 - 1e-12));
        expect(toldMs).toBeLessThanOrEqual(Math.max(ms * 1.02, 1e-6));
      }),
    );
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type VoiceCodec, mos, mouthToEarMs, rFactor } from './mos.ts';

const codec = fc.constantFrom<VoiceCodec>('g711-plc', 'g711', 'g729a');
const ms = fc.double({ min: 0, max: 5000, noNaN: true });
const percent = fc.double({ min: 0, max: 100, noNaN: true });

test('without anything that a probe could measure, the rating is the default one of G.107, 93.2', () => {
  expect(rFactor(0, 0)).toBeCloseTo(93.2, 1);
});

test('lies between 1 and 4.5, and more delay, jitter or loss never makes it better', () => {
  fc.assert(
    fc.property(ms, ms, percent, ms, percent, codec, (rtt, jitter, loss, more, moreLoss, by) => {
      const score = mos(rtt, jitter, loss, by);
      expect(score).toBeGreaterThanOrEqual(1);
      expect(score).toBeLessThanOrEqual(4.5);
      const worse = score + 1e-9;
      expect(mos(rtt + more, jitter, loss, by)).toBeLessThanOrEqual(worse);
      expect(mos(rtt, jitter + more, loss, by)).toBeLessThanOrEqual(worse);
      expect(mos(rtt, jitter, Math.min(100, loss + moreLoss), by)).toBeLessThanOrEqual(worse);
    }),
    { numRuns: 500 },
  );
});

test('a lossy line is worst without concealment, and a codec of fewer bits begins lower', () => {
  expect(mos(20, 1, 3, 'g711')).toBeLessThan(mos(20, 1, 3, 'g711-plc'));
  expect(mos(20, 1, 0, 'g729a')).toBeLessThan(mos(20, 1, 0, 'g711-plc'));
});

test('delay from mouth to ear is half the round trip, twice the jitter and a packet of 20 ms', () => {
  expect(mouthToEarMs(100, 5)).toBe(80);
});

test('what cannot be is taken at its bounds, and of what was not measured nothing is said', () => {
  expect(mos(-5, -5, -5)).toBe(mos(0, 0, 0));
  expect(mos(1e12, 0, 0)).toBe(1);
  expect(mos(0, 0, 1000)).toBe(mos(0, 0, 100));
  expect(mos(Infinity, 0, 0)).toBe(1);
  expect(mos(Number.NaN, 0, 0)).toBeNaN();
});

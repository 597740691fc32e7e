import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUncertain, encodeHeaders } from './headers.ts';

const time = fc.integer({ min: 0, max: 999_999_999_999_999 });

describe('headers of a record', () => {
  it('bring back the times between which a first copy may have come, whatever they are', () => {
    fc.assert(
      fc.property(time, time, (sinceMs, untilMs) => {
        const stored = Object.entries(encodeHeaders({ sinceMs, untilMs })).map(([name, text]) => [
          name,
          Buffer.from(text as string),
        ]);
        expect(decodeUncertain(Object.fromEntries(stored) as Record<string, Buffer>)).toEqual({ sinceMs, untilMs });
      }),
    );
  });

  it('of fractions of a millisecond cover them', () => {
    const headers = encodeHeaders({ sinceMs: 10.7, untilMs: 20.2 });
    expect(decodeUncertain({ ...headers })).toEqual({ sinceMs: 10, untilMs: 21 });
  });

  it('that we did not write say nothing', () => {
    expect(encodeHeaders(undefined)).toEqual({});
    expect(decodeUncertain(undefined)).toBeUndefined();
    expect(decodeUncertain({})).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const found = decodeUncertain({ 'linewatch-uncertain': Buffer.from(bytes) });
        expect(found === undefined || /^\d+ \d+$/.test(Buffer.from(bytes).toString('latin1'))).toBe(true);
      }),
    );
    expect(decodeUncertain({ 'linewatch-uncertain': ['1 2', '3 4'] })).toBeUndefined();
  });
});

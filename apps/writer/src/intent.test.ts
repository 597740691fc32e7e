import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Notes, derivedToken, formatNotes, newToken, parseNotes } from './intent.ts';

it('what is noted is read again, within what a broker keeps beside an offset', () => {
  const offset = fc.maxSafeNat();
  const notes = fc.record({
    intent: fc.option(
      fc.record({ first: offset, more: fc.nat(100_000), blocks: fc.nat() }).map(({ first, more, blocks }) => {
        const last = Math.min(Number.MAX_SAFE_INTEGER, first + more);
        const mark = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`interface_names_${i}`, blocks]));
        return { first, last, token: newToken('linewatch.signals.v1', 255, first, last), log: 'a', mark };
      }),
      { nil: undefined },
    ),
    uncertainFrom: fc.option(offset, { nil: undefined }),
  });
  fc.assert(
    fc.property(notes, (each: Notes) => {
      const text = formatNotes(each);
      expect(text.length).toBeLessThan(4096);
      const read = parseNotes(text);
      expect([read.intent, read.uncertainFrom]).toEqual([each.intent, each.uncertainFrom]);
    }),
  );
  expect(formatNotes({})).toBe('');
});

it('a token is never made twice, not even of the same range', () => {
  const tokens = new Set(Array.from({ length: 1000 }, () => newToken('t', 0, 1, 2)));
  expect(tokens.size).toBe(1000);
});

it('an intent of the version before has the token that it derived', () => {
  const { intent } = parseNotes('{"first":3,"last":9}');
  expect(intent).toMatchObject({ first: 3, last: 9, token: undefined });
  expect(derivedToken('t', 'log', 2, intent!)).toBe('t@log:2:3-9');
});

it('what no writer noted is refused', () => {
  for (const text of [
    'x',
    'null',
    '5',
    '{}',
    '{"first":2,"last":1}',
    '{"first":-1,"last":1}',
    '{"first":"1","last":2}',
  ])
    expect(() => parseNotes(text)).toThrow(/not the writer's/);
});

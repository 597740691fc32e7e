import { kindNames, kinds } from '@linewatch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentMs, momentText, moneyPence, moneyText, rateBps, rateText } from '../units.ts';
import { formats } from './formats.ts';

const read = (format: keyof typeof formats, text: string): string => {
  const result = formats[format](text);
  return 'value' in result ? result.value : `! ${result.problem}`;
};

describe('a text form is read as just what it was made of:', () => {
  it('rates', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 1e13 }), (bps) => {
        expect(rateBps(rateText(bps))).toEqual({ value: bps });
      }),
      { numRuns: 2000 },
    );
    expect([1000, 512_000, 100e6, 1e9, 1.5e9, 1e13, 1_234_567_891].map(rateText)).toEqual(
      ['1k', '512k', '100M', '1G', '1.5G', '10T', '1234.567891M'], // six decimals are read at most
    );
  });

  it('money', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (pence) => {
        expect(moneyPence(moneyText(pence))).toEqual({ value: pence });
      }),
    );
    expect(
      ['1234.5', '£1,234.50', '0', '12,34.00', '1.234', '-1', '1e3', '123456789'].map((t) => read('money', t)),
    ).toEqual([
      ...['1234.50', '1234.50', '0.00'],
      ...Array.from({ length: 5 }, () => '! must be an amount in pounds such as 1234.50'),
    ]);
  });

  it('moments, to the second, winter and summer', () => {
    const seconds = { min: Date.UTC(1990, 0, 2) / 1000, max: Date.UTC(2199, 11, 31) / 1000 };
    fc.assert(
      fc.property(fc.integer(seconds), (s) => {
        expect(momentMs(momentText(s * 1000))).toEqual({ value: s * 1000 });
      }),
      { numRuns: 2000 },
    );
    expect(momentText(Date.UTC(2026, 7, 31, 23))).toBe('2026-09-01');
    expect(momentText(Date.UTC(2026, 10, 1))).toBe('2026-11-01');
    expect(momentText(Date.UTC(2026, 8, 1, 17, 0, 5))).toBe('2026-09-01T18:00:05+01:00');
    // Both 01:30 of the night in which clocks go back.
    expect(momentText(Date.UTC(2026, 9, 25, 0, 30))).toBe('2026-10-25T01:30+01:00');
    expect(momentText(Date.UTC(2026, 9, 25, 1, 30))).toBe('2026-10-25T01:30Z');
  });
});

it('what a format gives is what it gives of that again, and any other text is refused, not thrown over', () => {
  const names = Object.keys(formats) as (keyof typeof formats)[];
  const text = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.stringMatching(/^[0-9A-Fa-f:./TZ+ -]{1,30}$/),
  );
  fc.assert(
    fc.property(fc.constantFrom(...names), text, (format, given) => {
      const result = formats[format](given);
      if ('value' in result) expect(formats[format](result.value)).toEqual(result);
      else expect(result.problem).not.toBe('');
    }),
    { numRuns: 5000 },
  );
});

it.each([
  ['day', '2026-02-29', '! is not a day of the calendar'],
  ['day', '2028-02-29', '2028-02-29'],
  ['clock', '8:30', '08:30'],
  ['clock', '24:00', '24:00'],
  ['clock', '24:01', '! must be a time of the day such as 08:30'],
  ['postcode', 'ls14ap', 'LS1 4AP'],
  ['postcode', 'LS14 AP', '! must be a postcode such as "LS1 4AP"'],
  ['address', '2001:DB8:0::1', '2001:db8::1'],
  ['network', '10.1.2.3/16', '! has bits set beyond its prefix; did you mean 10.1.0.0/16?'],
  ['url', 'javascript:alert(1)', '! must be an address that begins with https:// or http://'],
  ['url', 'https://me:secret@example.net/', '! must not have a name or password in it'],
  ['email', 'faults@north.example', 'faults@north.example'],
  ['email', 'faults', '! must be an e-mail address'],
  ['phone', '0113 496 0000 x2', '0113 496 0000 x2'],
  ['phone', 'call Ann', '! must be a telephone number: digits, blanks and + ( ) . - x'],
  ['long-text', ' one\r\ntwo \n', 'one\ntwo'],
  ['long-text', 'a\u0000b', '! must not have control characters'],
] as const)('%s: %j is %j', (format, given, result) => {
  expect(read(format, given)).toBe(result);
});

it('there is a format for each that a schema names', () => {
  const named = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('format' in node && typeof node.format === 'string') named.add(node.format);
    Object.values(node).forEach(walk);
  };
  for (const kind of kindNames) walk(kinds[kind].schema);
  expect([...named].filter((format) => !(format in formats))).toEqual([]);
  expect(named.size).toBeGreaterThan(10);
});

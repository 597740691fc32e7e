import { labelNames } from '@linewatch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveredBy, matchersIn, matchersOf, matchersOfIncident, silenceHref } from './silence.ts';

const queryOf = (href: string): URLSearchParams => new URL(href, 'http://x').searchParams;

describe('a silence', () => {
  it('begins with the kind of an alert and the closest place that it has', () => {
    const labels = { rule: 'circuit-down', circuit: 'oak-main', academy: 'oak', provider: 'acme', problem: 'i4' };
    expect(matchersOf({ labels })).toEqual([
      { name: 'rule', op: '=', value: 'circuit-down' },
      { name: 'circuit', op: '=', value: 'oak-main' },
      { name: 'academy', op: '=', value: 'oak' },
    ]);
    expect(matchersOf({ labels: { rule: 'provider-down', provider: 'acme', problem: 'i4' } })[1]?.name).toBe(
      'provider',
    );
    expect(matchersOf({ labels: { rule: 'system-trouble' } })).toHaveLength(1);
    const one = [{ id: 'oak', name: 'Oak', pupils: null }];
    expect(matchersOfIncident({ id: 7, academies: one }).map(({ value }) => value)).toEqual(['7', 'oak']);
    expect(matchersOfIncident({ id: 7, academies: [...one, ...one] })).toHaveLength(1);
  });

  it('comes through an address as it was, whatever its values are', () => {
    const matcher = fc.record({
      name: fc.constantFrom(...labelNames),
      op: fc.constantFrom('=' as const, '!=' as const, '=~' as const, '!~' as const),
      value: fc
        .string({ maxLength: 100 })
        .filter((value) => !/\p{Cc}/u.test(value) && !value.startsWith('~') && !value.startsWith('=')),
    });
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 20 }), (matchers) => {
        expect(matchersIn(queryOf(silenceHref(matchers)))).toEqual(matchers);
      }),
    );
  });

  it('takes nothing from an address that is no condition', () => {
    const query = new URLSearchParams([
      ['m', 'rule'],
      ['m', 'nonsense=x'],
      ['m', `rule=${'x'.repeat(501)}`],
      ['m', 'rule=a\u0000'],
      ['m', 'academy=oak'],
    ]);
    expect(matchersIn(query)).toEqual([{ name: 'academy', op: '=', value: 'oak' }]);
  });

  it('covers what meets all of it; a label that is not there is empty', () => {
    const alerts = [{ labels: { rule: 'silent', academy: 'oak' } }, { labels: { rule: 'silent' } }];
    expect(coveredBy([{ name: 'rule', op: '=', value: 'silent' }], alerts)).toBe(2);
    expect(coveredBy([{ name: 'academy', op: '!=', value: 'oak' }], alerts)).toBe(1);
    expect(coveredBy([{ name: 'academy', op: '=', value: '' }], alerts)).toBe(1);
    expect(coveredBy([{ name: 'rule', op: '=~', value: 's.*' }], alerts)).toBe(null);
    expect(coveredBy([], alerts)).toBe(null);
  });
});

import type { Kind } from '@linewatch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from './canonical.ts';
import { checkFields } from './checks.ts';
import type { Values } from './merge.ts';

/** What is told of values, as `path message`. */
function told(kind: Kind, values: Values): string[] {
  const found: string[] = [];
  const report = (path: string, message: string): void => void found.push(`${path} ${message}`);
  checkFields(kind, canonical(kind, values, report), report);
  return found.sort();
}
const circuit = { id: 'c', name: 'C', academy: 'oak', provider: 'north' };

describe('tells of', () => {
  it.each<[string, Kind, Values, string[]]>([
    [
      'an unknown key',
      'circuit',
      { ...circuit, exporters: 'x' },
      ['exporters is not a known setting; did you mean "exporter"?'],
    ],
    ['a missing one', 'site', { id: 's', name: 'S' }, ['academy is missing']],
    [
      'a wrong word',
      'circuit',
      { ...circuit, kind: 'brodband' },
      [
        'kind must be one of leased-line, sd-wan, broadband, mobile, vpn, voice, cloud, disaster-recovery, filtering; did you mean "broadband"?',
      ],
    ],
    [
      'two interfaces',
      'circuit',
      { ...circuit, exporter: '192.0.2.1', interface: { index: 1, name: 'x' } },
      ['interface must have exactly one of index, name, alias'],
    ],
    [
      'an interface of nothing',
      'circuit',
      { ...circuit, interface: { index: 1 } },
      ['exporter is missing: an interface is found by its exporter'],
    ],
    [
      'a validity that ends before it begins',
      'circuit',
      { ...circuit, from: '2026-09-01', to: '2026-09-01' },
      ['to must be after "from"'],
    ],
    [
      'both versions of SNMP',
      'credential',
      { id: 'c', community: 'x', user: 'u' },
      ['user must not be given with "community": it is either SNMPv2c or SNMPv3'],
    ],
    ['no version of SNMP', 'credential', { id: 'c' }, [' must have "community" (SNMPv2c) or "user" (SNMPv3)']],
    [
      'encryption without authentication',
      'credential',
      { id: 'c', user: 'u', priv: { protocol: 'aes128', password: '12345678' } },
      ['priv needs "auth": SNMPv3 encrypts only what it authenticates'],
    ],
    [
      'a contract that ends first',
      'contract',
      { id: 'k', name: 'K', provider: 'p', start: '2026-09-01', end: '2026-08-31' },
      ['end must be after "start" (2026-09-01)'],
    ],
    [
      'two prices of a day',
      'contract',
      {
        id: 'k',
        name: 'K',
        provider: 'p',
        prices: [
          { from: '2026-09-01', monthly: '1' },
          { from: '2026-09-01', monthly: '2' },
        ],
      },
      ['prices.1.from "2026-09-01" is given twice'],
    ],
    [
      'an uplift of nothing',
      'contract',
      { id: 'k', name: 'K', provider: 'p', uplift: { rule: 'cpi-plus' } },
      ['uplift.percent is missing: the rule "cpi-plus" needs it'],
    ],
    [
      'a day that is none',
      'academy',
      { id: 'a', name: 'A', joined: '2026-02-30' },
      ['joined is not a day of the calendar'],
    ],
    [
      'one who left first',
      'academy',
      { id: 'a', name: 'A', joined: '2026-02-28', left: '2026-02-27' },
      ['left must be after "joined" (2026-02-28)'],
    ],
    ['half a place', 'academy', { id: 'a', name: 'A', latitude: 53.8 }, ['longitude is missing: "latitude" needs it']],
    [
      'a look-behind',
      'rule',
      { id: 'r', name: 'R', ifAlias: '(?<=WAN )x' },
      ['ifAlias is not a regular expression of RE2: invalid named capture: `(?<=WAN )x`'],
    ],
    [
      'a rule that fits everything',
      'rule',
      { id: 'r', name: 'R' },
      [' must have at least one of exporters, sysName, ifName, ifAlias'],
    ],
    [
      'a term that ends first',
      'calendar',
      { id: 'c', name: 'C', terms: [{ name: 'Spring', from: '2026-03-01', to: '2026-02-01' }] },
      ['terms.0.to must not be before "from" (2026-03-01)'],
    ],
    [
      'a time zone that is none',
      'calendar',
      { id: 'c', name: 'C', timeZone: 'Europe/Leeds' },
      ['timeZone must be a time zone such as Europe/London'],
    ],
    [
      'a name with a line break',
      'cluster',
      { id: 'c', name: 'a\nb' },
      ['name must not have control characters or line breaks'],
    ],
  ])('%s', (_, kind, values, problems) => {
    expect(told(kind, values)).toEqual(problems);
  });
});

it('takes what is right, and brings it to its canonical form', () => {
  const values = canonical(
    'academy',
    {
      name: 'A',
      id: 'a',
      postcode: 'ls1 4ap',
      networks: ['192.0.2.0/25', '10.0.0.0/8'],
      tags: ['b', 'a'],
      exceptions: [],
    },
    (path, message) => expect.unreachable(`${path} ${message}`),
  );
  expect(JSON.stringify(values)).toBe(
    '{"id":"a","name":"A","postcode":"LS1 4AP","networks":["10.0.0.0/8","192.0.2.0/25"],"tags":["a","b"]}',
  );
  expect(told('rule', { id: 'r', name: 'R', ifAlias: '^WAN (?P<academy>[a-z0-9-]+)$' })).toEqual([]);
});

it('throws over nothing, whatever it is given', () => {
  const key = fc.constantFrom(
    'id',
    'name',
    'from',
    'to',
    'interface',
    'committed',
    'prices',
    'uplift',
    'sla',
    'tags',
    'auth',
    '__proto__',
  );
  const values = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 }) as fc.Arbitrary<Values>;
  const kind = fc.constantFrom<Kind>('circuit', 'contract', 'credential', 'calendar', 'academy', 'rule');
  fc.assert(
    fc.property(kind, values, (of, given) => {
      told(of, given);
    }),
    { numRuns: 500 },
  );
});

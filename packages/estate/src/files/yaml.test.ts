import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Kind } from '@linewatch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { checkEstateFile } from './check.ts';

const labelKey = (label: string): number => label.length;
const parse = (text: string) => checkEstateFile(text, labelKey);
const problemsOf = (text: string): string[] =>
  parse(text).problems.map(({ line, path, message }) =>
    `f${line === null ? '' : `:${line}`}: ${path} ${message}`.replace(':  ', ': '),
  );
function valueOf(text: string) {
  const { problems, trust, records } = parse(text);
  if (problems.length > 0) throw new Error(problemsOf(text).join('\n'));
  const of = (wanted: Kind) => records.flatMap(({ kind, values }) => (kind === wanted ? [values] : []));
  return { trust, providers: of('provider'), academies: of('academy'), circuits: of('circuit') };
}

const head = `trust: {name: Example}
providers: [{id: north, name: North}]
academies: [{id: oak, name: Oak}, {id: ash, name: Ash}]
circuits:
`;
const circuit = (fields = ''): string =>
  `  - {id: c1, academy: oak, provider: north, exporter: 192.0.2.1, interface: {index: 2}${fields && ', '}${fields}}\n`;

describe('an estate file', () => {
  it('fills in what a short file leaves out', () => {
    expect(valueOf(head + circuit())).toEqual({
      trust: { id: 'main', name: 'Example' },
      providers: [{ id: 'north', name: 'North' }],
      academies: [
        { id: 'oak', name: 'Oak' },
        { id: 'ash', name: 'Ash' },
      ],
      circuits: [
        {
          ...{ id: 'c1', name: 'c1', academy: 'oak', provider: 'north', role: 'primary' },
          ...{ exporter: '192.0.2.1', interface: { index: 2 } },
        },
      ],
    });
  });

  it('reads every field', () => {
    const text = `
trust: {id: ridge, name: Ridge}
providers: [{id: north, name: North}]
academies:
  - {id: oak, name: Oak, phase: All-through, pupils: 900, urn: 123456, postcode: LS1 4AP, networks: [10.1.0.0/16, "2001:DB8::/48"]}
circuits:
  - id: oak-backup
    name: Oak, backup
    academy: oak
    provider: north
    role: backup
    kind: mobile
    committed: {down: 30, up: 512k}
    exporter: "::ffff:192.0.2.1"
    collector: west
    interface: {alias: "WAN 2: 4G"}
    download: out
    from: 2026-07-01
    to: 2027-07-01T00:00Z
`;
    const { trust, academies, circuits } = valueOf(text);
    expect(trust).toEqual({ id: 'ridge', name: 'Ridge' });
    expect(academies[0]).toMatchObject({
      phase: 'All-through',
      pupils: 900,
      urn: 123456,
      networks: ['10.1.0.0/16', '2001:db8::/48'],
    });
    expect(circuits[0]).toEqual({
      ...{ id: 'oak-backup', name: 'Oak, backup', academy: 'oak', provider: 'north', role: 'backup', kind: 'mobile' },
      ...{ committed: { down: '30M', up: '512k' }, exporter: '192.0.2.1', collector: 'west', download: 'out' },
      ...{ interface: { alias: 'WAN 2: 4G' }, from: '2026-07-01', to: '2027-07-01T01:00+01:00' },
    });
  });

  it('takes the example file', () => {
    const file = path.join(import.meta.dirname, '../../../../deploy/estate.example.yaml');
    const { academies, providers, circuits } = valueOf(readFileSync(file, 'utf8'));
    expect([academies.length, providers.length, circuits.length]).toEqual([3, 2, 5]);
  });

  it('takes a file with a trust only', () => {
    expect(valueOf('trust: {name: Example}')).toMatchObject({ providers: [], academies: [], circuits: [] });
  });

  it('tells problems of shape and of meaning together, by line', () => {
    const text = `trust: {name: Example, colour: red}
providers: [{id: north, name: North}, {id: north, name: Again}]
academies: [{id: oak, name: Oak, phase: primry}]
circuits:
  - {id: c1, academy: oka, provider: south, exporter: 300.0.0.1, interface: {}, from: 2026-02-01, to: 2026-02-01}
  - {id: c1, academy: oak, provider: north, exporter: 192.0.2.1, interface: {index: 0}, role: spare}
`;
    expect(problemsOf(text)).toEqual([
      'f:1: trust.colour is not a known setting',
      'f:2: providers.1.id "north" is already the id of the provider in line 2',
      'f:3: academies.0.phase must be one of Nursery, Primary, Middle deemed primary, Secondary, Middle deemed secondary, All-through, 16 plus, Not applicable; did you mean "Primary"?',
      'f:5: circuits.0.interface must have exactly one of index, name, alias',
      'f:5: circuits.0.exporter must be an IPv4 or IPv6 address',
      'f:5: circuits.0.to must be after "from"',
      'f:5: circuits.0.academy "oka" is not the id of any academy in this file; did you mean "oak"?',
      'f:5: circuits.0.provider "south" is not the id of any provider in this file; did you mean "north"?',
      'f:6: circuits.1.role must be one of primary, backup',
      'f:6: circuits.1.interface.index must be at least 1',
      'f:6: circuits.1.id "c1" is already the id of the circuit in line 5',
    ]);
  });

  it.each([
    [
      'the interface by two ways',
      'interface: {index: 2, name: Gi0/1}',
      'interface must have exactly one of index, name, alias',
    ],
    ['an interface that is not a set of keys', 'interface: 2', 'interface must be a set of keys and values'],
    ['a rate without a unit', 'committed: {down: "100"}', 'committed.down must be a number of Mbit/s'],
    ['a rate in bit/s', 'committed: {up: 100000000}', 'committed.up is over 10 Tbit/s; a plain number is Mbit/s'],
    ['a day that does not exist', 'from: 2026-02-30', 'from is not a day of the calendar'],
    ['an unknown kind', 'kind: fibre', 'kind must be one of leased-line'],
    ['a multicast exporter', 'exporter: 224.0.0.1', 'exporter is not the address of a device'],
    ['a missing academy', 'academy:', 'academy is empty; it must be'],
    ['a mistyped key', 'downlaod: out', 'downlaod is not a known setting; did you mean "download"?'],
    ['a collector that is no label', 'collector: West Side', 'collector must be up to 64 lower-case letters'],
    ['a name with a control character', 'name: "a\\u0007"', 'name must not have control characters'],
  ])('refuses %s', (_, field, message) => {
    const fields = { id: 'c1', academy: 'oak', provider: 'north', exporter: '192.0.2.1', interface: '{index: 2}' };
    const [key = '', ...rest] = field.split(':');
    const all: Record<string, string> = { ...fields, [key]: rest.join(':') };
    const lines = Object.entries(all).map(([k, v]) => `    ${k}: ${v.trim()}\n`);
    const problems = problemsOf(`${head}  -\n${lines.join('')}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`circuits.0.${message}`);
  });

  it('refuses two circuits on one interface at the same time', () => {
    const second = circuit().replace('c1', 'c2').replace('192.0.2.1', '"::ffff:192.0.2.1"');
    expect(problemsOf(head + circuit() + second)).toEqual([
      'f:6: circuits.1.interface 192.0.2.1 ifIndex 2 is also the circuit "c1" in line 5 at the same time: give them "from" and "to", or another interface',
    ]);
  });

  it('lets a circuit follow another on its interface, and another collector have the same addresses', () => {
    const followed = circuit('to: 2026-09-01') + circuit('from: 2026-09-01').replace('c1', 'c2');
    expect(problemsOf(head + followed)).toEqual([]);
    expect(problemsOf(head + circuit() + circuit('collector: south').replace('c1', 'c2'))).toEqual([]);
    expect(problemsOf(head + circuit() + circuit().replace('c1', 'c2').replace('index: 2', 'name: "2"'))).toEqual([]);
  });

  it('refuses collectors that telemetry could not tell apart', () => {
    expect(problemsOf(head + circuit() + circuit('collector: south').replace('c1', 'c2'))).toEqual([]);
    const text = head + circuit('collector: east') + circuit('collector: west').replace('c1', 'c2');
    expect(problemsOf(text)).toEqual([
      'f:6: circuits.1.collector "west" has the same number in telemetry as "east": one needs another label',
    ]);
  });

  it('refuses a network or a register number at two academies', () => {
    const text = `trust: {name: Example}
academies:
  - {id: oak, name: Oak, urn: 123456, networks: [10.1.0.0/16]}
  - {id: ash, name: Ash, urn: 123456, networks: [10.2.0.0/16, 10.1.0.0/16]}
`;
    expect(problemsOf(text)).toEqual([
      'f:4: academies.1.networks.1 "10.1.0.0/16" is already a network of an academy in line 3',
      'f:4: academies.1.urn "123456" is already the URN of an academy in line 3',
    ]);
  });

  it('refuses more entries than an estate can have', () => {
    const text = `trust: {name: Example}\nproviders:\n${Array.from({ length: 1001 }, (_, i) => `  - {id: p${i}, name: P}\n`).join('')}`;
    expect(problemsOf(text)).toEqual(['f:2: providers must have at most 1000 entries']);
  });

  it('tells at most 1,000 problems', () => {
    expect(problemsOf(head + circuit('role: x').repeat(600))).toHaveLength(1000);
  });

  it('takes text on one line or many, with or without a byte order mark and carriage returns', () => {
    const plain = valueOf(head + circuit());
    expect(valueOf(`\uFEFF${(head + circuit()).replaceAll('\n', '\r\n')}`)).toEqual(plain);
  });

  it('never throws, whatever the text', () => {
    const token = fc.constantFrom(
      'trust:',
      'circuits:',
      ' - ',
      '{',
      '}',
      '[',
      ']',
      'id: a',
      'interface:',
      ' index: 1',
      '\n',
      ' ',
      '&a',
      '*a',
      '!!binary',
      '? ',
      '"',
      '\u0000',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(token, { maxLength: 30 }).map((parts) => parts.join('')),
        ),
        (text) => {
          expect(Array.isArray(parse(text).problems)).toBe(true);
        },
      ),
    );
  });

  it('never throws, whatever stands in the fields', () => {
    const any = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('192.0.2.1', '10.0.0.0/8', '2026-02-31', '1G', { index: 2 }, { name: 'x' }),
    );
    const entry = fc.dictionary(
      fc.constantFrom(
        'id',
        'name',
        'academy',
        'provider',
        'exporter',
        'interface',
        'networks',
        'urn',
        'committed',
        'from',
        'to',
        'collector',
      ),
      any,
    );
    const file = fc.record({
      trust: fc.oneof(any, fc.constant({ name: 'Example' })),
      providers: fc.oneof(any, fc.array(entry)),
      academies: fc.oneof(any, fc.array(entry)),
      circuits: fc.oneof(any, fc.array(entry)),
    });
    fc.assert(
      fc.property(file, (content) => {
        const { problems } = parse(stringify(content));
        expect(problems.every(({ line, message }) => (line ?? 1) >= 1 && message.length > 0)).toBe(true);
      }),
    );
  });
});

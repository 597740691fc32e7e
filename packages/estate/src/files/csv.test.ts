import { type EstateRecord, type Kind, kindNames } from '@linewatch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from './csv.ts';
import { exportCsv } from './export.ts';
import { plan } from './plan.ts';
import { guarded, readTable, unguarded } from './table.ts';

const labelKey = (label: string): number => label.length;
const record = (kind: Kind, values: { id: string }): EstateRecord => ({
  ...{ kind, id: values.id, values, revision: 1, ended: null, managed: false },
  ...{ changedMs: 0, changedBy: 'test', hidden: [] },
});
const current = [
  record('academy', { id: 'oak', name: 'Oak Hill' } as { id: string }),
  record('provider', { id: 'north', name: 'North' } as { id: string }),
];
const read = (text: string, mapping: Record<string, string> = {}) =>
  readCsv(text, { kind: 'circuit', current, mapping });
const said = (text: string, mapping?: Record<string, string>): string[] => {
  const file = read(text, mapping);
  return plan(current, file, { labelKey }).problems.map(
    ({ row, column, message }) => `${row ?? ''} ${column ?? '-'}: ${message}`,
  );
};
const valuesOf = (text: string, mapping?: Record<string, string>) => read(text, mapping).documents.map((d) => d.values);

describe('a table', () => {
  it.each([
    ['commas and CR LF', 'name,academy,provider\r\nc1,oak,north\r\n'],
    ['semicolons and a byte order mark', '\uFEFFname;academy;provider\nc1;oak;north'],
    ['tabs', 'name\tacademy\tprovider\nc1\toak\tnorth\n'],
    ["Excel's hint, quotes and blank rows", 'sep=;\r\n"name";"academy";"provider"\r\n;;\r\n"c1";"oak";"north"\r\n'],
  ])('is read with %s', (_, text) => {
    expect(valuesOf(text)).toEqual([{ id: 'c1', name: 'c1', academy: 'oak', provider: 'north' }]);
  });

  it('matches columns by name, by title and by what people call them, and names those that it does not take', () => {
    const text =
      'Circuit name,School,Supplier,committed.down,Speed up,ifAlias,Router,Colour\nL1,Oak Hill,North,100,20M,WAN,192.0.2.1,red\n';
    const { columns, notes } = read(text);
    expect(columns?.map(({ field }) => field)).toEqual([
      ...['name', 'academy', 'provider', 'committed.down', 'committed.up', 'interface.alias', 'exporter', null],
    ]);
    expect(notes).toEqual(['columns that are not taken: Colour']);
    expect(valuesOf(text)).toEqual([
      {
        ...{ id: 'l1', name: 'L1', academy: 'oak', provider: 'north', exporter: '192.0.2.1' },
        ...{ committed: { down: '100M', up: '20M' }, interface: { alias: 'WAN' } },
      },
    ]);
  });

  it('takes the columns that it is told', () => {
    const text = 'Line,Where,Who\nL1,oak,north\n';
    const mapping = { name: 'Line', academy: 'Where', provider: 'who' };
    expect(valuesOf(text, mapping)).toEqual([{ id: 'l1', name: 'L1', academy: 'oak', provider: 'north' }]);
    expect(said(text, { ...mapping, provider: 'Whom', colour: 'Line' })).toEqual([
      '1 -: there is no column "Whom"; did you mean "Who"?',
      '1 -: "colour" is not a field',
      '1 -: has no column, and a new circuit needs it',
    ]);
  });

  it('tells every problem with its row, as a spreadsheet shows it, and its column', () => {
    const text = [
      'id,name,academy,provider,role,committed.down,interface.index,exporter,delivered,monthly',
      'c1,"two',
      'lines",oak,north,primary,fast,0,192.0.2.1,31/02/2026,12',
      '',
      'c1,Second,ash,north,spare,100,2,192.0.2.300,2026-01-01,£1.234',
    ].join('\n');
    expect(said(text).toSorted()).toEqual([
      '2 committed.down: must be a number of Mbit/s, or text such as "512k", "100M" or "1G"',
      '2 delivered: is not a day of the calendar',
      '2 interface.index: must be at least 1',
      '2 name: must not have control characters or line breaks',
      '4 academy: "ash" is neither the id nor the name of any academy',
      expect.stringContaining('4 exporter: must be an IPv4 or IPv6 address'),
      '4 id: "c1" is already the id of the circuit in row 2',
      expect.stringContaining('4 monthly: '),
      '4 role: must be one of primary, backup',
    ]);
  });

  it('numbers ids that names would share', () => {
    const text = "name,academy,provider\nSt Wilfred's,oak,north\nSt. Wilfreds,oak,north\n";
    expect(valuesOf(text).map(({ id }) => id)).toEqual(['st-wilfreds', 'st-wilfreds-2']);
  });

  it('leaves fields without a column as they are, and takes away what an empty cell says', () => {
    const before = [
      ...current,
      record('circuit', {
        ...{ id: 'c1', name: 'C1', academy: 'oak', provider: 'north', role: 'backup' },
        ...{ committed: { down: '1G', up: '1G' }, reference: 'R1' },
      }),
    ];
    const file = readCsv('id,committed.down,reference\nc1,100,\n', { kind: 'circuit', current: before });
    expect(plan(before, file, { labelKey }).changes).toEqual([
      {
        kind: 'circuit',
        id: 'c1',
        op: 'update',
        revision: 1,
        values: { committed: { down: '100M' }, reference: null },
      },
    ]);
  });

  it.each([
    ['without headers', ',,\n', '1 -: the first row has no headers'],
    ['with an open quote', 'id,name\n"c1,x\n', expect.stringContaining('a quote is opened and never closed')],
    ['with zero octets', 'id\0name\n', '1 -: this is not a text file: it has zero octets'],
    ['of too many rows', `id\n${'c1\n'.repeat(10_001)}`, '10002 -: there are over 10000 rows'],
    ['with a header twice', 'id,ID\nc1,c2\n', '1 ID: is the header of two columns'],
  ])('%s is refused', (_, text, message) => {
    expect(said(text)[0]).toEqual(message);
  });

  it('never throws, whatever the text', () => {
    const part = fc.constantFrom(
      'id',
      'name',
      ',',
      ';',
      '\n',
      '\r\n',
      '"',
      '""',
      "'",
      '=',
      '\t',
      'oak',
      '1G',
      '[',
      '{"',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (text) => {
          expect(Array.isArray(said(text))).toBe(true);
        },
      ),
    );
  });

  it('guards what a spreadsheet would run, and takes the guard back', () => {
    expect(['=1+2', '+1', '-1', '@x', "'=1", 'x=1', "'x"].map(guarded)).toEqual([
      ...["'=1+2", "'+1", "'-1", "'@x", "''=1", 'x=1', "'x"],
    ]);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(unguarded(guarded(text))).toBe(text);
        expect(guarded(text)).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});

describe('an exported table', () => {
  const text = fc
    .string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' })
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const slug = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
  const circuit = fc.record(
    {
      ...{ id: slug, name: text, academy: fc.constant('oak'), provider: fc.constant('north') },
      role: fc.constantFrom('primary', 'backup'),
      reference: text,
      notes: fc.array(text, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n')),
      committed: fc.record({ down: fc.constantFrom('512k', '100M', '1.5G') }),
      monthly: fc.constantFrom('0.00', '1234.50'),
      delivered: fc.constant('2026-02-28'),
      tags: fc.uniqueArray(slug, { minLength: 1, maxLength: 3 }).map((tags) => tags.toSorted()),
      download: fc.constant('out'),
    },
    { requiredKeys: ['id', 'name', 'academy', 'provider', 'role'] },
  );

  it('changes nothing when it is imported, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.uniqueArray(circuit, { selector: ({ id }) => id, maxLength: 8 }), (circuits) => {
        const all = [...current, ...circuits.map((values) => record('circuit', values))];
        const file = readCsv(exportCsv(all, 'circuit', { sees: () => true }), { kind: 'circuit', current: all });
        const { problems, changes } = plan(all, file, { labelKey, prune: true });
        expect({ problems, changes }).toEqual({ problems: [], changes: [] });
      }),
    );
  });

  it('has no secrets, and prices and contacts only for whoever may see them', () => {
    for (const kind of kindNames) {
      const [header = ''] = exportCsv([], kind, { sees: () => false }).split('\r\n');
      expect(header).not.toMatch(/password|community|monthly|prices|installCharge|phone|\bemail/);
    }
    expect(exportCsv([], 'circuit', { sees: () => true })).toContain('monthly');
    expect(exportCsv([], 'credential', { sees: () => true })).not.toMatch(/password|community/);
  });

  it('keeps blank rows in its count', () => {
    expect(readTable('a\n\n\nb\n', 10).rows).toEqual([{ row: 4, cells: ['b'] }]);
  });
});

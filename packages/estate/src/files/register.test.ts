import type { EstateRecord } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import { fromGrid } from './coordinates.ts';
import { registerDay } from './membership.ts';
import { readRegister } from './register.ts';

const academy = (values: { id: string } & Record<string, unknown>): EstateRecord => ({
  ...{ kind: 'academy', id: values.id, values, revision: 1, ended: null, managed: false },
  ...{ changedMs: 0, changedBy: 'test', hidden: [] },
});
const head =
  'NumberOfPupils,HeadLastName,URN,EstablishmentStatus (name),PhaseOfEducation (name),EstablishmentName,Postcode,UKPRN,LA (code),EstablishmentNumber,Trusts (code),Trusts (name)';
const line = (urn: number, name: string, more = 'ZZ1 1AA,10090001,999,2001,9001,Ridge Trust', status = 'Open') =>
  `210,Example,${urn},${status},Primary,${name},${more}`;
const read = (rows: string[], current: EstateRecord[] = [], more: object = {}) =>
  readRegister([head, ...rows].join('\n'), { current, urns: new Map(), group: '9001', ...more });

describe('the school register', () => {
  it('is read by header, whatever their order, for the schools of the trust', () => {
    const file = read([line(900001, 'Oak'), line(900002, 'Other', 'ZZ1 1AB,10090002,999,2002,9002,Other Trust')]);
    expect(file.problems).toEqual([]);
    expect(file.documents.map(({ values }) => values)).toEqual([
      { id: 'oak', urn: 900001, name: 'Oak', phase: 'Primary', pupils: 210, postcode: 'ZZ1 1AA', ukprn: 10090001 },
    ]);
    expect(file.notes?.[0]).toContain('columns that the file lacks: SchoolCapacity');
    expect(read([line(900001, 'Oak')], [], { group: 'ridge trust' }).documents).toHaveLength(1);
  });

  it('names the columns that it needs and lacks', () => {
    const file = readRegister('URN,Name,Phase\n1,2,3\n', { current: [], urns: new Map(), group: '9001' });
    expect(file.problems.map(({ column, message }) => `${column ?? ''}: ${message}`)).toEqual([
      'EstablishmentName: the column is missing',
      'PhaseOfEducation (name): the column is missing',
      'EstablishmentStatus (name): the column is missing',
      'Trusts (code): the column is missing',
    ]);
  });

  it('asks which trust', () => {
    expect(read([line(900001, 'Oak')], [], { group: undefined }).problems[0]?.message).toContain('say which trust');
    expect(read([line(900001, 'Oak')], [], { group: '7' }).problems[0]?.message).toBe(
      'no school of the file is of the trust "7"',
    );
  });

  it('takes the schools that are listed, and says which it has not', () => {
    const rows = [line(900001, 'Oak'), line(900002, 'Ash')];
    expect(read(rows, [], { group: undefined, only: [900002] }).documents.map(({ id }) => id)).toEqual(['ash']);
    expect(read(rows, [], { group: undefined, only: [900009] }).problems[0]?.message).toContain('900009');
  });

  it.each([
    ['its current URN', academy({ id: 'mine', name: 'X', urn: 900001 }), {}, ''],
    [
      'a former URN',
      academy({ id: 'mine', name: 'X', urn: 900009 }),
      { urns: new Map([[900001, 'mine']]) },
      'former URN 900001',
    ],
    [
      'the Links file',
      academy({ id: 'mine', name: 'X', urn: 900009 }),
      { links: 'URN,LinkURN,LinkType\n900009,900001,Successor\n' },
      'Links file',
    ],
    ['its UKPRN', academy({ id: 'mine', name: 'X', ukprn: 10090001 }), {}, 'UKPRN 10090001'],
    ['its name and postcode', academy({ id: 'mine', name: 'OAK!', postcode: 'ZZ1 1AA' }), {}, 'name and postcode'],
    ['its name alone', academy({ id: 'mine', name: 'Oak' }), {}, 'found by its name'],
  ])('finds an academy by %s, and says so', (_, before, more, note) => {
    const { documents, notes = [] } = read([line(900001, 'Oak')], [before], more);
    expect(documents.map(({ id }) => id)).toEqual(['mine']);
    if (note === '') expect(notes.join()).not.toContain('found by');
    else expect(notes.join()).toContain(note);
  });

  it('finds a converted school by its number at the local authority', () => {
    const rows = [
      line(900009, 'Oak', undefined, 'Closed'),
      line(900001, 'Oak', 'ZZ1 1AA,10099999,999,2001,9001,Ridge Trust'),
    ];
    const { documents, notes = [] } = read(rows, [academy({ id: 'mine', name: 'Renamed', urn: 900009 })]);
    expect(documents.map(({ id, covers }) => [id, covers.includes('name')])).toEqual([['mine', true]]);
    expect(notes.join()).toContain('found by its number at the local authority, 999/2001');
  });

  it('does not take another school of the same name for an academy', () => {
    const other = academy({ id: 'mine', name: 'Oak', postcode: 'ZZ9 9ZZ', urn: 900005 });
    expect(read([line(900001, 'Oak')], [other]).documents.map(({ id }) => id)).toEqual(['oak']);
  });

  it('reads days as the register writes them', () => {
    expect(['01-09-2019', '1/9/2019', '2019-09-01', '31-02-2019', 'soon'].map(registerDay)).toEqual([
      ...['2019-09-01', '2019-09-01', '2019-09-01', undefined, undefined],
    ]);
  });

  it('places the National Grid within some metres', () => {
    // The worked example of the Ordnance Survey's guide to coordinate systems, TG 51409 13177.
    const place = fromGrid(651_409.903, 313_177.27)!;
    expect(place.latitude).toBeCloseTo(52.65798, 3);
    expect(place.longitude).toBeCloseTo(1.71605, 3);
    expect(fromGrid(-1, 5)).toBeUndefined();
    expect(fromGrid(5, 2_000_000)).toBeUndefined();
  });
});

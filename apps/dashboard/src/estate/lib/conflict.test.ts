import { describe, expect, it } from 'vitest';
import { differences, merge } from './conflict.ts';
import { fieldsOf } from './fields.ts';

const fields = fieldsOf('circuit');
const base = { id: 'l', name: 'Line', reference: 'R1', committed: { down: '100M', up: '30M' } };

describe('two changes of one record', () => {
  it('of different fields both stand', () => {
    const mine = { ...base, name: 'Main line' };
    const theirs = { ...base, committed: { down: '1G', up: '30M' } };
    const found = differences(fields, base, mine, theirs);
    expect(found.map(({ title, clash }) => [title, clash])).toEqual([['Committed rate: down', false]]);
    expect(merge(fields, base, mine, theirs, new Map())).toEqual({
      id: 'l',
      name: 'Main line',
      reference: 'R1',
      committed: { down: '1G', up: '30M' },
    });
  });

  it('of the same field stand by choice', () => {
    const mine = { ...base, name: 'Mine' };
    const theirs = { ...base, name: 'Theirs' };
    const [only] = differences(fields, base, mine, theirs);
    expect(only).toMatchObject({ before: 'Line', mine: 'Mine', theirs: 'Theirs', clash: true });
    expect(merge(fields, base, mine, theirs, new Map([['name', 'theirs']]))).toEqual(theirs);
    expect(merge(fields, base, mine, theirs, new Map([['name', 'mine']]))).toEqual(mine);
    expect(merge(fields, base, mine, theirs, new Map())).toEqual(mine);
  });

  it('that are the same are no clash', () => {
    const both = { ...base, name: 'New' };
    expect(differences(fields, base, both, both).map(({ clash }) => clash)).toEqual([false]);
  });

  it('one takes away what the other changed', () => {
    const mine = { id: 'l', name: 'Line', committed: base.committed };
    const theirs = { ...base, reference: 'R2' };
    expect(differences(fields, base, mine, theirs)[0]).toMatchObject({ mine: undefined, theirs: 'R2', clash: true });
    expect(merge(fields, base, mine, theirs, new Map([['reference', 'mine']]))).toEqual(mine);
  });
});

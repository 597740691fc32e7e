import { describe, expect, it } from 'vitest';
import { fieldTitle, freeFields, remap } from './mapping.ts';

const columns = [
  { header: 'Ref', field: 'id' },
  { header: 'School', field: 'academy' },
  { header: 'Colour', field: null },
];

describe('the mapping of columns', () => {
  it('gives a column to a field, and takes the field from the one before', () => {
    expect(remap({}, columns, 'Colour', 'academy')).toEqual({ academy: 'Colour' });
    expect(remap({}, columns, 'School', 'name')).toEqual({ academy: '', name: 'School' });
  });

  it('leaves a column out, and leaves what was chosen before alone', () => {
    expect(remap({ id: 'Ref' }, columns, 'School', null)).toEqual({ id: 'Ref', academy: '' });
    expect(remap({ id: 'Ref' }, columns, 'Colour', null)).toEqual({ id: 'Ref' });
  });

  it('knows the fields without a column', () => {
    expect(freeFields(columns, ['id', 'name', 'academy'])).toEqual(['name']);
  });

  it('calls fields what people call them', () => {
    expect(fieldTitle('circuit', 'committed.down')).toBe('Committed rate: Down');
    expect(fieldTitle('circuit', 'provider')).toBe('Supplier');
    expect(fieldTitle('circuit', 'nothing.such')).toBe('nothing: such');
    expect(fieldTitle(null, 'urn')).toBe('urn');
  });
});

import { describe, expect, test } from 'vitest';
import { type FieldSource, trapTypes } from './catalogue.ts';
import { namesData } from './names-data.ts';
import { exactName, objectOf, vendorOf } from './names.ts';

const lines = namesData.trim().split('\n');

describe('names', () => {
  test('each line of the data is an object identifier, a name and labels', () => {
    expect(lines.length).toBeGreaterThan(1000);
    for (const line of lines) expect(line).toMatch(/^\d+(\.\d+)+ [a-z][\w-]*( -?\d+=[\w-]+(,-?\d+=[\w-]+)*)?$/);
    expect(new Set(lines.map((line) => line.split(' ')[0])).size).toBe(lines.length);
  });

  test('an instance has the name of its object', () => {
    expect(objectOf('1.3.6.1.2.1.2.2.1.8.7')).toMatchObject({
      object: '1.3.6.1.2.1.2.2.1.8',
      named: { name: 'ifOperStatus' },
    });
    expect(objectOf('1.3.6.1.2.1.2.2.1.88.7')).toBeUndefined();
    expect(exactName('1.3.6.1.2.1.2.2.1.8')?.labels?.get(7)).toBe('lowerLayerDown');
    expect(exactName('1.3.6.1.6.3.1.1.5.3')?.name).toBe('linkDown');
  });

  test('an object under a private number has a vendor', () => {
    expect(vendorOf('1.3.6.1.4.1.9.9.43.2.0.1')).toBe('Cisco');
    expect(vendorOf('1.3.6.1.4.1.12356')).toBe('Fortinet');
    expect(vendorOf('1.3.6.1.4.1.999999.1')).toBeUndefined();
    expect(vendorOf('1.3.6.1.2.1.15.0.1')).toBeUndefined();
  });
});

describe('the catalogue', () => {
  test('names every trap but those that their MIBs do not have', () => {
    const unnamed = trapTypes.flatMap(({ oids }) => oids).filter((oid) => exactName(oid) === undefined);
    // A later revision of CISCO-SDWAN-BFD-MIB.
    expect(unnamed).toEqual(['1.3.6.1.4.1.9.9.1002.0.2']);
  });

  test('has each trap once', () => {
    const oids = trapTypes.flatMap((type) => type.oids);
    expect(new Set(oids).size).toBe(oids.length);
  });

  test('names every object that its fields are taken from', () => {
    const objects = trapTypes
      .flatMap(({ fields = {} }) => Object.values<FieldSource>(fields))
      .flatMap(({ of = [], index = [] }) => [...of, ...index]);
    const unnamed = [...new Set(objects)].filter((oid) => exactName(oid) === undefined);
    expect(unnamed).toEqual([]);
  });

  test('has kinds that are dotted names', () => {
    for (const { kind } of trapTypes) {
      const kinds = typeof kind === 'string' ? [kind] : [...Object.values(kind.kinds), kind.otherwise];
      for (const each of kinds) expect(each).toMatch(/^[a-z]+(\.[a-z]+(_[a-z]+)*)?$/);
    }
  });
});

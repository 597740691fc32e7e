import { describe, expect, it } from 'vitest';
import { guess, headerOf } from './guess.ts';

describe('the guess at what a file is', () => {
  it.each([
    ['estate.yaml', 'trust: { name: A }\nacademies:\n', 'yaml', null],
    ['pasted', '# ours\nproviders:\n  - id: a\n', 'yaml', null],
    ['edubasealldata.csv', '"URN","LA (code)","EstablishmentName"\n', 'register', null],
    ['grouplinks.csv', 'URN,Group UID,Group Name,Date Joined Group\n', 'membership', null],
    ['x.csv', 'hostname,sysName,hardware\n', 'librenms', null],
    ['devices.json', '{"devices":[{"hostname":"a","sysName":"b"}]}', 'librenms', null],
    ['netbox_interfaces.csv', 'device,name,type\n', 'netbox', null],
    ['prtg.csv', 'Probe,Group,Device,Sensor\n', 'prtg', null],
    ['circuits.csv', 'Ref,School\n', 'csv', 'circuit'],
    ['our lines.csv', 'Name,Academy,Supplier,Committed rate,Bearer\n', 'csv', 'circuit'],
    ['x.csv', 'Name;Make;Model;Serial number\n', 'csv', 'equipment'],
    ['x.csv', 'id,name\n', 'csv', null],
  ])('takes %s beginning %j for %s', (name, text, format, kind) => {
    expect(guess(name, text)).toEqual({ format, kind });
  });

  it('reads column names whatever stands between them', () => {
    expect(headerOf('"A b"\t c\r\n1\t2')).toEqual(['A b', 'c']);
    expect(headerOf('')).toEqual(['']);
  });
});

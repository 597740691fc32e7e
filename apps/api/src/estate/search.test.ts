import type { SearchResult } from '@linewatch/contract';
import { describe, expect, test } from 'vitest';
import { record } from '../testing/records.ts';
import { sensitiveFields } from './fields.ts';
import { Register } from './register.ts';
import { Search } from './search.ts';
import type { Sight } from './sight.ts';

const all: Sight = { estate: 'all', prices: 'all', contacts: 'all', key: '*' };
const none: ReadonlySet<string> = new Set();
const oakOnly: Sight = { estate: new Set(['oak']), prices: none, contacts: none, key: 'oak' };

const records = [
  record('provider', 'north', { name: 'North Fibre', account: 'ACC-77' }),
  record('academy', 'oak', { name: 'Oak Academy', town: 'Leeds', postcode: 'LS1 4AP', urn: 123456, ukprn: 10012345 }),
  record('academy', 'royal-oak', { name: 'Royal Oak School', postcode: 'LS2 9JT' }),
  record('academy', 'soak', { name: 'Soakham School', notes: 'oak' }),
  record('circuit', 'oak-1', { name: 'Main line', academy: 'oak', provider: 'north', reference: 'ONEA 12345' }),
  record('circuit', 'oak-0', { name: 'Old line', academy: 'oak', provider: 'north', reference: 'X1' }, { ended: 1 }),
  record('equipment', 'switch', { academy: 'royal-oak', serial: 'FOC1234', tags: ['core'] }),
  record('contact', 'head', { name: 'Alex Example', academy: 'oak', phone: '0113 496 0000', email: 'a@oak.example' }),
  record('credential', 'snmp', { community: '***' }),
  record('exporter', 'edge', { academy: 'royal-oak', address: '192.0.2.9' }),
];
const search = new Search(new Register(1, records));
const ids = (q: string, sight: Sight = all): string[] => search.find(q, sight).map(({ id }) => id);

describe('the search', () => {
  test('has what fits as a whole first, then what begins so, then words, then the rest', () => {
    expect(ids('oak').slice(0, 1)).toEqual(['oak']);
    expect(ids('oak').indexOf('oak-1')).toBeLessThan(ids('oak').indexOf('royal-oak'));
    expect(ids('oak').indexOf('royal-oak')).toBeLessThan(ids('oak').indexOf('soak'));
    expect(ids('oak').at(-1)).toBe('soak');
  });

  test.each([
    ['LS1 4AP', 'oak'],
    ['ls14ap', 'oak'],
    ['123456', 'oak'],
    ['10012345', 'oak'],
    ['onea 12345', 'oak-1'],
    ['ONEA12345', 'oak-1'],
    ['foc1234', 'switch'],
    ['192.0.2.9', 'edge'],
    ['core', 'switch'],
    ['ACC-77', 'north'],
    ['0113 496', 'head'],
    ['  Main   LINE ', 'oak-1'],
    ['line main', 'oak-1'],
  ])('%j finds %s', (q, id) => expect(ids(q)[0]).toBe(id));

  test('says whose it is and what was found', () => {
    const [found] = search.find('ONEA', all);
    expect(found).toEqual<SearchResult>({
      kind: 'circuit',
      id: 'oak-1',
      name: 'Main line',
      detail: "Oak Academy · North Fibre · Supplier's circuit reference: ONEA 12345",
      academy: 'oak',
    });
  });

  test('finds what comes from a supplier, after the supplier', () => {
    expect(ids('north fibre')).toEqual(['north', 'oak-1', 'oak-0']);
  });

  test('has what ended after what goes on', () => {
    expect(ids('line')).toEqual(['oak-1', 'oak-0']);
    expect(search.find('X1', all)[0]!.detail).toMatch(/ended$/);
  });

  test('does not look where the asker may not, nor at secrets', () => {
    expect(ids('royal', oakOnly)).toEqual([]);
    expect(ids('192.0.2.9', oakOnly)).toEqual([]);
    for (const q of ['ACC-77', 'alex', '0113', 'a@oak.example']) expect([q, ids(q, oakOnly)]).toEqual([q, []]);
    expect(search.find('head', oakOnly)).toMatchObject([{ id: 'head', name: 'head' }]);
    expect(ids('north', oakOnly)).toContain('north');
    expect(ids('***')).toEqual([]);
  });

  test.each(['', ' ', '.*', '\\', '%', "'", 'x'.repeat(100)])('nothing is made of %j', (q) => {
    expect(ids(q)).toEqual([]);
  });

  test('gives 50 at most', () => {
    const many = Array.from({ length: 200 }, (_, i) => record('academy', `school-${i}`, { name: `School ${i}` }));
    expect(new Search(new Register(1, many)).find('school', all)).toHaveLength(50);
  });
});

test('sensitive fields have a path', () => {
  expect(sensitiveFields.contract.map(({ path }) => path.join('.'))).toEqual([
    'prices',
    'uplift',
    'vatPercent',
    'owner',
  ]);
  expect(sensitiveFields.credential.map(({ path }) => path.join('.'))).toEqual([
    'community',
    'auth.password',
    'priv.password',
  ]);
});

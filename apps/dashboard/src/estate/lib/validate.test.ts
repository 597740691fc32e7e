import type { Kind } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import { fieldsOf } from './fields.ts';
import { problemsOf } from './validate.ts';
import type { Values } from './values.ts';

const wrong = (kind: Kind, values: Values): string[] => problemsOf(fieldsOf(kind), values).map(({ path }) => path);

const circuit = { id: 'l-1', name: 'Line', academy: 'hill', provider: 'acme', role: 'primary' };

describe('what is wrong with a record', () => {
  it('nothing, of one that is right', () => {
    expect(
      problemsOf(fieldsOf('circuit'), {
        ...circuit,
        kind: 'leased-line',
        committed: { down: '1G', up: '512k' },
        monthly: '1234.50',
        ordered: '2026-02-28',
        from: '2026-09-01T18:00+01:00',
        exporter: '2001:db8::1',
        tags: ['wan', 'main'],
      }),
    ).toEqual([]);
  });

  it('is told at its field, all at once', () => {
    expect(wrong('circuit', { id: 'Not a slug', name: '', role: 'spare', committed: { down: 'fast' } })).toEqual([
      'id',
      'name',
      'academy',
      'provider',
      'role',
      'committed.down',
    ]);
  });

  it('is told within lists, with the number of the item', () => {
    expect(
      wrong('contract', {
        id: 'c',
        name: 'C',
        provider: 'p',
        prices: [{ from: '2026-01-01', monthly: '5' }, { from: '2026-13-01' }],
      }),
    ).toEqual(['prices.1.from', 'prices.1.monthly']);
  });

  it.each([
    ['academy', 'pupils', 'many'],
    ['academy', 'pupils', 1.5],
    ['academy', 'urn', 99_999],
    ['academy', 'latitude', 91],
    ['academy', 'postcode', 'LEEDS'],
    ['academy', 'joined', '2026-02-30'],
    ['academy', 'tags', ['two words']],
    ['academy', 'tags', ['twice', 'twice']],
    ['academy', 'networks', ['10.0.0.0/33']],
    ['academy', 'name', ' Hill'],
    ['academy', 'name', 'x'.repeat(201)],
    ['provider', 'portal', 'ftp://example.org'],
    ['provider', 'faultEmail', 'nobody'],
    ['provider', 'faultLine', '??'],
    ['circuit', 'monthly', '1.234'],
    ['circuit', 'exporter', '300.0.0.1'],
    ['circuit', 'interface', { index: 0 }],
  ] as const)('%s: %s is not %j', (kind, name, value) => {
    const values = { id: 'a', name: 'A', academy: 'a', provider: 'p', role: 'primary', [name]: value };
    expect(wrong(kind, values).map((path) => path.split('.')[0])).toContain(name);
  });

  it('a secret that is set and not shown is right', () => {
    expect(wrong('credential', { id: 'edge', auth: { protocol: 'sha256', password: '***' } })).toEqual([]);
    expect(wrong('credential', { id: 'edge', auth: { protocol: 'sha256', password: 'short' } })).toEqual([
      'auth.password',
    ]);
  });
});

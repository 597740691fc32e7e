import { describe, expect, it } from 'vitest';
import { circuitOf, emptyLine, lineOf, newProvidersOf } from './line.ts';

const acme = {
  kind: 'provider' as const,
  id: 'acme',
  revision: 1,
  ended: null,
  managed: false,
  changedMs: 0,
  changedBy: '',
  hidden: [],
  values: { id: 'acme', name: 'Acme' },
};

describe('a circuit in the making', () => {
  it('begins as the template says', () => {
    const line = lineOf({ role: 'backup', provider: 'acme', kind: 'mobile', committed: { down: '50M' } });
    expect(circuitOf(line, [])).toEqual({
      role: 'backup',
      provider: 'acme',
      kind: 'mobile',
      committed: { down: '50M' },
    });
    expect(circuitOf(emptyLine(), [])).toEqual({ role: 'primary' });
  });

  it('makes a supplier that is named once, and takes one that there is by its name', () => {
    const lines = ['Other Telecom', 'other telecom ', ' ACME'].map((newProvider) => ({ ...emptyLine(), newProvider }));
    const made = newProvidersOf(lines, [acme]);
    expect(made).toEqual([{ id: 'other-telecom', name: 'Other Telecom' }]);
    expect(lines.map((line) => circuitOf(line, made, [acme]).provider)).toEqual([
      'other-telecom',
      'other-telecom',
      'acme',
    ]);
  });

  it('gives a new supplier an id that no other has', () => {
    expect(newProvidersOf([{ ...emptyLine(), newProvider: 'ACME!' }], [acme])).toEqual([
      { id: 'acme-2', name: 'ACME!' },
    ]);
  });

  it('says which side is download only where it is the unusual one', () => {
    expect(circuitOf({ ...emptyLine(), download: 'out', up: ' 1G ' }, [])).toEqual({
      role: 'primary',
      committed: { up: '1G' },
      download: 'out',
    });
  });
});

import { checkEstateFile } from '@linewatch/estate';
import { labelKey } from '@linewatch/record';
import { expect, test } from 'vitest';
import { demoAcademies, maxAcademies } from './academies.ts';
import { demoEstate } from './estate.ts';

test.each([1, 12, maxAcademies])('an estate of %i academies is one that can be imported', (count) => {
  const { problems, records } = checkEstateFile(demoEstate(count), labelKey);
  expect(problems).toEqual([]);
  expect(records.filter(({ kind }) => kind === 'academy')).toHaveLength(count);
  expect(records.filter(({ kind }) => kind === 'circuit')).toHaveLength(
    demoAcademies(count).reduce((sum, { circuits }) => sum + circuits.length, 0),
  );
});

test('circuits say where their telemetry comes from and what was committed', () => {
  const { trust, records } = checkEstateFile(demoEstate(12, { trust: 'north', collector: 'hub' }), labelKey);
  const circuits = records.flatMap(({ kind, values }) => (kind === 'circuit' ? [values] : []));
  const [first] = demoAcademies(12);
  expect(trust?.id).toBe('north');
  expect(circuits[0]).toMatchObject({
    academy: first!.id,
    exporter: first!.exporter,
    collector: 'hub',
    committed: { down: `${first!.circuits[0].committedDownBps / 1e9}G` },
    interface: { name: 'GigabitEthernet0/0/2' },
  });
  // The second academy sends v5, which has no interface names.
  expect(circuits.find(({ exporter }) => exporter === '127.10.0.2')?.['interface']).toEqual({ index: 2 });
});

test('the same estate every time', () => {
  expect(demoEstate(20)).toBe(demoEstate(20));
});

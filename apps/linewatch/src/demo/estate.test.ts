import { parseEstate } from '@linewatch/estate';
import { labelKey } from '@linewatch/record';
import { expect, test } from 'vitest';
import { demoAcademies, maxAcademies } from './academies.ts';
import { demoEstate } from './estate.ts';

test.each([1, 12, maxAcademies])('an estate of %i academies is one that can be imported', (count) => {
  const parsed = parseEstate(demoEstate(count), { labelKey });
  expect(parsed.problems).toEqual([]);
  if (!('value' in parsed)) throw new Error('not valid');
  expect(parsed.value.academies).toHaveLength(count);
  expect(parsed.value.circuits).toHaveLength(
    demoAcademies(count).reduce((sum, { circuits }) => sum + circuits.length, 0),
  );
});

test('circuits say where their telemetry comes from and what was committed', () => {
  const parsed = parseEstate(demoEstate(12, { trust: 'north', collector: 'hub' }), { labelKey });
  if (!('value' in parsed)) throw new Error('not valid');
  const [first] = demoAcademies(12);
  expect(parsed.value.trust.id).toBe('north');
  expect(parsed.value.circuits[0]).toMatchObject({
    academy: first!.id,
    exporter: first!.exporter,
    collector: 'hub',
    downloadSide: 'in',
    committedDownBps: first!.circuits[0].committedDownBps,
    interface: { kind: 'name', value: 'GigabitEthernet0/0/2' },
  });
  // The second academy sends v5, which has no interface names.
  expect(parsed.value.circuits.find(({ exporter }) => exporter === '127.10.0.2')?.interface).toEqual({
    kind: 'index',
    value: 2,
  });
});

test('the same estate every time', () => {
  expect(demoEstate(20)).toBe(demoEstate(20));
});

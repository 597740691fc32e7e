import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

const defaults = { seconds: 5, only: '', quick: false };

test('options replace defaults', () => {
  expect(readOptions([], defaults)).toEqual(defaults);
  expect(readOptions(['--seconds', '2.5', '--only', 'goflow2', '--quick'], defaults)).toEqual({
    seconds: 2.5,
    only: 'goflow2',
    quick: true,
  });
});

test.each([
  [['--second', '2'], 'unknown option --second'],
  [['--toString', '2'], 'unknown option --toString'],
  [['seconds', '2'], 'unknown option seconds'],
  [['--seconds'], '--seconds needs a value'],
  [['--seconds', 'x'], '--seconds must be a number'],
  [['--seconds', '-1'], '--seconds must be a number'],
])('%j is refused', (args, message) => {
  expect(() => readOptions(args, defaults)).toThrow(message);
});

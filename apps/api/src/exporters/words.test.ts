import { lossReasons } from '@linewatch/decode';
import { expect, test } from 'vitest';
import { hasWords, lossOf, lossesOf } from './words.ts';

test.each([...lossReasons, 'queue_full', 'queue_backlog', 'queue_failed'])('there are words for %s', (reason) => {
  expect(hasWords(reason)).toBe(true);
});

test('a reason of a newer collector is named as it is', () => {
  expect(lossOf('moon_phase', 3)).toEqual({ reason: 'moon_phase', count: 3, meaning: 'moon phase', action: '' });
  expect(lossOf('constructor', 1).meaning).toBe('constructor');
});

test('losses come with most first, and none that did not happen', () => {
  const losses = lossesOf([
    ['set_overrun', 1],
    ['held_expired', 0],
    ['record_malformed', 7],
  ]);
  expect(losses.map(({ reason, count }) => [reason, count])).toEqual([
    ['record_malformed', 7],
    ['set_overrun', 1],
  ]);
});

import type { AcademyLine } from '@linewatch/contract';
import { expect, it } from 'vitest';
import { byWorst, causeWords, isTrouble, lineShown, lineWords, shownOf, shownOfAcademy } from './lines.ts';

const line = (over: Partial<AcademyLine>): AcademyLine => ({
  state: 'up',
  sinceMs: 0,
  circuits: 2,
  down: 0,
  onBackup: false,
  maintenance: false,
  incidents: 0,
  ...over,
});

it('calls an academy that its backup carries on backup, not degraded', () => {
  expect(shownOfAcademy(line({ state: 'degraded', onBackup: true, down: 1 }))).toBe('backup');
  expect(shownOfAcademy(line({ state: 'down', onBackup: false, down: 2 }))).toBe('down');
});

it('lets planned works explain what is not up, and nothing else', () => {
  expect(shownOf({ state: 'down', maintenance: true })).toBe('maintenance');
  expect(shownOf({ state: 'up', maintenance: true })).toBe('up');
  expect(shownOf({ state: null, maintenance: true })).toBe('unwatched');
});

it('sorts worst first, each state in its own word', () => {
  expect([...lineShown].sort(byWorst)).toEqual(lineShown);
  expect(byWorst('down', 'up')).toBeLessThan(0);
  expect(new Set(Object.values(lineWords)).size).toBe(lineShown.length);
  expect(lineShown.filter((shown) => !isTrouble(shown))).toEqual(['unwatched', 'up']);
});

it('has a cause that it does not know as it came', () => {
  expect([causeWords('link'), causeWords('none'), causeWords('solar-flare')]).toEqual([
    'the link is down',
    '',
    'solar flare',
  ]);
});

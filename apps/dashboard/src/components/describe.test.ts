import { expect, it } from 'vitest';
import { type Described, describeAcademy } from './describe.ts';

const now = 1_700_000_000_000;
const academy: Described = {
  name: 'Northfield',
  state: 'reporting',
  shown: 'unwatched',
  lineSinceMs: null,
  inBps: 123_000_000,
  outBps: 4_000_000,
  inShare: 0.123,
  outShare: null,
  committedInBps: 1e9,
  committedOutBps: null,
  lastSeenMs: now - 2000,
};

it('tells the whole tile in words', () => {
  expect(describeAcademy(academy, now)).toBe(
    'Northfield: reporting, download 123 Mbit/s, 12% of 1 Gbit/s, upload 4.00 Mbit/s, heard just now',
  );
});

it('tells the state of the lines first, and for how long', () => {
  expect(describeAcademy({ ...academy, shown: 'backup', lineSinceMs: now - 300_000 }, now)).toMatch(
    /^Northfield: on backup for 5 min, reporting, download /,
  );
  expect(describeAcademy({ ...academy, shown: 'down', lineSinceMs: null }, now)).toMatch(
    /^Northfield: down, reporting, /,
  );
});

it('tells no rates of an academy that does not report', () => {
  expect(describeAcademy({ ...academy, state: 'silent', lastSeenMs: now - 3600_000 }, now)).toBe(
    'Northfield: silent, heard 1 h ago',
  );
  expect(describeAcademy({ ...academy, state: 'awaiting', lastSeenMs: null }, now)).toBe(
    'Northfield: awaiting data, never heard',
  );
});

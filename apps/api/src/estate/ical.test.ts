import type { PlanItem } from '@linewatch/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calendarOf } from './ical.ts';

const item = (over: Partial<PlanItem> = {}): PlanItem => ({
  id: 'contract/west/notice',
  reason: 'notice',
  day: '2027-12-31',
  daysLeft: 10,
  kind: 'contract',
  record: 'west',
  name: 'West; fibre, and "more"',
  detail: 'Last day to give notice.',
  provider: { id: 'north', name: 'North\nFibre' },
  ends: null,
  noticeDay: null,
  noticeGiven: false,
  renewal: null,
  circuits: 1,
  academies: [{ id: 'oak', name: 'Oak \\ Ash' }],
  price: null,
  hidden: [],
  ...over,
});

const feed = { trust: 'ridge', name: 'Ridge Trust', atMs: Date.UTC(2027, 0, 2, 3, 4, 5, 678) };
/** As a calendar reads it: folded lines put together again. */
const linesOf = (text: string): string[] => text.replaceAll('\r\n ', '').split('\r\n').slice(0, -1);

test('an event takes the whole day, has a stable UID, and reminds of notice', () => {
  const lines = linesOf(calendarOf([item()], feed));
  expect(lines[0]).toBe('BEGIN:VCALENDAR');
  expect(lines.at(-1)).toBe('END:VCALENDAR');
  for (const line of [
    'UID:contract.west.notice@ridge.linewatch',
    'DTSTAMP:20270102T030405Z',
    'DTSTART;VALUE=DATE:20271231',
    'DTEND;VALUE=DATE:20280101',
    'SUMMARY:Last day to give notice: West\\; fibre\\, and "more"',
    'DESCRIPTION:Last day to give notice.\\nSupplier: North\\nFibre\\nAcademies: Oak \\\\ Ash',
    'TRIGGER:-P30D',
    'TRIGGER:-P7D',
  ])
    expect(lines).toContain(line);
  expect(calendarOf([item({ reason: 'support', kind: 'equipment' })], feed)).not.toContain('VALARM');
});

test('no text breaks out of its line, and no line is over 75 octets', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string({ maxLength: 300 }), (name, detail) => {
      const text = calendarOf([item({ name: `${name}\r\nEND:VCALENDAR`, detail })], feed);
      for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      expect(linesOf(text).filter((line) => line === 'END:VCALENDAR')).toHaveLength(1);
    }),
  );
});

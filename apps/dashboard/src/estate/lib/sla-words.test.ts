import { expect, it } from 'vitest';
import { downtimeOf, slaSentences } from './sla-words.ts';

it('an availability target is told as time without service', () => {
  expect([99.9, 99.99, 99, 100].map(downtimeOf)).toEqual([
    '43 minutes a month',
    '4 minutes a month',
    '7.2 hours a month',
    '0 minutes a month',
  ]);
});

it('a service level is told in sentences, and nothing of what is not agreed', () => {
  expect(slaSentences(undefined)).toEqual([]);
  expect(
    slaSentences({
      target: 99.9,
      period: 'quarter',
      careHours: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' },
      fixHours: { total: 5, fibreBreak: 12 },
      excuses: [{ code: 'planned', availability: true, fixClock: false }],
      credits: { unit: 'percent-of-monthly-charge', bands: [{ below: 99.9, credit: 10 }], claimDays: 30 },
    }),
  ).toEqual([
    'Available 99.9 % of the time, judged over each quarter: about 43 minutes a month without service.',
    'Faults are worked on Monday to Friday 08:00–18:00.',
    'Mended: a total loss within 5 hours, a broken fibre within 12 hours.',
    'Money back: below 99.9 % gives back 10% of the monthly charge.',
    'It has to be claimed within 30 days.',
    'Not held against the supplier: works that were announced.',
  ]);
});

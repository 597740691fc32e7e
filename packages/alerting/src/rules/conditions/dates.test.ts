import type { EstateRecord, Kind } from '@linewatch/contract';
import { planItems } from '@linewatch/figures';
import { describe, expect, it } from 'vitest';
import { certificateDate, planDate } from './dates.ts';
import { systemTrouble } from './system-trouble.ts';

const dayMs = 86_400_000;
const settings = { noticeDays: 60, certificateDays: 21, supportDays: 90 };

const record = (kind: Kind, id: string, values: object): EstateRecord => ({
  ...{ kind, id, revision: 1, ended: null, managed: false, changedMs: 0, changedBy: 'test', hidden: [] },
  values: { id, name: `The ${id}`, ...values },
});
const found = (today: string, ...records: EstateRecord[]): string[] =>
  planItems({ records, today, months: 25 }).flatMap((item) => {
    const date = planDate(item, settings, today);
    return date ? [`${date.subject} from ${new Date(date.startedMs).toISOString().slice(0, 10)}: ${date.title}`] : [];
  });

describe('dates of the plan', () => {
  // Notice of three months: by 30 September.
  const terms = { provider: 'north', end: '2026-12-31', noticeMonths: 3, rolling: 'yearly' };
  const contract = record('contract', 'west', terms);

  it('are told of so many days before, by the day that the data say', () => {
    expect(found('2026-07-31', contract)).toEqual([]);
    expect(found('2026-08-01', contract)).toEqual([
      'contract/west/notice/2026-09-30 from 2026-08-01: The west: last day to give notice comes up',
    ]);
    expect(found('2026-12-01', contract)).toEqual([
      'contract/west/term/2026-12-31 from 2026-11-01: The west: the contract ends soon',
    ]);
  });

  it('of support have days of their own, and are over a month after', () => {
    const router = record('equipment', 'router', { academy: 'ash', supportEnd: '2026-06-30' });
    expect(found('2026-03-31', router)).toEqual([]);
    expect(found('2026-04-01', router)).toHaveLength(1);
    expect(found('2026-07-30', router)).toHaveLength(1);
    expect(found('2026-07-31', router)).toEqual([]);
  });

  it('of a contract that goes on by itself are those of its notice only', () => {
    expect(found('2027-02-01', record('contract', 'west', { ...terms, rolling: 'monthly', noticeMonths: 1 }))).toEqual([
      expect.stringContaining('notice/2027-02-28'),
    ]);
  });
});

describe('a certificate', () => {
  const nowMs = Date.UTC(2026, 9, 1, 12);
  const shown = { circuit: 7, name: 'Ash primary', target: 'https://192.0.2.1/', seenMs: nowMs };
  const look = (expiresMs: number, more: Partial<typeof shown> = {}) =>
    certificateDate({ ...shown, expiresMs, ...more }, settings, nowMs);

  it('is told of three weeks before it runs out, and when it has', () => {
    expect(look(nowMs + 21 * dayMs + 1)).toBeUndefined();
    expect(look(nowMs + 21 * dayMs)).toMatchObject({ startedMs: nowMs, title: 'Ash primary: a certificate runs out' });
    expect(look(nowMs - dayMs)!.text).toBe('That of https://192.0.2.1/ ran out at 30 Sep 2026 13:00.');
  });

  it('that is not seen any more is none, and each target has its own', () => {
    expect(look(nowMs, { seenMs: nowMs - 2 * dayMs - 1 })).toBeUndefined();
    const subjects = ['https://192.0.2.1/', 'https://192.0.2.2/'].map((target) => look(nowMs, { target })!.subject);
    expect(new Set(subjects).size).toBe(2);
    expect(look(nowMs, { target: `https://192.0.2.1/${'x'.repeat(900)}` })!.subject.length).toBeLessThan(60);
  });
});

describe('trouble of our own', () => {
  const trouble = { part: 'watch', sinceMs: 0, title: 'The lines are not watched', text: '' };
  const look = (nowMs: number, known = new Map<string, number>()) =>
    systemTrouble([trouble], { minutes: 5 }, nowMs, known);

  it('is told of when it has lasted, and keeps its beginning', () => {
    expect(look(5 * 60_000 - 1)).toEqual([]);
    expect(look(5 * 60_000)).toMatchObject([{ subject: 'system/watch', startedMs: 0 }]);
    expect(look(1, new Map([['system/watch', -9]]))).toMatchObject([{ startedMs: -9 }]);
  });
});

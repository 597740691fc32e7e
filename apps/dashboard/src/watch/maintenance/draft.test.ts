import type { Maintenance } from '@linewatch/contract';
import { expect, it } from 'vitest';
import { draftOfMaintenance, maintenanceBody, newDraft } from './draft.ts';

const nowMs = Date.UTC(2026, 6, 1, 12, 20);

it('begins with the next full hour, once', () => {
  expect(newDraft(nowMs)).toMatchObject({ start: '2026-07-01T14:00', end: '2026-07-01T16:00' });
  const whole = { ...newDraft(nowMs), title: ' Fibre works ', scopeId: 'line-1' };
  expect(maintenanceBody(whole, null)).toMatchObject({
    body: {
      title: 'Fibre works',
      scope: { kind: 'circuit', id: 'line-1' },
      startMs: Date.UTC(2026, 6, 1, 13),
      rrule: null,
      notifiedMs: null,
    },
  });
});

it('says what is missing or cannot be', () => {
  const draft = { ...newDraft(nowMs), title: 'x', scopeId: 'line-1' };
  const refused = (over: Partial<typeof draft>): unknown => maintenanceBody({ ...draft, ...over }, null);
  expect(refused({ title: ' ' })).toEqual({ problem: 'What is done is needed.' });
  expect(refused({ scopeId: '' })).toEqual({ problem: 'Choose what it is for.' });
  expect(refused({ end: draft.start })).toEqual({ problem: 'It ends before it begins.' });
  expect(refused({ recurrence: { ...draft.recurrence, pattern: 'weekly', days: [] } })).toHaveProperty('problem');
  expect(refused({ scope: 'trust', scopeId: '' })).toMatchObject({ body: { scope: { kind: 'trust', id: '' } } });
});

it('changes nothing of one that is opened and saved as it is', () => {
  const maintenance: Maintenance = {
    id: 1,
    title: 'Core upgrade',
    scope: { kind: 'provider', id: 'acme' },
    scopeName: 'Acme',
    startMs: Date.UTC(2026, 5, 14, 0),
    endMs: Date.UTC(2026, 5, 14, 4),
    rrule: 'FREQ=MONTHLY;BYDAY=2SU',
    timeZone: 'Europe/London',
    notifiedMs: Date.UTC(2026, 5, 1, 9),
    code: 'planned',
    reference: 'CHG1',
    note: null,
    enteredMs: nowMs,
    by: 'Ann',
    cancelledMs: null,
    revision: 1,
  };
  const { id, scopeName, enteredMs, by, cancelledMs, revision, ...body } = maintenance;
  expect([id, scopeName, enteredMs, by, cancelledMs, revision]).toHaveLength(6);
  expect(maintenanceBody(draftOfMaintenance(maintenance), maintenance)).toEqual({ body });
});

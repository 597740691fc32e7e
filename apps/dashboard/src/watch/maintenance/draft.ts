/** A maintenance as its form has it, and as the API takes it. */
import { type Maintenance, type MaintenanceBody, maintenanceScopes } from '@linewatch/contract';
import { fromLocalInput, toLocalInput } from '../../lib/time.ts';
import { dayOf } from '../lib/months.ts';
import { type Recurrence, recurrenceFrom, recurrenceOf, ruleOf } from './recurrence.ts';

export type ScopeKind = (typeof maintenanceScopes)[number];

export const scopeWords: Readonly<Record<ScopeKind, string>> = {
  circuit: 'One circuit',
  academy: 'One academy',
  site: 'One site',
  provider: 'Every circuit of a supplier',
  trust: 'The whole trust',
};

export interface MaintenanceDraft {
  title: string;
  scope: ScopeKind;
  scopeId: string;
  start: string;
  end: string;
  recurrence: Recurrence;
  notified: string;
  code: MaintenanceBody['code'];
  reference: string;
  note: string;
}

/** A new one begins at the next full hour, for two hours. */
export function newDraft(nowMs: number): MaintenanceDraft {
  const startMs = Math.ceil(nowMs / 3_600_000) * 3_600_000;
  return {
    title: '',
    scope: 'circuit',
    scopeId: '',
    start: toLocalInput(startMs),
    end: toLocalInput(startMs + 7_200_000),
    recurrence: recurrenceFrom(dayOf(startMs)),
    notified: '',
    code: 'planned',
    reference: '',
    note: '',
  };
}

export function draftOfMaintenance(of: Maintenance): MaintenanceDraft {
  return {
    title: of.title,
    scope: of.scope.kind,
    scopeId: of.scope.id,
    start: toLocalInput(of.startMs),
    end: toLocalInput(of.endMs),
    recurrence: recurrenceOf(of.rrule, dayOf(of.startMs)),
    notified: of.notifiedMs === null ? '' : toLocalInput(of.notifiedMs),
    code: of.code,
    reference: of.reference ?? '',
    note: of.note ?? '',
  };
}

/** What is sent, or what is wrong with the form. `was`: keeps what the form does not show. */
export function maintenanceBody(
  draft: MaintenanceDraft,
  was: Maintenance | null,
): { readonly body: MaintenanceBody } | { readonly problem: string } {
  const problem = (text: string): { problem: string } => ({ problem: text });
  const title = draft.title.trim();
  if (title === '') return problem('What is done is needed.');
  if (draft.scope !== 'trust' && draft.scopeId === '') return problem('Choose what it is for.');
  const startMs = fromLocalInput(draft.start);
  const endMs = fromLocalInput(draft.end);
  if (startMs === null || endMs === null) return problem('When it begins and ends is needed.');
  if (endMs <= startMs) return problem('It ends before it begins.');
  const notifiedMs = draft.notified === '' ? null : fromLocalInput(draft.notified);
  let rrule: string | null;
  try {
    rrule = ruleOf(draft.recurrence);
  } catch (error) {
    if (error instanceof RangeError) return problem(error.message);
    throw error;
  }
  const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());
  return {
    body: {
      title,
      scope: { kind: draft.scope, id: draft.scope === 'trust' ? '' : draft.scopeId },
      startMs,
      endMs,
      rrule,
      timeZone: was?.timeZone ?? null,
      notifiedMs,
      code: draft.code,
      reference: text(draft.reference),
      note: text(draft.note),
    },
  };
}

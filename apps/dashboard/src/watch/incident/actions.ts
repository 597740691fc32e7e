/** What a person can do to an incident: who may, when it makes sense, and how the words of a form become a request. */
import type { Incident, IncidentAction, Permission, Severity } from '@linewatch/contract';
import { fromLocalInput, toLocalInput } from '../../lib/time.ts';
import { type ExclusionCode, type FaultClass, acknowledgedNow } from '../lib/words.ts';

export type ActionName = IncidentAction['action'];

interface ActionRow {
  readonly name: ActionName;
  readonly title: string;
  /** What it does, in a sentence. */
  readonly about: string;
  readonly permission: Extract<Permission, 'incidents.write' | 'incidents.classify'>;
  readonly when: (incident: Incident, nowMs: number) => boolean;
}

const always = (): boolean => true;
const going = ({ state }: Incident): boolean => state !== 'resolved';
const ownTimes = ({ mergedInto }: Incident): boolean => mergedInto === null;

export const actions: readonly ActionRow[] = [
  {
    name: 'acknowledge',
    title: 'Acknowledge',
    about: 'Says that someone has seen it and works on it.',
    permission: 'incidents.write',
    when: (incident, nowMs) => going(incident) && !acknowledgedNow(incident, nowMs),
  },
  {
    name: 'unacknowledge',
    title: 'Take back the acknowledgement',
    about: 'It is no longer in hand.',
    permission: 'incidents.write',
    when: (incident, nowMs) => going(incident) && acknowledgedNow(incident, nowMs),
  },
  { name: 'assign', title: 'Assign', about: 'Who works on it.', permission: 'incidents.write', when: always },
  {
    name: 'note',
    title: 'Add a note',
    about: 'For those who read it next.',
    permission: 'incidents.write',
    when: always,
  },
  {
    name: 'ticket',
    title: 'Ticket',
    about: 'Its number in your helpdesk.',
    permission: 'incidents.write',
    when: always,
  },
  {
    name: 'report',
    title: 'Reported to the supplier',
    about: 'When the supplier was told, and how. Many contracts start the fix clock here.',
    permission: 'incidents.write',
    when: always,
  },
  {
    name: 'supplier',
    title: 'What the supplier says',
    about: 'Its own times and when its clock stood still. Both calculations are shown beside each other.',
    permission: 'incidents.write',
    when: always,
  },
  {
    name: 'classify',
    title: 'Classify',
    about: 'The class of the fault decides how long the contract allows for its repair.',
    permission: 'incidents.classify',
    when: always,
  },
  {
    name: 'exclude',
    title: 'Leave out of the figures',
    about: 'For a reason that the contract knows. The measurement stays; contractual figures change at once.',
    permission: 'incidents.classify',
    when: ({ exclusion }) => exclusion === null,
  },
  {
    name: 'include',
    title: 'Count it again',
    about: 'Takes back that it is left out of the figures.',
    permission: 'incidents.classify',
    when: ({ exclusion }) => exclusion !== null,
  },
  {
    name: 'backdate',
    title: 'Correct its times',
    about: 'When it really began or ended. What was measured is kept beside it.',
    permission: 'incidents.classify',
    when: ownTimes,
  },
  {
    name: 'merge',
    title: 'Merge into another',
    about: 'It becomes a part of another incident: one fault, not two.',
    permission: 'incidents.classify',
    when: ownTimes,
  },
  {
    name: 'split',
    title: 'Split members off',
    about: 'Those that have another cause leave this incident.',
    permission: 'incidents.classify',
    when: ({ members }) => members > 0,
  },
  {
    name: 'resolve',
    title: 'Close',
    about: 'Says that it is over without waiting for the line.',
    permission: 'incidents.classify',
    when: going,
  },
  {
    name: 'reopen',
    title: 'Open again',
    about: 'It was not over.',
    permission: 'incidents.classify',
    when: (incident) => !going(incident),
  },
];

/** What a form holds: texts, as inputs have them. Times are London's. */
export interface Draft {
  text: string;
  until: string;
  url: string;
  reported: string;
  how: string;
  by: string;
  reference: string;
  started: string;
  ended: string;
  stops: { from: string; to: string; reason: string }[];
  faultClass: FaultClass | '';
  severity: Severity;
  code: ExclusionCode | '';
  reason: string;
  into: string;
  members: number[];
}

const input = (ms: number | null): string => (ms === null ? '' : toLocalInput(ms));

/** A form as it begins: what the incident says now. */
export function draftOf(action: ActionName, incident: Incident, nowMs: number): Draft {
  const { supplier } = incident;
  const ofSupplier = action === 'supplier';
  return {
    text:
      action === 'assign' ? (incident.assignee ?? '') : action === 'ticket' ? (incident.ticket?.reference ?? '') : '',
    until: '',
    url: incident.ticket?.url ?? '',
    reported: input(supplier.reportedMs ?? nowMs),
    how: supplier.how ?? '',
    by: supplier.by ?? '',
    reference: supplier.reference ?? '',
    started: action === 'exclude' ? '' : input(ofSupplier ? supplier.startedMs : incident.startedMs),
    ended: action === 'exclude' ? '' : input(ofSupplier ? supplier.fixedMs : incident.endedMs),
    stops: supplier.stops.map(({ fromMs, toMs, reason }) => ({ from: input(fromMs), to: input(toMs), reason })),
    faultClass: incident.faultClass ?? '',
    severity: incident.severity,
    code: '',
    reason: '',
    into: '',
    members: [],
  };
}

/** A request, or what is wrong with the form. */
export type Body = { readonly body: IncidentAction } | { readonly problem: string };

class Wrong extends Error {}

function needed(text: string, what: string): string {
  const trimmed = text.trim();
  if (trimmed === '') throw new Wrong(`${what} is needed.`);
  return trimmed;
}

function moment(text: string, what: string): number {
  const ms = fromLocalInput(text);
  if (ms === null) throw new Wrong(`${what} is not a date and time.`);
  return ms;
}

const optionally = (text: string, what: string): number | null => (text === '' ? null : moment(text, what));

/** A time that a form shows to the minute: as it was, to the millisecond, unless it was changed. */
function changed(text: string, was: number | null, what: string): number | undefined {
  if (text === input(was) || text === '') return undefined;
  return moment(text, what);
}

export function bodyOf(action: ActionName, draft: Draft, incident: Incident, nowMs: number): Body {
  try {
    return { body: build(action, draft, incident, nowMs) };
  } catch (error) {
    if (error instanceof Wrong) return { problem: error.message };
    throw error;
  }
}

function build(action: ActionName, draft: Draft, incident: Incident, nowMs: number): IncidentAction {
  const { revision } = incident;
  const text = draft.text.trim();
  const because = (): { reason: string; revision: number } => ({ reason: needed(draft.reason, 'A reason'), revision });
  switch (action) {
    case 'acknowledge': {
      const untilMs = optionally(draft.until, 'Until');
      if (untilMs !== null && untilMs <= nowMs) throw new Wrong('Until is in the past.');
      return { action, untilMs, ...(text !== '' && { note: text }), revision };
    }
    case 'unacknowledge':
      return { action, revision };
    case 'assign':
      return { action, to: text === '' ? null : text, revision };
    case 'note':
      return { action, text: needed(text, 'A text') };
    case 'ticket': {
      const url = draft.url.trim();
      if (url !== '' && !/^https?:\/\//.test(url)) throw new Wrong('The address begins with https:// or http://.');
      return { action, reference: text === '' ? null : text, ...(url !== '' && text !== '' && { url }), revision };
    }
    case 'report': {
      const reportedMs = changed(draft.reported, incident.supplier.reportedMs, 'When') ?? incident.supplier.reportedMs;
      if (reportedMs === null) throw new Wrong('When is needed.');
      const [how, by, reference] = [draft.how.trim(), draft.by.trim(), draft.reference.trim()];
      return {
        action,
        reportedMs,
        ...(how !== '' && { how }),
        ...(by !== '' && { by }),
        ...(reference !== '' && { reference }),
        revision,
      };
    }
    case 'supplier':
      return { action, ...supplierSays(draft, incident), revision };
    case 'classify':
      return {
        action,
        faultClass: draft.faultClass === '' ? null : draft.faultClass,
        severity: draft.severity,
        ...because(),
      };
    case 'exclude': {
      if (draft.code === '') throw new Wrong('A reason that the contract knows is needed.');
      const fromMs = optionally(draft.started, 'From');
      const toMs = optionally(draft.ended, 'Until');
      ordered(fromMs, toMs);
      return {
        action,
        code: draft.code,
        ...(fromMs !== null && { fromMs }),
        ...(toMs !== null && { toMs }),
        ...because(),
      };
    }
    case 'merge': {
      const into = Number(draft.into);
      if (!Number.isInteger(into) || into < 1) throw new Wrong('The number of the other incident is needed.');
      if (into === incident.id) throw new Wrong('An incident cannot be merged into itself.');
      return { action, into, ...because() };
    }
    case 'split':
      if (draft.members.length === 0) throw new Wrong('Choose at least one member.');
      return { action, members: draft.members, ...because() };
    case 'backdate': {
      const startedMs = changed(draft.started, incident.startedMs, 'Its beginning');
      const endedMs = changed(draft.ended, incident.endedMs, 'Its end');
      if (startedMs === undefined && endedMs === undefined) throw new Wrong('Neither time is another one.');
      ordered(startedMs ?? incident.startedMs, endedMs ?? incident.endedMs);
      return {
        action,
        ...(startedMs !== undefined && { startedMs }),
        ...(endedMs !== undefined && { endedMs }),
        ...because(),
      };
    }
    case 'include':
    case 'reopen':
    case 'resolve':
      return { action, ...because() };
  }
}

function ordered(fromMs: number | null, toMs: number | null): void {
  if (fromMs !== null && toMs !== null && toMs <= fromMs) throw new Wrong('It ends before it begins.');
}

function supplierSays(
  draft: Draft,
  { supplier }: Incident,
): Omit<Extract<IncidentAction, { action: 'supplier' }>, 'action'> {
  const kept = (text: string, was: number | null, what: string): number | null =>
    text === '' ? null : (changed(text, was, what) ?? was);
  const startedMs = kept(draft.started, supplier.startedMs, 'When it began');
  const fixedMs = kept(draft.ended, supplier.fixedMs, 'When it was fixed');
  ordered(startedMs, fixedMs);
  const stops = draft.stops.map(({ from, to, reason }, i) => {
    const stop = { fromMs: moment(from, `Stop ${i + 1}, from,`), toMs: moment(to, `Stop ${i + 1}, to,`) };
    ordered(stop.fromMs, stop.toMs);
    return { ...stop, reason: needed(reason, `Stop ${i + 1}: why`) };
  });
  const reference = draft.reference.trim();
  return { startedMs, fixedMs, reference: reference === '' ? null : reference, stops };
}

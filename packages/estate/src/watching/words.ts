/** What people say of an incident without a figure depending on how it went: who has it, who was told, what it was. */
import type { Incident } from '@linewatch/contract';
import type { Handler } from './act.ts';
import { WatchError } from './errors.ts';
import { json } from './sql.ts';
import { at } from './texts.ts';

/** Clocks of browsers differ a little from ours. */
const toleranceMs = 60_000;

const notYet = (what: string, timeMs: number | null | undefined, nowMs: number): void => {
  if (timeMs !== null && timeMs !== undefined && timeMs > nowMs + toleranceMs)
    throw new WatchError('refused', `${what} lies in the future (${at(timeMs)}).`);
};

const withNote = (text: string, note: string | undefined): string => (note === undefined ? text : `${text}: ${note}`);

export const acknowledge: Handler<'acknowledge'> = ({ actor, nowMs, incident, action: { untilMs = null, note } }) => {
  if (incident.state === 'resolved')
    throw new WatchError('refused', 'It is resolved: there is nothing to acknowledge.');
  if (untilMs !== null && untilMs <= nowMs)
    throw new WatchError('refused', `The time until which it is acknowledged (${at(untilMs)}) is past.`);
  return {
    set: {
      acknowledged_by: actor.name,
      acknowledged_at: new Date(nowMs),
      acknowledged_until: untilMs === null ? null : new Date(untilMs),
    },
    entry: {
      kind: 'acknowledged',
      text: withNote(untilMs === null ? 'Acknowledged' : `Acknowledged until ${at(untilMs)}`, note),
      detail: { untilMs },
    },
  };
};

export const unacknowledge: Handler<'unacknowledge'> = ({ incident }) => {
  if (incident.acknowledged === null) throw new WatchError('refused', 'It is not acknowledged.');
  return {
    set: { acknowledged_by: null, acknowledged_at: null, acknowledged_until: null },
    entry: { kind: 'unacknowledged', text: 'No longer acknowledged' },
  };
};

export const assign: Handler<'assign'> = ({ action: { to } }) => ({
  set: { assignee: to },
  entry: { kind: 'assigned', text: to === null ? 'Assigned to no one' : `Assigned to ${to}`, detail: { to } },
});

export const ticket: Handler<'ticket'> = ({ action: { reference, url = null } }) => ({
  set: { ticket_reference: reference, ticket_url: reference === null ? null : url },
  entry: {
    kind: 'ticket',
    text: reference === null ? 'No ticket' : `Ticket ${reference}`,
    detail: { reference, url: reference === null ? null : url },
  },
});

const given = (values: Readonly<Record<string, unknown>>): Partial<Incident['supplier']> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

export const report: Handler<'report'> = ({ actor, nowMs, incident, action }) => {
  const { reportedMs, how, by = actor.name, reference } = action;
  notYet('When the supplier was told', reportedMs, nowMs);
  const words = given({ reportedMs, how: how ?? null, by, ...(reference !== undefined && { reference }) });
  return {
    set: { supplier: json({ ...incident.supplier, ...words }) },
    entry: {
      kind: 'reported',
      text: `Reported to the supplier by ${by}${how === undefined ? '' : `, ${how}`}${reference === undefined ? '' : `, reference ${reference}`}`,
      atMs: reportedMs,
      detail: words,
    },
  };
};

export const supplier: Handler<'supplier'> = ({ nowMs, incident, action }) => {
  const { startedMs, fixedMs, reference, stops } = action;
  const words = given({ startedMs, fixedMs, reference, stops });
  if (Object.keys(words).length === 0) throw new WatchError('refused', 'It says nothing of what the supplier says.');
  const all = { ...incident.supplier, ...words };
  notYet('When the supplier says that it began', startedMs, nowMs);
  notYet('When the supplier says that it was fixed', fixedMs, nowMs);
  if (all.startedMs !== null && all.fixedMs !== null && all.fixedMs < all.startedMs)
    throw new WatchError(
      'refused',
      `By these words it was fixed (${at(all.fixedMs)}) before it began (${at(all.startedMs)}).`,
    );
  for (const { fromMs, toMs } of all.stops)
    if (toMs <= fromMs)
      throw new WatchError('refused', `A stop of the supplier's clock ends (${at(toMs)}) before it begins.`);
  const said = [
    ...(typeof startedMs === 'number' ? [`it began ${at(startedMs)}`] : []),
    ...(typeof fixedMs === 'number' ? [`it was fixed ${at(fixedMs)}`] : []),
    ...(typeof reference === 'string' ? [`its reference is ${reference}`] : []),
    ...(stops ? [`its clock stood still ${stops.length} ${stops.length === 1 ? 'time' : 'times'}`] : []),
  ];
  return {
    set: { supplier: json(all) },
    entry: {
      kind: 'supplier',
      text: said.length > 0 ? `The supplier says: ${said.join('; ')}` : "The supplier's words were taken back",
      detail: words,
    },
  };
};

export const classify: Handler<'classify'> = ({ incident, action: { faultClass, severity, reason } }) => {
  const changes = {
    ...(faultClass !== undefined && faultClass !== incident.faultClass && { fault_class: faultClass }),
    ...(severity !== undefined && severity !== incident.severity && { said_severity: severity }),
  };
  if (Object.keys(changes).length === 0)
    throw new WatchError('refused', 'It is classified so already: give another fault class or severity.');
  const words = [
    ...('fault_class' in changes ? [`fault class ${faultClass ?? 'none'}`] : []),
    ...('said_severity' in changes ? [`severity ${severity!}`] : []),
  ];
  return {
    set: changes,
    entry: { kind: 'classified', text: `Classified: ${words.join(', ')}: ${reason}`, detail: { faultClass, severity } },
  };
};

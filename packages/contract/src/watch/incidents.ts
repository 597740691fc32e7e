/** Incidents: what went wrong, its timeline, and what people say of it. `/api/v1/incidents`. Times are Unix ms. */
import { type Static, Type } from 'typebox';
import { exclusions } from '../estate/terms.ts';
import { Id, Line, Named, UnixMs, Words, closed, incidentNumber, nullable, oneOf } from './parts.ts';

/**
 * - `outage`, `degradation`: of one circuit. `failover` belongs to an outage's timeline and is none of its own.
 * - `blind`: a circuit could not be seen for long. `quality`: its flows and counters disagree.
 * - `site`, `device`, `provider`: several circuits at once, which are its members.
 */
export const incidentKinds = ['outage', 'degradation', 'blind', 'quality', 'site', 'device', 'provider'] as const;
export const incidentStates = ['open', 'recovering', 'resolved'] as const;
export const severities = ['critical', 'major', 'minor', 'info'] as const;
export const faultClasses = ['total', 'partial', 'intermittent', 'fibreBreak'] as const;
export type IncidentKind = (typeof incidentKinds)[number];
export type IncidentState = (typeof incidentStates)[number];
export type Severity = (typeof severities)[number];

/** What the supplier was told, and what it claims itself. */
export const SupplierReport = Type.Object(
  {
    reportedMs: nullable(UnixMs('When the fault was reported to the supplier.')),
    how: nullable(Line('By telephone, portal, e-mail.')),
    by: nullable(Line('Who reported it.')),
    reference: nullable(Line("The supplier's reference.")),
    startedMs: nullable(UnixMs('When the supplier says that it began.')),
    fixedMs: nullable(UnixMs('When the supplier says that it was fixed.')),
    stops: Type.Array(Type.Object({ fromMs: UnixMs('From.'), toMs: UnixMs('To.'), reason: Line('Why.') }, closed), {
      maxItems: 50,
      description: 'When the supplier says that its clock stood still.',
    }),
  },
  { $id: 'SupplierReport', ...closed },
);
export type SupplierReport = Static<typeof SupplierReport>;

const By = { by: Type.String(), atMs: Type.Number() };

export const Incident = Type.Object(
  {
    id: Type.Integer({ description: 'Number of the incident.' }),
    kind: oneOf(incidentKinds, 'What it is.'),
    state: oneOf(incidentStates, 'recovering: over, and watched for a while before it is called resolved.'),
    severity: oneOf(severities, ''),
    title: Type.String(),
    cause: Type.String(),
    circuit: nullable(Named),
    academies: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), pupils: nullable(Type.Integer()) }), {
      description: 'Those affected.',
    }),
    provider: nullable(Named),
    parent: nullable(Type.Integer(), 'The incident that it is a member of.'),
    members: Type.Integer({ description: 'How many incidents are members of it.' }),
    startedMs: Type.Number(),
    endedMs: nullable(Type.Number(), 'When service was back; null = it goes on.'),
    detectedMs: Type.Number({ description: 'When we knew.' }),
    resolvedMs: nullable(Type.Number()),
    flaps: Type.Integer({ description: 'How often it came back within the hold-down.' }),
    backupCarried: Type.Boolean({ description: 'A backup line carried the academy meanwhile.' }),
    maintenance: Type.Boolean({ description: 'It began within a planned maintenance.' }),
    acknowledged: nullable(Type.Object({ ...By, untilMs: nullable(Type.Number()) })),
    assignee: nullable(Type.String()),
    ticket: nullable(
      Type.Object({
        reference: Type.String(),
        url: nullable(Type.String()),
        atMs: nullable(Type.Number(), 'When it was entered.'),
      }),
    ),
    supplier: SupplierReport,
    faultClass: nullable(oneOf(faultClasses, '')),
    exclusion: nullable(Type.Object({ code: oneOf(exclusions, ''), reason: Type.String(), ...By })),
    mergedInto: nullable(Type.Integer()),
    backdated: Type.Boolean({ description: 'A person changed when it began or ended.' }),
    reopened: Type.Integer(),
    revision: Type.Integer({ description: 'Grows with what people do to it; not with notes.' }),
  },
  { $id: 'Incident' },
);
export type Incident = Static<typeof Incident>;

export const IncidentEntry = Type.Object(
  {
    seq: Type.Integer({ description: 'Within the incident, from 1.' }),
    atMs: Type.Number({ description: 'What it tells of.' }),
    madeMs: Type.Number({ description: 'When it was written.' }),
    actor: nullable(Type.String(), 'null = the watcher.'),
    kind: Type.String({
      description:
        'opened, evidence, state, flapped, failover, recovering, resolved, reopened, member, acknowledged, unacknowledged, ' +
        'assigned, note, ticket, reported, supplier, classified, excluded, included, merged, split, backdated, maintenance.',
    }),
    text: Type.String(),
    detail: Type.Record(Type.String(), Type.Unknown()),
  },
  { $id: 'IncidentEntry' },
);
export type IncidentEntry = Static<typeof IncidentEntry>;

export const IncidentList = Type.Object({
  nowMs: Type.Number(),
  incidents: Type.Array(Incident),
  next: nullable(Type.Integer(), 'Ask again with `before` = this for those before.'),
});
export type IncidentList = Static<typeof IncidentList>;

export const IncidentQuery = Type.Object(
  {
    state: Type.Optional(oneOf(['open', 'closed', 'all'], 'open: open and recovering ones. Without it, all.')),
    academy: Type.Optional(Id),
    circuit: Type.Optional(Id),
    provider: Type.Optional(Id),
    kind: Type.Optional(oneOf(incidentKinds, '')),
    from: Type.Optional(UnixMs('That went on at this time or later.')),
    to: Type.Optional(UnixMs('That began before.')),
    before: Type.Optional(incidentNumber),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  closed,
);
export type IncidentQuery = Static<typeof IncidentQuery>;

/** What a fix took, by one clock. */
export const FixClock = Type.Object(
  {
    startMs: nullable(Type.Number()),
    endMs: nullable(Type.Number(), 'null = it runs.'),
    stoppedMs: Type.Number({ description: 'How long it stood still, ms.' }),
    tookMs: nullable(Type.Number(), 'Within the hours of care, ms.'),
    limitMs: nullable(Type.Number(), 'What the contract allows for the class, ms; null = nothing.'),
    dueMs: nullable(Type.Number(), 'When it has to be fixed, Unix ms, as it stands.'),
    met: nullable(Type.Boolean(), 'null = it cannot be said yet.'),
    working: Type.Array(Type.String(), { description: 'How it was counted, a line a step.' }),
  },
  { $id: 'FixClock' },
);
export type FixClock = Static<typeof FixClock>;

export const IncidentDetail = Type.Object({
  nowMs: Type.Number(),
  incident: Incident,
  timeline: Type.Array(IncidentEntry),
  members: Type.Array(Incident),
  intervals: Type.Array(
    Type.Object({
      circuit: Type.String(),
      fromMs: Type.Number(),
      toMs: nullable(Type.Number()),
      state: Type.String(),
      cause: Type.String(),
      evidence: Type.Array(Type.Object({ atMs: Type.Number(), source: Type.String(), text: Type.String() })),
    }),
    { description: 'What its figures rest on: the state of its circuits around it.' },
  ),
  teachingHoursLost: nullable(Type.Number(), 'Hours; null = the academy has no calendar.'),
  fix: nullable(Type.Object({ ours: FixClock, suppliers: nullable(FixClock), differenceMs: nullable(Type.Number()) })),
});
export type IncidentDetail = Static<typeof IncidentDetail>;

const Revision = {
  revision: Type.Optional(Type.Integer({ description: 'As it was read; refused when it has changed since.' })),
};
const Reason = { reason: Words('Why; it stays in the timeline and the audit log.') };

/** One thing that a person does to an incident. */
export const IncidentAction = Type.Union([
  Type.Object(
    {
      action: Type.Literal('acknowledge'),
      untilMs: Type.Optional(nullable(UnixMs('Until.'))),
      note: Type.Optional(Words('Note.')),
      ...Revision,
    },
    closed,
  ),
  Type.Object({ action: Type.Literal('unacknowledge'), ...Revision }, closed),
  Type.Object({ action: Type.Literal('assign'), to: nullable(Line('Name of a person or team.')), ...Revision }, closed),
  Type.Object({ action: Type.Literal('note'), text: Words('Note.') }, closed),
  Type.Object(
    {
      action: Type.Literal('ticket'),
      reference: nullable(Line('Number in the helpdesk.')),
      url: Type.Optional(Type.String({ pattern: '^https?://[^\\s\\u0000-\\u001f\\u007f]+$', maxLength: 500 })),
      ...Revision,
    },
    closed,
  ),
  Type.Object(
    {
      action: Type.Literal('report'),
      reportedMs: UnixMs('When the supplier was told.'),
      how: Type.Optional(Line('How.')),
      by: Type.Optional(Line('By whom; the asker without it.')),
      reference: Type.Optional(Line("The supplier's reference.")),
      ...Revision,
    },
    closed,
  ),
  Type.Object(
    {
      action: Type.Literal('supplier'),
      startedMs: Type.Optional(nullable(UnixMs(''))),
      fixedMs: Type.Optional(nullable(UnixMs(''))),
      reference: Type.Optional(nullable(Line(''))),
      stops: Type.Optional(SupplierReport.properties.stops),
      ...Revision,
    },
    closed,
  ),
  Type.Object(
    {
      action: Type.Literal('classify'),
      faultClass: Type.Optional(nullable(oneOf(faultClasses, ''))),
      severity: Type.Optional(oneOf(severities, '')),
      ...Reason,
      ...Revision,
    },
    closed,
  ),
  Type.Object(
    {
      action: Type.Literal('exclude'),
      code: oneOf(exclusions, ''),
      fromMs: Type.Optional(UnixMs('Without it, from its beginning.')),
      toMs: Type.Optional(UnixMs('Without it, to its end.')),
      ...Reason,
      ...Revision,
    },
    closed,
  ),
  Type.Object({ action: Type.Literal('include'), ...Reason, ...Revision }, closed),
  Type.Object({ action: Type.Literal('merge'), into: incidentNumber, ...Reason, ...Revision }, closed),
  Type.Object(
    {
      action: Type.Literal('split'),
      members: Type.Array(incidentNumber, { minItems: 1, maxItems: 500, description: 'Those that leave it.' }),
      ...Reason,
      ...Revision,
    },
    closed,
  ),
  Type.Object({ action: Type.Literal('reopen'), ...Reason, ...Revision }, closed),
  Type.Object({ action: Type.Literal('resolve'), ...Reason, ...Revision }, closed),
  Type.Object(
    {
      action: Type.Literal('backdate'),
      startedMs: Type.Optional(UnixMs('')),
      endedMs: Type.Optional(UnixMs('')),
      ...Reason,
      ...Revision,
    },
    closed,
  ),
]);
export type IncidentAction = Static<typeof IncidentAction>;

/** Planned maintenance: one-off or recurring, entered before or after. `/api/v1/maintenance`. Times are Unix ms. */
import { type Static, Type } from 'typebox';
import { Line, UnixMs, Words, closed, nullable, oneOf } from './parts.ts';

export const maintenanceScopes = ['circuit', 'academy', 'site', 'provider', 'trust'] as const;

const MaintenanceScope = Type.Object(
  {
    kind: oneOf(maintenanceScopes, 'What it is for.'),
    id: Type.String({ maxLength: 64, description: 'Of the record; empty for the trust.' }),
  },
  closed,
);

const fields = {
  title: Line('What is done.'),
  scope: MaintenanceScope,
  startMs: UnixMs('Of the first, or only, occurrence.'),
  endMs: UnixMs('Of the first, or only, occurrence.'),
  rrule: nullable(
    Type.String({ maxLength: 500, description: 'RFC 5545 recurrence, e.g. FREQ=MONTHLY;BYDAY=2SU; from startMs on.' }),
  ),
  timeZone: nullable(Line('IANA name that the recurrence is in; Europe/London without it.')),
  notifiedMs: nullable(UnixMs('When the supplier gave notice.')),
  code: oneOf(['planned', 'emergency-works'], 'What time within it is excluded as.'),
  reference: nullable(Line("The supplier's reference.")),
  note: nullable(Words('Note.')),
};

export const MaintenanceBody = Type.Object(fields, closed);
export type MaintenanceBody = Static<typeof MaintenanceBody>;

export const Maintenance = Type.Object(
  {
    id: Type.Integer(),
    ...fields,
    scopeName: Type.String(),
    enteredMs: Type.Number(),
    by: Type.String(),
    cancelledMs: nullable(Type.Number(), 'From then on it has no further occurrences.'),
    revision: Type.Integer(),
  },
  { $id: 'Maintenance' },
);
export type Maintenance = Static<typeof Maintenance>;

/** One time that it takes place. */
export const MaintenanceOccurrence = Type.Object(
  {
    maintenance: Type.Integer(),
    title: Type.String(),
    scope: MaintenanceScope,
    scopeName: Type.String(),
    fromMs: Type.Number(),
    toMs: Type.Number(),
    circuits: Type.Integer({ description: 'How many it covers.' }),
    after: Type.Boolean({ description: 'It was entered after it began.' }),
    notice: Type.Array(
      Type.Object({
        contract: Type.String(),
        name: Type.String(),
        neededHours: nullable(Type.Number()),
        givenHours: nullable(Type.Number(), 'null = no notice was noted.'),
        ok: nullable(Type.Boolean(), 'null = the contract asks for none.'),
        outsideWindow: Type.Boolean({ description: "It is, in part, outside of the contract's window." }),
        text: Type.String(),
      }),
      { description: 'By contract: whether the notice was enough. Time without enough notice is not excused.' },
    ),
    overruns: Type.Array(
      Type.Object({
        circuit: Type.String(),
        name: Type.String(),
        fromMs: Type.Number(),
        toMs: nullable(Type.Number()),
      }),
      { description: 'Down beyond its end, of circuits that went down within it: outage, not maintenance.' },
    ),
  },
  { $id: 'MaintenanceOccurrence' },
);
export type MaintenanceOccurrence = Static<typeof MaintenanceOccurrence>;

export const MaintenanceList = Type.Object({ nowMs: Type.Number(), maintenances: Type.Array(Maintenance) });
export type MaintenanceList = Static<typeof MaintenanceList>;
export const OccurrenceQuery = Type.Object(
  { from: UnixMs('From.'), to: UnixMs('To; at most 400 days later.') },
  closed,
);
export const OccurrenceList = Type.Object({ nowMs: Type.Number(), occurrences: Type.Array(MaintenanceOccurrence) });
export type OccurrenceList = Static<typeof OccurrenceList>;

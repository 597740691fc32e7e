/** Silences: what is not told for a while. `/api/v1/alerts/silences`. Times are Unix ms. */
import { type Static, Type } from 'typebox';
import { Line, UnixMs, Words, closed, nullable, oneOf } from '../watch/parts.ts';
import { Matchers } from './match.ts';

const fields = {
  matchers: Matchers(1),
  startMs: UnixMs('Of the first, or only, occurrence.'),
  endMs: UnixMs('Of the first, or only, occurrence.'),
  rrule: nullable(Type.String({ maxLength: 500, description: 'RFC 5545 recurrence, from startMs on.' })),
  timeZone: nullable(Line('IANA name that the recurrence is in; Europe/London without it.')),
  comment: Words('Why.'),
};

export const SilenceBody = Type.Object({ ...fields, revision: Type.Optional(Type.Integer()) }, closed);
export type SilenceBody = Static<typeof SilenceBody>;

export const Silence = Type.Object(
  {
    id: Type.Integer(),
    ...fields,
    state: oneOf(['pending', 'active', 'expired'], ''),
    occurrences: Type.Array(Type.Object({ fromMs: Type.Number(), toMs: Type.Number() }), {
      description: 'In the time asked for, at most 200.',
    }),
    silenced: Type.Integer({ description: 'How many alerts that fire now it covers.' }),
    by: Type.String(),
    madeMs: Type.Number(),
    endedMs: nullable(Type.Number(), 'When somebody ended it.'),
    revision: Type.Integer(),
  },
  { $id: 'Silence' },
);
export type Silence = Static<typeof Silence>;
export const SilenceQuery = Type.Object(
  { from: Type.Optional(UnixMs('From.')), to: Type.Optional(UnixMs('To; at most 400 days later.')) },
  closed,
);
export type SilenceQuery = Static<typeof SilenceQuery>;
export const SilenceList = Type.Object({ nowMs: Type.Number(), silences: Type.Array(Silence) });
export type SilenceList = Static<typeof SilenceList>;

/** Alerts that fire now. `/api/v1/alerts`. */
export const AlertNow = Type.Object(
  {
    key: Type.String(),
    rule: Type.String(),
    title: Type.String(),
    severity: Type.String(),
    labels: Type.Record(Type.String(), Type.String()),
    startedMs: Type.Number(),
    incident: nullable(Type.Integer()),
    quiet: nullable(Type.String(), 'Why nobody is told of it: silenced, part of another, in maintenance.'),
    told: Type.Array(
      Type.Object({
        subscription: Type.String(),
        name: Type.String(),
        ticket: nullable(Type.String()),
        url: nullable(Type.String()),
        waiting: Type.Boolean({ description: 'Nothing of it has reached the receiver yet.' }),
      }),
      {
        description: 'Who was told.',
      },
    ),
  },
  { $id: 'AlertNow' },
);
export type AlertNow = Static<typeof AlertNow>;
export const AlertNowList = Type.Object({ nowMs: Type.Number(), alerts: Type.Array(AlertNow) });
export type AlertNowList = Static<typeof AlertNowList>;

/** The state of the lines now: `line` of academies and circuits. Times are Unix ms. */
import { type Static, Type } from 'typebox';
import { nullable, oneOf } from './parts.ts';

export const lineStates = ['up', 'degraded', 'down', 'unknown'] as const;
export const LineState = oneOf(lineStates, 'unknown: it could not be seen; neither up nor down.');
export type LineState = Static<typeof LineState>;

export const CircuitLine = Type.Object(
  {
    state: nullable(LineState, 'null = nothing has been told of it yet.'),
    cause: Type.String({
      description: 'link, admin, path, probe, silent, quality, collector, unseen, corrected or none.',
    }),
    sinceMs: nullable(Type.Number()),
    maintenance: Type.Boolean({ description: 'A planned maintenance covers it now.' }),
    incident: nullable(Type.Integer(), 'Number of its open incident.'),
  },
  { $id: 'CircuitLine' },
);
export type CircuitLine = Static<typeof CircuitLine>;

/** An academy is up while any of its lines is, degraded when one of them is down or degraded, down when all are. */
export const AcademyLine = Type.Object(
  {
    state: nullable(LineState, 'null = it has no circuit of which anything is known.'),
    sinceMs: nullable(Type.Number(), 'Of the state.'),
    circuits: Type.Integer({ description: 'How many it has now.' }),
    down: Type.Integer(),
    onBackup: Type.Boolean({ description: 'Every primary line is down and a backup line is up.' }),
    maintenance: Type.Boolean(),
    incidents: Type.Integer({ description: 'Open ones.' }),
  },
  { $id: 'AcademyLine' },
);
export type AcademyLine = Static<typeof AcademyLine>;

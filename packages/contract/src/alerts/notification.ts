/** What is told of a problem, whatever the format that it is sent in. Times are Unix ms. */
import { type Static, Type } from 'typebox';
import { severities } from '../watch/incidents.ts';
import { Named, nullable, oneOf } from '../watch/parts.ts';

/**
 * What made a notification. `reminder`: nothing changed, and the time to repeat has come. `reopened`: back within the time in
 * which the same ticket is used again.
 */
export const notificationEvents = [
  'opened',
  'updated',
  'acknowledged',
  'note',
  'reminder',
  'resolved',
  'reopened',
  'test',
] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

const Contact = Type.Object({
  name: Type.String(),
  phone: nullable(Type.String()),
  email: nullable(Type.String()),
  hours: nullable(Type.String()),
});

/** One alert, with what whoever picks it up needs to know. */
export const NotifiedAlert = Type.Object(
  {
    key: Type.String({ description: 'Names the alert for ever.' }),
    rule: Type.String({ description: 'Kind of the rule that fired.' }),
    title: Type.String(),
    text: Type.String({ description: 'What is the matter, in a sentence or some.' }),
    severity: oneOf(severities, ''),
    status: oneOf(['firing', 'resolved'], ''),
    startedMs: Type.Number(),
    endedMs: nullable(Type.Number()),
    incident: nullable(Type.Integer(), 'Number of its incident.'),
    labels: Type.Record(Type.String(), Type.String(), { description: 'What it is grouped, matched and silenced by.' }),
    academy: nullable(Type.Object({ id: Type.String(), name: Type.String(), pupils: nullable(Type.Integer()) })),
    site: nullable(
      Type.Object({
        name: Type.String(),
        postcode: nullable(Type.String()),
        accessHours: nullable(Type.String()),
        contact: nullable(Contact),
      }),
    ),
    circuit: nullable(
      Type.Object({ id: Type.String(), name: Type.String(), reference: nullable(Type.String(), "The supplier's.") }),
    ),
    supplier: nullable(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        faultLine: nullable(Type.String()),
        faultEmail: nullable(Type.String()),
        portal: nullable(Type.String()),
      }),
    ),
    tested: Type.Array(Type.String(), { description: 'What was tried, and what came of it.' }),
    evidence: Type.Array(Type.Object({ atMs: Type.Number(), source: Type.String(), text: Type.String() })),
    fixDueMs: nullable(Type.Number(), 'When the contract wants it fixed.'),
    members: Type.Integer({ description: 'How many incidents are part of its incident.' }),
    url: nullable(Type.String(), 'Its page.'),
  },
  { $id: 'NotifiedAlert' },
);
export type NotifiedAlert = Static<typeof NotifiedAlert>;

export const Notification = Type.Object(
  {
    id: Type.String({ description: 'The same over all attempts; another for each notification.' }),
    event: oneOf(notificationEvents, 'What made it.'),
    atMs: Type.Number({ description: 'When what it tells of happened.' }),
    trust: Named,
    subscription: Type.String({ description: 'Id of the subscription.' }),
    group: Type.Object({
      id: Type.Integer(),
      key: Type.String({ description: 'Names the problem at the receiver: the same from its opening to its end.' }),
      labels: Type.Record(Type.String(), Type.String(), { description: 'What its alerts have in common by grouping.' }),
    }),
    sequence: Type.Integer({ description: 'Within the group, from 1, without gaps.' }),
    status: oneOf(['firing', 'resolved'], 'resolved: none of its alerts fires.'),
    severity: oneOf(severities, 'The gravest of those that fire; of a resolved group, the gravest that it had.'),
    title: Type.String(),
    summary: Type.String({ description: 'Some sentences for people: what, where, since when, what to do.' }),
    startedMs: Type.Number(),
    endedMs: nullable(Type.Number()),
    firing: Type.Integer({ description: 'How many alerts fire.' }),
    resolved: Type.Integer(),
    academies: Type.Array(Type.String(), { description: 'Names of those affected, at most 100.' }),
    alerts: Type.Array(NotifiedAlert, { description: 'Gravest first, at most 50.' }),
    note: nullable(Type.Object({ by: Type.String(), text: Type.String() }), 'Of a person.'),
    url: nullable(Type.String(), 'The page of the problem.'),
  },
  { $id: 'Notification' },
);
export type Notification = Static<typeof Notification>;

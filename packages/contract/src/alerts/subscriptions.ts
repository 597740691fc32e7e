/** Subscriptions: who is told of what, how. `/api/v1/alerts/subscriptions`. */
import { type Static, Type } from 'typebox';
import { severities } from '../watch/incidents.ts';
import { Id, Line, UnixMs, closed, nullable, oneOf } from '../watch/parts.ts';
import { formatNames } from './formats.ts';
import { Matchers, labelNames } from './match.ts';
import { ruleKindNames } from './rules.ts';

const whole = (minimum: number, maximum: number, value: number, description: string) =>
  Type.Integer({ minimum, maximum, default: value, description });

const fields = {
  name: Line('Name.'),
  enabled: Type.Boolean(),
  format: oneOf(formatNames, 'What it speaks.'),
  settings: Type.Record(Type.String({ maxLength: 40 }), Type.Unknown(), {
    maxProperties: 40,
    description: 'Of the format, by its schema.',
  }),
  match: Type.Object(
    {
      atLeast: oneOf(severities, 'Only what is as grave as this, or graver.'),
      rules: Type.Array(oneOf(ruleKindNames, ''), {
        maxItems: ruleKindNames.length,
        description: 'Only of these; empty: all.',
      }),
      matchers: Matchers(0),
    },
    closed,
  ),
  group: Type.Object(
    {
      by: Type.Array(oneOf(labelNames, ''), {
        maxItems: 6,
        uniqueItems: true,
        description: 'Alerts that agree in these are one ticket. Empty: all of them are one.',
      }),
      waitSeconds: whole(0, 3600, 30, 'Gathers so long before the first word. Of critical ones, it does not wait.'),
      intervalSeconds: whole(
        0,
        86_400,
        300,
        'Least between two words of the same group; 0: each change is one of its own.',
      ),
      repeatHours: whole(0, 168, 0, 'Says it again while it lasts; 0: never.'),
    },
    closed,
  ),
  sendResolved: Type.Boolean({ description: 'Tell that it is over.' }),
  reopenMinutes: whole(0, 10_080, 30, 'Back within so long, the same ticket is opened again.'),
  escalateMinutes: whole(0, 10_080, 0, 'Only what has lasted so long and nobody has acknowledged.'),
  hours: nullable(
    Type.Object(
      {
        weekdays: Type.Array(oneOf(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], ''), {
          minItems: 1,
          maxItems: 7,
          uniqueItems: true,
        }),
        from: Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }),
        to: Type.String({ pattern: '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$' }),
      },
      closed,
    ),
    'When it is sent, Europe/London; null: always. Critical ones are always sent; the others wait.',
  ),
  perMinute: whole(1, 6000, 600, 'Most requests a minute.'),
  timeoutSeconds: whole(1, 30, 15, 'How long an answer may take.'),
};

export const SubscriptionBody = Type.Object(
  {
    ...fields,
    secrets: Type.Optional(
      Type.Record(Type.String({ maxLength: 40 }), nullable(Type.String({ minLength: 1, maxLength: 4000 })), {
        maxProperties: 10,
        description: 'Written and never read. Left out: it stays as it is; null: it is removed.',
      }),
    ),
    revision: Type.Optional(Type.Integer({ description: 'As it was read; refused when it has changed since.' })),
  },
  closed,
);
export type SubscriptionBody = Static<typeof SubscriptionBody>;

/** `closed`: all is well. `open`: it fails, and is not asked for a while. `half-open`: it is being tried. */
export const breakerStates = ['closed', 'open', 'half-open'] as const;

export const Subscription = Type.Object(
  {
    id: Id,
    ...fields,
    secrets: Type.Array(Type.String(), { description: 'Names of those that are kept.' }),
    disabled: nullable(
      Type.Object({ reason: Type.String(), atMs: Type.Number() }),
      'Switched off by itself: the receiver said that it is gone (410).',
    ),
    delivery: Type.Object({
      breaker: oneOf(breakerStates, ''),
      failingSinceMs: nullable(Type.Number()),
      lastError: nullable(Type.String()),
      lastDeliveredMs: nullable(Type.Number()),
      pending: Type.Integer({ description: 'Deliveries that wait.' }),
      dead: Type.Integer({ description: 'Deliveries that were given up and can be replayed.' }),
    }),
    inbound: Type.Object(
      { url: Type.String(), secret: Type.Boolean() },
      { description: 'Where the receiver may acknowledge or add a note, signed; secret: one is set.' },
    ),
    revision: Type.Integer(),
    by: Type.String(),
  },
  { $id: 'Subscription' },
);
export type Subscription = Static<typeof Subscription>;
export const SubscriptionList = Type.Object({ nowMs: Type.Number(), subscriptions: Type.Array(Subscription) });
export type SubscriptionList = Static<typeof SubscriptionList>;

/** The secret is shown once. For `signing` two are live while it is rotated. */
export const RotatedSecret = Type.Object({ secret: Type.String(), previousUntilMs: nullable(Type.Number()) });
export type RotatedSecret = Static<typeof RotatedSecret>;
export const RotateBody = Type.Object(
  {
    which: oneOf(['signing', 'inbound'], 'What we sign with, or what the receiver signs with.'),
    keepHours: whole(0, 168, 24, 'How long the one before stays live.'),
  },
  closed,
);
export type RotateBody = Static<typeof RotateBody>;

/** What went over the wire; secrets are hidden. */
export const Exchange = Type.Object(
  {
    atMs: Type.Number(),
    tookMs: Type.Number(),
    request: Type.Object({
      method: Type.String(),
      url: Type.String(),
      headers: Type.Record(Type.String(), Type.String()),
      body: Type.String(),
    }),
    answer: nullable(
      Type.Object({ status: Type.Integer(), headers: Type.Record(Type.String(), Type.String()), body: Type.String() }),
      'Null: none came.',
    ),
    error: nullable(Type.String(), 'What went wrong, in words.'),
  },
  { $id: 'Exchange' },
);
export type Exchange = Static<typeof Exchange>;

/** Sends an example to a subscription, kept or as it would be kept. */
export const TestBody = Type.Object(
  {
    id: Type.Optional(Id),
    subscription: SubscriptionBody,
    event: Type.Optional(oneOf(['opened', 'resolved'], '')),
  },
  closed,
);
export type TestBody = Static<typeof TestBody>;
/** `preview`: what would be sent, without sending. */
export const TestResult = Type.Object({
  ok: Type.Boolean(),
  words: Type.String({ description: 'What came of it.' }),
  exchanges: Type.Array(Exchange),
});
export type TestResult = Static<typeof TestResult>;

export const deliveryStates = ['pending', 'delivered', 'dead', 'cancelled'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export const Delivery = Type.Object(
  {
    id: Type.Integer(),
    message: Type.String({ description: 'The id that the receiver sees, the same over all attempts.' }),
    subscription: Id,
    subscriptionName: Type.String(),
    format: oneOf(formatNames, ''),
    group: Type.Integer(),
    sequence: Type.Integer(),
    event: Type.String(),
    title: Type.String(),
    severity: oneOf(severities, ''),
    incident: nullable(Type.Integer()),
    state: oneOf(deliveryStates, ''),
    attempts: Type.Integer(),
    madeMs: Type.Number(),
    nextMs: nullable(Type.Number(), 'When it is tried (again).'),
    doneMs: nullable(Type.Number()),
    error: nullable(Type.String()),
    ticket: nullable(Type.Object({ reference: Type.String(), url: nullable(Type.String()) })),
  },
  { $id: 'Delivery' },
);
export type Delivery = Static<typeof Delivery>;
export const DeliveryQuery = Type.Object(
  {
    subscription: Type.Optional(Id),
    state: Type.Optional(oneOf(deliveryStates, '')),
    incident: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    q: Type.Optional(Type.String({ maxLength: 200, description: 'Words in its title, error, ticket or message id.' })),
    before: Type.Optional(Type.Integer({ minimum: 1 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  closed,
);
export type DeliveryQuery = Static<typeof DeliveryQuery>;
export const DeliveryList = Type.Object({
  nowMs: Type.Number(),
  deliveries: Type.Array(Delivery),
  next: nullable(Type.Integer(), 'Ask again with `before` = this for those before.'),
});
export type DeliveryList = Static<typeof DeliveryList>;
export const DeliveryDetail = Type.Object({
  nowMs: Type.Number(),
  delivery: Delivery,
  notification: Type.Unknown({ description: 'A Notification.' }),
  exchanges: Type.Array(Exchange),
});
export type DeliveryDetail = Static<typeof DeliveryDetail>;
export const ReplayBody = Type.Object(
  {
    deliveries: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 1000 })),
    subscription: Type.Optional(Id),
    sinceMs: Type.Optional(UnixMs('With a subscription: all that were given up since.')),
  },
  closed,
);
export type ReplayBody = Static<typeof ReplayBody>;
export const Replayed = Type.Object({ replayed: Type.Integer() });
export type Replayed = Static<typeof Replayed>;

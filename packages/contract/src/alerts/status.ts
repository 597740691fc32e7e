/** Status pages: what the public may know of an academy, when the academy wants it. Nothing of suppliers, addresses or people. */
import { type Static, Type } from 'typebox';
import { Line, closed, nullable, oneOf } from '../watch/parts.ts';

export const StatusPageBody = Type.Object(
  {
    enabled: Type.Boolean(),
    title: nullable(Line('Heading; the name of the academy without it.')),
    message: nullable(
      Type.String({ maxLength: 1000, pattern: '^[^\\u0000]*$', description: 'A word of the academy’s own.' }),
    ),
  },
  closed,
);
export type StatusPageBody = Static<typeof StatusPageBody>;
export const StatusPage = Type.Object(
  {
    academy: Type.String(),
    academyName: Type.String(),
    ...StatusPageBody.properties,
    path: nullable(Type.String({ description: 'Of the page: it cannot be guessed.' })),
  },
  { $id: 'StatusPage' },
);
export type StatusPage = Static<typeof StatusPage>;
export const StatusPageList = Type.Object({ nowMs: Type.Number(), pages: Type.Array(StatusPage) });
export type StatusPageList = Static<typeof StatusPageList>;

/** What the public page is made of. */
export const PublicStatus = Type.Object({
  title: Type.String(),
  message: nullable(Type.String()),
  nowMs: Type.Number(),
  seenMs: nullable(Type.Number(), 'Up to when we know.'),
  state: oneOf(['working', 'disturbed', 'down', 'unknown'], ''),
  sinceMs: nullable(Type.Number()),
  planned: Type.Array(Type.Object({ fromMs: Type.Number(), toMs: Type.Number() }), {
    description: 'Planned work of the next 14 days.',
  }),
  past: Type.Array(
    Type.Object({ fromMs: Type.Number(), toMs: nullable(Type.Number()), state: oneOf(['disturbed', 'down'], '') }),
    {
      description: 'Of the last 90 days, newest first.',
    },
  ),
});
export type PublicStatus = Static<typeof PublicStatus>;

/** What a helpdesk may say, signed by Standard Webhooks. `POST /api/v1/hooks/:id`. */
export const InboundHook = Type.Object(
  {
    type: oneOf(['incident.acknowledge', 'incident.note', 'ticket.update'], ''),
    timestamp: Type.Optional(Type.String({ maxLength: 64 })),
    data: Type.Object(
      {
        incident: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
        group: Type.Optional(Type.String({ maxLength: 200, description: 'Key of the group, as it was sent.' })),
        by: Type.Optional(Line('Who.')),
        text: Type.Optional(Type.String({ maxLength: 4000, pattern: '^[^\\u0000]*$' })),
        untilMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 8_640_000_000_000 })),
        reference: Type.Optional(Line('Number of the ticket.')),
        url: Type.Optional(Type.String({ maxLength: 500, pattern: '^https?://[^\\s\\u0000-\\u001f\\u007f]+$' })),
      },
      closed,
    ),
  },
  closed,
);
export type InboundHook = Static<typeof InboundHook>;

export const HookAnswer = Type.Object({
  taken: Type.Boolean({ description: 'False: a message with this id was taken before; it had its effect then.' }),
});
export type HookAnswer = Static<typeof HookAnswer>;

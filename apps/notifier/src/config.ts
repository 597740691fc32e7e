/** Settings of the notifier. */
import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;
const whole = (minimum: number, maximum: number, value: number, description: string) =>
  Type.Integer({ minimum, maximum, default: value, description });

export const NotifierConfig = Type.Object(
  {
    retrySeconds: Type.Array(Type.Number({ minimum: 0.05, maximum: 604_800 }), {
      minItems: 1,
      maxItems: 30,
      default: [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
      description: 'Pauses between attempts, each with up to a tenth more or less; after the last it is given up.',
    }),
    breaker: Type.Object(
      {
        failures: whole(1, 100, 5, 'So many failures in a row, and a receiver is left alone'),
        seconds: Type.Number({ minimum: 0.05, maximum: 86_400, default: 30, description: 'for so long at first,' }),
        mostSeconds: Type.Number({ minimum: 0.05, maximum: 86_400, default: 600, description: 'and at most so long.' }),
      },
      { ...closed, default: {} },
    ),
    concurrency: whole(1, 64, 4, 'Requests at once to one receiver.'),
    allowNetworks: Type.Array(Type.String({ maxLength: 64 }), {
      maxItems: 100,
      default: [],
      description:
        'Private networks (CIDR) that may be told of alerts. Others that are not public are never asked: loopback, private, link-local.',
    }),
    allowHttp: Type.Boolean({
      default: false,
      description: 'Whether receivers outside of `allowNetworks` may be asked without TLS.',
    }),
    publicUrl: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s\\u0000-\\u001f\\u007f]+$',
        maxLength: 500,
        description:
          'Where people reach the dashboard: what links begin with; `api.url` without it. Without either, tickets have none.',
      }),
    ),
    smtp: Type.Optional(
      Type.Object(
        {
          host: Type.String({ minLength: 1, maxLength: 253 }),
          port: whole(1, 65_535, 587, ''),
          tls: Type.Union([Type.Literal('starttls'), Type.Literal('tls'), Type.Literal('none')], {
            default: 'starttls',
            description: 'starttls: refused where the server does not offer it. none: only for a server beside us.',
          }),
          user: Type.Optional(Type.String({ maxLength: 254 })),
          password: Type.Optional(Type.String({ maxLength: 1000 })),
          from: Type.String({ maxLength: 254, description: 'Address that mails come from.' }),
        },
        closed,
      ),
    ),
    statusDirectory: Type.Optional(
      Type.String({
        maxLength: 1000,
        description: 'Directory that public status pages are written to, for a web server elsewhere.',
      }),
    ),
    everySeconds: whole(5, 3600, 60, 'How often the rules that are no incidents are looked at.'),
    keepDays: Type.Object(
      {
        exchanges: whole(1, 3650, 30, 'How long requests and answers are kept.'),
        deliveries: whole(1, 3650, 400, 'How long deliveries are.'),
      },
      { ...closed, default: {} },
    ),
    healthUrls: Type.Array(Type.String({ pattern: '^http://[^\\s]+$', maxLength: 500 }), {
      maxItems: 50,
      default: [],
      description: 'Health addresses of parts elsewhere; those of this machine are known.',
    }),
  },
  { ...closed, default: {} },
);
export type NotifierConfig = Static<typeof NotifierConfig>;

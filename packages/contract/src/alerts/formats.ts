/** Formats: what each receiver needs to be told, and its settings. One schema each: what the API takes, what a form shows. */
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import { closed } from '../watch/parts.ts';

const text = (title: string, more: object = {}) =>
  Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000-\\u001f\\u007f]*$', title, ...more });
const address = (title: string, more: object = {}) =>
  Type.String({ pattern: '^https?://[^\\s\\u0000-\\u001f\\u007f]+$', maxLength: 2000, title, ...more });
const template = (title: string, more: object = {}) =>
  Type.String({ maxLength: 20_000, pattern: '^[^\\u0000]*$', title, multiline: true, ...more });
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
/** What the receiver insists on: names of its fields, and templates (Liquid) of what they are to hold. */
const Fields = Type.Array(
  Type.Object(
    { name: text('Field', { maxLength: 200 }), value: template('Value', { maxLength: 4000, multiline: false }) },
    closed,
  ),
  { maxItems: 50, title: 'Further fields', description: 'By the receiver’s names; the value is a template.' },
);
const Headers = Type.Array(
  Type.Object(
    {
      name: Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$", title: 'Header' }),
      value: text('Value', { maxLength: 2000 }),
    },
    closed,
  ),
  { maxItems: 20, title: 'Headers' },
);
const To = <T extends TSchema>(title: string, schema: T) => Type.Array(schema, { minItems: 1, maxItems: 50, title });
const Method = (title: string, more: object = {}) =>
  Type.Union([Type.Literal('POST'), Type.Literal('PUT'), Type.Literal('PATCH')], { title, ...more });

interface FormatInfo {
  readonly title: string;
  readonly about: string;
  readonly settings: TObject;
  /** Kept sealed, never read again. `needed`: without it nothing can be sent. */
  readonly secrets: Readonly<Record<string, { readonly title: string; readonly needed: boolean }>>;
  /** Grouping that it begins with: a stream of all changes, or tickets. */
  readonly stream: boolean;
  /** The receiver keeps a ticket, with an id. */
  readonly ticket: boolean;
}

export const formats = {
  webhook: {
    title: 'Standard Webhooks',
    about: 'Signed JSON by the Standard Webhooks specification 1.0.0. Every change is a message of its own.',
    settings: Type.Object({ url: address('Address'), headers: optional(Headers) }, closed),
    secrets: { signing: { title: 'Signing secret (whsec_…)', needed: true } },
    stream: true,
    ticket: false,
  },
  pagerduty: {
    title: 'PagerDuty',
    about: 'Events API v2.',
    settings: Type.Object(
      { url: optional(address('Address', { description: 'https://events.pagerduty.com/v2/enqueue without it.' })) },
      closed,
    ),
    secrets: { routingKey: { title: 'Integration (routing) key', needed: true } },
    stream: false,
    ticket: false,
  },
  'servicenow-incident': {
    title: 'ServiceNow incidents',
    about: 'Table API; found again by correlation_id.',
    settings: Type.Object(
      {
        url: address('Instance', { description: 'https://….service-now.com' }),
        user: optional(text('User', { description: 'Basic sign-in.' })),
        clientId: optional(text('OAuth client id', { description: 'OAuth 2.0 client credentials instead of a user.' })),
        callerId: optional(text('Caller (caller_id)')),
        assignmentGroup: optional(text('Assignment group')),
        resolvedState: optional(text('State when resolved', { description: '6 without it.' })),
        openState: optional(text('State when opened again', { description: '2 without it.' })),
        closeCode: optional(text('Close code', { description: '"Resolved by caller" without it.' })),
        fields: optional(Fields),
      },
      closed,
    ),
    secrets: {
      password: { title: 'Password', needed: false },
      clientSecret: { title: 'OAuth client secret', needed: false },
    },
    stream: false,
    ticket: true,
  },
  'servicenow-event': {
    title: 'ServiceNow events',
    about: 'Event Management (em/jsonv2).',
    settings: Type.Object(
      {
        url: address('Instance'),
        user: text('User'),
        source: optional(text('Source', { description: 'Linewatch without it.' })),
      },
      closed,
    ),
    secrets: { password: { title: 'Password', needed: true } },
    stream: false,
    ticket: false,
  },
  'jsm-request': {
    title: 'Jira Service Management requests',
    about: 'Service desk requests; closed and opened again by transitions.',
    settings: Type.Object(
      {
        url: address('Site', { description: 'https://….atlassian.net' }),
        email: text('Account e-mail'),
        serviceDeskId: text('Service desk id'),
        requestTypeId: text('Request type id'),
        closeTransition: optional(
          text('Transition that resolves', { description: 'By name; "Resolve this issue" without it.' }),
        ),
        reopenTransition: optional(
          text('Transition that opens again', { description: 'By name; "Reopen" without it.' }),
        ),
        fields: optional(Fields),
      },
      closed,
    ),
    secrets: { token: { title: 'API token', needed: true } },
    stream: false,
    ticket: true,
  },
  'jsm-alert': {
    title: 'Jira Service Management alerts',
    about: 'Alerts of JSM operations (formerly Opsgenie), by alias.',
    settings: Type.Object(
      {
        url: optional(address('Address', { description: 'https://api.atlassian.com/jsm/ops/integration without it.' })),
        tags: optional(Type.Array(text('Tag', { maxLength: 50 }), { maxItems: 20, title: 'Tags' })),
      },
      closed,
    ),
    secrets: { apiKey: { title: 'Integration API key', needed: true } },
    stream: false,
    ticket: false,
  },
  freshservice: {
    title: 'Freshservice',
    about: 'Tickets; the id is kept, and ours is in the ticket.',
    settings: Type.Object(
      {
        url: address('Site', { description: 'https://….freshservice.com' }),
        email: text('Requester e-mail'),
        groupId: optional(Type.Integer({ minimum: 1, title: 'Agent group id' })),
        departmentId: optional(Type.Integer({ minimum: 1, title: 'Department id' })),
        fields: optional(Fields),
      },
      closed,
    ),
    secrets: { apiKey: { title: 'API key', needed: true } },
    stream: false,
    ticket: true,
  },
  zendesk: {
    title: 'Zendesk',
    about: 'Tickets, found again by external_id.',
    settings: Type.Object(
      {
        url: address('Site', { description: 'https://….zendesk.com' }),
        email: text('Account e-mail'),
        groupId: optional(Type.Integer({ minimum: 1, title: 'Group id' })),
        fields: optional(Fields),
      },
      closed,
    ),
    secrets: { token: { title: 'API token', needed: true } },
    stream: false,
    ticket: true,
  },
  haloitsm: {
    title: 'HaloITSM',
    about: 'Tickets, by OAuth 2.0 client credentials.',
    settings: Type.Object(
      {
        url: address('Site', { description: 'https://….haloitsm.com' }),
        authUrl: optional(address('Sign-in address', { description: 'The site with /auth without it.' })),
        tenant: optional(text('Tenant')),
        clientId: text('Client id'),
        ticketTypeId: Type.Integer({ minimum: 1, title: 'Ticket type id' }),
        closedStatusId: optional(
          Type.Integer({ minimum: 1, title: 'Status id when resolved', description: '9 without it.' }),
        ),
        openStatusId: optional(
          Type.Integer({ minimum: 1, title: 'Status id when opened again', description: '2 without it.' }),
        ),
        fields: optional(Fields),
      },
      closed,
    ),
    secrets: { clientSecret: { title: 'Client secret', needed: true } },
    stream: false,
    ticket: true,
  },
  teams: {
    title: 'Microsoft Teams',
    about: 'An adaptive card to a workflow ("when a Teams webhook request is received"). The address is a secret.',
    settings: Type.Object({}, closed),
    secrets: { url: { title: 'Address of the workflow', needed: true } },
    stream: false,
    ticket: false,
  },
  alertmanager: {
    title: 'Alertmanager webhook',
    about: 'Body of version 4, as Prometheus Alertmanager sends to its webhook receivers.',
    settings: Type.Object({ url: address('Address'), headers: optional(Headers) }, closed),
    secrets: { bearer: { title: 'Bearer token', needed: false } },
    stream: false,
    ticket: false,
  },
  email: {
    title: 'E-mail',
    about: 'By the SMTP server of the configuration.',
    settings: Type.Object(
      {
        to: To(
          'To',
          Type.String({
            maxLength: 254,
            pattern: '^[^@\\s\\u0000-\\u001f<>,;]+@[^@\\s\\u0000-\\u001f<>,;]+$',
            title: 'Address',
          }),
        ),
        prefix: optional(text('Subject begins with', { maxLength: 50 })),
      },
      closed,
    ),
    secrets: {},
    stream: false,
    ticket: false,
  },
  sms: {
    title: 'SMS by a gateway',
    about: 'One request a number to any gateway with an HTTP API.',
    settings: Type.Object(
      {
        url: address('Address'),
        to: To('Numbers', Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$', title: 'Number (E.164)' })),
        contentType: optional(text('Content type', { description: 'application/json without it.' })),
        headers: optional(Headers),
        body: template('Body', {
          description: 'Template (Liquid) with {{ to }} and {{ text }}; {{ secret }} is the secret.',
        }),
        atMost: optional(
          Type.Integer({
            minimum: 70,
            maximum: 1600,
            title: 'Most characters',
            description: '306 without it: two parts.',
          }),
        ),
      },
      closed,
    ),
    secrets: { secret: { title: 'Secret of the gateway', needed: false } },
    stream: false,
    ticket: false,
  },
  template: {
    title: 'Own template',
    about: 'Any HTTP API: what is sent is written by you.',
    settings: Type.Object(
      {
        url: template('Address', {
          maxLength: 2000,
          multiline: false,
          description: 'Template; {{ ticket.id }} once it is known.',
        }),
        method: optional(Method('Method', { description: 'POST without it.' })),
        contentType: optional(text('Content type', { description: 'application/json without it.' })),
        headers: optional(Headers),
        body: template('Body when it opens or changes'),
        updateUrl: optional(template('Address of changes', { maxLength: 2000, multiline: false })),
        updateMethod: optional(Method('Method of changes')),
        resolvedBody: optional(template('Body when it is over', { description: 'The same without it.' })),
        ticketIdAt: optional(
          text('Where the answer has the ticket’s id', { description: 'JSON pointer (RFC 6901), e.g. /result/id' }),
        ),
        ticketUrl: optional(template('Address of the ticket', { maxLength: 2000, multiline: false })),
      },
      closed,
    ),
    secrets: { secret: { title: 'Secret, as {{ secret }}', needed: false } },
    stream: false,
    ticket: true,
  },
  heartbeat: {
    title: 'Heartbeat',
    about: 'A request as long as all is well: a service outside notices when it stops.',
    settings: Type.Object(
      {
        url: address('Address'),
        everySeconds: optional(
          Type.Integer({ minimum: 30, maximum: 3600, default: 60, title: 'Every', unit: 'seconds' }),
        ),
      },
      closed,
    ),
    secrets: {},
    stream: false,
    ticket: false,
  },
} as const satisfies Record<string, FormatInfo>;

export type FormatName = keyof typeof formats;
export const formatNames = Object.keys(formats) as readonly FormatName[];
export type FormatSettings<F extends FormatName> = Static<(typeof formats)[F]['settings']>;

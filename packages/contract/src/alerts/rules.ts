/** Rules: what makes an alert. `/api/v1/alerts/rules`. Each kind has a default that is on; it can be changed and added to. */
import { type Static, type TObject, Type } from 'typebox';
import { severities } from '../watch/incidents.ts';
import { Id, Line, Month, closed, nullable, oneOf } from '../watch/parts.ts';

const percent = (value: number, title: string) =>
  Type.Number({ minimum: 0, maximum: 1000, default: value, title, unit: '%' });
const minutes = (value: number, title: string, most = 1440) =>
  Type.Integer({ minimum: 0, maximum: most, default: value, title, unit: 'minutes' });
const days = (value: number, title: string) =>
  Type.Integer({ minimum: 0, maximum: 730, default: value, title, unit: 'days' });
const none = Type.Object({}, closed);

/** `severity`: of its alerts; null = that of the incident. `settings`: the thresholds. */
interface RuleKindInfo {
  readonly title: string;
  readonly about: string;
  readonly severity: (typeof severities)[number] | null;
  readonly settings: TObject;
}

export const ruleKinds = {
  'circuit-down': { title: 'Line down', about: 'An outage of one line.', severity: null, settings: none },
  'circuit-degraded': {
    title: 'Line degraded',
    about: 'Loss, latency or jitter of a line is too high.',
    severity: null,
    settings: none,
  },
  'backup-carrying': {
    title: 'Backup line carries',
    about: 'The primary line is down and a backup line has taken over: nobody notices until that fails, too.',
    severity: 'major',
    settings: none,
  },
  'site-down': {
    title: 'All lines of an academy down',
    about: 'The academy is cut off.',
    severity: 'critical',
    settings: none,
  },
  'provider-down': {
    title: 'Many lines of one supplier or device down',
    about: 'One incident with members: a core, an exchange, a hub.',
    severity: null,
    settings: none,
  },
  'sla-breach': {
    title: 'Contract broken',
    about: 'Availability of the period fell below what the contract promises.',
    severity: 'major',
    settings: none,
  },
  'budget-burn': {
    title: 'Error budget burns fast',
    about:
      'By several windows: 14.4 times too fast over 1 h, 6 times over 6 h, once over 3 days; for what comes and goes.',
    severity: 'minor',
    settings: none,
  },
  'breach-forecast': {
    title: 'Contract will be broken',
    about: 'At the pace so far, the error budget is spent before the period ends.',
    severity: 'minor',
    settings: Type.Object({ spentPercent: percent(75, 'Only when so much of the budget is spent') }, closed),
  },
  'fix-due': {
    title: 'Fix time about to be exceeded',
    about: 'An outage nears, or is beyond, the time in which the contract wants it fixed.',
    severity: 'major',
    settings: Type.Object({ beforeMinutes: minutes(60, 'So long before') }, closed),
  },
  utilisation: {
    title: 'Line is full',
    about: 'Use stays above a share of the committed rate.',
    severity: 'minor',
    settings: Type.Object(
      {
        percent: percent(90, 'Above'),
        minutes: Type.Integer({ minimum: 1, maximum: 120, default: 15, title: 'For', unit: 'minutes' }),
      },
      closed,
    ),
  },
  'capacity-forecast': {
    title: 'Line will be full',
    about: "The 95th percentile grows towards the committed rate, by the trend of the last months' weeks.",
    severity: 'info',
    settings: Type.Object({ percent: percent(80, 'Reaches'), days: days(90, 'Within') }, closed),
  },
  silent: {
    title: 'Exporter or site silent',
    about: 'Nothing tells of a line any more, and nothing says that it is down.',
    severity: null,
    settings: none,
  },
  'data-gap': {
    title: 'Data in doubt',
    about: "Flows and the interface's counters differ.",
    severity: null,
    settings: none,
  },
  dates: {
    title: 'Dates that come up',
    about: 'A contract ends or needs notice, support of equipment ends, a certificate runs out.',
    severity: 'info',
    settings: Type.Object(
      {
        noticeDays: days(60, 'Notice and end of contracts'),
        certificateDays: days(21, 'Certificates'),
        supportDays: days(90, 'End of support'),
      },
      closed,
    ),
  },
  'collector-trouble': {
    title: 'Collector in trouble',
    about: 'A collector is not heard, or none of its probes is answered.',
    severity: 'major',
    settings: none,
  },
  'system-trouble': {
    title: 'Linewatch in trouble',
    about: 'A part of it, its queue or its databases do not work, or it is behind.',
    severity: 'major',
    settings: Type.Object({ minutes: minutes(5, 'For') }, closed),
  },
  safeguarding: {
    title: 'Safeguarding',
    about:
      "A filtering service does not work, or an academy's traffic does not pass it. Goes to the academy's safeguarding lead only.",
    severity: 'major',
    settings: none,
  },
} as const satisfies Record<string, RuleKindInfo>;
export type RuleKind = keyof typeof ruleKinds;
export const ruleKindNames = Object.keys(ruleKinds) as readonly RuleKind[];

/** When alerts of a rule or subscription are sent; outside, they wait, and are not sent if they are over by then. */
export const alertHours = ['always', 'school', 'service'] as const;

const Settings = Type.Record(Type.String({ maxLength: 40 }), Type.Number(), {
  maxProperties: 10,
  description: 'Thresholds of its kind; those left out are the defaults.',
});
const References = (what: string) => Type.Array(Id, { maxItems: 1000, uniqueItems: true, description: what });

const fields = {
  kind: oneOf(ruleKindNames, 'What it looks at.'),
  name: Line('Name.'),
  enabled: Type.Boolean(),
  severity: nullable(oneOf(severities, ''), 'Null: its kind’s, or that of the incident.'),
  forMinutes: Type.Integer({ minimum: 0, maximum: 10_080, description: 'Only what has lasted so long.' }),
  hours: oneOf(alertHours, 'school: the academy’s school days; service: the hours of service of its contract.'),
  academies: References('Only of these; empty: all.'),
  providers: References('Only of these; empty: all.'),
  settings: Settings,
  overrides: Type.Array(
    Type.Object({ kind: oneOf(['provider', 'academy', 'circuit'], 'Of what.'), id: Id, settings: Settings }, closed),
    { maxItems: 2000, description: 'Thresholds of single ones: of a circuit before an academy before a provider.' },
  ),
};

export const AlertRuleBody = Type.Object(fields, closed);
export type AlertRuleBody = Static<typeof AlertRuleBody>;

export const AlertRule = Type.Object(
  {
    id: Id,
    ...fields,
    isDefault: Type.Boolean({ description: 'It is as it came: nobody changed it.' }),
    builtin: Type.Boolean({
      description: 'It came with the product: it can be changed and switched off, not removed.',
    }),
    revision: Type.Integer({ description: '0: it is as it came.' }),
    by: nullable(Type.String()),
  },
  { $id: 'AlertRule' },
);
export type AlertRule = Static<typeof AlertRule>;
export const AlertRuleList = Type.Object({ nowMs: Type.Number(), rules: Type.Array(AlertRule) });
export type AlertRuleList = Static<typeof AlertRuleList>;

/** What a rule would have done. */
export const RulePreviewBody = Type.Object({ rule: AlertRuleBody, month: Type.Optional(Month) }, closed);
export type RulePreviewBody = Static<typeof RulePreviewBody>;
export const RulePreview = Type.Object({
  fromMs: Type.Number(),
  toMs: Type.Number(),
  fired: Type.Integer({ description: 'How often it would have.' }),
  alerts: Type.Array(
    Type.Object({
      title: Type.String(),
      severity: oneOf(severities, ''),
      academy: nullable(Type.String()),
      fromMs: Type.Number(),
      toMs: nullable(Type.Number()),
    }),
    { description: 'At most 200, newest first.' },
  ),
  remarks: Type.Array(Type.String(), { description: 'What the past cannot tell of it.' }),
});
export type RulePreview = Static<typeof RulePreview>;

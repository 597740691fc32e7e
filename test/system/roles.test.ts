/**
 * Every route of the API, asked by every role, for the whole trust and for one academy only, by tokens that may less, and by
 * nobody; for an academy of theirs, for another's and for one that there is not. The accounts, sessions and tokens are real.
 * The table below is total over the routes.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import {
  type AccessGrant,
  type Change,
  type EstatePlan,
  type EstateRecord,
  type Kind,
  type MaintenanceBody,
  type Notification,
  type Permission,
  type RecordList,
  type Role,
  type SearchResults,
  type SilenceBody,
  type SubscriptionBody,
  defaultRule,
  kindNames,
  kinds,
  permissions,
  roleNames,
  scopedRoles,
} from '@linewatch/contract';
import { exampleNotification } from '@linewatch/alerting';
import { type Actor, type Alert, type Estate, createEstate } from '@linewatch/estate';
import { parseAddress } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { monthAfter, monthOf } from '@linewatch/sla';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Principal, toGrants } from '../../apps/api/src/access/principal.ts';
import { type Running, startApi } from '../../apps/api/src/testing/api.ts';
import { status } from '../../apps/api/src/testing/exporters.ts';
import { sample, sumsMessage } from '../../apps/api/src/testing/sums.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { startPostgres } from '../../apps/linewatch/src/engines/postgres.ts';
import { temporaryDirectory, until } from '../support/system.ts';

const trust = 'north';
const actor: Actor = { account: null, name: 'Set-up', via: 'command', address: null };

/** What tells of the other academy: no one for Ash alone may ever be sent it. */
const othersMarks = [/quirkwood/i, /198\.51\.100\.77/, /QW-REF-991/, /QW-SERIAL-992/];
/** Of an exporter that is no one's yet. */
const unmappedMarks = [/203\.0\.113\.66/];
const priceMarks = [/7777\.77/, /8888\.88/, /PRICEACCT/, /93333\.24/];
const contactMarks = [/Markersson/i, /0113 ?496 ?0999/];
/** Sessions, tokens and hashes of those who ask are added. */
const secretMarks = [/sEcReTcOmM/, /pass-phrase-994/, /argon2/];
/** Of an account that only those who may see all accounts are told of. */
/** Of what only those are told who may see safeguarding signals. */
const safeguardingMarks = [/safeguarding at/];
const peopleMarks = [/bystander/i, /192\.0\.2\.251/];

/** Two academies that are alike; `mark` is in all texts of it. */
const academyRecords = (mark: string, address: string, more: { reference: string; serial: string }): Change[] => {
  const create = (kind: Kind, id: string, values: object): Change => ({
    kind,
    id,
    op: 'create',
    values: { id, ...values },
  });
  const name = `${mark[0]!.toUpperCase()}${mark.slice(1)}`;
  return [
    create('cluster', `${mark}-cluster`, { name: `${name} cluster` }),
    create('calendar', `${mark}-calendar`, { name: `${name} calendar` }),
    create('profile', `${mark}-profile`, { name: `${name} profile` }),
    create('provider', `${mark}-telecom`, {
      name: `${name} Telecom`,
      account: 'PRICEACCT-1',
      accountManager: `Managera Markersson`,
      accountEmail: `manager@markersson.example`,
    }),
    create('contract', `${mark}-contract`, {
      name: `${name} contract`,
      provider: `${mark}-telecom`,
      end: '2027-01-31',
      noticeMonths: 1,
      rolling: 'yearly',
      prices: [{ from: '2024-01-01', monthly: '7777.77' }],
      owner: 'Ownera Markersson',
    }),
    create('academy', mark, {
      name: `${name} Academy`,
      cluster: `${mark}-cluster`,
      calendar: `${mark}-calendar`,
      profile: `${mark}-profile`,
      street: `1 ${name} Lane`,
      postcode: 'LS1 4AP',
      exceptions: [{ standard: 'broadband', reason: `No fibre at ${name}.`, until: '2026-12-31' }],
    }),
    create('site', `${mark}-site`, { name: `${name} site`, academy: mark, accessNotes: `Ask at ${name} lodge.` }),
    create('contact', `${mark}-contact`, {
      name: `Siteman Markersson`,
      academy: mark,
      phone: '0113 496 0999',
      email: `site@markersson.example`,
    }),
    create('credential', `${mark}-snmp`, { community: 'sEcReTcOmM' }),
    create('credential', `${mark}-v3`, {
      user: `${mark}-user`,
      auth: { protocol: 'sha256', password: 'pass-phrase-994' },
    }),
    create('exporter', `${mark}-edge`, {
      name: `${name} edge`,
      address,
      collector: 'main',
      academy: mark,
      credential: `${mark}-snmp`,
    }),
    create('equipment', `${mark}-switch`, {
      name: `${name} switch`,
      academy: mark,
      serial: more.serial,
      supportEnd: '2026-12-31',
    }),
    create('circuit', `${mark}-1`, {
      name: `${name} line`,
      academy: mark,
      provider: `${mark}-telecom`,
      contract: `${mark}-contract`,
      role: 'primary',
      reference: more.reference,
      installCharge: '8888.88',
      exporter: address,
      interface: { index: 1 },
    }),
    create('template', `${mark}-template`, { name: `${name} template` }),
    create('rule', `${mark}-rule`, { name: `${name} rule`, academy: mark, ifAlias: `^${mark}$` }),
  ];
};

type Target = 'ashdale' | 'quirkwood' | 'nonesuch';
const addresses: Record<Target, string> = {
  ashdale: '192.0.2.77',
  quirkwood: '198.51.100.77',
  nonesuch: '192.0.2.200',
};
const idOf: Record<Kind, (target: Target) => string> = {
  cluster: (target) => `${target}-cluster`,
  calendar: (target) => `${target}-calendar`,
  profile: (target) => `${target}-profile`,
  provider: (target) => `${target}-telecom`,
  contract: (target) => `${target}-contract`,
  academy: (target) => target,
  site: (target) => `${target}-site`,
  contact: (target) => `${target}-contact`,
  credential: (target) => `${target}-snmp`,
  exporter: (target) => `${target}-edge`,
  equipment: (target) => `${target}-switch`,
  circuit: (target) => `${target}-1`,
  template: (target) => `${target}-template`,
  rule: (target) => `${target}-rule`,
};
/** Of the trust, and not shown with what refers to them. */
const trustOnly: readonly Kind[] = ['credential', 'template', 'rule'];

interface Asker {
  readonly name: string;
  /** What it is expected to be allowed; undefined: nobody. */
  readonly principal: Principal | undefined;
  readonly grants: readonly AccessGrant[];
  readonly token?: { readonly permissions: Permission[]; readonly academies: string[] | null };
}

function asker(name: string, role: Role, academies: string[] | null, token?: Asker['token']): Asker {
  const grants = [{ role, academies }];
  const narrowed = token && {
    permissions: token.permissions,
    ...(token.academies && { academies: new Set(token.academies) }),
  };
  const actor: Actor = { account: 1, name, via: token ? 'token' : 'session', address: null };
  return { name, grants, principal: new Principal(actor, toGrants(grants), narrowed), ...(token && { token }) };
}
const ashOnly = ['ashdale'];
const askers: readonly Asker[] = [
  ...roleNames.map((role) => asker(role, role, null)),
  ...scopedRoles.map((role) => asker(`${role}-of-one`, role, ashOnly)),
  asker('token', 'admin', null, { permissions: ['estate.read'], academies: null }),
  asker('alerts-token', 'admin', null, { permissions: ['alerts.read'], academies: null }),
  asker('token-of-one', 'noc', ashOnly, { permissions: ['estate.read', 'estate.write'], academies: null }),
  // All that an administrator may, for one academy: nothing of what is the trust's.
  asker('full-token-of-one', 'admin', null, { permissions: [...permissions], academies: ashOnly }),
  { name: 'nobody', principal: undefined, grants: [] },
];
/** What each of them sends. */
const credentials = new Map<string, Readonly<Record<string, string>>>();

interface Asked {
  readonly path: string;
  readonly body?: unknown;
  readonly accept?: string;
  /** Without what shows who asks. */
  readonly unsigned?: true;
  /** For the whole trust, beside what the row takes. */
  readonly needs?: Permission;
}

interface Row {
  readonly access: Permission | 'public' | 'signed-in';
  /** What is asked for of an academy; nothing depends on the academy where it is left out. */
  readonly ask: (target: Target) => readonly Asked[];
  /** Statuses for who may: of what they may see, and for who may for Ashdale only, of Quirkwood's. */
  readonly own?: number;
  readonly others?: number;
  /** Who has it for single academies only is refused. */
  readonly wholeTrust?: true;
  /** Taken, too, for one academy at least. */
  readonly also?: Permission;
  /** For people with a browser; a token that has not got this permission for the whole trust is refused, if it is named. */
  readonly people?: Permission | 'only';
}

const one =
  (text: string, body?: unknown): Row['ask'] =>
  () => [{ path: text, ...(body !== undefined && { body }) }];
const eachKind =
  (pathOf: (kind: Kind, id: string) => string): Row['ask'] =>
  (target) =>
    kindNames.map((kind) => ({ path: pathOf(kind, idOf[kind](target)) }));
const day = `from=${Date.now() - 3_600_000}&to=${Date.now()}`;

const lastMonth = monthAfter(monthOf(Date.now()), -1);
/** Numbers of what concerns each; made in the set-up. */
const incidentOf: Record<Target, number> = { ashdale: 0, quirkwood: 0, nonesuch: 999_999 };
const maintenanceOf: Record<Target, number> = { ashdale: 0, quirkwood: 0, nonesuch: 999_999 };
const works = (target: Target): MaintenanceBody => ({
  title: `Works at ${target}`,
  scope: { kind: 'academy', id: target },
  startMs: Date.now() - 1_800_000,
  endMs: Date.now() + 1_800_000,
  ...{ rrule: null, timeZone: null, notifiedMs: null, code: 'planned', reference: null, note: null },
});

/** Of alerts; made in the set-up. */
const silenceOf: Record<Target, number> = { ashdale: 0, quirkwood: 0, nonesuch: 999_999 };
let deliveryId = 0;
const silence = (target: Target): SilenceBody => ({
  matchers: [{ name: 'academy', op: '=', value: target }],
  ...{ startMs: Date.now() + 3_600_000, endMs: Date.now() + 7_200_000, rrule: null, timeZone: null },
  comment: `Works at ${target}`,
});
/** It is switched off, and its address leads nowhere. */
const desk: SubscriptionBody = {
  ...{ name: 'Desk of Quirkwood', enabled: false, format: 'webhook', settings: { url: 'https://192.0.2.1/' } },
  match: { atLeast: 'info', rules: [], matchers: [] },
  group: { by: ['problem'], waitSeconds: 0, intervalSeconds: 0, repeatHours: 0 },
  ...{ sendResolved: true, reopenMinutes: 0, escalateMinutes: 0, hours: null, perMinute: 60, timeoutSeconds: 1 },
  secrets: { signing: `whsec_${Buffer.from('sEcReTcOmMsEcReTcOmMsEcReTcOmM').toString('base64')}` },
};

/** Of the bystander; whoever may end anyone's asks for ones that there are not, so that all find the same. */
const foreign = { session: 0, token: 0 };
/** Routes that the description leaves out. */
const hidden = ['GET /api/v1/session/oidc/start', 'GET /api/v1/session/oidc/callback'];

/** Every route. What a row says is what the test holds the route to. */
const table: Readonly<Record<string, Row>> = {
  'GET /health/live': { access: 'public', ask: one('/health/live') },
  'GET /health/ready': { access: 'public', ask: one('/health/ready') },
  'GET /problems/{id}': { access: 'public', ask: one('/problems/forbidden') },
  // As seen through a proxy: on this machine it is for everyone.
  'GET /metrics': { access: 'telemetry.read', ask: one('/metrics'), wholeTrust: true },
  'GET /api/v1/academies': { access: 'telemetry.read', ask: one('/api/v1/academies') },
  'GET /api/v1/academies/{id}': {
    access: 'telemetry.read',
    ask: (target) => [{ path: `/api/v1/academies/${target}` }],
    others: 404,
  },
  'GET /api/v1/academies/{id}/traffic': {
    access: 'telemetry.read',
    ask: (target) => [{ path: `/api/v1/academies/${target}/traffic?${day}` }],
    others: 404,
  },
  'GET /api/v1/circuits/{id}/traffic': {
    access: 'telemetry.read',
    ask: (target) => [{ path: `/api/v1/circuits/${target}-1/traffic?${day}` }],
    others: 404,
  },
  'GET /api/v1/stream': { access: 'telemetry.read', ask: one('/api/v1/stream') },
  'GET /api/v1/incidents': { access: 'telemetry.read', ask: one('/api/v1/incidents') },
  'GET /api/v1/incidents/{id}': {
    access: 'telemetry.read',
    ask: (target) => [{ path: `/api/v1/incidents/${incidentOf[target]}` }],
    others: 404,
  },
  'POST /api/v1/incidents/{id}/actions': {
    access: 'incidents.write',
    ask: (target) => [
      { path: `/api/v1/incidents/${incidentOf[target]}/actions`, body: { action: 'note', text: 'Seen.' } },
    ],
    others: 404,
  },
  'GET /api/v1/maintenance': { access: 'telemetry.read', ask: one('/api/v1/maintenance') },
  'GET /api/v1/maintenance/occurrences': {
    access: 'telemetry.read',
    ask: one(`/api/v1/maintenance/occurrences?${day}`),
  },
  'POST /api/v1/maintenance': {
    access: 'maintenance.write',
    ask: (target) => [{ path: '/api/v1/maintenance', body: works(target) }],
    others: 403,
  },
  'PUT /api/v1/maintenance/{id}': {
    access: 'maintenance.write',
    ask: (target) => [{ path: `/api/v1/maintenance/${maintenanceOf[target]}`, body: works(target) }],
    // It was cancelled in the set-up.
    own: 409,
    others: 404,
  },
  'POST /api/v1/maintenance/{id}/cancel': {
    access: 'maintenance.write',
    ask: (target) => [{ path: `/api/v1/maintenance/${maintenanceOf[target]}/cancel`, body: {} }],
    // It was cancelled in the set-up.
    own: 409,
    others: 404,
  },
  'GET /api/v1/alerts': { access: 'alerts.read', ask: one('/api/v1/alerts') },
  'GET /api/v1/safeguarding': { access: 'safeguarding.read', ask: one('/api/v1/safeguarding') },
  'GET /api/v1/alerts/rules': { access: 'alerts.read', ask: one('/api/v1/alerts/rules'), wholeTrust: true },
  'GET /api/v1/alerts/rules/{id}': { access: 'alerts.read', ask: one('/api/v1/alerts/rules/silent'), wholeTrust: true },
  'PUT /api/v1/alerts/rules/{id}': {
    access: 'alerts.write',
    ask: one('/api/v1/alerts/rules/silent', { ...defaultRule('silent'), academies: ['quirkwood'] }),
    wholeTrust: true,
  },
  'DELETE /api/v1/alerts/rules/{id}': {
    access: 'alerts.write',
    ask: one('/api/v1/alerts/rules/none'),
    own: 404,
    wholeTrust: true,
  },
  'POST /api/v1/alerts/rules/preview': {
    access: 'alerts.read',
    ask: () => [
      { path: '/api/v1/alerts/rules/preview', body: { rule: defaultRule('silent') } },
      {
        path: '/api/v1/alerts/rules/preview',
        body: { rule: defaultRule('safeguarding') },
        needs: 'safeguarding.read',
      },
    ],
    wholeTrust: true,
  },
  'GET /api/v1/alerts/silences': { access: 'alerts.read', ask: one('/api/v1/alerts/silences') },
  'POST /api/v1/alerts/silences': {
    access: 'alerts.silence',
    ask: (target) => [{ path: '/api/v1/alerts/silences', body: silence(target) }],
    others: 403,
  },
  'PUT /api/v1/alerts/silences/{id}': {
    access: 'alerts.silence',
    ask: (target) => [{ path: `/api/v1/alerts/silences/${silenceOf[target]}`, body: silence(target) }],
    // It was ended in the set-up.
    own: 409,
    others: 404,
  },
  'DELETE /api/v1/alerts/silences/{id}': {
    access: 'alerts.silence',
    ask: (target) => [{ path: `/api/v1/alerts/silences/${silenceOf[target]}` }],
    // It was ended in the set-up.
    own: 409,
    others: 404,
  },
  'GET /api/v1/alerts/subscriptions': {
    access: 'alerts.read',
    ask: one('/api/v1/alerts/subscriptions'),
    wholeTrust: true,
  },
  'GET /api/v1/alerts/subscriptions/{id}': {
    access: 'alerts.read',
    ask: one('/api/v1/alerts/subscriptions/desk'),
    wholeTrust: true,
  },
  'PUT /api/v1/alerts/subscriptions/{id}': {
    access: 'alerts.write',
    ask: one('/api/v1/alerts/subscriptions/desk', desk),
    wholeTrust: true,
  },
  'DELETE /api/v1/alerts/subscriptions/{id}': {
    access: 'alerts.write',
    ask: one('/api/v1/alerts/subscriptions/none'),
    own: 404,
    wholeTrust: true,
  },
  'POST /api/v1/alerts/subscriptions/{id}/rotate': {
    access: 'alerts.write',
    ask: one('/api/v1/alerts/subscriptions/none/rotate', { which: 'inbound', keepHours: 0 }),
    own: 404,
    wholeTrust: true,
  },
  'POST /api/v1/alerts/subscriptions/{id}/enable': {
    access: 'alerts.write',
    ask: one('/api/v1/alerts/subscriptions/none/enable', {}),
    own: 404,
    wholeTrust: true,
  },
  'POST /api/v1/alerts/subscriptions/test': {
    access: 'alerts.write',
    ask: one('/api/v1/alerts/subscriptions/test', { subscription: desk }),
    wholeTrust: true,
  },
  'POST /api/v1/alerts/subscriptions/preview': {
    access: 'alerts.write',
    ask: one('/api/v1/alerts/subscriptions/preview', { subscription: desk }),
    wholeTrust: true,
  },
  'GET /api/v1/alerts/deliveries': {
    access: 'alerts.read',
    ask: one('/api/v1/alerts/deliveries'),
    wholeTrust: true,
  },
  'GET /api/v1/alerts/deliveries/{id}': {
    access: 'alerts.read',
    ask: () => [{ path: `/api/v1/alerts/deliveries/${deliveryId}` }],
    wholeTrust: true,
  },
  'POST /api/v1/alerts/deliveries/replay': {
    access: 'alerts.write',
    ask: one('/api/v1/alerts/deliveries/replay', { deliveries: [999_999] }),
    wholeTrust: true,
  },
  'GET /api/v1/alerts/status-pages': { access: 'alerts.read', ask: one('/api/v1/alerts/status-pages') },
  'PUT /api/v1/alerts/status-pages/{academy}': {
    access: 'alerts.write',
    ask: (target) => [
      { path: `/api/v1/alerts/status-pages/${target}`, body: { enabled: false, title: null, message: null } },
    ],
    others: 404,
  },
  'GET /status/{token}': { access: 'public', ask: one(`/status/${'x'.repeat(26)}`), own: 404 },
  'POST /api/v1/hooks/{row}': {
    access: 'public',
    ask: one('/api/v1/hooks/1', { type: 'incident.note', data: { incident: 1, text: 'Forged' } }),
    own: 401,
  },
  'GET /api/v1/sla': { access: 'telemetry.read', ask: one('/api/v1/sla?months=2') },
  'GET /api/v1/sla/academies/{id}': {
    access: 'telemetry.read',
    ask: (target) => [{ path: `/api/v1/sla/academies/${target}` }],
    others: 404,
  },
  'GET /api/v1/sla/circuits/{id}': {
    access: 'telemetry.read',
    ask: (target) => [{ path: `/api/v1/sla/circuits/${target}-1` }],
    others: 404,
  },
  'GET /api/v1/sla/circuits/{id}/intervals': {
    access: 'telemetry.read',
    ask: (target) => [{ path: `/api/v1/sla/circuits/${target}-1/intervals?${day}` }],
    others: 404,
  },
  'GET /api/v1/reports': { access: 'telemetry.read', ask: one('/api/v1/reports') },
  'GET /api/v1/reports/{month}': { access: 'telemetry.read', ask: one(`/api/v1/reports/${lastMonth}`) },
  'GET /api/v1/reports/{month}/html': { access: 'telemetry.read', ask: one(`/api/v1/reports/${lastMonth}/html`) },
  'GET /api/v1/reports/{month}/csv': { access: 'telemetry.read', ask: one(`/api/v1/reports/${lastMonth}/csv`) },
  'POST /api/v1/reports/{month}/issue': {
    access: 'reports.issue',
    ask: one(`/api/v1/reports/${lastMonth}/issue`, {}),
    // It was issued in the set-up.
    own: 409,
    wholeTrust: true,
  },
  'GET /api/v1/exporters': { access: 'exporters.read', ask: one('/api/v1/exporters') },
  'POST /api/v1/exporters/{collector}/{address}/decision': {
    access: 'exporters.write',
    ask: (target) => [{ path: `/api/v1/exporters/main/${addresses[target]}/decision`, body: { decision: 'approved' } }],
    others: 404,
  },
  'GET /api/v1/estate/records/{kind}': {
    access: 'estate.read',
    ask: () =>
      kindNames.flatMap((kind) => ['', '?ended=true'].map((q) => ({ path: `/api/v1/estate/records/${kind}${q}` }))),
  },
  'GET /api/v1/estate/records/{kind}/{id}': {
    access: 'estate.read',
    ask: eachKind((kind, id) => `/api/v1/estate/records/${kind}/${id}`),
    others: 404,
  },
  'GET /api/v1/estate/records/{kind}/{id}/history': {
    access: 'estate.read',
    ask: eachKind((kind, id) => `/api/v1/estate/records/${kind}/${id}/history`),
    others: 404,
  },
  'POST /api/v1/estate/changes': {
    access: 'estate.write',
    ask: (target) => [
      {
        path: '/api/v1/estate/changes',
        body: {
          dryRun: true,
          changes: [{ kind: 'site', id: `${target}-site`, op: 'update', values: { notes: 'Seen.' } }],
        },
      },
    ],
  },
  'GET /api/v1/estate/batches': { access: 'estate.write', ask: one('/api/v1/estate/batches'), wholeTrust: true },
  'POST /api/v1/estate/batches/{id}/undo': {
    access: 'estate.write',
    ask: one('/api/v1/estate/batches/1/undo', { dryRun: true }),
    wholeTrust: true,
  },
  'GET /api/v1/audit': {
    access: 'audit.read',
    ask: () => [{ path: '/api/v1/audit?limit=1000' }, { path: '/api/v1/audit?limit=1000', accept: 'text/csv' }],
  },
  'GET /api/v1/estate/search': {
    access: 'estate.read',
    ask: (target) =>
      [target, addresses[target], 'QW-REF-991', 'markersson', 'PRICEACCT', 'sEcReTcOmM', 'LS1'].map((q) => ({
        path: `/api/v1/estate/search?q=${q}`,
      })),
  },
  'GET /api/v1/estate/plan': { access: 'estate.read', ask: one('/api/v1/estate/plan?months=24') },
  'POST /api/v1/estate/import': {
    access: 'import',
    ask: one('/api/v1/estate/import', { format: 'yaml', text: '', dryRun: true }),
    wholeTrust: true,
  },
  'GET /api/v1/estate/export': {
    access: 'estate.read',
    ask: () => [
      { path: '/api/v1/estate/export?format=yaml' },
      ...kindNames.map((kind) => ({ path: `/api/v1/estate/export?format=csv&kind=${kind}` })),
    ],
    wholeTrust: true,
  },
  'GET /api/v1/inbox': { access: 'exporters.read', ask: one('/api/v1/inbox?inside=true') },
  'POST /api/v1/inbox/map': {
    access: 'estate.write',
    also: 'exporters.write',
    ask: (target) => [
      {
        path: '/api/v1/inbox/map',
        body: {
          dryRun: true,
          items: [
            {
              exporter: addresses[target],
              interface: 5,
              newCircuit: { provider: `${target}-telecom` },
              academy: target,
            },
          ],
        },
      },
    ],
  },
  'POST /api/v1/inbox/ignore': {
    access: 'exporters.write',
    ask: one('/api/v1/inbox/ignore', { items: [{ exporter: '192.0.2.222', interface: 7 }] }),
    wholeTrust: true,
  },
  'POST /api/v1/inbox/rules/try': {
    access: 'exporters.read',
    ask: one('/api/v1/inbox/rules/try', { rule: { ifAlias: '.' } }),
  },
  'POST /api/v1/estate/onboard': {
    access: 'estate.write',
    ask: one('/api/v1/estate/onboard', { dryRun: true, academy: { id: 'new-one', name: 'New one' } }),
    wholeTrust: true,
  },
  'GET /api/v1/estate/proposals': { access: 'estate.read', ask: one('/api/v1/estate/proposals') },
  'POST /api/v1/estate/proposals': {
    access: 'estate.write',
    ask: one('/api/v1/estate/proposals', { dryRun: true, proposals: ['primary-school'] }),
    wholeTrust: true,
  },
  'GET /api/v1/session': { access: 'public', ask: one('/api/v1/session') },
  'POST /api/v1/session': {
    access: 'public',
    ask: one('/api/v1/session', { email: 'ASKER@example.org', password: 'not the right one' }),
    own: 401,
  },
  'DELETE /api/v1/session': { access: 'public', ask: () => [{ path: '/api/v1/session', unsigned: true }] },
  'POST /api/v1/setup': {
    access: 'public',
    ask: one('/api/v1/setup', { token: 'x'.repeat(43), name: 'Eve', email: 'eve@example.org', password: 'kites over' }),
    own: 410,
  },
  'POST /api/v1/session/link': {
    access: 'public',
    ask: one('/api/v1/session/link', { token: 'x'.repeat(43) }),
    own: 410,
  },
  'POST /api/v1/session/link/password': {
    access: 'public',
    ask: one('/api/v1/session/link/password', { token: 'x'.repeat(43), password: 'nine brown kites over Ash' }),
    own: 410,
  },
  'POST /api/v1/session/password': {
    access: 'signed-in',
    ask: one('/api/v1/session/password', { current: 'not the right one', password: 'nine brown kites over Ash' }),
    own: 401,
    people: 'only',
  },
  'POST /api/v1/session/totp/begin': {
    access: 'signed-in',
    ask: one('/api/v1/session/totp/begin', { password: 'not the right one' }),
    own: 401,
    people: 'only',
  },
  'POST /api/v1/session/totp/confirm': {
    access: 'signed-in',
    ask: one('/api/v1/session/totp/confirm', { code: '123456' }),
    own: 401,
    people: 'only',
  },
  'POST /api/v1/session/totp/remove': {
    access: 'signed-in',
    ask: one('/api/v1/session/totp/remove', { password: 'not the right one', code: '123456' }),
    own: 401,
    people: 'only',
  },
  'GET /api/v1/session/oidc/start': {
    access: 'public',
    ask: one('/api/v1/session/oidc/start?to=/circuits'),
    own: 303,
  },
  'GET /api/v1/session/oidc/callback': {
    access: 'public',
    ask: one('/api/v1/session/oidc/callback?code=x&state=x'),
    own: 303,
  },
  'GET /api/v1/people/accounts': { access: 'people.read', ask: one('/api/v1/people/accounts'), wholeTrust: true },
  'POST /api/v1/people/accounts': {
    access: 'people.write',
    ask: one('/api/v1/people/accounts', { email: 'bystander@people.example', name: 'Again', grants: [] }),
    own: 409,
    wholeTrust: true,
  },
  'PATCH /api/v1/people/accounts/{id}': {
    access: 'people.write',
    ask: one('/api/v1/people/accounts/999999', { revision: 1, name: 'Other' }),
    own: 404,
    wholeTrust: true,
  },
  'POST /api/v1/people/accounts/{id}/reset': {
    access: 'people.write',
    ask: one('/api/v1/people/accounts/999999/reset', { totp: true }),
    own: 404,
    wholeTrust: true,
  },
  'GET /api/v1/people/sessions': {
    access: 'signed-in',
    ask: () => [
      { path: '/api/v1/people/sessions' },
      { path: '/api/v1/people/sessions?of=everyone', needs: 'people.read' },
    ],
    people: 'people.read',
  },
  'DELETE /api/v1/people/sessions/{id}': {
    access: 'signed-in',
    ask: () => [{ path: `/api/v1/people/sessions/${foreign.session}` }],
    own: 404,
    people: 'people.write',
  },
  'GET /api/v1/tokens': {
    access: 'signed-in',
    ask: () => [{ path: '/api/v1/tokens' }, { path: '/api/v1/tokens?of=everyone', needs: 'people.read' }],
    people: 'people.read',
  },
  'POST /api/v1/tokens': {
    access: 'signed-in',
    ask: one('/api/v1/tokens', { name: 'One more', permissions: ['estate.read'], days: 1 }),
    people: 'only',
  },
  'DELETE /api/v1/tokens/{id}': {
    access: 'signed-in',
    ask: () => [{ path: `/api/v1/tokens/${foreign.token}` }],
    own: 404,
    people: 'people.write',
  },
  'GET /api/v1/people/review': {
    access: 'people.read',
    ask: () => [{ path: '/api/v1/people/review' }, { path: '/api/v1/people/review', accept: 'text/csv' }],
    wholeTrust: true,
  },
  'GET /api/v1/estate/plan.ics': { access: 'estate.read', ask: one('/api/v1/estate/plan.ics') },
};

/** What was started, in its order. */
const stops: (() => unknown)[] = [];
let estate: Estate;
let running: Running;
const routes: string[] = [];

beforeAll(async () => {
  const directory = temporaryDirectory('roles');
  stops.push(() => rmSync(directory, { recursive: true, force: true }));
  const server = await startPostgres({
    directory: path.join(directory, 'postgres'),
    port: await freePort(),
    user: 'linewatch',
    password: 'correct horse',
  });
  stops.push(() => server.stop());
  estate = createEstate({
    url: server.url,
    logger: createLogger('estate', 'silent'),
    applicationName: 'roles',
    secretKey: randomBytes(32),
  });
  stops.push(() => estate.close());
  await estate.migrate();
  const changes = [
    ...academyRecords('ashdale', addresses.ashdale, { reference: 'AD-REF-1', serial: 'AD-SERIAL-1' }),
    ...academyRecords('quirkwood', addresses.quirkwood, { reference: 'QW-REF-991', serial: 'QW-SERIAL-992' }),
  ];
  const made = await estate.records.apply(actor, changes, { trust, title: 'Quirkwood and Ashdale are set up' });
  expect(made.problems).toEqual([]);
  for (const [i, { name, grants, principal, token }] of askers.entries()) {
    // Each comes from elsewhere: limits are by address.
    const from = { 'x-forwarded-for': `192.0.2.${100 + i}` };
    credentials.set(name, principal ? { ...from, ...(await signIn(name, grants, token)).headers } : from);
  }
  const bystander = [{ role: 'academy-reader' as const, academies: ['quirkwood'] }];
  Object.assign(foreign, await signIn('bystander', bystander, undefined, '192.0.2.251'));
  Object.assign(foreign, await signIn('bystander-token', bystander, { permissions: ['estate.read'], academies: null }));
  const roles = [{ group: 'everyone', role: 'admin' }];
  await watched();
  await alerted();
  running = await startApi({
    estate,
    trust,
    // No provider answers there.
    config: { proxies: ['127.0.0.1'], signIn: { oidc: { issuer: 'http://127.0.0.1:9', clientId: 'x', roles } } },
    access: { people: estate.people, note: (who, event) => estate.records.note(who, event), key: randomBytes(32) },
  });
  for (const address of [...Object.values(addresses).slice(0, 2), '203.0.113.66'])
    await running.tell(`exporter/${trust}/main/${address}`, status());

  stops.push(() => running.stop());
  // Heard on the circuits, and on an interface of each device that is no circuit.
  const timeS = Math.floor(Date.now() / 1000) - 20;
  for (const [exporter, alias] of [
    [addresses.ashdale, 'Ashdale inside'],
    [addresses.quirkwood, 'Quirkwood inside'],
    ['203.0.113.66', 'Quirkwood to be'],
  ] as const)
    await running.publish(
      sumsMessage(
        [1, 5].map((index) => ({ timeS, exporter, interface: index, octets: 75_000 })),
        {
          samples: [
            sample('interface.alias', 0, alias, { timeMs: Date.now(), exporter: parseAddress(exporter), interface: 5 }),
          ],
        },
      ),
    );
  await until('interfaces', async () =>
    (await ask('admin', { path: '/api/v1/inbox?inside=true' })).text.includes('to be'),
  );
  await until('exporters', async () =>
    (await ask('admin', { path: '/api/v1/exporters' })).text.includes('203.0.113.66'),
  );
  // Issued once, so that whoever may finds nothing new.
  const issued = await ask('admin', { path: `/api/v1/reports/${lastMonth}/issue`, body: {} });
  expect([issued.status, issued.text]).toEqual([200, issued.text]);
  await until('academies', async () => (await ask('admin', { path: '/api/v1/academies' })).text.includes('quirkwood'));
  const { text } = await ask('nobody', { path: '/api/v1/openapi.json' });
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
  for (const [route, methods] of Object.entries(paths))
    for (const method of Object.keys(methods)) routes.push(`${method.toUpperCase()} ${route}`);
  routes.push(...hidden);
});

/** An outage and a maintenance of each academy, and an issued report. */
async function watched(): Promise<void> {
  const { circuits, trusts } = await estate.snapshot();
  const epoch = await estate.watching.claim('roles');
  const startedMs = Date.now() - 40 * 86_400_000;
  const outage = {
    startedMs,
    endedMs: startedMs + 3_600_000,
    detectedMs: startedMs,
    resolvedMs: startedMs + 3_600_000,
  };
  await estate.watching.commit(epoch, {
    ...{ positions: [], quality: [], entries: [] },
    states: circuits.map(({ id }) => ({
      ...{ circuit: id, state: 'up' as const, cause: 'none', sinceMs: startedMs, seenMs: Date.now() },
      snapshot: new Uint8Array(1),
    })),
    intervals: circuits.map(({ id, slug }) => ({
      circuit: id,
      fromMs: startedMs,
      intervals: [
        {
          ...{ fromMs: startedMs, toMs: outage.endedMs, state: 'down' as const, cause: 'link' },
          evidence: [{ atMs: startedMs, source: 'link trap (main)', text: `linkDown at ${slug}` }],
        },
        { fromMs: outage.endedMs, toMs: null, state: 'up' as const, cause: 'none', evidence: [] },
      ],
    })),
    incidents: circuits.map(({ id, slug }) => ({
      ...{
        key: slug,
        trust: trusts[0]!.id,
        kind: 'outage' as const,
        state: 'resolved' as const,
        severity: 'major' as const,
      },
      ...{
        title: `${slug} is down`,
        cause: 'link',
        circuit: id,
        academy: null,
        provider: null,
        parent: null,
        ...outage,
      },
      ...{ flaps: 0, backupCarried: false, maintenance: false },
    })),
  });
  const { incidents } = await estate.incidents.list(trust, {}, undefined);
  for (const target of ['ashdale', 'quirkwood'] as const) {
    incidentOf[target] = incidents.find(({ title }) => title.startsWith(target))!.id;
    const { id } = await estate.maintenance.create(actor, trust, works(target));
    await estate.maintenance.cancel(actor, trust, id, Date.now());
    maintenanceOf[target] = id;
  }
}

/** An alert, a safeguarding signal and a silence of each academy, and a delivery that names a contact of Quirkwood's. */
async function alerted(): Promise<void> {
  const { trusts, academies } = await estate.snapshot();
  const epoch = await estate.notifying.claim('roles');
  const nowMs = Date.now();
  const alert = (academy: string, kind: 'silent' | 'safeguarding'): Alert => ({
    ...{ key: `${kind}/${academy}/${nowMs}`, trust: trusts[0]!.id, rule: kind, kind, severity: 'major' },
    ...{ title: `${kind} at ${academy}`, text: '', labels: { academy, rule: kind }, startedMs: nowMs, endedMs: null },
    ...{ incident: null, circuit: null, provider: null, parent: null, acknowledged: null, quietUntilMs: null },
    academy: academies.find(({ slug }) => slug === academy)!.id,
    safeguarding: kind === 'safeguarding',
  });
  for (const target of ['ashdale', 'quirkwood'] as const) {
    const { id } = await estate.alerting.silence(actor, trust, silence(target));
    await estate.alerting.endSilence(actor, trust, id);
    silenceOf[target] = id;
    await estate.alerting.silence(actor, trust, silence(target));
  }
  const made = await estate.alerting.putSubscription(actor, trust, 'desk', desk);
  const subscription = Number(made.inbound.url.split('/').at(-1));
  const [group] = await estate.notifying.reserve(1);
  const of = { id: `msg_${'a'.repeat(26)}`, trust: { id: trust, name: 'North' }, subscription: 'desk', url: null };
  const said = JSON.stringify(exampleNotification('opened', nowMs, of))
    .replaceAll('Site manager', 'Siteman Markersson')
    .replaceAll('Example Academy', 'Quirkwood Academy');
  await estate.notifying.commit(epoch, {
    taken: null,
    alerts: ['ashdale', 'quirkwood'].flatMap((id) => [alert(id, 'silent'), alert(id, 'safeguarding')]),
    groups: [
      {
        ...{ id: group!, subscription, key: 'k', labels: {}, alerts: [], openedMs: nowMs, toldMs: nowMs, sequence: 1 },
        ...{ dueMs: null, closedMs: null, mergedInto: null, severity: 'major', memo: {} },
      },
    ],
    deliveries: [
      {
        ...{ message: of.id, subscription, group: group!, sequence: 1, event: 'opened', incident: null },
        ...{ notification: JSON.parse(said) as Notification, safeguarding: false, nextMs: nowMs },
      },
    ],
  });
  deliveryId = (await estate.alerting.deliveries(trust, {})).deliveries[0]!.id;
}

/** An account with a session, or with a token. */
async function signIn(
  name: string,
  grants: readonly AccessGrant[],
  token?: Asker['token'],
  address = '192.0.2.250',
): Promise<{ headers: Record<string, string>; session?: number; token?: number }> {
  const { accounts, sessions, tokens } = estate.people;
  const email = `${name}@people.example`;
  const { id } = await accounts.create(trust, { email, name, grants });
  const secret = randomBytes(32).toString('base64url');
  secretMarks.push(new RegExp(secret));
  if (!token) {
    const life = { idleMs: 3_600_000, mostMs: 3_600_000 };
    const session = await sessions.open(id, secret, { address, userAgent: name }, life);
    return { headers: { cookie: `linewatch_session=${secret}` }, session };
  }
  const made = await tokens.create(trust, id, `lw_${secret}`, { name, ...token, lifeMs: 3_600_000 });
  return { headers: { authorization: `Bearer lw_${secret}` }, token: made.id };
}

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(who: string, { path: where, body, accept, unsigned }: Asked, method?: string): Promise<Answer> {
  const { 'x-forwarded-for': from, ...shown } = credentials.get(who)!;
  for (;;) {
    const stop = new AbortController();
    const response = await fetch(running.url + where, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        'x-forwarded-for': from!,
        ...(!unsigned && shown),
        ...(accept !== undefined && { accept }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body).replace('ASKER', who) }),
      redirect: 'manual',
      signal: stop.signal,
    });
    if (response.status === 429) {
      await response.text();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      continue;
    }
    if (!response.headers.get('content-type')?.includes('event-stream'))
      return { status: response.status, text: await response.text() };
    // A stream does not end: what it begins with is a snapshot of all that it will tell of.
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (/^data: .*\n\n/m.test(text)) break;
    }
    stop.abort();
    return { status: response.status, text };
  }
}

async function json<T>(who: string, asked: Asked): Promise<T> {
  const { status: code, text } = await ask(who, asked);
  expect([code, text.slice(0, 300)]).toEqual([200, text.slice(0, 300)]);
  return JSON.parse(text) as T;
}

/** What is said back of a request is no leak: a refusal names what was asked for, a change what was to be changed. */
const withoutOwn = ({ status: code, text }: Answer, { path: where, body }: Asked): string => {
  if (code === 200 && body === undefined) return text;
  let rest = text;
  const words = [...where.split(/[/?&=]/), ...JSON.stringify(body ?? '').split('"')]
    .filter((word) => word.length > 3)
    .sort((a, b) => b.length - a.length);
  for (const word of words) rest = rest.replaceAll(word, '');
  return rest;
};

function expectNothingOf(marks: readonly RegExp[], text: string, what: string): void {
  for (const mark of marks) {
    const at = text.search(mark);
    expect({ what, mark: String(mark), found: at < 0 ? '' : text.slice(Math.max(0, at - 80), at + 80) }).toEqual({
      what,
      mark: String(mark),
      found: '',
    });
  }
}

test('the table has a row for every route, and the routes say who may ask', () => {
  expect(routes.filter((route) => !(route in table))).toEqual([]);
  expect(Object.keys(table).filter((route) => !routes.includes(route))).toEqual([]);
  expect(routes.length).toBeGreaterThan(15);
});

describe.each(askers)('$name', ({ name, principal, token }) => {
  const scoped = (access: Permission): boolean => principal !== undefined && !principal.mayAll(access);

  test.each(Object.entries(table))('%s', async (route, row) => {
    const method = route.split(' ', 1)[0]!;
    const { access } = row;
    const once = JSON.stringify(row.ask('ashdale')) === JSON.stringify(row.ask('quirkwood'));
    for (const target of once ? (['quirkwood'] as const) : (['ashdale', 'quirkwood'] as const))
      for (const asked of row.ask(target)) {
        if (asked.path.endsWith(`/${foreign.session}`) || asked.path.endsWith(`/${foreign.token}`))
          if (principal?.mayAll('people.write')) continue;
        const answer = await ask(name, asked, method);
        const what = `${name}: ${method} ${asked.path}`;
        expect({ what, status: answer.status }).toEqual({ what, status: expected(asked, target) });
        check(answer, asked, what);
        if (answer.status === 404 && target === 'quirkwood') await expectAsUnknown(asked, answer, row, what);
      }

    function expected(asked: Asked, target: Target): number {
      const own = row.own ?? 200;
      if (access === 'public') return own;
      if (!principal) return 401;
      if (row.people && token && (row.people === 'only' || !principal.mayAll(row.people))) return 403;
      if (asked.needs && !principal.mayAll(asked.needs)) return 403;
      if (access === 'signed-in') return own;
      if (!principal.may(access) || (row.also && !principal.may(row.also))) return 403;
      if (!scoped(access)) return own;
      if (row.wholeTrust) return 403;
      const kind = /records\/([a-z]+)\/./.exec(asked.path)?.[1] as Kind | undefined;
      if (kind && trustOnly.includes(kind)) return 404;
      return target === 'quirkwood' ? (row.others ?? own) : own;
    }

    function check(answer: Answer, asked: Asked, what: string): void {
      const sent = withoutOwn(answer, asked);
      expectNothingOf(secretMarks, sent, what);
      const may = (permission: Permission): boolean => principal?.may(permission) ?? false;
      if (!may('prices.read')) expectNothingOf(priceMarks, sent, what);
      if (!may('contacts.read')) expectNothingOf(contactMarks, sent, what);
      if (!may('safeguarding.read')) expectNothingOf(safeguardingMarks, sent, what);
      if (!principal?.mayAll('people.read')) expectNothingOf(peopleMarks, sent, what);
      if (access === 'public') expectNothingOf([...othersMarks, ...unmappedMarks], sent, what);
      else if (!principal) expectNothingOf([...othersMarks, ...unmappedMarks, /ashdale/i], sent, what);
      else if (access !== 'signed-in' && scoped(access))
        expectNothingOf([...othersMarks, ...unmappedMarks], sent, what);
    }

    /** Neither the status nor a word tells whether it is there. */
    async function expectAsUnknown(asked: Asked, answer: Answer, of: Row, what: string): Promise<void> {
      const at = of.ask('quirkwood').findIndex((each) => each.path === asked.path);
      const unknown = of.ask('nonesuch')[at]!;
      const { status: code, text } = await ask(name, unknown, method);
      const number = /\/(\d+)(?:\/|$)/.exec(asked.path)?.[1] ?? '';
      const same = text
        .replaceAll('nonesuch', 'quirkwood')
        .replaceAll(addresses.nonesuch, addresses.quirkwood)
        .replaceAll('999999', number || '999999');
      expect({ what, status: code, text: same }).toEqual({ what, ...answer });
    }
  });
});

describe('what is shown', () => {
  test('to who may see everything, is all of it, but no secret', async () => {
    const texts = await Promise.all(
      kindNames.map(async (kind) => (await ask('admin', { path: `/api/v1/estate/records/${kind}` })).text),
    );
    const all = texts.join('');
    for (const mark of [...othersMarks, ...priceMarks.slice(0, 3), ...contactMarks]) expect(all).toMatch(mark);
    const plan = await ask('admin', { path: '/api/v1/estate/plan' });
    expect(plan.text).toMatch(/93333\.24/);
    const secrets = await json<RecordList>('admin', { path: '/api/v1/estate/records/credential' });
    const [v2, v3] = ['quirkwood-snmp', 'quirkwood-v3'].map((id) => secrets.records.find((each) => each.id === id)!);
    expect(v2).toMatchObject({ values: { community: '***' }, hidden: ['community'] });
    expect(v3).toMatchObject({
      values: { auth: { protocol: 'sha256', password: '***' } },
      hidden: ['auth.password'],
    });
  });

  test('to who is for one academy, is its records and what they refer to', async () => {
    for (const kind of kindNames) {
      const { records } = await json<RecordList>('noc-of-one', { path: `/api/v1/estate/records/${kind}` });
      const ids = records.map(({ id }) => id);
      expect([kind, ids]).toEqual([kind, trustOnly.includes(kind) ? [] : [idOf[kind]('ashdale')]]);
    }
    const { items } = await json<EstatePlan>('noc-of-one', { path: '/api/v1/estate/plan' });
    expect(new Set(items.map(({ record }) => record))).toEqual(
      new Set(['ashdale-contract', 'ashdale-switch', 'ashdale']),
    );
    const { results } = await json<SearchResults>('noc-of-one', { path: '/api/v1/estate/search?q=AD-REF-1' });
    expect(results).toMatchObject([{ kind: 'circuit', id: 'ashdale-1', academy: 'ashdale' }]);
  });

  test('hidden fields are named', async () => {
    const contract = await json<EstateRecord>('helpdesk-of-one', {
      path: '/api/v1/estate/records/contract/ashdale-contract',
    });
    expect(contract.hidden).toEqual(['prices']);
    const contact = await json<EstateRecord>('safeguarding-lead', {
      path: '/api/v1/estate/records/contact/ashdale-contact',
    });
    expect(contact.hidden).toEqual(['name', 'phone', 'email']);
  });
});

describe('changes', () => {
  const change = (who: string, changes: readonly Change[], dryRun = true): Promise<Answer> =>
    ask(who, { path: '/api/v1/estate/changes', body: { changes, dryRun } });
  const update = (kind: Kind, id: string, values: Record<string, unknown>): Change => ({
    kind,
    id,
    op: 'update',
    values,
  });

  test('of one academy, may be made by who is for it', async () => {
    const { status: code, text } = await change('noc-of-one', [update('circuit', 'ashdale-1', { notes: 'Seen.' })]);
    expect([code, JSON.parse(text)]).toMatchObject([200, { applied: true, records: [{ id: 'ashdale-1' }] }]);
  });

  test.each<[string, Change]>([
    ['moves a record away', update('site', 'ashdale-site', { academy: 'quirkwood' })],
    ['moves it to the trust', update('contact', 'ashdale-contact', { academy: null })],
    [
      'makes one elsewhere',
      { kind: 'site', id: 'x', op: 'create', values: { id: 'x', name: 'X', academy: 'quirkwood' } },
    ],
    ['makes an academy', { kind: 'academy', id: 'x', op: 'create', values: { id: 'x', name: 'X' } }],
    ['changes a supplier', update('provider', 'ashdale-telecom', { notes: 'Mine.' })],
    ['changes a rule', update('rule', 'ashdale-rule', { name: 'Mine' })],
    ['changes a credential', update('credential', 'ashdale-snmp', { community: 'mine' })],
    ["takes another's exporter", update('circuit', 'ashdale-1', { exporter: addresses.quirkwood })],
  ])('of one academy, are refused when it %s', async (_what, each) => {
    const { status: code, text } = await change('noc-of-one', [each]);
    expect(code).toBe(403);
    expect(text).toContain(`Change 1, ${kinds[each.kind].one} \\"${each.id}\\"`);
    expectNothingOf(othersMarks, withoutOwn({ status: code, text }, { path: '', body: each }), each.id);
  });

  test.each<[string, Kind, Record<string, unknown>]>([
    ['circuit', 'circuit', { notes: 'X' }],
    ['academy', 'academy', { notes: 'X' }],
    ['exporter', 'exporter', { notes: 'X' }],
  ])("of another's %s are answered as of one that there is not", async (_what, kind, values) => {
    const [theirs, none] = await Promise.all(
      (['quirkwood', 'nonesuch'] as const).map((target) =>
        change('noc-of-one', [update(kind, idOf[kind](target), values)]),
      ),
    );
    expect(theirs!.status).toBe(200);
    expect(theirs!.text).toContain('"missing"');
    expect(none!.text.replaceAll('nonesuch', 'quirkwood')).toBe(theirs!.text);
  });

  test("do not make another's contract visible by referring to it", async () => {
    for (const target of ['quirkwood', 'nonesuch'] as const) {
      const { text } = await change('noc-of-one', [update('circuit', 'ashdale-1', { contract: `${target}-contract` })]);
      expect(JSON.parse(text)).toMatchObject({
        applied: false,
        problems: [{ code: 'unknown', path: 'contract', message: `There is no contract "${target}-contract".` }],
      });
    }
  });

  test('that meet a record of another academy do not name it', async () => {
    const taken: Change = {
      kind: 'site',
      id: 'quirkwood-site',
      op: 'create',
      values: { id: 'quirkwood-site', name: 'X', academy: 'ashdale' },
    };
    const { text } = await change('noc-of-one', [taken]);
    expect(JSON.parse(text)).toMatchObject({ applied: false, problems: [{ code: 'exists' }] });
    expectNothingOf(othersMarks, text.replaceAll('"id":"quirkwood-site"', ''), 'a taken id');
  });

  test('of fields that cannot be seen are refused', async () => {
    const token = new Principal(
      { account: 1, name: 'writer', via: 'token', address: null },
      [{ role: 'admin', academies: 'all' }],
      { permissions: ['estate.read', 'estate.write'] },
    );
    const { checkChanges } = await import('../../apps/api/src/estate/guard.ts');
    const { Register } = await import('../../apps/api/src/estate/register.ts');
    const { version, records } = await estate.records.all(trust);
    const register = new Register(version, records);
    const tried = (each: Change) => () => checkChanges([each], token, register);
    expect(tried(update('contract', 'ashdale-contract', { prices: [] }))).toThrow(/"prices\.read"/);
    expect(tried(update('circuit', 'ashdale-1', { monthly: null }))).toThrow(/"prices\.read"/);
    expect(tried(update('contact', 'ashdale-contact', { phone: null }))).toThrow(/"contacts\.read"/);
    expect(tried(update('credential', 'ashdale-snmp', { community: 'new' }))).not.toThrow();
  });

  test('come from a page of ours or from no browser, and as JSON', async () => {
    const post = async (headers: Record<string, string>): Promise<number> =>
      (
        await fetch(`${running.url}/api/v1/estate/changes`, {
          method: 'POST',
          headers: { ...credentials.get('admin')!, ...headers },
          body: JSON.stringify({ changes: [update('site', 'ashdale-site', { notes: 'X' })], dryRun: true }),
        })
      ).status;
    expect(await post({ 'content-type': 'text/plain' })).toBe(415);
    expect(await post({ 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post({ 'content-type': 'application/json', origin: 'https://elsewhere.example' })).toBe(403);
  });

  test('are seen at once, and their history begins where the academy became theirs', async () => {
    await change('admin', [update('site', 'quirkwood-site', { notes: 'Quirkwood before' })], false);
    await change('admin', [update('site', 'quirkwood-site', { academy: 'ashdale', notes: 'After' })], false);
    const { records } = await json<RecordList>('noc-of-one', { path: '/api/v1/estate/records/site' });
    expect(records.map(({ id }) => id).sort()).toEqual(['ashdale-site', 'quirkwood-site']);
    const { entries } = await json<{ entries: { before: unknown; after: unknown }[] }>('noc-of-one', {
      path: '/api/v1/estate/records/site/quirkwood-site/history',
    });
    expect(entries).toMatchObject([{ before: null, after: { academy: 'ashdale' } }]);
    expect(JSON.stringify(entries)).not.toContain('Quirkwood before');
  });
});

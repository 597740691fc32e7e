/** Who may do what. One table: the server enforces it, the dashboard reads it to show only what will work. */

export const permissions = [
  /** See academies, circuits and their telemetry. */
  'telemetry.read',
  /** See the estate's records, without prices, contacts and secrets. */
  'estate.read',
  'prices.read',
  'contacts.read',
  /** Change the estate's records; secrets are written with it and never read. */
  'estate.write',
  /** See and decide about exporters, and map what is unknown. */
  'exporters.read',
  'exporters.write',
  'import',
  /** Acknowledge, assign and note incidents, and say what the supplier was told. Whoever sees telemetry sees them. */
  'incidents.write',
  /** Say what an incident was: exclude, merge, split, back-date. It changes figures. */
  'incidents.classify',
  'maintenance.write',
  /** Issue a month's report, which freezes it. */
  'reports.issue',
  /** See rules, subscriptions, silences and what was delivered. */
  'alerts.read',
  /** Silence alerts for a while. */
  'alerts.silence',
  /** Change rules, subscriptions and status pages, send tests, replay. */
  'alerts.write',
  /** See safeguarding signals, which nobody else is told of. */
  'safeguarding.read',
  /** See accounts, roles, tokens and who can see what. */
  'people.read',
  'people.write',
  'audit.read',
] as const;
export type Permission = (typeof permissions)[number];

export const roles = {
  admin: {
    title: 'Administrator',
    about: 'Everything, people and access included; not safeguarding signals.',
    may: permissions.filter((permission) => permission !== 'safeguarding.read'),
  },
  noc: {
    title: 'NOC',
    about:
      'All telemetry; changes academies, circuits, exporters and the rest of the estate; incidents and maintenance.',
    may: [
      'telemetry.read',
      'estate.read',
      'prices.read',
      'contacts.read',
      'estate.write',
      'exporters.read',
      'exporters.write',
      'import',
      'incidents.write',
      'incidents.classify',
      'maintenance.write',
      'reports.issue',
      'alerts.read',
      'alerts.silence',
      'alerts.write',
    ],
  },
  'trust-leader': {
    title: 'Trust leader',
    about: 'Reads dashboards, reports, suppliers, contracts and prices; issues reports.',
    may: ['telemetry.read', 'estate.read', 'prices.read', 'contacts.read', 'reports.issue'],
  },
  'academy-reader': {
    title: 'Academy reader',
    about: 'Reads what concerns the academies named, without prices.',
    may: ['telemetry.read', 'estate.read', 'contacts.read'],
  },
  helpdesk: {
    title: 'Helpdesk',
    about: 'Reads telemetry, circuits, suppliers and site contacts, without prices; works on incidents.',
    may: [
      'telemetry.read',
      'estate.read',
      'contacts.read',
      'exporters.read',
      'incidents.write',
      'alerts.read',
      'alerts.silence',
    ],
  },
  'safeguarding-lead': {
    title: 'Safeguarding lead',
    about: 'Reads the state of filtering and monitoring, safeguarding signals, and the estate without prices.',
    may: ['telemetry.read', 'estate.read', 'safeguarding.read'],
  },
  'data-protection-officer': {
    title: 'Data protection officer',
    about: 'Reads who can see what, and the audit log.',
    may: ['estate.read', 'people.read', 'audit.read'],
  },
} as const satisfies Record<string, { title: string; about: string; may: readonly Permission[] }>;

export type Role = keyof typeof roles;
export const roleNames = Object.keys(roles) as readonly Role[];

/** Whether a role can be given for single academies, too. The others are for the whole trust. */
export const scopedRoles: readonly Role[] = ['academy-reader', 'helpdesk', 'safeguarding-lead', 'noc', 'trust-leader'];

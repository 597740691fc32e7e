/** Permissions and grants, as people read them. */
import { type AccessGrant, type Permission, roles } from '@linewatch/contract';
import { formatNumberOf } from '../../lib/format.ts';

export const permissionWords: Readonly<Record<Permission, string>> = {
  'telemetry.read': 'See academies, circuits and their traffic',
  'estate.read': 'See the estate’s records',
  'prices.read': 'See prices',
  'contacts.read': 'See contacts',
  'estate.write': 'Change the estate’s records',
  'exporters.read': 'See exporters',
  'exporters.write': 'Decide about exporters and map interfaces',
  import: 'Import files',
  'incidents.write': 'Work on incidents',
  'incidents.classify': 'Say what an incident was, which changes figures',
  'maintenance.write': 'Plan maintenance',
  'reports.issue': 'Issue reports',
  'alerts.read': 'See alert rules, subscriptions, silences and what was delivered',
  'alerts.silence': 'Silence alerts for a while',
  'alerts.write': 'Change alert rules, subscriptions and status pages, send tests',
  'safeguarding.read': 'See safeguarding signals',
  'people.read': 'See people and what they may',
  'people.write': 'Change people and what they may',
  'audit.read': 'Read the audit log',
};

/** Null = the whole trust; else the names of academies, the first few of many. */
export function academiesWords(academies: readonly string[] | null, nameOf: (id: string) => string, most = 3): string {
  if (academies === null) return 'the whole trust';
  if (academies.length === 0) return 'no academy';
  const names = academies.map(nameOf);
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${formatNumberOf(names.length - most, 'more', 'more')}`;
}

export const grantWords = ({ role, academies }: AccessGrant, nameOf: (id: string) => string): string =>
  `${roles[role].title}: ${academiesWords(academies, nameOf)}`;

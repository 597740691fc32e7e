/** Words for what incidents, exclusions and their timelines name in short. */
import type { Incident, IncidentKind, IncidentState, Severity, faultClasses } from '@linewatch/contract';
import { exclusions } from '@linewatch/contract';

export const kindWords: Readonly<Record<IncidentKind, string>> = {
  outage: 'Outage',
  degradation: 'Degradation',
  blind: 'Could not be seen',
  quality: 'Data disagree',
  site: 'Site outage',
  device: 'Device outage',
  provider: 'Supplier outage',
};

export const incidentStateWords: Readonly<Record<IncidentState, string>> = {
  open: 'Open',
  recovering: 'Recovering',
  resolved: 'Over',
};

export const severityWords: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  major: 'Major',
  minor: 'Minor',
  info: 'For information',
};

export type FaultClass = (typeof faultClasses)[number];

export const faultWords: Readonly<Record<FaultClass, string>> = {
  total: 'Total loss',
  partial: 'Partial loss',
  intermittent: 'Intermittent',
  fibreBreak: 'Broken fibre',
};

export type ExclusionCode = (typeof exclusions)[number];

export const exclusionWords: Readonly<Record<ExclusionCode, string>> = {
  planned: 'Planned works',
  'emergency-works': 'Emergency works',
  'customer-caused': 'Caused by us',
  'customer-equipment': 'Our own equipment',
  'site-power': 'Power failure at the site',
  'no-access': 'The supplier could not get in',
  'refused-visit': 'We refused a visit',
  'with-customer': 'The supplier waited for us',
  'force-majeure': 'Beyond anyone’s control',
  'third-party-tail': 'Another company’s line',
  suspended: 'The service was suspended',
};

export const exclusionCodes = exclusions;

/** A code that is not known reads as it came. */
export const codeWords = (code: string): string =>
  code in exclusionWords ? exclusionWords[code as ExclusionCode] : code.replaceAll('-', ' ');

export const faultClassWords = (name: string | null): string =>
  name === null ? 'Not classified' : name in faultWords ? faultWords[name as FaultClass] : name;

const entryTitles: Readonly<Record<string, string>> = {
  opened: 'Opened',
  evidence: 'Evidence',
  state: 'State',
  flapped: 'Came back for a moment',
  failover: 'Failover',
  recovering: 'Service is back',
  resolved: 'Over',
  reopened: 'Opened again',
  member: 'Member',
  acknowledged: 'Acknowledged',
  unacknowledged: 'No longer acknowledged',
  assigned: 'Assigned',
  note: 'Note',
  ticket: 'Ticket',
  reported: 'Reported to the supplier',
  supplier: 'What the supplier says',
  classified: 'Classified',
  excluded: 'Left out of the figures',
  included: 'Counts again',
  merged: 'Merged',
  split: 'Split',
  backdated: 'Times corrected',
  maintenance: 'Maintenance',
};

export const entryTitle = (kind: string): string =>
  entryTitles[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll('-', ' ');

/** How many pupils the academies of an incident have together; null = not known of any. */
export function pupilsOf({ academies }: Pick<Incident, 'academies'>): number | null {
  const known = academies.flatMap(({ pupils }) => (pupils === null ? [] : [pupils]));
  return known.length === 0 ? null : known.reduce((sum, pupils) => sum + pupils, 0);
}

/** Names of academies, the first few of many. */
export function academyNames({ academies }: Pick<Incident, 'academies'>, most = 2): string {
  const names = academies.map(({ name }) => name);
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** Whether an acknowledgement holds now: it may have run out. */
export const acknowledgedNow = ({ acknowledged }: Pick<Incident, 'acknowledged'>, nowMs: number): boolean =>
  acknowledged !== null && (acknowledged.untilMs === null || acknowledged.untilMs > nowMs);

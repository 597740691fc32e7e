/** From what is to be told to what is sent: with all that whoever picks it up needs. Pure. */
import {
  type Notification,
  type NotifiedAlert,
  type Severity,
  notificationEvents,
  severities,
} from '@linewatch/contract';
import { type Alert, type Telling, cleanLine, cleanLines, cut } from '@linewatch/alerting';
import type { IncidentTimeline } from '@linewatch/estate';
import { timeText } from '@linewatch/sla';
import { messageId } from './message-id.ts';
import type { Subjects } from './subjects.ts';

export interface Findings {
  /** By the incident's number. */
  readonly timelines: ReadonlyMap<number, IncidentTimeline>;
  /** By the incident's number: when the contract wants it fixed. */
  readonly fixDue: ReadonlyMap<number, number>;
}

export interface NotificationContext {
  readonly subjects: Subjects;
  readonly findings: Findings;
  /** Id of the subscription. */
  readonly subscription: string;
  readonly publicUrl: string | undefined;
}

export const mostAlerts = 50;
const mostAcademies = 100;
/** Of the first alerts, and of those that follow: nobody reads the evidence of the thirtieth. */
const evidenceOf = (index: number): number => (index === 0 ? 20 : index < 5 ? 8 : index < 20 ? 2 : 0);

const rank = (severity: Severity): number => severities.indexOf(severity);
const line = (text: string, most: number): string => cut(cleanLine(text), most);
const lineOrNull = (text: string | undefined | null, most = 200): string | null =>
  text === undefined || text === null || text === '' ? null : line(text, most);
const seconds = (atMs: number): string => timeText(Math.floor(atMs / 1000) * 1000);

export const linkTo = (publicUrl: string | undefined, path: string): string | null =>
  publicUrl === undefined ? null : `${publicUrl.replace(/\/+$/, '')}${path}`;

const incidentLink = (publicUrl: string | undefined, incident: number | null): string | null =>
  linkTo(publicUrl, incident === null ? '/alerts' : `/incidents/${incident}`);

/** `link (main): linkDown trap` → where it comes from, and what it says. */
function sourced(text: string): { source: string; text: string } {
  const at = text.indexOf(': ');
  return at < 1
    ? { source: 'Linewatch', text: line(text, 300) }
    : { source: line(text.slice(0, at), 100), text: line(text.slice(at + 2), 300) };
}

const evidenceIn = (timeline: IncidentTimeline | undefined, most: number): NotifiedAlert['evidence'] => {
  if (!timeline || most === 0) return [];
  const all = timeline.entries.map(({ atMs, kind, text }) =>
    kind === 'evidence' ? { atMs, ...sourced(text) } : { atMs, source: 'Linewatch', text: line(text, 300) },
  );
  return all.length <= most ? all : [...all.slice(0, Math.ceil(most / 2)), ...all.slice(-Math.floor(most / 2))];
};

/** The latest word of each source. */
function testedIn(timeline: IncidentTimeline | undefined, most: number): string[] {
  const latest = new Map<string, string>();
  for (const { atMs, kind, text } of timeline?.entries ?? []) {
    if (kind !== 'evidence') continue;
    const { source, text: says } = sourced(text);
    latest.delete(source);
    latest.set(source, `${source}: ${says}, ${seconds(atMs)}`);
  }
  return most === 0 ? [] : [...latest.values()].slice(-most);
}

/** Without lines that filter, which it may carry: nobody is told of these by the way. */
const withoutFilters = (timeline: IncidentTimeline | undefined, subjects: Subjects): IncidentTimeline | undefined =>
  timeline && {
    ...timeline,
    entries: timeline.entries.filter(({ circuit = null }) => subjects.circuit(circuit)?.planned.kind !== 'filtering'),
  };

export function notifiedAlert(
  alert: Alert,
  index: number,
  { subjects, findings, publicUrl }: Omit<NotificationContext, 'subscription'>,
): NotifiedAlert {
  const circuit = subjects.circuit(alert.circuit);
  const academy = subjects.academy(alert.academy) ?? circuit?.academy;
  const provider = circuit?.provider ?? subjects.provider(alert.provider);
  const site = circuit?.site ?? subjects.site(academy);
  const contact = subjects.contact(academy, site);
  const timeline =
    alert.incident === null ? undefined : withoutFilters(findings.timelines.get(alert.incident), subjects);
  return {
    key: cut(alert.key, 300),
    rule: alert.kind,
    title: line(alert.title, 300),
    text: cut(cleanLines(alert.text), 1000),
    severity: alert.severity,
    status: alert.endedMs === null ? 'firing' : 'resolved',
    startedMs: alert.startedMs,
    endedMs: alert.endedMs,
    incident: alert.incident,
    labels: { ...alert.labels },
    academy: academy
      ? { id: academy.planned.slug, name: line(academy.planned.name, 200), pupils: academy.planned.pupils }
      : null,
    site: academy
      ? {
          name: line(site?.name ?? academy.planned.name, 200),
          postcode: site?.postcode ?? academy.planned.postcode,
          accessHours: lineOrNull(site?.accessHours),
          contact: contact
            ? {
                name: line(contact.name, 200),
                phone: lineOrNull(contact.phone),
                email: lineOrNull(contact.email, 254),
                hours: lineOrNull(contact.hours),
              }
            : null,
        }
      : null,
    circuit: circuit
      ? {
          id: circuit.planned.slug,
          name: line(circuit.planned.name, 200),
          reference: lineOrNull(circuit.record?.reference),
        }
      : null,
    supplier: provider
      ? {
          id: provider.planned.slug,
          name: line(provider.planned.name, 200),
          faultLine: lineOrNull(circuit?.record?.faultLine ?? provider.record?.faultLine),
          faultEmail: lineOrNull(provider.record?.faultEmail, 254),
          portal: lineOrNull(provider.record?.portal, 500),
        }
      : null,
    tested: testedIn(timeline, evidenceOf(index)),
    evidence: evidenceIn(timeline, evidenceOf(index)),
    fixDueMs: alert.incident === null ? null : (findings.fixDue.get(alert.incident) ?? null),
    members: timeline?.members ?? 0,
    url: incidentLink(publicUrl, alert.incident),
  };
}

/** The one that carries others, else the gravest. */
function mainOf(alerts: readonly Alert[]): Alert | undefined {
  const parents = new Set(alerts.map(({ parent }) => parent));
  return (
    alerts.find(({ key, incident }) => parents.has(key) || (incident !== null && parents.has(`i${incident}`))) ??
    alerts[0]
  );
}

const carries = (main: Alert, { parent }: Alert): boolean =>
  parent !== null && (parent === main.key || parent === `i${main.incident}`);

function titleOf(main: Alert, alerts: readonly Alert[], count: number): string {
  const others = count - 1;
  const isWhole = others <= 0 || alerts.every((each) => each === main || carries(main, each));
  return line(isWhole ? main.title : `${cut(main.title, 250)}, and ${others} more`, 300);
}

/** Some sentences: what, where, since when, whom to ring. */
function summaryOf(
  main: Alert,
  first: NotifiedAlert,
  academies: readonly string[],
  pupils: number,
  isOver: boolean,
): string {
  const { supplier, circuit } = first;
  const text = cleanLine(main.text === '' ? main.title : main.text);
  const parts = [/[.!?]$/.test(text) ? text : `${text}.`];
  if (academies.length > 1)
    parts.push(`${academies.length} academies are affected${pupils > 0 ? `, with ${pupils} pupils` : ''}.`);
  if (isOver) parts.push('It is over.');
  else if (supplier?.faultLine)
    parts.push(
      `Fault line of ${supplier.name}: ${supplier.faultLine}${circuit?.reference ? `, quote ${circuit.reference}` : ''}.`,
    );
  if (!isOver && first.fixDueMs !== null) parts.push(`To be fixed by ${seconds(first.fixDueMs)}.`);
  return cut(parts.join(' '), 1500);
}

/** Of alerts of one trust. At least one alert. */
export function notificationOf(telling: Telling, context: NotificationContext): Notification {
  const { group, event, sequence, atMs, alerts, firing, resolved, note } = telling;
  const { subjects, subscription, publicUrl } = context;
  const all = alerts.length > 0 ? alerts : [];
  const main = mainOf(all)!;
  const ordered = [main, ...all.filter((each) => each !== main)].slice(0, mostAlerts);
  const notified = ordered.map((alert, index) => notifiedAlert(alert, index, context));
  const trust = subjects.trust(main.trust) ?? { id: String(main.trust), name: String(main.trust) };
  const isOver = firing === 0;
  const going = all.filter(({ endedMs }) => endedMs === null);
  const counted = isOver || going.length === 0 ? all : going;
  const severity = isOver
    ? group.severity
    : counted.reduce<Severity>((most, each) => (rank(each.severity) < rank(most) ? each.severity : most), 'info');
  const affected = new Map(
    counted.flatMap(({ academy, circuit }) => {
      const found = subjects.academy(academy) ?? subjects.circuit(circuit)?.academy;
      return found ? [[found.planned.id, found.planned] as const] : [];
    }),
  );
  const academies = [...affected.values()].map(({ name }) => line(name, 200)).slice(0, mostAcademies);
  const pupils = [...affected.values()].reduce((sum, each) => sum + (each.pupils ?? 0), 0);
  const ends = all.map(({ endedMs }) => endedMs ?? atMs);
  return {
    id: messageId(trust.id, group.id, group.openedMs, sequence),
    event: notificationEvents.includes(event) ? event : 'updated',
    atMs,
    trust: { id: trust.id, name: line(trust.name, 200) },
    subscription,
    group: { id: group.id, key: `linewatch/${trust.id}/${group.id}`, labels: { ...group.labels } },
    sequence,
    status: isOver ? 'resolved' : 'firing',
    severity,
    title: titleOf(main, all, firing > 0 ? firing : resolved),
    summary: summaryOf(main, notified[0]!, academies, pupils, isOver),
    startedMs: Math.min(...counted.map(({ startedMs }) => startedMs)),
    endedMs: isOver ? Math.max(...ends) : null,
    firing,
    resolved,
    academies,
    alerts: notified,
    note: note && { by: line(note.by, 200), text: cut(cleanLines(note.text), 4000) },
    url: incidentLink(publicUrl, main.incident),
  };
}

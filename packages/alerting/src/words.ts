/**
 * A notification in words, for whoever picks up the ticket: what is the matter, since when, whom to ring and what to quote, until
 * when it has to be fixed, who is on site, what was tried. One set of blocks; text, HTML and cards are made of it.
 */
import type { NotificationEvent, Notification, NotifiedAlert, Severity } from '@linewatch/contract';
import { durationText, timeText } from '@linewatch/sla';
import { cleanLine, cleanLines, cut, cutOctets, escapeHtml, linkOf } from './text.ts';

/** Label and value, one line each. */
export type Fact = readonly [label: string, value: string];

export interface Block {
  /** Empty: none. */
  readonly heading: string;
  readonly facts: readonly Fact[];
  /** Lists: what was tested, evidence, further alerts. */
  readonly lists: readonly { readonly heading: string; readonly items: readonly string[] }[];
  readonly url: string | null;
}

/** How much is told. */
export interface Extent {
  /** Alerts told in full. */
  readonly full: number;
  /** Further alerts, a line each. */
  readonly brief: number;
  /** Items of a list. */
  readonly items: number;
  readonly academies: number;
}

/** From all to the least. */
export const extents: readonly Extent[] = [
  { full: 5, brief: 50, items: 50, academies: 100 },
  { full: 3, brief: 20, items: 10, academies: 30 },
  { full: 1, brief: 10, items: 5, academies: 10 },
  { full: 1, brief: 3, items: 2, academies: 5 },
  { full: 1, brief: 0, items: 0, academies: 3 },
];

export interface Size {
  readonly mostCharacters?: number;
  readonly mostOctets?: number;
}

const severityWords: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  major: 'Major',
  minor: 'Minor',
  info: 'For information',
};

/** What a subject begins with. */
const eventWords: Readonly<Record<NotificationEvent, string>> = {
  opened: 'New',
  updated: 'Update',
  acknowledged: 'Acknowledged',
  note: 'Note',
  reminder: 'Still going on',
  resolved: 'Resolved',
  reopened: 'Back again',
  test: 'Test',
};

const time = (atMs: number): string => timeText(Math.floor(atMs / 1000) * 1000);
const minuteMs = 60_000;
/** Whole minutes from a minute on: nobody needs the seconds of an outage. */
const lasting = (ms: number): string =>
  durationText(ms < minuteMs ? Math.max(0, Math.floor(ms / 1000) * 1000) : Math.floor(ms / minuteMs) * minuteMs);
const joined = (parts: readonly (string | null | undefined)[], by = ', '): string =>
  parts
    .filter((part) => part !== null && part !== undefined && part.trim() !== '')
    .map((part) => cleanLine(part!))
    .join(by);

/** `since 22 Nov 2026 10:20`, or from when to when and how long. */
function timesOf(of: { readonly startedMs: number; readonly endedMs: number | null }): string {
  if (of.endedMs === null) return `since ${time(of.startedMs)}`;
  return `${time(of.startedMs)} to ${time(of.endedMs)} (${lasting(of.endedMs - of.startedMs)})`;
}

/** The title of its ticket: the same from its opening to its end. */
export const titleOf = (notification: Notification, most = 250): string =>
  cut(cleanLine(notification.title) || 'Alert', most);

/** `Resolved: Oak Academy: line down`. */
export const subjectOf = (notification: Notification, most = 250): string =>
  cut(`${eventWords[notification.event]}: ${titleOf(notification, most)}`, most);

/** How it stands, in a line. */
export function statusOf(notification: Notification): string {
  if (notification.event === 'test') return 'This is a test. Nothing is wrong.';
  const times = timesOf(notification);
  if (notification.status === 'resolved') return `Over: ${times}.`;
  const several = notification.firing > 1 ? `, ${notification.firing} alerts` : '';
  return `${severityWords[notification.severity]}, ${times}${several}.`;
}

/** What whoever picks it up needs to know of one alert; what is not known is left out. */
export function factsOf(alert: NotifiedAlert): Fact[] {
  const { academy, site, circuit, supplier } = alert;
  const contact = site?.contact;
  const pupils = academy?.pupils;
  const all: readonly Fact[] = [
    ['What', joined([alert.text === '' ? alert.title : alert.text])],
    ['When', `${timesOf(alert)}${alert.status === 'resolved' ? ', over' : ''}`],
    ['Fix by', alert.fixDueMs === null ? '' : `${time(alert.fixDueMs)} (UK time), by the contract`],
    ['Academy', joined([academy?.name, pupils === null || pupils === undefined ? null : `${pupils} pupils`])],
    ['Line', joined([circuit?.name])],
    ['Supplier', joined([supplier?.name])],
    ['Circuit reference', joined([circuit?.reference])],
    ['Fault line', joined([supplier?.faultLine, supplier?.faultEmail, supplier?.portal])],
    ['Site', joined([site?.name, site?.postcode])],
    ['Access hours', joined([site?.accessHours])],
    ['Site contact', joined([contact?.name, contact?.phone, contact?.email, contact?.hours])],
    [
      'Part of it',
      alert.members > 0 ? `${alert.members} further ${alert.members === 1 ? 'incident' : 'incidents'}` : '',
    ],
  ];
  return all.filter(([, value]) => value !== '');
}

/** At most `most` items, and how many are left out. */
function listed(items: readonly string[], most: number): string[] {
  const shown = items.slice(0, most).map((item) => cut(cleanLine(item), 1000));
  const left = items.length - shown.length;
  return left > 0 ? [...shown, `${left} more left out`] : shown;
}

const lists = (...all: readonly { heading: string; items: readonly string[] }[]) =>
  all.filter(({ items }) => items.length > 0);

const alertBlock = (alert: NotifiedAlert, extent: Extent, heading: string): Block => ({
  heading,
  facts: factsOf(alert),
  lists: lists(
    { heading: 'Tested', items: listed(alert.tested, extent.items) },
    {
      heading: 'Evidence',
      items: listed(
        alert.evidence.map(({ atMs, source, text }) => `${time(atMs)} ${source}: ${text}`),
        extent.items,
      ),
    },
  ),
  url: linkOf(alert.url),
});

const briefOf = (alert: NotifiedAlert): string =>
  joined([alert.title, alert.circuit?.reference, alert.supplier?.name, timesOf(alert)]);

/** All there is to say, in order. */
export function blocksOf(notification: Notification, extent: Extent = extents[0]!): readonly Block[] {
  const { alerts, note, academies } = notification;
  const head: Fact[] = [['Status', statusOf(notification)]];
  const summary = cleanLine(notification.summary);
  if (summary !== '') head.push(['Summary', summary]);
  if (note) head.push(['Note', `${cleanLine(note.text)} (${cleanLine(note.by)})`]);
  const full = alerts.slice(0, extent.full);
  const rest = alerts.slice(extent.full);
  // All that fire or ended are counted, also those that the notification itself leaves out.
  const beyond = Math.max(0, notification.firing + notification.resolved - full.length);
  const brief = rest.slice(0, extent.brief).map((alert) => cut(briefOf(alert), 300));
  const left = Math.max(beyond, rest.length) - brief.length;
  return [
    {
      heading: '',
      facts: head,
      lists: lists({
        heading: 'Academies affected',
        items: academies.length > 1 ? listed(academies, extent.academies) : [],
      }),
      url: linkOf(notification.url),
    },
    ...full.map((alert) => alertBlock(alert, extent, alerts.length > 1 ? cleanLine(alert.title) : '')),
    ...(rest.length > 0 || left > 0
      ? [
          {
            heading: '',
            facts: [],
            lists: lists({ heading: 'Also', items: left > 0 ? [...brief, `${left} more left out`] : brief }),
            url: null,
          },
        ]
      : []),
  ];
}

function textBlocks(notification: Notification, extent: Extent): string {
  const pageOf = linkOf(notification.url);
  return blocksOf(notification, extent)
    .map(({ heading, facts, lists: all, url }, index) =>
      [
        ...(heading === '' ? [] : [heading]),
        ...facts.map(([label, value]) => `${label}: ${value}`),
        ...all.flatMap(({ heading: of, items }) => [`${of}:`, ...items.map((item) => `- ${item}`)]),
        ...(url === null || (index > 0 && url === pageOf) ? [] : [`Details: ${url}`]),
      ].join('\n'),
    )
    .join('\n\n');
}

function htmlBlocks(notification: Notification, extent: Extent): string {
  const pageOf = linkOf(notification.url);
  return blocksOf(notification, extent)
    .map(({ heading, facts, lists: all, url }, index) =>
      [
        heading === '' ? '' : `<h3>${escapeHtml(heading)}</h3>`,
        facts.length === 0
          ? ''
          : `<p>${facts.map(([label, value]) => `<b>${escapeHtml(label)}:</b> ${escapeHtml(value)}`).join('<br>')}</p>`,
        ...all.map(
          ({ heading: of, items }) =>
            `<p><b>${escapeHtml(of)}:</b></p><ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`,
        ),
        url === null || (index > 0 && url === pageOf) ? '' : `<p><a href="${escapeHtml(url)}">Details</a></p>`,
      ].join(''),
    )
    .join('');
}

const fits = (text: string, { mostCharacters = Infinity, mostOctets = Infinity }: Size): boolean =>
  text.length <= mostCharacters && (mostOctets === Infinity || Buffer.byteLength(text) <= mostOctets);

const shortened = (text: string, { mostCharacters = Infinity, mostOctets = Infinity }: Size): string =>
  cutOctets(cut(text, mostCharacters), mostOctets);

/** The ticket as plain text. What does not fit is left out from the least important on, and how much that is is said. */
export function textOf(notification: Notification, size: Size = {}): string {
  let text = '';
  for (const extent of extents) {
    text = textBlocks(notification, extent);
    if (fits(text, size)) return text;
  }
  return shortened(text, size);
}

/** The same as HTML without styles or scripts: every tag that is opened is closed, whatever the size. */
export function htmlOf(notification: Notification, size: Size = {}): string {
  for (const extent of extents) {
    const html = htmlBlocks(notification, extent);
    if (fits(html, size)) return html;
  }
  // Plain text whose escapes fit: an octet becomes six at most.
  const inner = { mostCharacters: mostOf(size.mostCharacters), mostOctets: mostOf(size.mostOctets) };
  return `<p>${escapeHtml(textOf(notification, inner)).replaceAll('\n', '<br>')}</p>`;
}
const mostOf = (most = Infinity): number => (most === Infinity ? Infinity : Math.max(0, Math.floor((most - 7) / 6)));

/** What is new, for a comment under a ticket that tells the rest. */
export function updateOf(notification: Notification, size: Size = {}): string {
  const { note, event } = notification;
  const summary = cleanLine(notification.summary);
  const link = linkOf(notification.url);
  const lines = [
    `${eventWords[event]}: ${statusOf(notification)}`,
    ...(note ? [`${cleanLine(note.by)}: ${cleanLines(note.text).trim()}`] : []),
    ...(summary === '' ? [] : [summary]),
    ...(link === null ? [] : [`Details: ${link}`]),
  ];
  return shortened(lines.join('\n'), size);
}

/** One line: what, whom to ring, what to quote, the link. The link is whole or not there. */
export function lineOf(notification: Notification, size: Size = {}): string {
  const first = notification.alerts[0];
  const due = first?.fixDueMs ?? null;
  const parts = [
    `${subjectOf(notification)}.`,
    ...(notification.event === 'test' ? [] : [statusOf(notification)]),
    ...(notification.note ? [`${cleanLine(notification.note.by)}: ${cleanLine(notification.note.text)}.`] : []),
    ...(notification.status === 'firing' && first
      ? [
          joined([
            first.supplier?.name,
            first.supplier?.faultLine,
            first.circuit?.reference && `ref ${first.circuit.reference}`,
          ]),
          due === null ? '' : `Fix by ${time(due)}.`,
        ]
      : []),
  ].filter((part) => part !== '');
  const words = parts.join(' ');
  const link = linkOf(notification.url);
  if (link !== null && fits(`${words} ${link}`, size)) return `${words} ${link}`;
  const left = {
    mostCharacters: (size.mostCharacters ?? Infinity) - (link?.length ?? 0) - 1,
    mostOctets: (size.mostOctets ?? Infinity) - Buffer.byteLength(link ?? '') - 1,
  };
  // Where the link would leave too little to say what it is about, it is left out.
  if (link !== null && Math.min(left.mostCharacters, left.mostOctets) >= 60) return `${shortened(words, left)} ${link}`;
  return shortened(words, size);
}

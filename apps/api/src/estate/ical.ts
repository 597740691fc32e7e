/** The plan as a calendar feed (RFC 5545): all-day events, with an alarm where notice is due. */
import type { PlanItem } from '@linewatch/contract';
import { addDays } from '@linewatch/figures';

/** Longest line without its end, octets (section 3.1). */
const maxLine = 75;
/** How long before the last day to give notice a calendar reminds of it. */
const alarmDays = [30, 7];
/** How often a calendar is to look again. */
const refresh = 'PT12H';

/** TEXT of section 3.3.11. A carriage return or another control character has no place in it. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[\\;,]/g, (mark) => `\\${mark}`)
    .replaceAll(/\r\n|\r|\n/g, '\\n')
    // eslint-disable-next-line no-control-regex -- these are what is to be taken out
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');

/** Cuts between characters, so that no line is over 75 octets. */
function folded(line: string): string {
  const lines: string[] = [];
  let current = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > maxLine) {
      lines.push(current);
      current = ' ';
      octets = 1;
    }
    current += character;
    octets += size;
  }
  return [...lines, current].join('\r\n');
}

const date = (day: string): string => day.replaceAll('-', '');
const stamp = (ms: number): string => new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '');

const titles: Readonly<Record<PlanItem['reason'], string>> = {
  notice: 'Last day to give notice',
  term: 'Contract ends or renews',
  rolling: 'Rolling contract renews',
  expired: 'Contract is past its end',
  support: 'Support ends',
  exception: 'Exception runs out',
};

export interface Feed {
  /** Label of the trust: makes the UIDs unique. */
  readonly trust: string;
  readonly name: string;
  /** When the estate was read, Unix ms. */
  readonly atMs: number;
}

function event(item: PlanItem, { trust, atMs }: Feed): string[] {
  const summary = `${titles[item.reason]}: ${item.name}`;
  const concerned = item.academies.map(({ name }) => name).join(', ');
  const description = [
    item.detail,
    item.provider && `Supplier: ${item.provider.name}`,
    item.price && `£${item.price.monthly} a month, £${item.price.yearly} a year, without VAT`,
    concerned && `Academies: ${concerned}`,
  ].filter((each) => typeof each === 'string' && each !== '');
  const alarms =
    item.reason === 'notice'
      ? alarmDays.flatMap((days) => [
          'BEGIN:VALARM',
          'ACTION:DISPLAY',
          `DESCRIPTION:${escaped(summary)}`,
          `TRIGGER:-P${days}D`,
          'END:VALARM',
        ])
      : [];
  return [
    'BEGIN:VEVENT',
    // The same for the same matter: when its day changes, the event moves.
    `UID:${item.id.replaceAll('/', '.')}@${trust}.linewatch`,
    `DTSTAMP:${stamp(atMs)}`,
    `DTSTART;VALUE=DATE:${date(item.day)}`,
    `DTEND;VALUE=DATE:${date(addDays(item.day, 1))}`,
    `SUMMARY:${escaped(summary)}`,
    `DESCRIPTION:${escaped(description.join('\n'))}`,
    `CATEGORIES:${item.kind.toUpperCase()}`,
    'TRANSP:TRANSPARENT',
    ...alarms,
    'END:VEVENT',
  ];
}

export function calendarOf(items: readonly PlanItem[], feed: Feed): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Linewatch//Refresh and contract plan//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escaped(feed.name)}`,
    'X-WR-TIMEZONE:Europe/London',
    `REFRESH-INTERVAL;VALUE=DURATION:${refresh}`,
    `X-PUBLISHED-TTL:${refresh}`,
    ...items.flatMap((item) => event(item, feed)),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

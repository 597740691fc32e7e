/** Times as people in UK schools read them: Europe/London, day before month, 24-hour clock. */

export const zone = 'Europe/London';

const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });

const clock = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minutes = format({ hour: '2-digit', minute: '2-digit' });
const weekday = format({ weekday: 'short', day: 'numeric', month: 'short' });
const dayMonth = format({ day: 'numeric', month: 'short' });
const monthYear = format({ month: 'short', year: 'numeric' });
const full = format({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const fields = format({
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** `14:05:09` */
export const formatClock = (ms: number): string => clock.format(ms);
/** `14:05` */
export const formatMinutes = (ms: number): string => minutes.format(ms);
/** `Tue 3 Mar` */
export const formatDay = (ms: number): string => weekday.format(ms).replace(',', '');
/** `3 Mar` */
export const formatDayMonth = (ms: number): string => dayMonth.format(ms);
/** `Mar 2026` */
export const formatMonth = (ms: number): string => monthYear.format(ms);
/** `Tue 3 Mar 2026, 14:05` */
export const formatMoment = (ms: number): string => `${full.format(ms).replace(',', '')}, ${minutes.format(ms)}`;

interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

function wallAt(ms: number): Wall {
  const wall: Wall = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of fields.formatToParts(ms)) {
    if (type in wall) wall[type as keyof Wall] = Number(value);
  }
  return wall;
}

/** How far London's clocks are ahead of UTC at a moment, ms. */
function offsetAt(ms: number): number {
  const wall = wallAt(ms);
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  return asUtc - Math.floor(ms / 1000) * 1000;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** The value of an `<input type="datetime-local">` that shows this moment in London. */
export function toLocalInput(ms: number): string {
  const wall = wallAt(ms);
  return `${String(wall.year).padStart(4, '0')}-${two(wall.month)}-${two(wall.day)}T${two(wall.hour)}:${two(wall.minute)}`;
}

/**
 * The moment that such a value means in London; null when it is not a time. When clocks go back an hour comes twice and
 * the first is taken; the hour that is skipped when they go forward is read as if they had not yet.
 */
export function fromLocalInput(value: string): number | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/.exec(value);
  if (!parts) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part || 0));
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(asUtc);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59) return null;
  // The offset is one of those in force on either side of a change; the earlier side comes first.
  const before = asUtc - offsetAt(asUtc - 86_400_000);
  if (offsetAt(before) === asUtc - before) return before;
  const after = asUtc - offsetAt(asUtc + 86_400_000);
  return offsetAt(after) === asUtc - after ? after : before;
}

/** Text that comes from anywhere, made fit for where it goes: cleaned, cut, escaped. */

// Control characters, and those that turn the direction of what follows (they make text read as what it is not).
// eslint-disable-next-line no-control-regex
const unfit = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Lines of text: well-formed Unicode, without control characters; line ends are \n. */
export const cleanLines = (text: string): string =>
  text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(unfit, ' ')
    .toWellFormed();

/** One line, single spaces. */
export const cleanLine = (text: string): string => cleanLines(text).replace(/\s+/g, ' ').trim();

/** Where text can end, at most at `most`: never inside of a surrogate pair, at a word where one ends in the last third. */
function endAt(text: string, most: number): number {
  let end = most;
  const before = text.charCodeAt(end - 1);
  if (before >= 0xd800 && before <= 0xdbff) end -= 1;
  if (/\s/.test(text.charAt(end))) return end;
  for (let at = end - 1; at > end - Math.max(8, Math.floor(end / 3)) && at > 0; at -= 1)
    if (/\s/.test(text.charAt(at))) return at;
  return end;
}

/** At most `most` characters, counted as UTF-16 does: no receiver counts more. What is cut ends with an ellipsis. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  if (most < 1) return '';
  return `${text.slice(0, endAt(text, most - 1)).trimEnd()}…`;
}

/** At most `most` octets of UTF-8. */
export function cutOctets(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  if (most < 3) return '';
  let left = most - 3;
  let units = 0;
  for (const character of text) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    units += character.length;
  }
  return `${text.slice(0, endAt(text, units)).trimEnd()}…`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and quoted attributes of HTML. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);

/** Longer addresses are taken by few receivers. */
const mostLinkCharacters = 2000;

/** An address that a link may lead to; null for anything but http(s). */
export function linkOf(url: string | null): string | null {
  if (url === null || url.length > mostLinkCharacters || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return (protocol === 'https:' || protocol === 'http:') && href.length <= mostLinkCharacters ? href : null;
}

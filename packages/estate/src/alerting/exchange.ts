/** What went over the wire, cut to what is kept of it. */
import type { Exchange } from '@linewatch/contract';

/** Of UTF-8. Together well under what a row may hold (128 KiB). */
const octets = { url: 4000, method: 20, error: 2000, headers: 12_000, header: 2000, request: 49_152, answer: 32_768 };
export const maxExchanges = 20;

/** The text as far as it fits, and how much is left out. What no text of PostgreSQL's can hold is longer when it is kept. */
function cut(said: string, most: number): string {
  const text = said.slice(0, most + 1).replaceAll('\0', '\ufffd');
  const all = Buffer.from(text);
  if (said.length <= most && all.length <= most) return text;
  // A character that is cut in two is left out.
  const kept = all
    .subarray(0, most)
    .toString()
    .replace(/\ufffd+$/, '');
  return `${kept}… (of ${Buffer.byteLength(said)} octets)`;
}

function cutHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: [string, string][] = [];
  let left = octets.headers;
  for (const [name, value] of Object.entries(headers)) {
    const pair: [string, string] = [cut(name, 200), cut(value, octets.header)];
    left -= Buffer.byteLength(pair[0]) + Buffer.byteLength(pair[1]);
    if (left < 0) break;
    kept.push(pair);
  }
  return Object.fromEntries(kept);
}

export const cutExchange = ({ atMs, tookMs, request, answer, error }: Exchange): Exchange => ({
  atMs,
  tookMs,
  request: {
    method: cut(request.method, octets.method),
    url: cut(request.url, octets.url),
    headers: cutHeaders(request.headers),
    body: cut(request.body, octets.request),
  },
  answer: answer && {
    status: answer.status,
    headers: cutHeaders(answer.headers),
    body: cut(answer.body, octets.answer),
  },
  error: error === null ? null : cut(error, octets.error),
});

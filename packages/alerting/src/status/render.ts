/** The public page, whole: no script, nothing that is fetched, small enough for a telephone's bad signal. */
import { createHash } from 'node:crypto';
import type { PublicStatus } from '@linewatch/contract';
import { durationText, timeText } from '@linewatch/sla';
import { cleanLine, cleanLines, escapeHtml } from '../text.ts';

/** A page asks for itself again, s. */
const refreshSeconds = 60;
/** What a file of ours is known by. */
export const generator = 'Linewatch status page';

const style = [
  ':root{color-scheme:light dark;--ink:#16191d;--soft:#525a64;--paper:#fff;--edge:#d5dae0;--good:#146c2e;--warn:#8a5300;--bad:#b3261e}',
  '@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a9b1bb;--paper:#15181c;--edge:#3a4149;--good:#6fcf8a;--warn:#f0b45a;--bad:#ff8a80}}',
  '*{box-sizing:border-box}',
  'body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}',
  'main{max-width:40rem;margin:0 auto;padding:1.5rem 1rem 3rem}',
  'h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.5rem 0}',
  '.now{border:1px solid var(--edge);border-left:.5rem solid var(--soft);border-radius:.25rem;padding:.75rem 1rem}',
  '.now strong{display:block;font-size:1.2rem}',
  '.working{border-left-color:var(--good)}.disturbed{border-left-color:var(--warn)}.down{border-left-color:var(--bad)}',
  '.soft{color:var(--soft);font-size:.9rem}.own{white-space:pre-line}',
  'ul{list-style:none;margin:0;padding:0}li{border-top:1px solid var(--edge);padding:.5rem 0}',
].join('');

const hash = createHash('sha256').update(style).digest('base64');

/** Content-Security-Policy of every page here. */
export const statusPolicy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const page = (title: string, body: string, refresh: boolean): string =>
  `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="generator" content="${generator}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
${refresh ? `<meta http-equiv="refresh" content="${refreshSeconds}">\n` : ''}<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;

const words: Readonly<Record<PublicStatus['state'], string>> = {
  working: 'The internet connection works.',
  disturbed: 'The internet connection works, but not as well as it should.',
  down: 'The internet connection does not work.',
  unknown: 'We cannot tell whether the internet connection works.',
};
const pastWords = { disturbed: 'Did not work well', down: 'Did not work' } as const;

const minuteMs = 60_000;
/** Nobody wants to know the second. */
const time = (atMs: number): string => timeText(Math.floor(atMs / minuteMs) * minuteMs);
const lasted = (ms: number): string => durationText(Math.max(1, Math.round(ms / minuteMs)) * minuteMs);
const list = (items: readonly string[]): string => `<ul>\n${items.map((each) => `<li>${each}</li>`).join('\n')}\n</ul>`;

function since({ state, sinceMs, nowMs }: PublicStatus): string {
  if (state === 'unknown') return sinceMs === null ? '' : `<p>What we knew last is of ${time(sinceMs)}.</p>`;
  if (sinceMs === null) return '<p>It has been so for at least 90 days.</p>';
  return `<p>Since ${time(sinceMs)}, for ${lasted(nowMs - sinceMs)}.</p>`;
}

/** HTML of a page. Every text of a person's is escaped. Times are London's. */
export function renderStatus(status: PublicStatus): string {
  const { title, message, nowMs, state, planned, past } = status;
  const heading = escapeHtml(cleanLine(title));
  const body = [
    `<h1>${heading}</h1>`,
    `<div class="now ${state}" role="status"><strong>${words[state]}</strong>\n${since(status)}</div>`,
    ...(message === null ? [] : [`<p class="own">${escapeHtml(cleanLines(message))}</p>`]),
    '<h2>Planned work</h2>',
    planned.length === 0
      ? '<p>None in the next 14 days.</p>'
      : `<p>The connection may be away for a while.</p>\n${list(planned.map(({ fromMs, toMs }) => `${time(fromMs)} to ${time(toMs)}`))}`,
    '<h2>Past 90 days</h2>',
    past.length === 0
      ? '<p>We know of no trouble.</p>'
      : list(
          past.map(({ fromMs, toMs, state: was }) =>
            toMs === null
              ? `${pastWords[was].replace('Did', 'Does')}: since ${time(fromMs)}`
              : `${pastWords[was]}: ${time(fromMs)} to ${time(toMs)}, ${lasted(toMs - fromMs)}`,
          ),
        ),
    `<p class="soft">As of ${time(nowMs)}, UK time. This page looks for news by itself every minute.</p>`,
  ].join('\n');
  return page(heading, body, true);
}

/** What is said of an address that names no page. */
export const noStatusHtml = page(
  'No such page',
  '<h1>There is no such page</h1>\n<p>The address may be mistyped, or the academy shows no status page any more.</p>',
  false,
);

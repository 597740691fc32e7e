/** A month's report as one HTML file: no script, nothing fetched, made for paper (A4) as for the screen. Pure: the same report gives the same octets. */
import type { AcademySla, CircuitSla, Report, SlaOutage } from '@linewatch/contract';
import { poundsText } from '@linewatch/figures';
import { type Markup, html, list, nothing, table } from './markup.ts';
import {
  atText,
  causeText,
  codeText,
  counted,
  dayWords,
  hoursText,
  monthName,
  msText,
  percent,
  rateText,
  yesNo,
} from './words.ts';

const style = `
:root { color-scheme: light; }
body { font: 10pt/1.4 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 18pt; margin: 0 0 .5rem; } h2 { font-size: 14pt; margin: 1.5rem 0 .5rem; } h3 { font-size: 11pt; margin: 1.2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .2rem 0; }
th, td { border: 1px solid #999; padding: .2rem .4rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { background: #eee; } tbody th { font-weight: 600; }
thead { display: table-header-group; } tr { break-inside: avoid; }
h2, h3, caption { break-after: avoid; }
.note { border: 2px solid #1a1a1a; padding: .5rem .8rem; font-weight: 600; }
.summary { font-size: 12pt; }
.missed { font-weight: 700; }
ul { margin: .3rem 0; padding-left: 1.2rem; }
@page { size: A4; margin: 15mm; }
@media print { body { margin: 0; max-width: none; padding: 0; } section.academy { break-before: page; } }
`;

/** @param report with its academies, lines and outages in the order that they are to be shown in */
export function reportHtml(report: Report): string {
  const title = `${report.trust.name}: service levels, ${monthName(report.month)}`;
  // Written apart: what a style holds is not escaped as text is.
  const head = `<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n`;
  const body = html`<title>${title}</title>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" /> `.html;
  return `${head}${body}<style>${style}</style>\n</head>\n<body>\n${
    html`<main>
      <h1>${title}</h1>
      ${issueNote(report)}
      <section class="summary">
        <h2>In short</h2>
        ${list(report.summary)}
      </section>
      ${overview(report.academies)}${report.academies.map(academySection)}${notes}
    </main> `.html
  }</body>\n</html>\n`;
}

function issueNote({ issued, changed }: Report): Markup {
  if (!issued) return html`<p>Not issued: these figures may still change.</p> `;
  if (changed)
    return html`<p class="note">
      Not issued as it stands here: since report number ${issued.number} was issued, figures have changed.
    </p> `;
  if (issued.number === 1) return html`<p>Report number 1 of this month.</p> `;
  return html`<p class="note">
    Corrected report, number ${issued.number} of this month. ${issued.reason === null ? '' : `Why: ${issued.reason}`}
  </p> `;
}

const overview = (academies: readonly AcademySla[]): Markup =>
  table(
    'Academies',
    ['Academy', 'A line was up', 'Lines', 'Below target', 'Outages', 'Teaching hours lost', 'Pupils'],
    academies.map(({ academy, circuits, siteUpPercent, teachingHoursLost }) => [
      academy.name,
      percent(siteUpPercent),
      String(circuits.length),
      String(circuits.filter(({ met }) => met === false).length),
      String(circuits.reduce((sum, { outages }) => sum + outages.length, 0)),
      hoursText(teachingHoursLost),
      String(circuits.find(({ pupils }) => pupils !== null)?.pupils ?? '–'),
    ]),
  );

const academySection = ({ academy, circuits, siteUpPercent, teachingHoursLost }: AcademySla): Markup =>
  html`<section class="academy">
    <h2>${academy.name}</h2>
    <p>
      A line was up ${percent(siteUpPercent)} of the time that could be seen. Teaching hours lost, with no line at all:
      ${teachingHoursLost === null ? 'not known, for want of term dates' : hoursText(teachingHoursLost)}.
    </p>
    ${table(
      'Availability',
      [
        'Line',
        'Supplier',
        'By contract',
        'Target',
        'Met',
        'Around the clock',
        'How much we could see',
        'Down',
        'Excused',
      ],
      circuits.map((each) => [
        `${each.circuit.name} (${each.role})`,
        each.provider.name,
        percent((each.contractPeriod?.figures ?? each.figures).contractualPercent),
        percent(each.target),
        each.met === false ? html`<span class="missed">no</span>` : yesNo(each.met),
        percent(each.figures.rawPercent),
        percent(each.figures.coveragePercent),
        msText(each.figures.downMs),
        msText(each.figures.excusedMs),
      ]),
    )}${circuits.map(circuitSection)}
  </section> `;

const circuitSection = (sla: CircuitSla): Markup =>
  html`<section>
    <h3>
      ${sla.circuit.name}, ${sla.provider.name}${sla.contract ? `, contract ${sla.contract.name}` : ', no contract'}
    </h3>
    ${sla.running ? html`<p>The month is not over: figures are up to ${atText(sla.period.toMs)}.</p> ` : nothing}${
      sla.contractPeriod
        ? html`<p>
            The contract judges ${atText(sla.contractPeriod.fromMs)} to ${atText(sla.contractPeriod.toMs)} as one:
            ${percent(sla.contractPeriod.figures.contractualPercent)}. The month alone:
            ${percent(sla.figures.contractualPercent)}.
          </p> `
        : nothing
    }
    <p>
      ${counted(sla.outages.length, 'outage')}; mean time to restore ${msText(sla.mttrMs)}, between failures
      ${msText(sla.mtbfMs)}; longest ${msText(sla.longestMs)}; teaching hours lost
      ${hoursText(sla.teachingHoursLost)}${sla.pupils === null ? '' : `; ${sla.pupils} pupils`}.
    </p>
    ${outageTable(sla)}${fixTable(sla)}${bandwidthTable(sla)}${performanceTable(sla)}${creditPart(sla)}${workingPart('How the figure by contract was made', sla.working)}
  </section> `;

const outageTable = ({ outages, running }: CircuitSla): Markup =>
  table(
    'Outages',
    ['From', 'To', 'Of the month', 'Counted', 'Teaching', 'Cause', 'Incident', 'Taken out of the count'],
    outages.map((outage) => [
      atText(outage.fromMs),
      outage.toMs === null ? (running ? 'goes on' : 'after the month') : atText(outage.toMs),
      msText(outage.inPeriodMs),
      msText(outage.countedMs),
      msText(outage.teachingMs),
      causeText(outage.cause),
      outage.incident === null ? '–' : String(outage.incident),
      list(outage.exclusions.map(exclusionText)),
    ]),
  );

const exclusionText = ({ code, reason, fromMs, toMs, excuses }: SlaOutage['exclusions'][number]): string =>
  `${codeText(code)}${excuses ? '' : ' (not excused)'}, ${atText(fromMs)} to ${Number.isFinite(toMs) ? atText(toMs) : 'its end'}: ${reason}`;

function fixTable({ outages, running }: CircuitSla): Markup {
  const fixes = outages.flatMap(({ fix, fromMs, faultClass }) =>
    fix
      ? [['ours', fix.ours] as const, ...(fix.suppliers ? [['the supplier’s', fix.suppliers] as const] : [])].map(
          ([whose, clock]) => ({ fromMs, faultClass, whose, clock }),
        )
      : [],
  );
  return table(
    'Time to fix',
    ['Outage of', 'Fault', 'Clock', 'Started', 'Ended', 'Stood still', 'Took', 'Allowed', 'In time', 'Working'],
    fixes.map(({ fromMs, faultClass, whose, clock }) => [
      atText(fromMs),
      faultClass ?? '–',
      whose,
      atText(clock.startMs),
      clock.endMs === null && clock.startMs !== null ? (running ? 'runs' : 'after the month') : atText(clock.endMs),
      msText(clock.stoppedMs),
      msText(clock.tookMs),
      msText(clock.limitMs),
      yesNo(clock.met),
      list(clock.working),
    ]),
  );
}

function bandwidthTable({ percentile }: CircuitSla): Markup {
  if (!percentile || percentile.samples === 0) return nothing;
  const { estimate, samples, missing, rule } = percentile;
  const rows: (readonly [string, number | null, number | null])[] = [
    ['95th percentile', percentile.inBps, percentile.outBps],
    ['95th percentile of school hours', percentile.schoolInBps, percentile.schoolOutBps],
    ['Peak, 5-minute mean', percentile.peakInBps, percentile.peakOutBps],
  ];
  return html`${table(
      `Bandwidth${estimate ? ' (ESTIMATE, made from flows wholly or in part)' : ''}`,
      ['', 'Download', 'Upload'],
      rows.map(([name, inBps, outBps]) => [name, rateText(inBps), rateText(outBps)]),
    )}
    <p>
      ${samples} samples of 5 minutes, ${missing} missing. By the contract’s rule (${rule})
      ${rateText(percentile.billedBps)} count; committed ${rateText(percentile.committedBps)}, above it
      ${rateText(percentile.overBps)}${percentile.burstCharge === null ? '' : `; burst charge ${poundsText(percentile.burstCharge)}`}.
    </p> `;
}

const performanceTable = ({ performance }: CircuitSla): Markup =>
  table(
    'Latency, jitter and loss',
    ['What', 'Limit', 'Mean', 'Worst window', 'Window', 'Windows', 'Over the limit', 'Measured by'],
    performance.map(({ what, unit, limit, mean, worst, windowMinutes, windows, breaches, unjudged, source }) => {
      const value = (of: number | null): string => (of === null ? '–' : `${of.toFixed(2)} ${unit}`);
      return [
        what,
        value(limit),
        value(mean),
        value(worst),
        `${windowMinutes} min`,
        `${windows}${unjudged > 0 ? `; not judged: ${unjudged}, for want of measurements` : ''}`,
        String(breaches),
        source,
      ];
    }),
  );

function creditPart({ credit }: CircuitSla): Markup {
  if (!credit) return nothing;
  const claim = [
    ...(credit.claimBy === null ? [] : [`Claim by ${dayWords(credit.claimBy)}.`]),
    ...(credit.due !== null && credit.claimTo !== null ? [`Claims go to ${credit.claimTo}.`] : []),
  ].join(' ');
  return html`<p>
      Service credit:
      ${credit.due === null ? (credit.percent === null ? 'none' : `${credit.percent} % of a month’s charge`) : poundsText(credit.due)}.
      ${claim}
    </p>
    ${workingPart('How the credit was reckoned', credit.working)}`;
}

/** On paper nothing can be opened: it is all there. */
const workingPart = (title: string, lines: readonly string[]): Markup =>
  lines.length === 0
    ? nothing
    : html`<p><strong>${title}</strong></p>
        ${list(lines)}`;

const notes = html`<section>
  <h2>What the words mean</h2>
  <ul>
    <li>
      By contract: up time of the service hours, less what the contract excuses and, unless it says otherwise, less what
      could not be seen.
    </li>
    <li>Around the clock: up time of all that could be seen, nothing excused.</li>
    <li>
      How much we could see: the share of the time in which we knew whether the line was up. The rest counts as neither
      up nor down, unless the contract says so.
    </li>
    <li>Teaching hours: the school day on the days of the academy’s own terms.</li>
    <li>Corrected report: one that was issued again because something became known later; it says why.</li>
    <li>
      Percentages are cut, not rounded. Times are those of London. An outage over the end of a month counts in each for
      its part.
    </li>
  </ul>
</section> `;

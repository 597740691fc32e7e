/** The service level of a contract in sentences, for people who do not read tables of terms. */
import { labelOf } from './labels.ts';
import { type Values, isPlain } from './values.ts';

const exclusionWords: Readonly<Record<string, string>> = {
  planned: 'works that were announced',
  'emergency-works': 'emergency works',
  'customer-caused': 'what the academy caused',
  'customer-equipment': 'the academy’s own equipment',
  'site-power': 'power failures at the site',
  'no-access': 'a site that cannot be entered',
  'refused-visit': 'visits that were refused',
  'with-customer': 'time spent waiting for the academy',
  'force-majeure': 'events beyond anyone’s control',
  'third-party-tail': 'faults in another company’s line',
  suspended: 'a service that is suspended',
};

const startWords: Readonly<Record<string, string>> = {
  detected: 'when it is detected',
  reported: 'when it is reported',
  ticket: 'when the supplier opens a ticket',
};

const creditWords: Readonly<Record<string, string>> = {
  'percent-of-monthly-charge': '% of the monthly charge',
  'days-of-charge': ' days’ charge',
  'days-per-hour': ' days’ charge for each hour',
};

const figure = (value: unknown): string =>
  typeof value === 'number' ? value.toLocaleString('en-GB', { maximumFractionDigits: 4 }) : '';

function hours(value: unknown): string {
  if (!isPlain(value)) return '';
  const days = Array.isArray(value['days']) ? (value['days'] as string[]) : [];
  const when =
    days.length === 7
      ? 'every day'
      : days.length === 5 && !days.includes('sat') && !days.includes('sun')
        ? 'Monday to Friday'
        : days.map(labelOf).join(', ');
  return `${when} ${String(value['from'])}–${String(value['to'])}`.trim();
}

const minutes = (value: number): string =>
  value >= 120 && value % 60 === 0 ? `${figure(value / 60)} hours` : `${figure(value)} minutes`;

/** How long a month of 30 days may be without service at an availability target: `43 minutes a month`. */
export function downtimeOf(percent: number): string {
  const lost = (30 * 24 * 60 * (100 - percent)) / 100;
  return lost >= 120
    ? `${(lost / 60).toFixed(1).replace(/\.0$/, '')} hours a month`
    : `${Math.round(lost)} minutes a month`;
}

/** One sentence for each thing that is agreed; none = nothing is. */
export function slaSentences(sla: unknown): string[] {
  if (!isPlain(sla)) return [];
  const said: string[] = [];
  const tell = (sentence: string): void => void said.push(sentence);
  const { target, period, responseMinutes, fixHours, starts, maintenance, credits, excuses, percentile } = sla;
  if (typeof target === 'number') {
    const over = typeof period === 'string' ? `, judged over each ${period}` : '';
    tell(`Available ${figure(target)} % of the time${over}: about ${downtimeOf(target)} without service.`);
  }
  if (isPlain(sla['serviceHours'])) tell(`Availability counts ${hours(sla['serviceHours'])}.`);
  if (isPlain(sla['careHours'])) tell(`Faults are worked on ${hours(sla['careHours'])}.`);
  if (typeof starts === 'string') tell(`An outage begins ${startWords[starts] ?? starts}.`);
  if (typeof responseMinutes === 'number') tell(`The supplier answers a fault within ${minutes(responseMinutes)}.`);
  if (isPlain(fixHours)) tellFix(fixHours, tell);
  tellPerformance(sla, tell);
  if (isPlain(maintenance)) tellMaintenance(maintenance, tell);
  if (isPlain(credits)) tellCredits(credits, tell);
  if (Array.isArray(excuses) && excuses.length > 0) {
    const words = excuses.filter(isPlain).map(({ code }) => exclusionWords[String(code)] ?? String(code));
    tell(`Not held against the supplier: ${words.join(', ')}.`);
  }
  if (isPlain(percentile) && typeof percentile['burstPrice'] === 'number')
    tell(`Use above the committed rate costs £${figure(percentile['burstPrice'])} for each Mbit/s a month.`);
  return said;
}

type Tell = (sentence: string) => void;

function tellFix(fix: Values, tell: Tell): void {
  const classes: Readonly<Record<string, string>> = {
    total: 'a total loss',
    partial: 'a partial loss',
    intermittent: 'an intermittent fault',
    fibreBreak: 'a broken fibre',
  };
  const parts = Object.entries(classes).flatMap(([key, words]) =>
    typeof fix[key] === 'number' ? [`${words} within ${figure(fix[key])} hours`] : [],
  );
  if (parts.length > 0) tell(`Mended: ${parts.join(', ')}.`);
}

function tellPerformance(sla: Values, tell: Tell): void {
  const parts: string[] = [];
  if (typeof sla['latencyMs'] === 'number') parts.push(`a round trip of at most ${figure(sla['latencyMs'])} ms`);
  if (typeof sla['jitterMs'] === 'number') parts.push(`variation (jitter) of at most ${figure(sla['jitterMs'])} ms`);
  if (typeof sla['lossPercent'] === 'number') parts.push(`at most ${figure(sla['lossPercent'])} % of packets lost`);
  if (parts.length > 0) tell(`Quality: ${parts.join(', ')}.`);
}

function tellMaintenance(maintenance: Values, tell: Tell): void {
  const parts: string[] = [];
  if (isPlain(maintenance['window'])) parts.push(hours(maintenance['window']));
  if (typeof maintenance['noticeHours'] === 'number')
    parts.push(`announced ${figure(maintenance['noticeHours'])} hours before`);
  if (typeof maintenance['hoursAYear'] === 'number')
    parts.push(`at most ${figure(maintenance['hoursAYear'])} hours a year`);
  if (parts.length > 0) tell(`Planned works: ${parts.join(', ')}.`);
}

function tellCredits(credits: Values, tell: Tell): void {
  const unit = creditWords[String(credits['unit'])] ?? '';
  const bands = Array.isArray(credits['bands']) ? (credits['bands'] as unknown[]).filter(isPlain) : [];
  const parts = bands.map(({ below, credit }) => `below ${figure(below)} % gives back ${figure(credit)}${unit}`);
  if (parts.length > 0) tell(`Money back: ${parts.join(', ')}.`);
  if (typeof credits['capPercent'] === 'number')
    tell(`Never more than ${figure(credits['capPercent'])} % of the monthly charge.`);
  if (typeof credits['claimDays'] === 'number')
    tell(`It has to be claimed within ${figure(credits['claimDays'])} days.`);
}

/** A month in plain words, for readers who are not engineers. Pure. */
import type { AcademySla, CircuitSla, SlaOutage } from '@linewatch/contract';
import { poundsText } from '@linewatch/figures';
import { percentText } from '@linewatch/sla';
import { addPounds, atText, counted, dayWords, hoursText, monthName, msText } from './words.ts';

export interface Summarised {
  readonly month: string;
  /** Up to when it is known, where the month is not over. */
  readonly untilMs: number | null;
  readonly academies: readonly AcademySla[];
  /** Whether money is told of. */
  readonly money: boolean;
}

export function summaryOf({ month, untilMs, academies, money }: Summarised): string[] {
  const circuits = academies.flatMap((each) => each.circuits);
  const lines: string[] = [];
  if (untilMs !== null)
    lines.push(`${monthName(month)} is not over: this tells of it up to ${atText(untilMs)}, and will change.`);
  if (circuits.length === 0) return [...lines, 'No line was in service in this month.'];
  lines.push(teaching(academies), longest(academies), targets(circuits));
  const over = fixes(circuits);
  if (over !== '') lines.push(over);
  if (money) lines.push(credits(circuits));
  lines.push(seen(circuits));
  return lines;
}

function teaching(academies: readonly AcademySla[]): string {
  const known = academies.filter((each) => each.teachingHoursLost !== null);
  const lost = known.filter((each) => each.teachingHoursLost! > 0);
  const unknown = academies.length - known.length;
  const without =
    unknown > 0 ? ` Of ${counted(unknown, 'academy', 'academies')} it cannot be said: no term dates are entered.` : '';
  if (known.length === 0)
    return 'Whether teaching hours were lost cannot be told: no academy has term dates for this month.';
  if (lost.length === 0) return `No teaching hours were lost.${without}`;
  const hours = lost.reduce((sum, each) => sum + each.teachingHoursLost!, 0);
  const told = affected(lost);
  if (known.length === 1 && lost[0])
    return `${lost[0].academy.name} lost ${hoursText(hours)} of teaching hours${told}.${without}`;
  return `Teaching hours lost: ${hoursText(hours)} in all, at ${lost.length} of ${counted(known.length, 'academy', 'academies')}${told}: ${lost
    .toSorted((a, b) => b.teachingHoursLost! - a.teachingHoursLost! || (a.academy.id < b.academy.id ? -1 : 1))
    .slice(0, 5)
    .map(({ academy, teachingHoursLost }) => `${academy.name} (${hoursText(teachingHoursLost)})`)
    .join(', ')}${lost.length > 5 ? ' and others' : ''}.${without}`;
}

/** Pupils of academies that lost teaching hours, as far as their numbers are entered. */
function affected(academies: readonly AcademySla[]): string {
  const pupils = academies.flatMap(({ circuits }) => circuits.find((each) => each.pupils !== null)?.pupils ?? []);
  if (pupils.length === 0) return '';
  const sum = pupils.reduce((all, each) => all + each, 0);
  return `, ${pupils.length < academies.length ? 'at least ' : ''}${counted(sum, 'pupil')} affected`;
}

function longest(academies: readonly AcademySla[]): string {
  const all = academies.flatMap(({ academy, circuits }) =>
    circuits.flatMap(({ circuit, outages, running }) =>
      outages.map((outage) => ({ academy, circuit, outage, running })),
    ),
  );
  if (all.length === 0) return 'No line was down.';
  const worst = all.reduce((most, each) => (each.outage.inPeriodMs > most.outage.inPeriodMs ? each : most));
  const { outage, academy, circuit, running } = worst;
  return `${counted(all.length, 'outage')}; the longest, of ${circuit.name} at ${academy.name}, ${lasted(outage, running)}.`;
}

const lasted = ({ fromMs, toMs, inPeriodMs }: SlaOutage, running: boolean): string =>
  toMs === null
    ? running
      ? `began at ${atText(fromMs)} and goes on`
      : `took ${msText(inPeriodMs)} of the month, from ${atText(fromMs)} on, and went on after it`
    : `took ${msText(inPeriodMs)} of the month, from ${atText(fromMs)} to ${atText(toMs)}`;

function targets(circuits: readonly CircuitSla[]): string {
  const judged = circuits.filter(({ met }) => met !== null);
  const missed = judged.filter(({ met }) => met === false).length;
  if (judged.length === 0) return 'No line has an availability target in its contract.';
  if (missed === 0)
    return `${judged.length === 1 ? 'The one line' : `All ${judged.length} lines`} with a target met it.`;
  if (judged.length === 1) return 'The one line with a target missed it.';
  return `${missed} of ${counted(judged.length, 'line')} with a target missed it.`;
}

function fixes(circuits: readonly CircuitSla[]): string {
  const judged = circuits.flatMap(({ outages }) => outages.flatMap(({ fix }) => fix ?? []));
  const late = judged.filter(({ ours }) => ours.met === false);
  const differ = late.filter(({ suppliers }) => suppliers?.met === true).length;
  if (late.length === 0) return '';
  const told =
    differ > 0 ? `; by the supplier's own clock ${differ} of them ${differ === 1 ? 'was' : 'were'} in time` : '';
  return `${counted(late.length, 'fault')} took longer to fix than the contract allows${told}.`;
}

function credits(circuits: readonly CircuitSla[]): string {
  const due = circuits.flatMap(({ credit }) => credit?.due ?? []);
  const unpriced = circuits.filter(({ credit }) => credit?.due === null && credit.percent !== null).length;
  const without =
    unpriced > 0
      ? ` ${counted(unpriced, 'line')} more ${unpriced === 1 ? 'has' : 'have'} one due, without a price to reckon by.`
      : '';
  if (due.length === 0) return `No service credits are due in pounds.${without}`;
  const [first] = circuits.flatMap(({ credit }) => (credit?.due ? (credit.claimBy ?? []) : [])).sort();
  const by = first === undefined ? '' : ` The first must be claimed by ${dayWords(first)}.`;
  return `Service credits due: ${poundsText(addPounds(due))} for ${counted(due.length, 'line')}.${by}${without}`;
}

function seen(circuits: readonly CircuitSla[]): string {
  const totalMs = circuits.reduce((sum, { figures }) => sum + figures.totalMs, 0);
  const unknownMs = circuits.reduce((sum, { figures }) => sum + figures.unknownMs, 0);
  if (totalMs === 0) return 'Nothing was watched.';
  const share = percentText(((totalMs - unknownMs) * 100) / totalMs, 2);
  return `How much we could see: ${share} of the time of all lines. What could not be seen counts as neither up nor down, unless a contract says so.`;
}

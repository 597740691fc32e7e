/** A month in plain words, for readers who are not engineers. Pure. */
import type { AcademySla, CircuitSla, SlaOutage } from '@linewatch/contract';
import { percentText } from '@linewatch/sla';
import { addPounds, atText, counted, hoursText, monthName, msText, poundsText } from './words.ts';

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
  if (known.length === 0) return 'Teaching time cannot be told: no academy has term dates for this month.';
  if (lost.length === 0) return `No academy lost teaching time.${without}`;
  const hours = lost.reduce((sum, each) => sum + each.teachingHoursLost!, 0);
  return `${lost.length} of ${counted(known.length, 'academy', 'academies')} lost teaching time, ${hoursText(hours)} in all: ${lost
    .toSorted((a, b) => b.teachingHoursLost! - a.teachingHoursLost! || (a.academy.id < b.academy.id ? -1 : 1))
    .slice(0, 5)
    .map(({ academy, teachingHoursLost }) => `${academy.name} (${hoursText(teachingHoursLost)})`)
    .join(', ')}${lost.length > 5 ? ' and others' : ''}.${without}`;
}

function longest(academies: readonly AcademySla[]): string {
  const all = academies.flatMap(({ academy, circuits }) =>
    circuits.flatMap(({ circuit, outages }) => outages.map((outage) => ({ academy, circuit, outage }))),
  );
  if (all.length === 0) return 'No line was down.';
  const worst = all.reduce((most, each) => (each.outage.inPeriodMs > most.outage.inPeriodMs ? each : most));
  const { outage, academy, circuit } = worst;
  return `${counted(all.length, 'outage')}; the longest, of ${circuit.name} at ${academy.name}, ${lasted(outage)}.`;
}

const lasted = ({ fromMs, toMs, inPeriodMs }: SlaOutage): string =>
  toMs === null
    ? `began at ${atText(fromMs)} and goes on`
    : `took ${msText(inPeriodMs)} of the month, from ${atText(fromMs)} to ${atText(toMs)}`;

function targets(circuits: readonly CircuitSla[]): string {
  const judged = circuits.filter(({ met }) => met !== null);
  const missed = judged.filter(({ met }) => met === false).length;
  if (judged.length === 0) return 'No line has an availability target in its contract.';
  if (missed === 0)
    return `${judged.length === 1 ? 'The one line' : `All ${judged.length} lines`} with a target met it.`;
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
  const by = first === undefined ? '' : ` The first must be claimed by ${first}.`;
  return `Service credits due: ${poundsText(addPounds(due))} for ${counted(due.length, 'line')}.${by}${without}`;
}

function seen(circuits: readonly CircuitSla[]): string {
  const totalMs = circuits.reduce((sum, { figures }) => sum + figures.totalMs, 0);
  const unknownMs = circuits.reduce((sum, { figures }) => sum + figures.unknownMs, 0);
  if (totalMs === 0) return 'Nothing was watched.';
  const share = percentText(((totalMs - unknownMs) * 100) / totalMs, 2);
  return `How much we could see: ${share} of the time of all lines. What could not be seen counts as neither up nor down, unless a contract says so.`;
}

import { countText, millionths, parsePence, penceText, poundsText, roundHalfUp } from '../money.ts';
import { workingDaysAfter } from './days.ts';
import type { LateDelivery, LateDeliveryInput } from './types.ts';

/**
 * Credit for a line that comes late: the band of the most working days that it reached. What is not delivered yet is reckoned as if
 * it came today. @throws RangeError for what is no day or no amount.
 */
export function lateDelivery({
  terms,
  promised,
  delivered,
  today,
  bankHolidays,
  installCharge,
}: LateDeliveryInput): LateDelivery {
  const day = delivered ?? today;
  const workingDays = workingDaysAfter(promised, day, bankHolidays);
  const working = [
    `Promised for ${promised}, ${delivered === null ? 'not delivered by' : 'delivered on'} ${day}: ${countText(workingDays, 'working day')} late.`,
  ];
  const reached = (terms.lateDelivery ?? []).filter(({ fromWorkingDay }) => workingDays >= fromWorkingDay);
  if (reached.length === 0) {
    working.push(workingDays === 0 ? 'Not late: no credit.' : 'The contract has no credit for that.');
    return { workingDays, percent: null, due: null, working };
  }
  const band = reached.reduce((last, each) => (each.fromWorkingDay > last.fromWorkingDay ? each : last));
  working.push(`From working day ${band.fromWorkingDay} on: ${band.percent} % of the install charge.`);
  if (installCharge === null) {
    working.push('No install charge is known.');
    return { workingDays, percent: band.percent, due: null, working };
  }
  const charge = parsePence(installCharge);
  const due = roundHalfUp(charge * millionths(band.percent), 100_000_000n);
  working.push(`${band.percent} % of ${poundsText(charge)} = ${poundsText(due)}, to the nearest penny, halves up.`);
  return { workingDays, percent: band.percent, due: penceText(due), working };
}

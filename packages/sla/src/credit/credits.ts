import type { Terms } from '../model.ts';
import {
  ceilDivide,
  countText,
  million,
  millionths,
  numberText,
  parsePence,
  penceText,
  poundsText,
  roundHalfUp,
} from '../money.ts';
import { durationText } from '../text.ts';
import { claimDeadline } from './claim.ts';
import type { Credit, CreditInput } from './types.ts';

const hourMs = 3_600_000n;
const dayMs = 86_400_000;
/** Months in what a cap is a share of. */
const monthsOf = { month: 1n, quarter: 3n, year: 12n } as const;

type CreditTerms = NonNullable<Terms['credits']>;
type Unit = NonNullable<CreditTerms['unit']>;

/** Availability as an exact fraction: of `counted` ms, `lost`. */
interface Fraction {
  readonly counted: bigint;
  readonly lost: bigint;
}

/** counted × 100 million × (threshold − availability): how far it is below, above zero when it is. */
const below = ({ counted, lost }: Fraction, threshold: bigint): bigint =>
  threshold * counted - 100n * million * (counted - lost);

/** What of the lost time gives a credit: that of outages that were reported in time, where the contract asks for it. */
function creditable(input: CreditInput, working: string[]): Fraction {
  const { reportWithinDays } = input.terms.credits ?? {};
  const counted = BigInt(Math.round(Math.max(0, input.countedMs)));
  let lostMs = Math.min(Math.max(0, input.lostMs), input.countedMs);
  if (reportWithinDays !== undefined) {
    const late = input.outages.filter(
      ({ countedMs, fromMs, reportedMs }) =>
        countedMs > 0 && (reportedMs === null || reportedMs - fromMs > reportWithinDays * dayMs),
    );
    const lateMs = late.reduce((sum, { countedMs }) => sum + countedMs, 0);
    lostMs = Math.max(0, lostMs - lateMs);
    if (late.length > 0)
      working.push(
        `${countText(late.length, 'outage')} not reported within ${countText(reportWithinDays, 'day')} of its beginning, ${durationText(lateMs)}: no credit.`,
      );
  }
  return { counted, lost: BigInt(Math.round(lostMs)) };
}

interface Bands {
  /** Credit of the deepest band reached, millionths; null = none. */
  readonly reached: bigint | null;
  readonly bands: readonly { readonly below: number; readonly credit: number }[];
}

/** Where bands overlap, the one that gives most. Credits by the hour need none: every hour below the target counts. */
function bandsOf(terms: Terms, unit: Unit, availability: Fraction): Bands {
  const given = terms.credits?.bands ?? [];
  const bands = given.length === 0 && unit === 'days-per-hour' ? [{ below: terms.target ?? 100, credit: 1 }] : given;
  const credits = bands
    .filter((band) => below(availability, millionths(band.below)) > 0n)
    .map(({ credit }) => millionths(credit));
  return { bands, reached: credits.length === 0 ? null : credits.reduce((most, each) => (each > most ? each : most)) };
}

/** Steps, or parts of one, below the lowest band; without bands, below the target. In millionths of the unit. */
function stepsOf(terms: Terms, { bands }: Bands, availability: Fraction, working: string[]): bigint {
  const step = terms.credits?.step;
  if (!step) return 0n;
  const from = bands.length > 0 ? Math.min(...bands.map((band) => band.below)) : (terms.target ?? 100);
  const short = below(availability, millionths(from));
  const size = millionths(step.percent);
  if (short <= 0n || size === 0n) return 0n;
  const steps = ceilDivide(short, size * availability.counted);
  working.push(
    `${countText(steps, 'step')} of ${step.percent} %, the last one begun or whole, below ${from} %: ${steps} × ${step.credit}.`,
  );
  return steps * millionths(step.credit);
}

/** Credit in units (percent, or days), in millionths. */
function unitsOf(input: CreditInput, unit: Unit, availability: Fraction, working: string[]): bigint {
  const { terms } = input;
  const bands = bandsOf(terms, unit, availability);
  if (unit !== 'days-per-hour') {
    if (bands.reached !== null)
      working.push(
        `Bands: ${bands.bands.map((band) => `below ${band.below} % ${band.credit}`).join(', ')}; reached: ${numberText(Number(bands.reached) / 1e6)}.`,
      );
    return (bands.reached ?? 0n) + stepsOf(terms, bands, availability, working);
  }
  const breachMs = BigInt(Math.round(input.performanceBreachMs ?? 0));
  const downMs = bands.reached === null ? 0n : availability.lost;
  const hours = ceilDivide(downMs + breachMs, hourMs);
  const first = bands.bands.reduce((top, each) => (each.below > top.below ? each : top));
  const rate = bands.reached ?? millionths(first.credit);
  if (hours > 0n)
    working.push(
      `${durationText(Number(downMs))} down and ${durationText(Number(breachMs))} over a performance limit: ${countText(hours, 'hour')}, the last one begun or whole, × ${numberText(Number(rate) / 1e6)} days.`,
    );
  return hours * rate + stepsOf(terms, bands, availability, working);
}

/** An amount of pence as an exact fraction. */
interface Amount {
  readonly pence: bigint;
  readonly per: bigint;
}
const atMost = (a: Amount, b: Amount): Amount => (a.pence * b.per <= b.pence * a.per ? a : b);

/** A day's charge is the monthly charge × 12 / 365, in leap years too. */
const amountOf = (units: bigint, unit: Unit, monthly: bigint): Amount =>
  unit === 'percent-of-monthly-charge'
    ? { pence: monthly * units, per: 100n * million }
    : { pence: monthly * 12n * units, per: 365n * million };

/** What is left of the cap after earlier credits. */
function capOf({ terms, earlier }: CreditInput, monthly: bigint): (Amount & { readonly text: string }) | null {
  const { capPercent, capOf: of = 'month' } = terms.credits ?? {};
  if (capPercent === undefined) return null;
  const charge = monthly * monthsOf[of];
  const per = 100n * million;
  const before = earlier === undefined ? 0n : parsePence(earlier) * per;
  const whole = charge * millionths(capPercent);
  const had = before > 0n ? `, less ${poundsText(before / per)} of earlier credits` : '';
  return {
    pence: whole > before ? whole - before : 0n,
    per,
    text: `Capped at ${capPercent} % of a ${of}'s charge, ${poundsText(roundHalfUp(whole, per))}${had}.`,
  };
}

/**
 * The credit that a contract owes for a period, with its working. Money is reckoned in whole numbers and rounded once, at the end, to
 * the nearest penny, halves up.
 * - `percent-of-monthly-charge` (also without a unit): bands, of one month's charge.
 * - `days-of-charge`: bands in days of charge.
 * - `days-per-hour`: for each hour, or part of one, lost or over a performance limit, so many days as the band says, 1 without bands.
 * Steps come on top in all of them.
 * @throws RangeError for what is no amount.
 */
export function credits(input: CreditInput): Credit {
  const { terms } = input;
  const none = (line: string): Credit => ({ due: null, percent: null, working: [...working, line], claimBy: null });
  const working: string[] = [];
  if (!terms.credits) return none('The contract has no service credits.');
  const { unit = 'percent-of-monthly-charge' } = terms.credits;
  const availability = creditable(input, working);
  if (availability.counted > 0n)
    working.push(
      `${durationText(Number(availability.lost))} lost of ${durationText(Number(availability.counted))}: ${numberText((100 * Number(availability.counted - availability.lost)) / Number(availability.counted), 6)} %.`,
    );
  const units = unitsOf(input, unit, availability, working);
  if (units === 0n) return none('No credit is due.');

  // Of a charge of £1,000,000, so that the share of it is there when the charge is not known.
  const monthly = input.monthlyCharge === null ? 100_000_000n : parsePence(input.monthlyCharge);
  const whole = amountOf(units, unit, monthly);
  const cap = input.monthlyCharge === null ? capOf({ ...input, earlier: '0' }, monthly) : capOf(input, monthly);
  const amount = cap ? atMost(whole, cap) : whole;
  const percent =
    monthly === 0n ? null : Number(roundHalfUp(amount.pence * 100n * 10_000n, amount.per * monthly)) / 10_000;
  working.push(
    unit === 'percent-of-monthly-charge'
      ? `${numberText(Number(units) / 1e6)} % of the monthly charge.`
      : `${numberText(Number(units) / 1e6)} days of charge; a day is the monthly charge × 12 / 365.`,
  );
  const claimBy = claimDeadline(terms, input.period);
  if (input.monthlyCharge === null) {
    if (cap && amount === cap)
      working.push(`Capped at ${terms.credits.capPercent} % of a ${terms.credits.capOf ?? 'month'}'s charge.`);
    return { due: null, percent, working: [...working, 'No monthly charge is known to reckon by.'], claimBy };
  }
  const exact = roundHalfUp(whole.pence, whole.per);
  working.push(`Of ${poundsText(monthly)} a month: ${poundsText(exact)}.`);
  if (cap && amount !== whole) working.push(cap.text);
  const due = roundHalfUp(amount.pence, amount.per);
  if (due === 0n) return none('It comes to nothing.');
  working.push(`Due: ${poundsText(due)}, to the nearest penny, halves up.`);
  return { due: penceText(due), percent, working, claimBy };
}

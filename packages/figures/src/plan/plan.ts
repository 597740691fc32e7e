/** What ends, needs notice or passes support, from the estate's records as someone may see them. */
import type { EstateRecord, Kind, PlanItem, Values } from '@linewatch/contract';
import { addDays, addMonths, daysBetween } from './days.ts';
import { nameOf, textIn } from './fields.ts';
import { priceOf } from './prices.ts';
import {
  type Rolling,
  type Terms,
  endAfterNotice,
  endOf,
  nextChance,
  noticeDay,
  periodMonths,
  rollingKinds,
  runningPeriod,
} from './terms.ts';

const onwards: Record<Rolling, string> = {
  monthly: 'month by month',
  quarterly: 'quarter by quarter',
  yearly: 'year by year',
  'same-term': 'for the same term again',
};

const words = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const inWords = (day: string): string => words.format(Date.parse(`${day}T00:00:00Z`));

type Drafted = Pick<PlanItem, 'reason' | 'day' | 'detail'> &
  Partial<Pick<PlanItem, 'ends' | 'noticeDay' | 'noticeGiven' | 'renewal'>>;

export interface PlanInput {
  /** Visible to who asks, without what they may not see. */
  readonly records: readonly EstateRecord[];
  /** In London. */
  readonly today: string;
  readonly months: number;
}

export const planEnd = (today: string, months: number): string => addMonths(today, months);

export function planItems({ records, today, months }: PlanInput): PlanItem[] {
  const until = planEnd(today, months);
  const going = records.filter(({ ended }) => ended === null);
  const ofKind = (kind: Kind): EstateRecord[] => going.filter((each) => each.kind === kind);
  const names = new Map(records.map((each) => [`${each.kind}/${each.id}`, nameOf(each)]));
  const circuits = Map.groupBy(ofKind('circuit'), ({ values }) => textIn(values, 'contract'));
  const equipment = Map.groupBy(ofKind('equipment'), ({ values }) => textIn(values, 'contract'));

  const academiesOf = (of: readonly EstateRecord[]): PlanItem['academies'] =>
    [...new Set(of.flatMap(({ values }) => textIn(values, 'academy') ?? []))]
      .map((id) => ({ id, name: names.get(`academy/${id}`) ?? id }))
      .sort((a, b) => a.name.localeCompare(b.name, 'en-GB'));
  const providerOf = (id: string | undefined): PlanItem['provider'] =>
    id === undefined ? null : { id, name: names.get(`provider/${id}`) ?? id };
  const about = (record: EstateRecord, draft: Drafted) => ({
    daysLeft: daysBetween(today, draft.day),
    record: record.id,
    name: nameOf(record),
    ends: null,
    noticeDay: null,
    noticeGiven: false,
    renewal: null,
    price: null,
    hidden: [],
    ...draft,
  });

  const contracts = ofKind('contract').flatMap((record) => {
    const values = record.values as Values<'contract'>;
    const own = circuits.get(record.id) ?? [];
    const priced = record.hidden.includes('prices') || own.some(({ hidden }) => hidden.includes('monthly'));
    return contractItems(values, today, until).map((draft): PlanItem => ({
      id: `contract/${record.id}/${draft.reason}`,
      kind: 'contract',
      ...about(record, draft),
      provider: providerOf(values.provider),
      circuits: own.length,
      academies: academiesOf([...own, ...(equipment.get(record.id) ?? [])]),
      price: priced ? null : priceOf(values, own, today),
      hidden: priced ? ['price'] : [],
    }));
  });

  const supported = ofKind('equipment').flatMap((record) => {
    const { supportEnd: day, contract, make, model } = record.values as Values<'equipment'>;
    if (day === undefined || day > until) return [];
    const what = [make, model].filter((each) => each !== undefined).join(' ');
    const detail = `The maker's support${what && ` of ${what}`} ${day < today ? 'ended' : 'ends'} on ${inWords(day)}.`;
    const item: PlanItem = {
      id: `equipment/${record.id}/support`,
      kind: 'equipment',
      ...about(record, { reason: 'support', day, detail }),
      provider: providerOf(
        textIn(records.find((each) => each.kind === 'contract' && each.id === contract)?.values, 'provider'),
      ),
      circuits: 0,
      academies: academiesOf([record]),
    };
    return [item];
  });

  const exceptions = ofKind('academy').flatMap((record) =>
    ((record.values as Values<'academy'>).exceptions ?? []).flatMap(({ standard, reason, until: day }, i) => {
      if (day === undefined || day > until) return [];
      const detail = `Its exception to the standard "${standard}" ${day < today ? 'ran' : 'runs'} out on ${inWords(day)}: ${reason}`;
      const item: PlanItem = {
        id: `academy/${record.id}/exception/${standard}${i === 0 ? '' : `/${i}`}`,
        kind: 'academy',
        ...about(record, { reason: 'exception', day, detail }),
        provider: null,
        circuits: 0,
        academies: [{ id: record.id, name: nameOf(record) }],
      };
      return [item];
    }),
  );

  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...contracts, ...supported, ...exceptions].sort(
    (a, b) => order(a.day, b.day) || a.name.localeCompare(b.name, 'en-GB') || order(a.id, b.id),
  );
}

function contractItems(values: Values<'contract'>, today: string, until: string): Drafted[] {
  const { end, start, noticeMonths, noticeGiven } = values;
  if (end === undefined) return [];
  const rolling = rollingKinds.find((each) => each === values.rolling);
  const terms: Terms = { end, start, noticeMonths, rolling, noticeGiven };
  if (noticeGiven !== undefined) return afterNotice(terms, noticeGiven, today, until);
  return [...termItems(terms, values.rolling, today, until), ...noticeItems(terms, today, until)];
}

function afterNotice(terms: Terms, given: string, today: string, until: string): Drafted[] {
  const day = endAfterNotice(terms, given);
  const common = { day, ends: day, noticeDay: given, noticeGiven: true };
  if (day < today)
    return [
      { ...common, reason: 'expired', detail: `It ended on ${inWords(day)} after notice, and is not marked as ended.` },
    ];
  if (day > until) return [];
  return [{ ...common, reason: 'term', detail: `Notice was given on ${inWords(given)}: it ends on ${inWords(day)}.` }];
}

/** How it goes on after a period. */
function renewalAfter(terms: Terms, period: number): PlanItem['renewal'] {
  if (terms.rolling === undefined || periodMonths(terms) === undefined) return null;
  return {
    period: terms.rolling,
    day: addDays(endOf(terms, period), 1),
    noticeDay: noticeDay(terms, endOf(terms, period + 1)) ?? null,
  };
}

const notBefore = (day: string | undefined, today: string): string | null =>
  day !== undefined && day >= today ? day : null;

function termItems(terms: Terms, said: string | undefined, today: string, until: string): Drafted[] {
  const { end, rolling } = terms;
  if (end >= today) {
    if (end > until) return [];
    const then = rolling
      ? `then it goes on ${onwards[rolling]}`
      : said === 'ends'
        ? 'then it is over'
        : 'what comes then is not said';
    return [
      {
        reason: 'term',
        day: end,
        detail: `The minimum term ends on ${inWords(end)}; ${then}.`,
        ends: end,
        noticeDay: notBefore(noticeDay(terms, end), today),
        renewal: renewalAfter(terms, 0),
      },
    ];
  }
  if (rolling === undefined)
    return [
      { reason: 'expired', day: end, detail: `Its end was ${inWords(end)}, and it is not marked as ended.`, ends: end },
    ];
  const period = runningPeriod(terms, today);
  const detail = `Past its minimum term since ${inWords(end)}; it goes on ${onwards[rolling]}.`;
  if (period === undefined) return [{ reason: 'rolling', day: end, detail, ends: end }];
  const day = endOf(terms, period);
  const notice = notBefore(noticeDay(terms, day), today);
  return [{ reason: 'rolling', day, detail, ends: day, noticeDay: notice, renewal: renewalAfter(terms, period) }];
}

/** The next chance to end it. */
function noticeItems(terms: Terms, today: string, until: string): Drafted[] {
  const chance = nextChance(terms, today);
  if (!chance || chance.noticeDay > until) return [];
  const { end, noticeDay: day } = chance;
  const renewal = terms.rolling === undefined ? null : renewalAfter(terms, runningPeriod(terms, end) ?? 0);
  const otherwise = terms.rolling && renewal ? `; else it goes on ${onwards[terms.rolling]}` : '';
  const detail = `Last day to give notice for it to end on ${inWords(end)}${otherwise}.`;
  return [{ reason: 'notice', day, detail, ends: end, noticeDay: day, renewal }];
}

/** The refresh and contract plan: what ends, needs notice or passes support. Days are calendar days in London, `2026-09-01`. */
import { type Static, Type } from 'typebox';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const OneOf = <const V extends string>(values: readonly V[], description: string) =>
  Type.Unsafe<V>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { description },
    ),
  );

/** How far ahead the plan looks: a tender and its delivery take that long. */
export const planMonths = [3, 6, 12, 18, 24] as const;
export type PlanMonths = (typeof planMonths)[number];

export const planReasons = ['notice', 'term', 'rolling', 'expired', 'support', 'exception'] as const;
export type PlanReason = (typeof planReasons)[number];

export const PlanPrice = Type.Object(
  {
    monthly: Type.String({ description: 'Pounds and pence without VAT, as of today, e.g. "1234.50".' }),
    yearly: Type.String({ description: 'Twelve times the monthly charge of today.' }),
    source: OneOf(['contract', 'circuits'], 'Whose prices these are; of circuits: the sum of those that state one.'),
    next: Nullable(
      Type.Object(
        { day: Type.String(), monthly: Type.String() },
        { description: 'The next price that the contract has in it already.' },
      ),
    ),
    uplift: Nullable(
      Type.Object(
        {
          day: Type.String({ description: 'First day of the month in which it is next due.' }),
          rule: OneOf(['fixed', 'cpi', 'rpi', 'cpi-plus', 'rpi-plus'], 'By what.'),
          percent: Nullable(Type.Number({ description: 'Of a fixed uplift, or on top of the index.' })),
        },
        { description: 'The next uplift by the rule of the contract.' },
      ),
    ),
  },
  { $id: 'PlanPrice' },
);
export type PlanPrice = Static<typeof PlanPrice>;

/** One thing to be decided or done. A contract may have several, of different reasons. */
export const PlanItem = Type.Object(
  {
    id: Type.String({ description: 'Stable as long as the reason is the same: `contract/west-fibre/notice`.' }),
    reason: OneOf(
      planReasons,
      'notice: last day to give notice. term: the minimum term (or, after notice, the contract) ends. rolling: past its ' +
        'minimum term and goes on by itself. expired: past its end, and not marked as ended. support: equipment passes, or ' +
        "has passed, its maker's support. exception: an academy's exception to its standards profile runs out.",
    ),
    day: Type.String({
      description: 'When it is due: the list is in this order. Of `rolling`: the last day of the period that runs.',
    }),
    daysLeft: Type.Integer({ description: 'From today in London; below zero = past.' }),
    kind: OneOf(['contract', 'equipment', 'academy'], 'Of the record.'),
    record: Type.String({ description: 'Its id.' }),
    name: Type.String({ description: 'Its name.' }),
    detail: Type.String({ description: 'What is the matter, in a sentence.' }),
    provider: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
    ends: Nullable(Type.String({ description: 'Of a contract: the end that this is about.' })),
    noticeDay: Nullable(
      Type.String({ description: 'Of a contract: last day to give notice that can still be met, or that was given.' }),
    ),
    noticeGiven: Type.Boolean(),
    renewal: Nullable(
      Type.Object(
        {
          period: OneOf(['monthly', 'quarterly', 'yearly', 'same-term'], 'By how much it goes on.'),
          day: Type.String({ description: 'First day of the next period.' }),
          noticeDay: Nullable(Type.String({ description: 'Last day to give notice for the end of that period.' })),
        },
        { description: 'How it goes on without notice; null = it does not, or no one said.' },
      ),
    ),
    circuits: Type.Integer({ description: 'How many circuits that the asker may see are concerned.' }),
    academies: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
      description: 'That the asker may see and that are concerned.',
    }),
    price: Nullable(Type.Unsafe<PlanPrice>(PlanPrice)),
    hidden: Type.Array(Type.String(), { description: '`price`, when there is one that the asker may not see.' }),
  },
  { $id: 'PlanItem' },
);
export type PlanItem = Static<typeof PlanItem>;

export const EstatePlan = Type.Object({
  version: Type.Number({ description: 'Of the estate.' }),
  today: Type.String({ description: 'In London.' }),
  until: Type.String({ description: 'Last day that the plan looks ahead to.' }),
  months: Type.Integer(),
  items: Type.Array(PlanItem, { description: 'By the day when they are due.' }),
});
export type EstatePlan = Static<typeof EstatePlan>;

export const PlanQuery = Type.Object({
  months: Type.Optional(Type.Number({ description: `How far ahead: ${planMonths.join(', ')}; 24 without it.` })),
});
export type PlanQuery = Static<typeof PlanQuery>;

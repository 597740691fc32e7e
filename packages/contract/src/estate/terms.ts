/** What a contract says of its service level, with nothing of any one supplier in it. Times and percentages as the contract words them. */
import { Type } from 'typebox';
import { Clock, OneOf, Text, closed, optional } from './fields.ts';

export const exclusions = [
  'planned',
  'emergency-works',
  'customer-caused',
  'customer-equipment',
  'site-power',
  'no-access',
  'refused-visit',
  'with-customer',
  'force-majeure',
  'third-party-tail',
  'suspended',
] as const;

const Percent = (title: string) => Type.Number({ minimum: 0, maximum: 100, title, unit: '%' });
const Hours = (title: string) => Type.Number({ minimum: 0, maximum: 2000, title, unit: 'h' });
const Ms = (title: string) => Type.Number({ minimum: 0, maximum: 60_000, title, unit: 'ms' });
const window = (title: string) =>
  Type.Object(
    {
      days: Type.Array(OneOf(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], 'Day'), {
        maxItems: 7,
        uniqueItems: true,
      }),
      from: Clock('From'),
      to: Clock('To'),
    },
    { ...closed, title },
  );

export const SlaTerms = Type.Object(
  optional({
    target: Percent('Availability target'),
    period: OneOf(['month', 'quarter', 'year'], 'Judged over'),
    timeZone: Text('Time zone', { description: 'IANA name; Europe/London without it.' }),
    serviceHours: window('Service hours'),
    careHours: window('Care hours'),
    starts: OneOf(['detected', 'reported', 'ticket'], 'An outage starts when it is'),
    responseMinutes: Type.Number({ minimum: 0, maximum: 100_000, title: 'Response', unit: 'min' }),
    fixHours: Type.Object(
      optional({
        total: Hours('Total loss'),
        partial: Hours('Partial loss'),
        intermittent: Hours('Intermittent'),
        fibreBreak: Hours('Fibre break'),
      }),
      { ...closed, title: 'Fix time by fault class' },
    ),
    latencyMs: Ms('Round trip'),
    jitterMs: Ms('Jitter'),
    lossPercent: Percent('Packet loss'),
    performanceMinutes: Type.Integer({ minimum: 1, maximum: 45_000, title: 'Averaged over', unit: 'min' }),
    excuses: Type.Array(
      Type.Object(
        {
          code: OneOf(exclusions, 'Exclusion'),
          availability: Type.Boolean({ title: 'Excuses availability' }),
          fixClock: Type.Boolean({ title: 'Stops the fix clock' }),
        },
        closed,
      ),
      { maxItems: exclusions.length, title: 'Exclusions' },
    ),
    unknown: OneOf(['left-out', 'up', 'down'], 'Time that could not be seen', {
      description: 'How the contract counts it; left out without it.',
    }),
    maintenance: Type.Object(
      optional({ window: window('Window'), noticeHours: Hours('Notice'), hoursAYear: Hours('At most a year') }),
      { ...closed, title: 'Planned maintenance' },
    ),
    credits: Type.Object(
      optional({
        unit: OneOf(['percent-of-monthly-charge', 'days-of-charge', 'days-per-hour'], 'Credit unit'),
        bands: Type.Array(
          Type.Object(
            {
              below: Type.Number({ minimum: 0, maximum: 100, title: 'Availability below', unit: '%' }),
              credit: Type.Number({ minimum: 0, maximum: 1000, title: 'Credit' }),
            },
            closed,
          ),
          { maxItems: 20, title: 'Bands' },
        ),
        step: Type.Object(
          {
            percent: Type.Number({ exclusiveMinimum: 0, maximum: 100, title: 'Each further', unit: '%' }),
            credit: Type.Number({ minimum: 0, maximum: 1000, title: 'Credit' }),
          },
          { ...closed, title: 'Steps below the target', description: 'So much for each step, or part of one.' },
        ),
        capPercent: Type.Number({ minimum: 0, maximum: 1000, title: 'Cap', unit: '% of the charge' }),
        capOf: OneOf(['month', 'quarter', 'year'], 'Cap is of the charge of a', { description: 'A month without it.' }),
        claimDays: Type.Integer({ minimum: 0, maximum: 366, title: 'Claim within', unit: 'days' }),
        claimDayOfNextMonth: Type.Integer({ minimum: 1, maximum: 28, title: 'Claim by day of the next month' }),
        reportWithinDays: Type.Integer({ minimum: 0, maximum: 366, title: 'Report an outage within', unit: 'days' }),
      }),
      { ...closed, title: 'Service credits' },
    ),
    percentile: Type.Object(
      optional({
        rule: OneOf(['greater', 'combined', 'separate'], '95th percentile of in and out'),
        burstPrice: Type.Number({
          minimum: 0,
          maximum: 100_000,
          title: 'Above commitment',
          unit: '£ per Mbit/s a month',
        }),
        gaps: OneOf(['left-out', 'zero'], 'A missing 5-minute sample is', { description: 'Left out without it.' }),
      }),
      { ...closed, title: 'Burst billing' },
    ),
    lateDelivery: Type.Array(
      Type.Object(
        {
          fromWorkingDay: Type.Integer({ minimum: 1, maximum: 400, title: 'From working day' }),
          percent: Type.Number({ minimum: 0, maximum: 100, title: 'Credit', unit: '% of the install charge' }),
        },
        closed,
      ),
      { maxItems: 10, title: 'Late delivery' },
    ),
  }),
  { ...closed, title: 'Service level' },
);

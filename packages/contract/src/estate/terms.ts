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
        capPercent: Type.Number({ minimum: 0, maximum: 1000, title: 'Cap', unit: '% of the monthly charge' }),
        claimDays: Type.Integer({ minimum: 0, maximum: 366, title: 'Claim within', unit: 'days' }),
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
      }),
      { ...closed, title: 'Burst billing' },
    ),
  }),
  { ...closed, title: 'Service level' },
);

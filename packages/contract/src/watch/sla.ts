/** Service levels: figures with what they rest on. `/api/v1/sla…`, `/api/v1/reports…`. Times are Unix ms, percentages 0 to 100. */
import { type Static, Type } from 'typebox';
import { FixClock } from './incidents.ts';
import { Line, Month, Named, closed, nullable, oneOf } from './parts.ts';

const Percent = (description: string) => nullable(Type.Number({ minimum: 0, maximum: 100 }), description);
const Ms = (description: string) => Type.Number({ minimum: 0, description: `${description} ms.` });

/** Three figures, always together: what happened, what the contract makes of it, and how much could be seen. */
export const AvailabilityFigures = Type.Object(
  {
    rawPercent: Percent('Up time of all time that could be seen; null = nothing could.'),
    contractualPercent: Percent('As the contract counts; null = nothing counts.'),
    coveragePercent: Percent('How much of the time could be seen.'),
    totalMs: Ms('All time that the circuit was in service in the period.'),
    serviceMs: Ms('Of it, within the service hours.'),
    upMs: Ms('Degraded time included.'),
    degradedMs: Ms('Of the up time.'),
    downMs: Ms('All.'),
    unknownMs: Ms('All.'),
    excusedMs: Ms('Of the service time.'),
    countedDownMs: Ms('Down, in service hours, and not excused.'),
  },
  { $id: 'AvailabilityFigures' },
);
export type AvailabilityFigures = Static<typeof AvailabilityFigures>;

export const SlaQuery = Type.Object(
  { to: Type.Optional(Month), months: Type.Optional(Type.Integer({ minimum: 1, maximum: 36, default: 12 })) },
  closed,
);

export const SlaCell = Type.Object(
  {
    month: Type.String(),
    rawPercent: Percent(''),
    contractualPercent: Percent('Of the worst circuit that has a target; without targets, of the worst.'),
    coveragePercent: Percent(''),
    target: nullable(Type.Number(), 'Of that circuit.'),
    breaches: Type.Integer({ description: 'Circuits below their target.' }),
    outages: Type.Integer({ description: 'That began in the month.' }),
    running: Type.Boolean({ description: 'The month is not over.' }),
  },
  { $id: 'SlaCell' },
);
export type SlaCell = Static<typeof SlaCell>;

export const SlaMatrix = Type.Object({
  nowMs: Type.Number(),
  months: Type.Array(Type.String(), { description: 'Oldest first.' }),
  academies: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), cells: Type.Array(SlaCell) })),
});
export type SlaMatrix = Static<typeof SlaMatrix>;

/** Something that was down, once: of availability only what lies in the period counts, as an incident it counts where it began. */
export const SlaOutage = Type.Object(
  {
    incident: nullable(Type.Integer()),
    fromMs: Type.Number(),
    toMs: nullable(Type.Number(), 'null = it goes on.'),
    inPeriodMs: Ms('Of it in the period,'),
    countedMs: Ms('Of it that counts,'),
    cause: Type.String(),
    beganBefore: Type.Boolean({ description: 'Before the period.' }),
    exclusions: Type.Array(
      Type.Object({
        code: Type.String(),
        reason: Type.String(),
        fromMs: Type.Number(),
        toMs: Type.Number(),
        excuses: Type.Boolean(),
      }),
    ),
    teachingMs: nullable(Type.Number(), 'Of it in school hours, ms; null = no calendar.'),
    faultClass: nullable(Type.String()),
    fix: nullable(Type.Object({ ours: FixClock, suppliers: nullable(FixClock) })),
  },
  { $id: 'SlaOutage' },
);
export type SlaOutage = Static<typeof SlaOutage>;

/** A measure against its limit, averaged as the contract says. */
export const SlaPerformance = Type.Object(
  {
    what: oneOf(['latency', 'jitter', 'loss'], ''),
    unit: oneOf(['ms', '%'], ''),
    limit: nullable(Type.Number()),
    windowMinutes: Type.Integer(),
    mean: nullable(Type.Number()),
    worst: nullable(Type.Number(), 'Of all windows.'),
    windows: Type.Integer(),
    breaches: Type.Integer({ description: 'Windows over the limit.' }),
    unjudged: Type.Integer({
      description: 'Windows with less than half of their samples: not judged, in neither count.',
    }),
    source: Type.String({ description: 'Probe or device and vantage point.' }),
  },
  { $id: 'SlaPerformance' },
);
export type SlaPerformance = Static<typeof SlaPerformance>;

export const SlaPercentile = Type.Object(
  {
    rule: oneOf(['greater', 'combined', 'separate'], ''),
    inBps: nullable(Type.Number()),
    outBps: nullable(Type.Number()),
    billedBps: nullable(Type.Number(), 'What the rule makes of them.'),
    schoolInBps: nullable(Type.Number(), 'The same percentile of school hours only.'),
    schoolOutBps: nullable(Type.Number()),
    peakInBps: nullable(Type.Number(), 'Largest 5-minute mean.'),
    peakOutBps: nullable(Type.Number()),
    samples: Type.Integer(),
    missing: Type.Integer({ description: '5-minute samples that are not there.' }),
    estimate: Type.Boolean({ description: 'Made from flows, wholly or in part.' }),
    committedBps: nullable(Type.Number()),
    overBps: nullable(Type.Number(), 'Above the commitment.'),
    burstCharge: nullable(Type.String(), 'Pounds, where the contract has a price and the asker may see it.'),
  },
  { $id: 'SlaPercentile' },
);
export type SlaPercentile = Static<typeof SlaPercentile>;

export const SlaCredit = Type.Object(
  {
    due: nullable(Type.String(), 'Pounds and pence; null = none, or there is no price to reckon by.'),
    percent: nullable(Type.Number(), 'Of the monthly charge.'),
    working: Type.Array(Type.String(), { description: 'A line a step.' }),
    claimBy: nullable(Type.String(), 'Day, in London.'),
    claimTo: nullable(Type.String(), 'Where to.'),
  },
  { $id: 'SlaCredit' },
);
export type SlaCredit = Static<typeof SlaCredit>;

export const SlaBudget = Type.Object(
  {
    allowedMs: Ms('Down time that the target allows in its period,'),
    usedMs: Ms('Of it used,'),
    leftPercent: Type.Number({ description: '100 = untouched, below 0 = overspent.' }),
    forecastPercent: nullable(Type.Number(), 'Availability at the end of the period if it goes on as so far.'),
    burnRate: nullable(Type.Number(), 'Spent / what time has passed allows; 1 = on the line.'),
  },
  { $id: 'SlaBudget' },
);
export type SlaBudget = Static<typeof SlaBudget>;

export const CircuitSla = Type.Object(
  {
    circuit: Named,
    academy: Named,
    provider: Named,
    contract: nullable(Named),
    role: Type.String(),
    month: Type.String(),
    period: Type.Object(
      { fromMs: Type.Number(), toMs: Type.Number() },
      { description: 'The month, in London, as far as it has gone.' },
    ),
    running: Type.Boolean(),
    target: nullable(Type.Number()),
    met: nullable(Type.Boolean(), 'null = no target, or nothing could be seen.'),
    figures: AvailabilityFigures,
    contractPeriod: nullable(
      Type.Object({ fromMs: Type.Number(), toMs: Type.Number(), figures: AvailabilityFigures }),
      'Where the contract is judged over a quarter or a year.',
    ),
    outages: Type.Array(SlaOutage),
    mttrMs: nullable(Type.Number(), 'Mean time to restore.'),
    mtbfMs: nullable(Type.Number(), 'Mean time between failures.'),
    longestMs: nullable(Type.Number()),
    teachingHoursLost: nullable(Type.Number()),
    pupils: nullable(Type.Integer()),
    performance: Type.Array(SlaPerformance),
    percentile: nullable(SlaPercentile),
    budget: nullable(SlaBudget),
    credit: nullable(SlaCredit),
    working: Type.Array(Type.String(), { description: 'How the contractual figure was made, a line a step.' }),
  },
  { $id: 'CircuitSla' },
);
export type CircuitSla = Static<typeof CircuitSla>;

export const AcademySla = Type.Object({
  nowMs: Type.Number(),
  academy: Named,
  month: Type.String(),
  circuits: Type.Array(CircuitSla),
  siteUpPercent: Percent('Any of its lines up, of the time that could be seen.'),
  teachingHoursLost: nullable(Type.Number(), 'With no line up, in school hours.'),
});
export type AcademySla = Static<typeof AcademySla>;

/** The intervals behind a circuit's figures. */
export const CircuitIntervals = Type.Object({
  nowMs: Type.Number(),
  circuit: Named,
  fromMs: Type.Number(),
  toMs: Type.Number(),
  intervals: Type.Array(
    Type.Object({
      fromMs: Type.Number(),
      toMs: nullable(Type.Number(), 'null = it goes on.'),
      state: Type.String(),
      cause: Type.String(),
      incident: nullable(Type.Integer()),
      evidence: Type.Array(Type.Object({ atMs: Type.Number(), source: Type.String(), text: Type.String() })),
    }),
  ),
  exclusions: Type.Array(
    Type.Object({
      fromMs: Type.Number(),
      toMs: Type.Number(),
      code: Type.String(),
      reason: Type.String(),
      by: Type.String(),
      atMs: Type.Number(),
      maintenance: nullable(Type.Integer()),
    }),
  ),
});
export type CircuitIntervals = Static<typeof CircuitIntervals>;

/** A month's report, as it would be made now or as it was issued. */
export const Report = Type.Object({
  month: Type.String(),
  trust: Named,
  issued: nullable(
    Type.Object({ number: Type.Integer(), atMs: Type.Number(), by: Type.String(), reason: nullable(Type.String()) }),
    'The latest, or the one asked for: number 1 = the first issue, each later one a corrected report with its reason. null = not issued.',
  ),
  changed: Type.Boolean({
    description:
      'What is known now differs from what was issued last: figures without a number asked for are not those issued.',
  }),
  summary: Type.Array(Type.String(), { description: 'In plain words.' }),
  academies: Type.Array(AcademySla),
});
export type Report = Static<typeof Report>;

export const ReportIssue = Type.Object(
  {
    month: Type.String(),
    number: Type.Integer(),
    atMs: Type.Number(),
    by: Type.String(),
    reason: nullable(Type.String()),
    sha256: Type.String({ description: 'Of the HTML.' }),
  },
  { $id: 'ReportIssue' },
);
export type ReportIssue = Static<typeof ReportIssue>;
export const ReportIssues = Type.Object({ issues: Type.Array(ReportIssue) });
export const IssueBody = Type.Object({ reason: Type.Optional(Line('Needed for every issue but the first.')) }, closed);

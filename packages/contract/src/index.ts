/**
 * The HTTP API's schemas, shared by the server and the dashboard. Rates are bits per second, multiplied by the sampling
 * rate; `in` is download (towards the academy), `out` is upload. Times are Unix milliseconds unless the name says seconds.
 */
import { type Static, Type } from 'typebox';
import { AcademyLine, CircuitLine } from './watch/lines.ts';

export * from './access/people.ts';
export * from './access/roles.ts';
export * from './alerts/defaults.ts';
export * from './alerts/formats.ts';
export * from './alerts/match.ts';
export * from './alerts/notification.ts';
export * from './alerts/rules.ts';
export * from './alerts/silences.ts';
export * from './alerts/status.ts';
export * from './alerts/subscriptions.ts';
export * from './estate/api.ts';
export * from './estate/fields.ts';
export * from './estate/files.ts';
export * from './estate/inbox.ts';
export * from './estate/kinds.ts';
export * from './estate/plan.ts';
export * from './estate/search.ts';
export * from './estate/terms.ts';
export * from './watch/incidents.ts';
export * from './watch/lines.ts';
export * from './watch/maintenance.ts';
export { Month, UnixMs } from './watch/parts.ts';
export * from './watch/sla.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** `reporting`: heard in the last 5 minutes. `silent`: heard before. `awaiting`: never heard. Silence is not an outage. */
export const TelemetryState = Type.Union([Type.Literal('reporting'), Type.Literal('silent'), Type.Literal('awaiting')]);
export type TelemetryState = Static<typeof TelemetryState>;

const Rates = {
  inBps: Type.Number({ description: 'Download, bit/s, mean of the last 60 s.' }),
  outBps: Type.Number({ description: 'Upload, bit/s, mean of the last 60 s.' }),
  state: TelemetryState,
  lastSeenMs: Nullable(Type.Number({ description: 'Our clock, Unix ms, of the latest flow; null = never.' })),
};

export const CircuitNow = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    provider: Type.String(),
    role: Type.Union([Type.Literal('primary'), Type.Literal('backup')]),
    committedInBps: Nullable(Type.Number()),
    committedOutBps: Nullable(Type.Number()),
    exporter: Type.String({ description: 'Address of the exporter; empty = it has none yet.' }),
    interface: Type.String({
      description: 'How the estate names the interface, e.g. "ifIndex 2" or "ifName Gi0/1"; empty = it has none yet.',
    }),
    ...Rates,
    line: Nullable(CircuitLine),
  },
  { $id: 'CircuitNow' },
);
export type CircuitNow = Static<typeof CircuitNow>;

export const AcademyNow = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    phase: Nullable(Type.String()),
    pupils: Nullable(Type.Number()),
    committedInBps: Nullable(Type.Number({ description: 'Sum over primary circuits.' })),
    committedOutBps: Nullable(Type.Number()),
    ...Rates,
    line: AcademyLine,
    sparkline: Type.Object(
      {
        startS: Type.Number({ description: 'Unix s of the first point.' }),
        stepS: Type.Number(),
        inBps: Type.Array(Nullable(Type.Number())),
        outBps: Type.Array(Nullable(Type.Number())),
      },
      { description: 'The last hour; null = nothing was recorded.' },
    ),
  },
  { $id: 'AcademyNow' },
);
export type AcademyNow = Static<typeof AcademyNow>;

export const AcademyList = Type.Object({
  nowMs: Type.Number({ description: "The server's clock." }),
  trust: Type.Object({ id: Type.String(), name: Type.String() }),
  academies: Type.Array(AcademyNow),
  unmapped: Type.Array(
    Type.Object({
      exporter: Type.String(),
      interface: Type.Number({ description: 'ifIndex.' }),
      name: Type.String({ description: 'ifName where the exporter told it, else empty.' }),
      lastSeenMs: Type.Number(),
      inBps: Type.Number({ description: 'Into the interface, bit/s, mean of the last 60 s.' }),
      outBps: Type.Number(),
    }),
    { description: 'Interfaces heard lately of exporters that no circuit is on, busiest first; at most 100.' },
  ),
  collecting: Type.Object({
    listening: Type.Array(Type.Object({ protocol: Type.String(), port: Type.Number() }), {
      description: 'Where collectors say that they listen.',
    }),
    datagrams: Type.Number({ description: 'Datagrams received since the collectors started.' }),
  }),
});
export type AcademyList = Static<typeof AcademyList>;

export const AcademyDetail = Type.Object({
  nowMs: Type.Number(),
  academy: AcademyNow,
  circuits: Type.Array(CircuitNow),
});
export type AcademyDetail = Static<typeof AcademyDetail>;

export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });

/** Most points in one answer. */
export const maxPoints = 5000;
/** Steps that can be asked for, seconds: those that the roll-ups hold or divide. */
export const stepsS = [60, 300, 900, 3600, 21_600, 86_400] as const;

export const TrafficQuery = Type.Object({
  from: Type.Number({ description: 'Unix ms, inclusive.' }),
  to: Type.Number({ description: 'Unix ms, exclusive.' }),
  step: Type.Optional(
    Type.Number({
      description: `Seconds: one of ${stepsS.join(', ')}. Without it, one that gives 100 to 750 points is chosen.`,
    }),
  ),
});
export type TrafficQuery = Static<typeof TrafficQuery>;

export const Traffic = Type.Object({
  fromMs: Type.Number(),
  toMs: Type.Number(),
  stepS: Type.Number(),
  timesS: Type.Array(Type.Number(), { description: 'Unix s, start of each step, evenly spaced, no step left out.' }),
  inBps: Type.Array(Nullable(Type.Number()), { description: 'Mean over the step; null = nothing was recorded.' }),
  outBps: Type.Array(Nullable(Type.Number())),
  inUtilisation: Type.Array(Nullable(Type.Number()), {
    description: 'Share of the committed rate, 1 = all of it; null without one.',
  }),
  outUtilisation: Type.Array(Nullable(Type.Number())),
  committedInBps: Nullable(Type.Number()),
  committedOutBps: Nullable(Type.Number()),
  percentile95: Type.Object({
    inBps: Nullable(Type.Number()),
    outBps: Nullable(Type.Number()),
    samples: Type.Number({ description: '5-minute samples in the range; nearest rank over them.' }),
    estimate: Type.Boolean({
      description: 'True: made from flows, wholly or in part; false: from interface counters alone.',
    }),
  }),
  fillingFromMs: Type.Number({
    description: 'Steps at or after this may still grow as exporters report flows that are going on.',
  }),
});
export type Traffic = Static<typeof Traffic>;

/**
 * `GET /api/v1/stream`: Server-Sent Events. `event: snapshot` comes first (and again when the id that a client resumes
 * from is too old), then `event: update` with only the academies that changed. `data` is a StreamEvent; `id` is opaque.
 */
export const StreamAcademy = Type.Object({
  id: Type.String(),
  ...Rates,
  line: AcademyLine,
  cells: Type.Array(Type.Tuple([Type.Number(), Type.Number(), Type.Number()]), {
    description: '[Unix s, in bit/s, out bit/s] of 10-second cells that changed, the last 2 minutes at most.',
  }),
});
export type StreamAcademy = Static<typeof StreamAcademy>;

export const StreamEvent = Type.Object({
  nowMs: Type.Number(),
  academies: Type.Array(StreamAcademy),
});
export type StreamEvent = Static<typeof StreamEvent>;

/** `awaiting`: sends, and no one has approved it. `refused`: not in an allowed network, or refused by someone. */
export const ExporterState = Type.Union([
  Type.Literal('reporting'),
  Type.Literal('silent'),
  Type.Literal('awaiting'),
  Type.Literal('refused'),
]);
export type ExporterState = Static<typeof ExporterState>;

export const ExporterDecision = Type.Union([Type.Literal('approved'), Type.Literal('refused')]);
export type ExporterDecision = Static<typeof ExporterDecision>;

const Upstream = {
  flows: Type.Number({ description: 'NetFlow v5.' }),
  datagrams: Type.Number({ description: 'NetFlow v9, sFlow.' }),
  records: Type.Number({ description: 'IPFIX.' }),
  samples: Type.Number({ description: 'sFlow.' }),
  ratio: Nullable(
    Type.Number({
      description: 'Share of what was sent, 0 to 1; the worst of its protocols; null = nothing to tell by.',
    }),
  ),
};

/** Something that was lost on our side, in words. */
export const Loss = Type.Object(
  {
    reason: Type.String({ description: 'From a closed list; stable.' }),
    count: Type.Number(),
    meaning: Type.String(),
    action: Type.String({ description: 'What to do about it; empty = nothing.' }),
  },
  { $id: 'Loss' },
);
export type Loss = Static<typeof Loss>;

export const Exporter = Type.Object(
  {
    address: Type.String(),
    collector: Type.String(),
    name: Type.String({ description: 'What the device calls itself (sysName); empty = not known.' }),
    circuits: Type.Array(
      Type.Object({ academy: Type.String(), academyName: Type.String(), circuit: Type.String(), name: Type.String() }),
      { description: 'Circuits of the estate that it carries, by their ids and names.' },
    ),
    state: ExporterState,
    decision: Nullable(ExporterDecision),
    lastSeenMs: Type.Number({ description: 'Our clock, Unix ms, of the latest datagram.' }),
    sinceMs: Type.Number({
      description: 'Unix ms from which on everything here is counted: the start of its collector.',
    }),
    datagramsPerS: Type.Number({ description: 'Mean of the last minute.' }),
    flowsPerS: Type.Number({ description: 'Mean of the last minute.' }),
    datagrams: Type.Object(
      { received: Type.Number(), decoded: Type.Number(), held: Type.Number(), rejected: Type.Number() },
      { description: 'Each datagram is in one of the three.' },
    ),
    flows: Type.Number(),
    versions: Type.Array(Type.Object({ name: Type.String(), lastSeenMs: Type.Number() })),
    templates: Type.Number({ description: 'Templates held.' }),
    setsHeld: Type.Number({ description: 'Data sets that await their template.' }),
    sampling: Type.Array(
      Type.Object({
        rate: Type.Number({ description: 'One in so many packets.' }),
        stated: Type.Boolean({ description: 'False: the exporter did not say, and this is assumed.' }),
      }),
    ),
    lostUpstream: Type.Object(Upstream, { description: 'Never reached us, by sequence numbers.' }),
    lostLastHour: Type.Object({ sinceMs: Type.Number(), ...Upstream }),
    duplicates: Type.Number(),
    late: Type.Number({ description: 'Datagrams, flows, records and samples that came out of order.' }),
    lostHere: Type.Array(Loss, { description: 'Reached us and was not read, most first.' }),
    clockSkewMs: Nullable(Type.Number({ description: 'Our clock minus its own; null = not known.' })),
    activeTimeoutMs: Nullable(
      Type.Number({ description: 'How long its flows last at most, as seen; null = not known yet.' }),
    ),
    unknownElements: Type.Array(
      Type.Object({
        pen: Type.Number({ description: 'Private enterprise number; 0 = IANA.' }),
        id: Type.Number(),
        name: Type.String({ description: 'Empty = not known.' }),
        records: Type.Number(),
      }),
      { description: 'Information elements that no column takes, most records first.' },
    ),
    advice: Type.Array(
      Type.Object({
        about: Type.Union([
          Type.Literal('admission'),
          Type.Literal('clock'),
          Type.Literal('sampling'),
          Type.Literal('active_timeout'),
          Type.Literal('templates'),
          Type.Literal('upstream'),
        ]),
        text: Type.String({ description: 'What is the matter.' }),
        action: Type.String({ description: 'What to do about it.' }),
      }),
    ),
  },
  { $id: 'Exporter' },
);
export type Exporter = Static<typeof Exporter>;

export const CollectorNow = Type.Object(
  {
    collector: Type.String(),
    heardMs: Type.Number({ description: 'When it last said something of itself, Unix ms.' }),
    sinceMs: Type.Number({ description: 'When it started, Unix ms; everything here is counted from then on.' }),
    datagrams: Type.Object(
      { received: Type.Number(), decoded: Type.Number(), held: Type.Number(), rejected: Type.Number() },
      { description: 'What came from the sockets; each datagram is in one of the three.' },
    ),
    flows: Type.Number({ description: 'Flows decoded.' }),
    lostHere: Type.Array(Loss, { description: 'Was not read, or was read and not queued, most first.' }),
    sockets: Type.Array(
      Type.Object({
        protocol: Type.String(),
        port: Type.Number(),
        received: Type.Number(),
        kernelDropped: Type.Number({
          description: 'Datagrams dropped for want of buffer since the socket was opened.',
        }),
        receiveBufferBytes: Type.Number(),
      }),
    ),
  },
  { $id: 'CollectorNow' },
);
export type CollectorNow = Static<typeof CollectorNow>;

export const ExporterList = Type.Object({
  nowMs: Type.Number({ description: "The server's clock." }),
  exporters: Type.Array(Exporter),
  collectors: Type.Array(CollectorNow),
});
export type ExporterList = Static<typeof ExporterList>;

export const ExporterParams = Type.Object({
  collector: Type.String({ minLength: 1, maxLength: 63 }),
  address: Type.String({ minLength: 2, maxLength: 45, description: 'As in the list.' }),
});

export const DecisionBody = Type.Object({ decision: ExporterDecision });
export type DecisionBody = Static<typeof DecisionBody>;

/** RFC 9457 problem document, `application/problem+json`. */
export const Problem = Type.Object({
  type: Type.String({ description: '`about:blank`, or `/problems/<code>`.' }),
  title: Type.String(),
  status: Type.Number(),
  detail: Type.String(),
  instance: Type.String({ description: 'The path asked for.' }),
  code: Type.String(),
});
export type Problem = Static<typeof Problem>;

/** A part's state in `GET /health/ready`. */
export const PartHealth = Type.Object({ ready: Type.Boolean(), detail: Type.String() });
export const Health = Type.Object({ ready: Type.Boolean(), parts: Type.Record(Type.String(), PartHealth) });
export type Health = Static<typeof Health>;

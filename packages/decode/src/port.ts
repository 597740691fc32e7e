/** What the decoder takes and gives: the sink it writes to, its limits, and the closed list of what can be lost. */
import type { Event, FlowColumns, Sample } from '@linewatch/record';
import type { Exporter } from './exporter.ts';

/** Where decoded rows go. The decoder writes rows `rows` and up of `columns`, then moves `rows` on. */
export interface FlowSink {
  /**
   * Fixed for the sink's life: compiled templates bind to its arrays. A column that a template does not send is zero in
   * its rows; whoever alters rows in place may not make such a zero into something else.
   */
  readonly columns: FlowColumns;
  /** Rows in use. */
  rows: number;
  /** Called when the decoder needs room: consume the rows before returning and set `rows` to 0. */
  flush(): void;
  /** Rows [from, to) were just written, all of this exporter. */
  decoded(exporter: Exporter, from: number, to: number): void;
  /** From options data: `interface.name` or `interface.alias` as text, when new, changed, or an hour old. Measurements. */
  sample(sample: Sample): void;
  /** Something that happened: a trap. */
  event(event: Event): void;
  /**
   * An element of a row that is kept by name (`DecoderOptions.keepElements`), before `decoded` tells of the row; rows
   * come in rising order. Of a biflow it goes with the forward half.
   */
  element?(row: number, name: string, value: string): void;
  /** sFlow that has no column and no metric, for sinks that want to show it. */
  structure?(structure: Structure): void;
}

/** An sFlow structure as it was sent, named by the numbers of https://sflow.org/developers/structures.php. */
export interface Structure {
  readonly timeMs: number;
  readonly exporter: Exporter;
  readonly of: StructureKind;
  readonly enterprise: number;
  readonly format: number;
  /** Valid during the call only. */
  readonly octets: Uint8Array;
}

/** `header`: a sampled packet of a header protocol that is not read, which is its format. */
export const structureKinds = ['sample', 'flow', 'counter', 'header'] as const;
export type StructureKind = (typeof structureKinds)[number];

/** Why something was lost: a whole datagram, or a part of one. */
export const lossReasons = [
  'version_unknown', // not NetFlow v5, v9 or IPFIX
  'exporter_refused', // not in an allowed network, or refused by someone
  'exporter_unapproved', // not approved yet
  'header_truncated', // shorter than its protocol's header
  'message_length_invalid', // IPFIX length below the header's own
  'message_truncated', // length or count promise more than the datagram holds; what is whole was read
  'octets_trailing', // octets after the message's stated end
  'set_length_invalid', // below 4: the rest of the datagram cannot be framed
  'set_overrun', // runs past its message; what is whole was read
  'set_id_reserved',
  'template_malformed',
  'template_empty', // no fields, or none with a length
  'template_fields_limit',
  'template_evicted', // templates per exporter
  'record_malformed', // a variable length runs past its set
  'held_evicted', // sets that waited for a template: bound on octets
  'held_expired', // sets that waited for a template: bound on age
  'exporter_evicted',
  'domain_evicted',
  'sampler_evicted',
  'sample_malformed', // sFlow: a sample or record runs past what holds it
  'sample_kind_unknown', // sFlow: an enterprise's sample format; skipped
  'trap_malformed', // BER that cannot be read, or not of a trap's shape
  'trap_version_unknown', // not SNMPv1, v2c or v3 of the user-based security model
  'trap_community_unknown',
  'trap_user_unknown',
  'trap_security_level', // not protected as its user is configured to be
  'trap_authentication_failed',
  'trap_decryption_failed',
  'trap_time_window', // RFC 3414 section 2.2.3, replays included
  'trap_pdu_unexpected', // not a trap, an inform or a discovery request
  'trap_storm', // over its source's rate; the first and last of each kind are kept
  'sink_full', // flush made no room
  'decoder_fault', // a defect of ours, contained
] as const;
export type LossReason = (typeof lossReasons)[number];
export type RefusalReason = 'exporter_refused' | 'exporter_unapproved';

/** Bounds on what input can make the decoder keep or do. */
export interface Limits {
  readonly exporters: number;
  /**
   * All that is remembered of exporters: a template weighs 2 and 1 for 4 fields, a sampler or name 1, a domain 8. A weight of
   * 1 is up to 430 octets of memory.
   */
  readonly remembered: number;
  readonly domainsPerExporter: number;
  readonly templatesPerExporter: number;
  readonly fieldsPerTemplate: number;
  /** Compiled layouts kept, over all exporters; one counts once more for each 32 fields. */
  readonly programs: number;
  /** New layouts compiled in a second of `receivedMs`, counted likewise (each costs about 0.3 ms); others' sets wait. */
  readonly compilesPerSecond: number;
  /** Octets of sets that wait for their template. */
  readonly heldOctetsPerExporter: number;
  readonly heldOctets: number;
  readonly heldMs: number;
  /** A template not announced for this long is forgotten; 0 = never. */
  readonly templateMs: number;
  readonly samplersPerDomain: number;
  /**
   * Names and statistics from options data and sFlow remembered, to pass on changes only. So many may be passed on at
   * once, and again over each minute.
   */
  readonly namesPerExporter: number;
  /** Least time between two measurements of one sFlow source and kind. */
  readonly measuredEveryMs: number;
  /** Traps of one kind that a source may send at once, and then each second; a burst of Infinity = no limit. */
  readonly trapBurst: number;
  readonly trapsPerSecond: number;
  /** Sources whose traps are remembered, to limit them; and kinds about one thing, of one source and of all. */
  readonly trapSources: number;
  readonly trapStreamsPerSource: number;
  readonly trapStreams: number;
  /** Elements without a column whose records are counted. */
  readonly elementsPerExporter: number;
}

export const defaultLimits: Limits = {
  exporters: 4096,
  remembered: 1_000_000,
  domainsPerExporter: 256,
  templatesPerExporter: 2048,
  fieldsPerTemplate: 512,
  programs: 1024,
  compilesPerSecond: 500,
  heldOctetsPerExporter: 64 * 1024,
  heldOctets: 16 * 1024 * 1024,
  heldMs: 30 * 60_000,
  templateMs: 0,
  samplersPerDomain: 1024,
  namesPerExporter: 8192,
  measuredEveryMs: 1000,
  trapBurst: 50,
  trapsPerSecond: 1,
  trapSources: 4096,
  trapStreamsPerSource: 1024,
  trapStreams: 65_536,
  elementsPerExporter: 512,
};

/** All only grow. */
export interface Counters {
  /** Each datagram by its one outcome. `held`: all that could be read awaits a template, or the end of a storm of traps. */
  readonly datagrams: { decoded: number; held: number; rejected: number };
  /** Rejected datagrams by reason. */
  readonly rejected: Record<LossReason, number>;
  /** Everything lost by reason, whole datagrams included. */
  readonly losses: Record<LossReason, number>;
  /** Template records read, repeats included. */
  templates: number;
  optionTemplates: number;
  templatesWithdrawn: number;
  dataRecords: number;
  optionRecords: number;
  /** Names and statistics not passed on yet: the exporter told too many at once. It tells them again. */
  namesLimited: number;
  /** Rows written: a biflow is one record and up to two rows. */
  flows: number;
  /** Rows whose record has no usable time field: the export time stands in. */
  timesMissing: number;
  /** Rows with a time more than a day from the export time, or a start after its end. */
  timesAbsurd: number;
  setsHeld: number;
  setsReleased: number;
  readonly sflow: SflowCounters;
  /** Seen by sequence numbers. What arrives `late` was counted as lost before, in the same unit. */
  readonly sequence: SequenceCounters;
}

interface SflowCounters {
  flowSamples: number;
  counterSamples: number;
  discardSamples: number;
  /** Structures without a column or metric; their samples were read all the same. */
  structuresUnread: number;
  /** Measurements left out: of one source and kind more than one a second came. */
  measurementsLimited: number;
}

/** v5 counts flows, v9 and sFlow datagrams, IPFIX records, and sFlow samples per source besides. */
export interface SequenceCounters {
  lostFlows: number;
  lostDatagrams: number;
  lostRecords: number;
  lostSamples: number;
  lateFlows: number;
  lateDatagrams: number;
  lateRecords: number;
  lateSamples: number;
  duplicates: number;
  restarts: number;
}

export const createSequenceCounters = (): SequenceCounters => ({
  lostFlows: 0,
  lostDatagrams: 0,
  lostRecords: 0,
  lostSamples: 0,
  lateFlows: 0,
  lateDatagrams: 0,
  lateRecords: 0,
  lateSamples: 0,
  duplicates: 0,
  restarts: 0,
});

const byReason = (): Record<LossReason, number> =>
  Object.fromEntries(lossReasons.map((reason) => [reason, 0])) as Record<LossReason, number>;

export const createCounters = (): Counters => ({
  datagrams: { decoded: 0, held: 0, rejected: 0 },
  rejected: byReason(),
  losses: byReason(),
  templates: 0,
  optionTemplates: 0,
  templatesWithdrawn: 0,
  dataRecords: 0,
  optionRecords: 0,
  namesLimited: 0,
  flows: 0,
  timesMissing: 0,
  timesAbsurd: 0,
  setsHeld: 0,
  setsReleased: 0,
  sflow: { flowSamples: 0, counterSamples: 0, discardSamples: 0, structuresUnread: 0, measurementsLimited: 0 },
  sequence: createSequenceCounters(),
});

/** The decoder: takes datagrams, keeps exporters, gives each datagram exactly one outcome. */
import type { Sample } from '@linewatch/record';
import type { Domain, Exporter, FlowVersion } from './exporter.ts';
import { type Program, compile } from './compile.ts';
import { Frame } from './frame.ts';
import { HeldSets } from './held.ts';
import { Keeping } from './kept.ts';
import { countVerdict, lose } from './losses.ts';
import { Memory } from './memory.ts';
import { MessageReader } from './message.ts';
import { OptionsReader } from './options.ts';
import {
  type Counters,
  type FlowSink,
  type Limits,
  type LossReason,
  type RefusalReason,
  createCounters,
  defaultLimits,
} from './port.ts';
import { RowWriter } from './rows.ts';
import { SflowReader } from './sflow/sflow.ts';
import { type TrapOptions, defaultTrapOptions } from './snmp/options.ts';
import { TrapReader } from './snmp/traps.ts';
import { type DecoderSnapshot, restoreExporters, snapshotExporters } from './snapshot.ts';
import { readV5Header, v5HeaderOctets, v5Layout, v5RecordOctets } from './v5.ts';

export interface DecoderOptions {
  readonly sink: FlowSink;
  readonly limits?: Partial<Limits>;
  /** Shift flow times to our clock when the exporter's is over 2 s off. Without it they stay on the exporter's. */
  readonly correctClock?: boolean;
  /**
   * Elements to pass to the sink by name: as in the registry, or `enterprise/number`. `all`: those that feed no column.
   * Names that are not known are left out; see `Decoder.unknownNames`.
   */
  readonly keepElements?: readonly string[] | 'all' | undefined;
  /** Whose traps are taken; without it, those of community `public`. */
  readonly traps?: TrapOptions | undefined;
}

export interface Decoder {
  /** The cached handle of a 16-octet address. */
  exporter(address: Uint8Array): Exporter;
  /**
   * Decodes one UDP payload; work is bounded by its length and the limits. Keeps nothing that is in the payload's memory.
   * Throws only what the sink throws.
   * `receivedMs` is Unix ms of our clock. Returns what is to be sent back to where it came from: the answer to an SNMP
   * inform, or to a request for our engine id.
   */
  decode(exporter: Exporter, datagram: Uint8Array, receivedMs: number): Uint8Array | undefined;
  /**
   * Counts a datagram that is not to be read because of whom it is from. Without a handle it is counted in all only: who
   * sends it takes no room here.
   */
  reject(exporter: Exporter | undefined, reason: RefusalReason, receivedMs: number): void;
  /** Drops held sets that are too old; `decode` does so too. Lets out traps that a storm held back. */
  expire(nowMs: number): void;
  /** Replaces whose traps are taken. */
  setTraps(options: TrapOptions): void;
  readonly counters: Readonly<Counters>;
  readonly exporters: Iterable<Exporter>;
  readonly heldOctets: number;
  /** Of `keepElements`: what is no name of the registry and no `enterprise/number`. */
  readonly unknownNames: readonly string[];
  /** Templates and stated sampling rates, as plain data for JSON. */
  templates(): DecoderSnapshot;
  /** Takes back what `templates` gave, checked item by item; returns how many templates were taken. */
  restore(snapshot: unknown): number;
}

const toleratedSkewMs = 2000;

export const createDecoder = (options: DecoderOptions): Decoder => new FlowDecoder(options);

class FlowDecoder implements Decoder {
  readonly counters: Counters = createCounters();
  readonly unknownNames: readonly string[];
  readonly #limits: Limits;
  readonly #correctClock: boolean;
  readonly #frame = new Frame();
  readonly #rows: RowWriter;
  readonly #sink: FlowSink;
  #v5Program: Program | undefined;
  #reply: Uint8Array | undefined;
  readonly #held: HeldSets;
  readonly #memory: Memory;
  readonly #messages: MessageReader;
  readonly #sflow: SflowReader;
  readonly #traps: TrapReader;

  constructor({ sink, limits, correctClock, keepElements = [], traps }: DecoderOptions) {
    this.#sink = sink;
    this.#limits = { ...defaultLimits, ...limits };
    this.#correctClock = correctClock ?? false;
    const keeping = new Keeping(keepElements);
    this.unknownNames = keeping.unknown;
    this.#rows = new RowWriter(sink, this.#limits, this.counters, keepElements.length > 0 ? keeping : undefined);
    this.#held = new HeldSets(this.#limits, this.counters);
    this.#memory = new Memory(this.#limits, this.counters, this.#held);
    const emit = (sample: Sample): void => {
      this.#rows.inSink = true;
      sink.sample(sample);
      this.#rows.inSink = false;
    };
    const options = new OptionsReader(this.#memory, this.counters, emit);
    this.#sflow = new SflowReader({
      rows: this.#rows,
      memory: this.#memory,
      limits: this.#limits,
      counters: this.counters,
      emit,
    });
    this.#traps = new TrapReader({
      options: traps ?? defaultTrapOptions,
      limits: this.#limits,
      counters: this.counters,
      emit: (event) => {
        this.#rows.inSink = true;
        sink.event(event);
        this.#rows.inSink = false;
      },
    });
    this.#messages = new MessageReader({
      rows: this.#rows,
      options,
      held: this.#held,
      memory: this.#memory,
      shiftMs: this.#shiftMs,
      limits: this.#limits,
      counters: this.counters,
    });
  }

  readonly #shiftMs = (receivedMs: number, exportedMs: number): number => {
    const skew = receivedMs - exportedMs;
    return this.#correctClock && Math.abs(skew) > toleratedSkewMs ? skew : 0;
  };

  get exporters(): Iterable<Exporter> {
    return this.#memory.exporters.values();
  }

  get heldOctets(): number {
    return this.#held.octets;
  }

  setTraps(options: TrapOptions): void {
    this.#traps.configure(options);
  }

  exporter(address: Uint8Array): Exporter {
    return this.#memory.exporter(address);
  }

  decode(handle: Exporter, datagram: Uint8Array, receivedMs: number): Uint8Array | undefined {
    this.#reply = undefined;
    this.#memory.trim();
    const exporter = handle.evicted ? this.exporter(handle.address) : handle;
    const now = Number.isFinite(receivedMs) && receivedMs > 0 ? Math.floor(receivedMs) : 0;
    // The first datagram of an address does not count: spoofed ones must not push out those that go on.
    exporter.used ||= exporter.datagrams > 0;
    exporter.datagrams++;
    exporter.lastMs = now;
    this.#held.expire(now);
    let outcome: LossReason | 'decoded' | 'held';
    try {
      outcome = this.#read(exporter, datagram, now);
    } catch (error) {
      if (this.#rows.inSink) {
        this.#rows.inSink = false;
        throw error;
      }
      outcome = this.#lose(exporter, 'decoder_fault');
    }
    const timeoutMs = exporter.habits.newTimeoutMs();
    if (timeoutMs >= 0) this.#tellTimeout(exporter, timeoutMs, now);
    this.#close(exporter, outcome);
    return this.#reply;
  }

  reject(exporter: Exporter | undefined, reason: RefusalReason, receivedMs: number): void {
    if (!exporter) {
      this.counters.datagrams.rejected++;
      this.counters.rejected[reason]++;
      this.counters.losses[reason]++;
      return;
    }
    exporter.datagrams++;
    exporter.lastMs = receivedMs;
    this.#close(exporter, this.#lose(exporter, reason));
  }

  #tellTimeout(exporter: Exporter, timeoutMs: number, timeMs: number): void {
    const sample = { timeMs, exporter: exporter.address, interface: 0, metric: 'exporter.active_timeout' };
    this.#rows.inSink = true;
    this.#sink.sample({ ...sample, value: timeoutMs, text: '' });
    this.#rows.inSink = false;
  }

  /** The one outcome of a datagram. */
  #close(exporter: Exporter, outcome: LossReason | 'decoded' | 'held'): void {
    const { counters } = this;
    const counted = outcome === 'decoded' || outcome === 'held' ? outcome : 'rejected';
    counters.datagrams[counted]++;
    exporter.outcomes[counted]++;
    if (counted === 'rejected') counters.rejected[outcome as LossReason]++;
  }

  #lose(exporter: Exporter, reason: LossReason): LossReason {
    lose(this.counters, exporter, reason);
    return reason;
  }

  #read(exporter: Exporter, datagram: Uint8Array, now: number): LossReason | 'decoded' | 'held' {
    if (datagram.length < 4) return this.#lose(exporter, 'header_truncated');
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
    // An SNMP message is a BER SEQUENCE: no version of a flow protocol begins so.
    if (datagram[0] === 0x30) {
      exporter.versions.set('snmp', now);
      const { outcome, reply } = this.#traps.read(exporter, datagram, now);
      this.#reply = reply;
      return outcome;
    }
    switch (view.getUint16(0)) {
      case 5:
        return this.#v5(exporter, view, now);
      case 9:
        return this.#v9(exporter, view, now);
      case 10:
        return this.#ipfix(exporter, view, now);
      case 0:
        if (view.getUint32(0) === 5) return this.#sflow.read(exporter, view, now);
        break;
    }
    return this.#lose(exporter, 'version_unknown');
  }

  #begin(
    exporter: Exporter,
    version: FlowVersion,
    id: number,
    receivedMs: number,
    exportedMs: number,
    uptimeMs: number,
  ): Domain {
    const frame = this.#frame;
    exporter.versions.set(version, receivedMs);
    const skew = receivedMs - exportedMs;
    exporter.skewMs = skew;
    frame.receivedMs = receivedMs;
    frame.exportedMs = exportedMs;
    frame.uptimeMs = uptimeMs;
    frame.shiftMs = this.#shiftMs(receivedMs, exportedMs);
    frame.version = version;
    frame.domain = id;
    frame.address = exporter.words;
    return this.#memory.domain(exporter, version, id);
  }

  #sequence(exporter: Exporter, domain: Domain, sequence: number, units: number, slack = 0): void {
    const verdict = domain.sequence.see(sequence, units, slack);
    countVerdict(this.counters, exporter, domain.sequence.unit, verdict);
  }

  #v5(exporter: Exporter, view: DataView, now: number): LossReason | 'decoded' {
    if (view.byteLength < v5HeaderOctets) return this.#lose(exporter, 'header_truncated');
    const header = readV5Header(view);
    const whole = Math.floor((view.byteLength - v5HeaderOctets) / v5RecordOctets);
    const count = Math.min(header.count, whole);
    if (header.count > whole) {
      const reason = this.#lose(exporter, 'message_truncated');
      if (count === 0) return reason;
    } else if (view.byteLength > v5HeaderOctets + count * v5RecordOctets) {
      const from = v5HeaderOctets + count * v5RecordOctets;
      for (let i = from; i < view.byteLength; i++)
        if (view.getUint8(i) !== 0) {
          this.#lose(exporter, 'octets_trailing');
          break;
        }
    }
    const domain = this.#begin(exporter, 5, header.engine, now, header.exportedMs, header.uptimeMs);
    const frame = this.#frame;
    frame.rate = Math.max(1, header.samplingInterval);
    frame.stated = header.samplingInterval > 0 ? 1 : 0;
    this.#sequence(exporter, domain, header.sequence, header.count);
    this.#v5Program ??= compile(this.#sink.columns, v5Layout);
    this.#rows.write(
      exporter,
      domain,
      this.#v5Program,
      view,
      v5HeaderOctets,
      v5HeaderOctets + count * v5RecordOctets,
      frame,
    );
    return 'decoded';
  }

  #v9(exporter: Exporter, view: DataView, now: number): LossReason | 'decoded' | 'held' {
    if (view.byteLength < 20) return this.#lose(exporter, 'header_truncated');
    const domain = this.#begin(exporter, 9, view.getUint32(16), now, view.getUint32(8) * 1000, view.getUint32(4));
    // The header's count is too small from some exporters: the datagram's end decides.
    const parts = this.#messages.read(exporter, domain, view, 20, view.byteLength, this.#frame);
    this.#sequence(exporter, domain, view.getUint32(12), 1);
    return this.#outcome(parts);
  }

  #ipfix(exporter: Exporter, view: DataView, now: number): LossReason | 'decoded' | 'held' {
    if (view.byteLength < 16) return this.#lose(exporter, 'header_truncated');
    const length = view.getUint16(2);
    if (length < 16) return this.#lose(exporter, 'message_length_invalid');
    let early: LossReason | undefined;
    if (length > view.byteLength) early = this.#lose(exporter, 'message_truncated');
    else if (length < view.byteLength) this.#lose(exporter, 'octets_trailing');
    const exportedMs = view.getUint32(4) * 1000;
    const domain = this.#begin(exporter, 10, view.getUint32(12), now, exportedMs, NaN);
    if (domain.systemInitMs > 0) this.#frame.uptimeMs = exportedMs - domain.systemInitMs;
    const parts = this.#messages.read(exporter, domain, view, 16, Math.min(length, view.byteLength), this.#frame);
    this.#sequence(exporter, domain, view.getUint32(8), early ? -1 : parts.records, parts.templates);
    parts.fault = early ?? parts.fault;
    return this.#outcome(parts);
  }

  #outcome(parts: { decoded: boolean; held: boolean; fault: LossReason | undefined }): LossReason | 'decoded' | 'held' {
    if (parts.decoded) return 'decoded';
    if (parts.held) return 'held';
    return parts.fault ?? 'decoded';
  }

  expire(nowMs: number): void {
    this.#held.expire(nowMs);
    this.#traps.tick(nowMs);
  }

  templates(): DecoderSnapshot {
    return snapshotExporters(this.#memory.exporters.values());
  }

  restore(snapshot: unknown): number {
    const taken = restoreExporters(snapshot, this.#memory, this.#limits.fieldsPerTemplate);
    this.#memory.trim();
    return taken;
  }
}

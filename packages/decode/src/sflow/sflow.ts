/**
 * sFlow version 5 (https://sflow.org/sflow_version_5.txt): a datagram of an agent holds samples, and they hold records:
 *
 *     5 │ agent's address │ sub-agent │ sequence │ uptime │ n │ tag │ octets │ sample … │ tag │ octets │ sample …
 *                                                               └ sequence │ source │ … │ n │ tag │ octets │ record …
 *
 * All numbers have 32 bits. The exporter is the UDP source, as with every protocol; the agent's own address is told as
 * the text `exporter.agent` where it is another one.
 */
import { type Sample, formatAddress } from '@linewatch/record';
import type { Domain, Exporter } from '../exporter.ts';
import { lose } from '../losses.ts';
import type { Memory } from '../memory.ts';
import type { Counters, Limits, LossReason } from '../port.ts';
import type { RowWriter } from '../rows.ts';
import { copyAddress } from '../values.ts';
import { type Agent, Agents } from './agents.ts';
import { CounterSamples } from './counter-samples.ts';
import { type FlowSampleFormat, FlowSamples } from './flow-samples.ts';
import { type Taken, addressOctets, padded, sampleFormats, taken } from './formats.ts';
import { Measured } from './measured.ts';
import { TcpInfo } from './tcp-info.ts';
import { Unread } from './unread.ts';

export interface SflowParts {
  readonly rows: RowWriter;
  readonly memory: Memory;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly emit: (sample: Sample) => void;
}

const word = 4_294_967_296;
/** Kinds of samples that are numbered apart. */
const sequenceKinds = { flow: 0, counter: 1, discarded: 2 } as const;

export class SflowReader {
  readonly #rows: RowWriter;
  readonly #memory: Memory;
  readonly #counters: Counters;
  readonly #agents: Agents;
  readonly #measured: Measured;
  readonly #unread: Unread;
  readonly #flows: FlowSamples;
  readonly #counterSamples: CounterSamples;
  readonly #agentWords = new Uint32Array(4);
  readonly #agentBytes = new Uint8Array(this.#agentWords.buffer);
  #nowMs = 0;

  constructor({ rows, memory, limits, counters, emit }: SflowParts) {
    this.#rows = rows;
    this.#memory = memory;
    this.#counters = counters;
    this.#agents = new Agents(memory, counters);
    this.#measured = new Measured(memory, counters, limits.measuredEveryMs, emit);
    this.#unread = new Unread(rows, memory, counters);
    this.#flows = new FlowSamples({ rows, unread: this.#unread, tcpInfo: new TcpInfo(this.#measured) });
    this.#counterSamples = new CounterSamples(this.#measured, this.#unread);
  }

  /** Reads a datagram whose first word is 5. */
  read(exporter: Exporter, view: DataView, nowMs: number): LossReason | 'decoded' {
    const end = view.byteLength;
    if (end < 8) return this.#lose(exporter, 'header_truncated');
    const octets = addressOctets(view.getUint32(4));
    if (octets < 0) return this.#lose(exporter, 'version_unknown');
    const at = 8 + octets;
    if (end - at < 16) return this.#lose(exporter, 'header_truncated');
    this.#nowMs = nowMs;
    exporter.versions.set(105, nowMs);
    // The header has no clock to compare with.
    exporter.skewMs = 0;
    const subAgent = view.getUint32(at);
    const domain = this.#memory.domain(exporter, 105, subAgent);
    const hash = this.#agent(exporter, view, octets, nowMs);
    const agent = this.#agents.datagram(exporter, domain, hash, view.getUint32(at + 4));
    this.#flows.begin(exporter, subAgent, nowMs);
    this.#counterSamples.begin(exporter, nowMs);
    try {
      return this.#samples(exporter, domain, agent, view, at + 16, view.getUint32(at + 12));
    } finally {
      this.#rows.done(exporter, nowMs);
    }
  }

  #samples(
    exporter: Exporter,
    domain: Domain,
    agent: Agent | undefined,
    view: DataView,
    from: number,
    count: number,
  ): LossReason | 'decoded' {
    const end = view.byteLength;
    let at = from;
    let read = false;
    let fault: LossReason | undefined;
    for (let i = 0; i < count; i++) {
      if (end - at < 8) {
        fault = this.#lose(exporter, 'message_truncated');
        break;
      }
      const tag = view.getUint32(at);
      const octets = view.getUint32(at + 4);
      at += 8;
      // Of a sample that runs past the datagram, what is whole is read; it is the last.
      const cut = octets > end - at;
      const to = cut ? end : at + octets;
      const got = this.#sample(exporter, domain, agent, tag, view, at, to);
      if (got === taken.part || got === taken.whole) read = true;
      if (cut) fault = this.#lose(exporter, 'message_truncated');
      else if (got === taken.unknown) fault = this.#lose(exporter, 'sample_kind_unknown');
      else if (got !== taken.whole) fault = this.#lose(exporter, 'sample_malformed');
      at = cut ? end : at + padded(octets);
      if (cut) break;
    }
    for (; at < end; at++)
      if (view.getUint8(at) !== 0) {
        this.#lose(exporter, 'octets_trailing');
        break;
      }
    return read ? 'decoded' : (fault ?? 'decoded');
  }

  /** The sample in [at, end). */
  #sample(
    exporter: Exporter,
    domain: Domain,
    agent: Agent | undefined,
    tag: number,
    view: DataView,
    at: number,
    end: number,
  ): Taken {
    const { sflow } = this.#counters;
    let kind: number;
    switch (tag) {
      case sampleFormats.flow:
      case sampleFormats.flowExpanded:
        sflow.flowSamples++;
        kind = sequenceKinds.flow;
        break;
      case sampleFormats.counter:
      case sampleFormats.counterExpanded:
        sflow.counterSamples++;
        kind = sequenceKinds.counter;
        break;
      case sampleFormats.discarded:
        sflow.discardSamples++;
        kind = sequenceKinds.discarded;
        break;
      default:
        this.#unread.count(exporter, 'sample', tag, view, at, end, this.#nowMs);
        return taken.unknown;
    }
    if (end - at < 12) return taken.nothing;
    const compact = tag === sampleFormats.flow || tag === sampleFormats.counter;
    const sourceClass = compact ? view.getUint8(at + 4) : view.getUint32(at + 4) & 0xff;
    const source = compact ? view.getUint32(at + 4) & 0xffffff : view.getUint32(at + 8);
    if (agent) {
      const key = (kind * 256 + sourceClass) * word + source;
      this.#agents.sample(exporter, domain, agent, key, view.getUint32(at));
    }
    if (kind !== sequenceKinds.counter)
      return this.#flows.read(tag as FlowSampleFormat, sourceClass, source, view, at, end);
    const records = at + (compact ? 8 : 12);
    if (end - records < 4) return taken.nothing;
    return this.#counterSamples.read(sourceClass, source, view, records, end);
  }

  /** A hash of the agent's address; the address as text where it is not the UDP source. */
  #agent(exporter: Exporter, view: DataView, octets: number, nowMs: number): number {
    if (octets === 0) return 0;
    const words = this.#agentWords;
    copyAddress(view, 8, octets, words, 0);
    const [a = 0, b = 0, c = 0, d = 0] = words;
    const hash = (Math.imul(Math.imul(Math.imul(a, 31) + b, 31) + c, 31) + d) >>> 0;
    const { words: own } = exporter;
    if (a === own[0] && b === own[1] && c === own[2] && d === own[3]) return hash;
    const key = `exporter.agent ${hash}`;
    if (this.#measured.stale(exporter, key, nowMs))
      this.#measured.text(exporter, key, 0, 'exporter.agent', formatAddress(this.#agentBytes), nowMs);
    return hash;
  }

  #lose(exporter: Exporter, reason: LossReason): LossReason {
    lose(this.#counters, exporter, reason);
    return reason;
  }
}

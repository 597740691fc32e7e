/**
 * The soak: hostile and valid datagrams to one decoder after another. After each it checks that the datagram had exactly
 * one outcome, met no defect of ours and was done in time; now and then, that what is kept is within its bounds.
 */
import { type Decoder, type FlowSink, type Limits, createDecoder, defaultLimits } from '@linewatch/decode';
import { createFlowColumns } from '@linewatch/record';
import { mapped } from './aspects.ts';
import { differs } from './expected.ts';
import { type Generated, generate } from './generate.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { makeTrap, soakTraps } from './traps.ts';

export type Phase = 'truncations' | 'mutations' | 'generated';

export class SoakFailure extends Error {
  readonly phase: Phase;
  readonly ordinal: number;
  readonly datagram: Uint8Array;

  constructor(phase: Phase, ordinal: number, datagram: Uint8Array, what: string, cause?: unknown) {
    super(`${phase}, datagram ${ordinal}: ${what}`, { cause });
    this.phase = phase;
    this.ordinal = ordinal;
    this.datagram = datagram;
  }
}

export interface SoakOptions {
  readonly seed: number;
  readonly corpus: readonly Uint8Array[];
  /** CPU time that one datagram may take; without it, none is measured. */
  readonly callLimitMs?: number;
  /** Called before each datagram, so that another thread can tell which one never ended. */
  readonly before?: (phase: Phase, ordinal: number, datagram: Uint8Array) => void;
  /** Called after each 5,000. */
  readonly progress?: (phase: Phase, done: number) => void;
  /** Asked after each 5,000: enough time was spent. */
  readonly enough?: () => boolean;
}

export interface PhaseResult {
  readonly datagrams: number;
  readonly octets: number;
  readonly decoded: number;
  readonly held: number;
  readonly rejected: number;
  readonly rows: number;
  /** The longest that a datagram took, CPU time, and how long it was. */
  readonly slowestMs: number;
  readonly slowestOctets: number;
}

/** Small, so that every bound is met within a short run. */
const tightLimits: Partial<Limits> = {
  exporters: 64,
  remembered: 20_000,
  domainsPerExporter: 8,
  templatesPerExporter: 64,
  heldOctetsPerExporter: 16 * 1024,
  heldOctets: 256 * 1024,
  heldMs: 60_000,
  programs: 128,
  samplersPerDomain: 16,
  namesPerExporter: 16,
};
const roundLength = 5000;
const startMs = Date.UTC(2026, 0, 5, 9);

/** A decoder under watch. */
class Subject {
  readonly sink: FlowSink & { rows: number };
  readonly decoder: Decoder;
  readonly #phase: Phase;
  readonly #options: SoakOptions;
  readonly #limits: Limits;
  datagrams = 0;
  #octets = 0;
  #rows = 0;
  #slowestMs = 0;
  #slowestOctets = 0;

  constructor(phase: Phase, options: SoakOptions, limits: Partial<Limits>) {
    this.#phase = phase;
    this.#options = options;
    this.#limits = { ...defaultLimits, ...limits };
    const sink = {
      columns: createFlowColumns(8192),
      rows: 0,
      flush: () => {
        this.#rows += sink.rows;
        sink.rows = 0;
      },
      decoded: () => undefined,
      sample: () => undefined,
      event: () => undefined,
    };
    this.sink = sink;
    this.decoder = createDecoder({ sink, limits, traps: soakTraps });
  }

  fail(datagram: Uint8Array, what: string, cause?: unknown): never {
    throw new SoakFailure(this.#phase, this.datagrams, datagram, what, cause);
  }

  decode(address: Uint8Array, datagram: Uint8Array, receivedMs: number): void {
    const { callLimitMs, before } = this.#options;
    const { counters } = this.decoder;
    this.datagrams++;
    this.#octets += datagram.length;
    before?.(this.#phase, this.datagrams, datagram);
    const { decoded, held, rejected } = counters.datagrams;
    const cpu = callLimitMs === undefined ? undefined : process.threadCpuUsage();
    try {
      this.decoder.decode(this.decoder.exporter(address), datagram, receivedMs);
    } catch (error) {
      this.fail(datagram, `the decoder threw ${String(error)}`, error);
    }
    if (callLimitMs !== undefined) {
      const { user, system } = process.threadCpuUsage(cpu);
      const took = (user + system) / 1000;
      if (took > callLimitMs) this.fail(datagram, `took ${took.toFixed(1)} ms of CPU, more than ${callLimitMs}`);
      if (took > this.#slowestMs) [this.#slowestMs, this.#slowestOctets] = [took, datagram.length];
    }
    const after = counters.datagrams;
    const outcomes = after.decoded - decoded + after.held - held + after.rejected - rejected;
    if (outcomes !== 1) this.fail(datagram, `had ${outcomes} outcomes`);
    if (counters.losses.decoder_fault > 0) this.fail(datagram, 'met a defect of the decoder (decoder_fault)');
  }

  checkBounds(datagram: Uint8Array): void {
    const limits = this.#limits;
    let exporters = 0;
    for (const exporter of this.decoder.exporters) {
      exporters++;
      const { domains, heldOctets, names, templateCount } = exporter;
      const bounds: [what: string, is: number, most: number][] = [
        ['domains', domains.size, limits.domainsPerExporter],
        ['templates', templateCount, limits.templatesPerExporter],
        ['octets held', heldOctets, limits.heldOctetsPerExporter],
        ['names', names.size, limits.namesPerExporter],
        ...[...domains.values()].map(
          ({ samplers }) =>
            ['samplers', Math.max(samplers.byId.size, samplers.byTemplate.size), limits.samplersPerDomain] as [
              string,
              number,
              number,
            ],
        ),
        // A count beside the things counted: they must agree.
        ['templates uncounted', [...domains.values()].reduce((sum, d) => sum + d.templates.size, 0) - templateCount, 0],
      ];
      for (const [what, is, most] of bounds)
        if (is > most) this.fail(datagram, `${exporter.text} has ${is} ${what}, more than ${most}`);
    }
    if (exporters > limits.exporters) this.fail(datagram, `${exporters} exporters are more than ${limits.exporters}`);
    const held = this.decoder.heldOctets;
    if (held < 0 || held > limits.heldOctets) this.fail(datagram, `${held} octets are held`);
  }

  get result(): PhaseResult {
    this.sink.flush();
    return {
      datagrams: this.datagrams,
      octets: this.#octets,
      ...this.decoder.counters.datagrams,
      rows: this.#rows,
      slowestMs: this.#slowestMs,
      slowestOctets: this.#slowestOctets,
    };
  }
}

const addressOf = (n: number): Uint8Array => mapped(Uint8Array.of(10, n >> 16, n >> 8, n));

/** Every datagram of the corpus, cut at every octet, from whole to none and so with the templates known. */
export function soakTruncations(options: SoakOptions): PhaseResult {
  const subject = new Subject('truncations', options, tightLimits);
  let round = 0;
  for (const [i, whole] of options.corpus.entries()) {
    for (let length = whole.length; length >= 0; length--) {
      subject.decode(addressOf(i % 40), whole.subarray(0, length), startMs + subject.datagrams);
      if (++round < roundLength) continue;
      round = 0;
      subject.checkBounds(whole);
      options.progress?.('truncations', subject.datagrams);
      if (options.enough?.() === true) return subject.result;
    }
  }
  return subject.result;
}

/** `count` mutated datagrams, from more addresses than are remembered. */
export function soakMutations(options: SoakOptions, count: number): PhaseResult {
  const random = new Random(options.seed);
  const subject = new Subject('mutations', options, tightLimits);
  let now = startMs;
  while (subject.datagrams < count) {
    const original = random.pick(options.corpus);
    const datagram = random.chance(0.1)
      ? makeTrap(random, now)
      : random.chance(0.05)
        ? original
        : mutate(random, original, random.pick(options.corpus));
    // Most are of a few that go on; clocks jump, too.
    const address = addressOf(random.chance(0.9) ? random.below(16) : random.below(5000));
    now += random.chance(0.001) ? random.between(-100_000, 100_000) : random.below(20);
    subject.decode(address, datagram, now);
    if (subject.datagrams % roundLength > 0) continue;
    subject.checkBounds(datagram);
    options.progress?.('mutations', subject.datagrams);
    if (options.enough?.() === true) break;
  }
  return subject.result;
}

function compare(subject: Subject, { datagram, expected }: Generated): void {
  const { sink } = subject;
  if (sink.rows !== expected.length) subject.fail(datagram, `gave ${sink.rows} rows, not ${expected.length}`);
  expected.forEach((row, i) => {
    const difference = differs(sink.columns, i, row);
    if (difference !== undefined) subject.fail(datagram, `row ${i}: ${difference}`);
  });
}

/** `count` valid datagrams, each compared with what was expected of it; nothing may be lost. */
export function soakGenerated(options: SoakOptions, count: number): PhaseResult {
  // Those that went are forgotten for those that came: memory stays as it is.
  const subject = new Subject('generated', options, { exporters: 64 });
  const { counters } = subject.decoder;
  const stream = generate({ seed: options.seed });
  for (;;) {
    const generated = stream.next().value;
    subject.decode(generated.address, generated.datagram, generated.receivedMs);
    compare(subject, generated);
    subject.sink.flush();
    const end = subject.datagrams >= count;
    if (!end && subject.datagrams % roundLength > 0) continue;
    subject.checkBounds(generated.datagram);
    const lost = Object.entries({
      ...counters.losses,
      ...counters.sequence,
      exporter_evicted: 0,
      sample_kind_unknown: 0,
    }).filter(([, n]) => n > 0);
    if (lost.length > 0)
      subject.fail(generated.datagram, `was lost or doubled: ${JSON.stringify(Object.fromEntries(lost))}`);
    options.progress?.('generated', subject.datagrams);
    if (end || options.enough?.() === true) return subject.result;
  }
}

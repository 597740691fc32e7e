/** What stored telemetry adds to the figures: bandwidth, latency, jitter and loss. Without it the others stand. */
import type { MeasuredSource, SlaCircuit, Telemetry } from '@linewatch/figures';
import { labelKey, parseProbes } from '@linewatch/record';
import type { FiveMinutes, Span } from '@linewatch/sla';
import type { Measured, MeasuredAsked } from '@linewatch/store';
import { type Logger, describe } from '@linewatch/service';
import { ShortCache, Turnstile } from '../cache.ts';
import type { Telemetry as Stored } from '../ports.ts';

const stepS = 300;
const queriesAtOnce = 3;
const waiting = 5000;
const queryMs = 60_000;
/** How long answers are kept, and how many. */
const keepMs = 300_000;
const maxKept = 500;
/** The same of what was measured, which is larger: a month of a probe is some 3 MB. */
const maxMeasured = 20;
/** A server that did not answer is left alone this long. */
const awayMs = 10_000;

export interface SlaTelemetryOptions {
  readonly store: Pick<Stored, 'fiveMinutes' | 'measured'>;
  readonly logger: Logger;
  readonly clock: () => number;
}

export class SlaTelemetry {
  readonly #options: SlaTelemetryOptions;
  readonly #turnstile = new Turnstile(queriesAtOnce, waiting);
  readonly #fiveMinutes: ShortCache<FiveMinutes>;
  readonly #measured: ShortCache<readonly MeasuredSource[]>;
  #awayUntilMs = 0;

  constructor(options: SlaTelemetryOptions) {
    this.#options = options;
    this.#fiveMinutes = new ShortCache(maxKept, keepMs, options.clock);
    this.#measured = new ShortCache(maxMeasured, keepMs, options.clock);
  }

  /** Of a circuit in a month, as far as it has gone. Never rejects. */
  async of(circuit: SlaCircuit, span: Span, nowMs: number): Promise<Telemetry> {
    const { store } = this.#options;
    const fromS = Math.ceil(Math.max(span.fromMs, circuit.validity.fromMs) / 1000 / stepS) * stepS;
    const toS = Math.floor(Math.min(span.toMs, circuit.validity.toMs, nowMs) / 1000 / stepS) * stepS;
    if (toS <= fromS) {
      const none = new Float64Array(0);
      return {
        fiveMinutes: { startMs: fromS * 1000, inBps: none, outBps: none, counted: new Uint8Array(0) },
        measured: [],
      };
    }
    const key = `${circuit.row} ${fromS} ${toS}`;
    const sources = sourcesOf(circuit);
    const [fiveMinutes, measured] = await Promise.all([
      this.#ask('bandwidth', () =>
        this.#fiveMinutes.get(key, () => this.#run((signal) => store.fiveMinutes(circuit.row, fromS, toS, signal))),
      ),
      sources.length === 0
        ? []
        : this.#ask('measurements', () =>
            this.#measured.get(`${key} ${JSON.stringify(sources)}`, async () =>
              (await this.#run((signal) => store.measured(sources, fromS * 1000, toS * 1000, signal))).map((each) =>
                sourceOf(each, circuit),
              ),
            ),
          ),
    ]);
    return { fiveMinutes, measured };
  }

  async #ask<T>(what: string, work: () => Promise<T>): Promise<T | null> {
    const { clock, logger } = this.#options;
    if (clock() < this.#awayUntilMs) return null;
    try {
      return await work();
    } catch (error) {
      this.#awayUntilMs = clock() + awayMs;
      logger.warn({ what, reason: describe(error) }, 'figures are made without stored telemetry');
      return null;
    }
  }

  #run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return (
      this.#turnstile.run(() => work(AbortSignal.timeout(queryMs))) ?? Promise.reject(new Error('too many questions'))
    );
  }
}

/** Its probes, each from its vantage point, and its paths as its device tells of them. */
function sourcesOf({ planned }: SlaCircuit): MeasuredAsked[] {
  const { probe, tunnel, exporter, collector } = planned;
  const own = labelKey(collector);
  const probes = probe === null ? [] : targetsOf(probe);
  const names = exporter === null || tunnel === null ? [] : tunnel.split(/\s+/).filter((name) => name !== '');
  return [
    ...probes.map(({ url, collector: label }) => ({
      kind: 'probe' as const,
      collector: label === undefined ? own : labelKey(label),
      exporter: '::',
      name: url,
    })),
    ...names.map((name) => ({ kind: 'path' as const, collector: own, exporter: exporter!, name })),
  ];
}

function targetsOf(probe: string): ReturnType<typeof parseProbes> {
  try {
    return parseProbes(probe);
  } catch {
    return []; // what is no target is not probed either
  }
}

function sourceOf(
  { kind, collector, name, timesS, rttMs, jitterMs, lossPercent }: Measured,
  circuit: SlaCircuit,
): MeasuredSource {
  const labels = [
    circuit.planned.collector,
    ...targetsOf(circuit.planned.probe ?? '').flatMap((each) => each.collector ?? []),
  ];
  const label = labels.find((each) => labelKey(each) === collector) ?? circuit.planned.collector;
  const value = (values: readonly number[], i: number): number | null => (Number.isNaN(values[i]!) ? null : values[i]!);
  return {
    source: kind === 'probe' ? `${name} from ${label}` : `${name}, by its device`,
    samples: timesS.map((timeS, i) => ({
      atMs: timeS * 1000,
      latencyMs: value(rttMs, i),
      jitterMs: value(jitterMs, i),
      lossPercent: value(lossPercent, i),
    })),
  };
}

/** What has been measured of late: of each source and kind one measurement a second goes on. */
import type { MetricName, Sample } from '@linewatch/record';
import type { Exporter } from '../exporter.ts';
import type { Memory } from '../memory.ts';
import type { Counters } from '../port.ts';

const maxRemembered = 16_384;
/** A text is passed on again after this long, unchanged. */
const textRefreshMs = 3_600_000;
const maxTextOctets = 255;

export class Measured {
  readonly #memory: Memory;
  readonly #counters: Counters;
  readonly #emit: (sample: Sample) => void;
  readonly #everyMs: number;
  readonly #last = new WeakMap<Exporter, Map<number, number>>();

  constructor(memory: Memory, counters: Counters, everyMs: number, emit: (sample: Sample) => void) {
    this.#memory = memory;
    this.#counters = counters;
    this.#everyMs = everyMs;
    this.#emit = emit;
  }

  /** Whether this source's structure may be passed on now. `key`: index + 2^32 × class + 2^40 × format. */
  due(exporter: Exporter, key: number, nowMs: number): boolean {
    let last = this.#last.get(exporter);
    if (last === undefined) this.#last.set(exporter, (last = new Map<number, number>()));
    const before = last.get(key);
    if (before !== undefined && Math.abs(nowMs - before) < this.#everyMs) {
      this.#counters.sflow.measurementsLimited++;
      return false;
    }
    if (before === undefined) {
      if (last.size >= maxRemembered) last.delete(last.keys().next().value ?? key);
      else this.#memory.weigh(exporter, undefined, 1);
    }
    last.set(key, nowMs);
    return true;
  }

  number(exporter: Exporter, index: number, metric: MetricName, value: number, nowMs: number, label = ''): void {
    this.#emit({ timeMs: nowMs, exporter: exporter.address, interface: index, metric, value, text: label });
  }

  /** Whether a text under this key is due whatever it is. */
  stale(exporter: Exporter, key: string, nowMs: number): boolean {
    const known = exporter.names.get(key);
    return known === undefined || nowMs - known.sentMs >= textRefreshMs;
  }

  /** A text when it is new, changed, or an hour old. `key` is its own among the exporter's names. */
  text(exporter: Exporter, key: string, index: number, metric: MetricName, text: string, nowMs: number): void {
    const known = exporter.names.get(key);
    if (text === '' || (known?.text === text && nowMs - known.sentMs < textRefreshMs)) return;
    if (!this.#memory.mayName(exporter, nowMs)) return;
    this.#memory.keepName(exporter, key, text, nowMs);
    this.#emit({ timeMs: nowMs, exporter: exporter.address, interface: index, metric, value: 0, text });
  }
}

const utf8 = new TextDecoder();

/** An XDR string at `at`, without control characters; '' when it runs past `end`. */
export function stringAt(view: DataView, at: number, end: number): string {
  if (end - at < 4) return '';
  const octets = view.getUint32(at);
  if (octets > end - at - 4) return '';
  return utf8
    .decode(new Uint8Array(view.buffer, view.byteOffset + at + 4, Math.min(octets, maxTextOctets)))
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
}

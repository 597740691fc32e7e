/** Since when interfaces are heard, as stored: asked once of each, and not again while ClickHouse does not answer. */
import { labelKey } from '@linewatch/record';
import { type Logger, describe } from '@linewatch/service';
import { type InterfaceId, maxFirstSeen } from '@linewatch/store';
import { sourceKey } from '../live/interfaces.ts';
import type { HeardInterface } from '../live/view.ts';
import type { Telemetry } from '../ports.ts';

const waitMs = 2000;
/** What has no answer yet, and a server that gave none, is asked again after this long. */
const againMs = 15_000;
const maxKnown = 100_000;

type Asked = Pick<HeardInterface, 'source' | 'collector' | 'exporter' | 'index'>;

export interface FirstSeenOptions {
  readonly store: Pick<Telemetry, 'firstSeen'>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly logger: Logger;
  readonly clock: () => number;
}

export class FirstSeenTimes {
  readonly #options: FirstSeenOptions;
  /** Unix ms. */
  readonly #known = new Map<string, number>();
  /** When those without an answer were asked. */
  readonly #asked = new Map<string, number>();
  #failedMs = -Infinity;

  constructor(options: FirstSeenOptions) {
    this.#options = options;
  }

  of({ source, index }: Pick<Asked, 'source' | 'index'>): number | null {
    return this.#known.get(`${source}/${index}`) ?? null;
  }

  /** Never rejects: what is not known stays so. */
  async learn(interfaces: readonly Asked[]): Promise<void> {
    const { store, trust, logger, clock } = this.#options;
    const nowMs = clock();
    if (nowMs - this.#failedMs < againMs) return;
    const wanted: InterfaceId[] = [];
    if (this.#known.size > maxKnown) this.#known.clear();
    if (this.#asked.size > maxKnown) this.#asked.clear();
    for (const { source, collector, exporter, index } of interfaces) {
      const key = `${source}/${index}`;
      if (this.#known.has(key) || nowMs - (this.#asked.get(key) ?? -Infinity) < againMs) continue;
      if (wanted.length >= maxFirstSeen) break;
      this.#asked.set(key, nowMs);
      wanted.push({ collector: labelKey(collector), exporter, interface: index });
    }
    if (wanted.length === 0) return;
    try {
      for (const { collector, exporter, interface: index, firstS } of await store.firstSeen(
        wanted,
        AbortSignal.timeout(waitMs),
      )) {
        const key = `${sourceKey(labelKey(trust), collector, exporter)}/${index}`;
        this.#known.set(key, firstS * 1000);
        this.#asked.delete(key);
      }
    } catch (error) {
      this.#failedMs = nowMs;
      logger.warn({ reason: describe(error) }, 'first times of interfaces cannot be read');
    }
  }
}

/** What the compacted topic says of exporters: their status, and what someone decided of them. */
import type { Message } from '@linewatch/queue';
import { Decision, ExporterStatus, MessageError, decodeState, formatAddress, parseAddress } from '@linewatch/record';

/** Most exporters, and as many decisions, that are kept; beyond them new ones are not taken. */
const maxExporters = 20_000;

export interface KnownExporter {
  readonly collector: string;
  /** RFC 5952 text. */
  readonly address: string;
  readonly status: ExporterStatus;
}

export type Dropped = 'invalid' | 'full';

export class ExporterTable {
  readonly #trust: string;
  readonly #exporters = new Map<string, KnownExporter>();
  readonly #decisions = new Map<string, Decision>();

  /** @param trust label of the trust that is shown. */
  constructor(trust: string) {
    this.#trust = trust;
  }

  /** Takes a message of the topic; returns why not, when it is one of these and was not taken. */
  take({ key, value }: Pick<Message, 'key' | 'value'>): Dropped | undefined {
    const [kind, trust, collector, address, ...more] = key.split('/');
    if ((kind !== 'exporter' && kind !== 'decision') || trust !== this.#trust) return undefined;
    try {
      if (!collector || !address || more.length > 0) return 'invalid';
      const text = formatAddress(parseAddress(address));
      const at = `${collector}/${text}`;
      if (kind === 'decision')
        return put(this.#decisions, at, value.length === 0 ? undefined : decodeState(Decision, value));
      const status = value.length === 0 ? undefined : decodeState(ExporterStatus, value);
      return put(this.#exporters, at, status && { collector, address: text, status });
    } catch (error) {
      if (error instanceof MessageError || error instanceof RangeError) return 'invalid';
      throw error;
    }
  }

  get all(): Iterable<KnownExporter> {
    return this.#exporters.values();
  }

  find(collector: string, address: string): KnownExporter | undefined {
    return this.#exporters.get(`${collector}/${address}`);
  }

  decisionOf({ collector, address }: Pick<KnownExporter, 'collector' | 'address'>): Decision | undefined {
    return this.#decisions.get(`${collector}/${address}`);
  }
}

function put<T>(map: Map<string, T>, key: string, value: T | undefined): Dropped | undefined {
  if (value === undefined) map.delete(key);
  else if (map.has(key) || map.size < maxExporters) map.set(key, value);
  else return 'full';
  return undefined;
}

/** What each collector is to probe: the targets of the circuits that there are now, from the vantage points that they name. */
import type { Circuit, Snapshot } from '@linewatch/estate';
import type { Message } from '@linewatch/queue';
import {
  MessageError,
  ProbeTargetError,
  Probing,
  decodeState,
  encodeState,
  maxProbes,
  parseProbes,
} from '@linewatch/record';
import type { Logger } from '@linewatch/service';

/** How targets are probed, whichever they are. */
export type ProbeSettings = Omit<Probing, 'targets'>;

export interface ProbeSource {
  readonly trust: string;
  readonly probes: ProbeSettings;
}

const maxCollectors = 10_000;

interface DueProbes {
  readonly collector: string;
  readonly message: Pick<Message, 'key' | 'value'>;
  /** How many. */
  readonly targets: number;
}

const isNow = ({ validFromMs, validToMs }: Circuit, nowMs: number): boolean =>
  (validFromMs ?? -Infinity) <= nowMs && nowMs < (validToMs ?? Infinity);

/** Targets of a trust by the label of the collector, each once and in one order whatever that of the circuits is. */
export function targetsOf(
  snapshot: Snapshot,
  trust: string,
  nowMs: number,
  onWrong: (circuit: string, reason: string) => void,
): Map<string, string[]> {
  const row = snapshot.trusts.find(({ label }) => label === trust)?.id;
  const targets = new Map<string, Set<string>>();
  for (const circuit of snapshot.circuits) {
    if (circuit.trust !== row || circuit.probe === null || !isNow(circuit, nowMs)) continue;
    try {
      for (const { url, collector = circuit.collector } of parseProbes(circuit.probe)) {
        const own = targets.get(collector) ?? new Set();
        targets.set(collector, own.add(url));
      }
    } catch (error) {
      if (!(error instanceof ProbeTargetError)) throw error;
      onWrong(circuit.slug, error.message);
    }
  }
  return new Map([...targets].map(([collector, urls]) => [collector, [...urls].sort()]));
}

/** When a circuit next begins or ends, Unix ms. */
export function nextChangeMs({ circuits }: Snapshot, nowMs: number): number {
  let next = Infinity;
  for (const { probe, validFromMs, validToMs } of circuits)
    for (const edge of [validFromMs, validToMs])
      if (probe !== null && edge !== null && edge > nowMs) next = Math.min(next, edge);
  return next;
}

/** Which collectors a trust has, and what each was told last to probe. */
export class ToldProbes {
  readonly #source: ProbeSource;
  readonly #logger: Logger;
  readonly #collectors = new Set<string>();
  readonly #told = new Map<string, string>();
  readonly #said = new Set<string>();
  #targets: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(source: ProbeSource, logger: Logger) {
    this.#source = source;
    this.#logger = logger;
  }

  get trust(): string {
    return this.#source.trust;
  }

  /** The estate, as it is at that time. */
  use(snapshot: Snapshot, nowMs: number): void {
    const { trust } = this.#source;
    this.#targets = targetsOf(snapshot, trust, nowMs, (circuit, reason) => this.#say(circuit, reason));
  }

  /** Whether it may change who is to be told what. */
  take({ key, value }: Pick<Message, 'key' | 'value'>): boolean {
    const [kind, trust, collector = '', ...more] = key.split('/');
    if (trust !== this.#source.trust || collector === '' || more.length > 0) return false;
    if (kind === 'key') {
      if (value.length === 0) this.#collectors.delete(collector);
      else if (this.#collectors.size < maxCollectors) this.#collectors.add(collector);
      return true;
    }
    if (kind !== 'probes') return false;
    this.#told.delete(collector);
    try {
      if (value.length > 0) this.#told.set(collector, textOf(decodeState(Probing, value)));
    } catch (error) {
      // It is told anew.
      if (!(error instanceof MessageError)) throw error;
    }
    return true;
  }

  /** Messages for the collectors that were not told what is to be. Who has published one takes it here, too. */
  due(): DueProbes[] {
    const targets = this.#targets;
    if (!targets) return [];
    return [...this.#collectors].flatMap((collector) => {
      const own = targets.get(collector) ?? [];
      // Who never had any need not be told that there are none.
      if (own.length === 0 && !this.#told.has(collector)) return [];
      if (own.length > maxProbes) this.#say(collector, `more than ${maxProbes} probe targets: the rest is left out`);
      const probing: Probing = { ...this.#source.probes, targets: own.slice(0, maxProbes) };
      if (this.#told.get(collector) === textOf(probing)) return [];
      const message = { key: `probes/${this.trust}/${collector}`, value: encodeState(probing) };
      return [{ collector, message, targets: probing.targets.length }];
    });
  }

  #say(about: string, reason: string): void {
    if (this.#said.has(`${about} ${reason}`) || this.#said.size >= maxCollectors) return;
    this.#said.add(`${about} ${reason}`);
    this.#logger.warn({ trust: this.trust, about, reason }, 'probe targets were left out');
  }
}

/** The same for the same content, whatever the order of its fields. */
const textOf = ({ everyMs, timeoutMs, packets, allow, deny, targets }: Probing): string =>
  JSON.stringify([everyMs, timeoutMs, packets, allow, deny, targets]);

/**
 * Tells each collector of each trust what it is to do: `control/<trust>/<collector>` on the state topic, its secrets
 * sealed to the key that the collector published. It is what the configuration says, and the estate's exporters that have a
 * credential. Beside it stands `probes/<trust>/<collector>`, from the estate's circuits. Whoever leads runs it, ClickHouse or not. The queue keeps what was told, so that a collector does not need the
 * writer either.
 *
 * Who may write to the topic could publish a key of his own and be told the secrets. Where the configuration names the
 * collectors with their keys, secrets are sealed to those only, and another key on the topic is counted and logged.
 */
import { createHmac } from 'node:crypto';
import type { Estate, Snapshot } from '@linewatch/estate';
import type { Message, Producer, Queue } from '@linewatch/queue';
import {
  CollectorKey,
  Control,
  MessageError,
  type Secrets,
  decodeState,
  encodeState,
  seal,
  topics,
} from '@linewatch/record';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import { type EstatePolling, readPolling, withEstate } from './estate-polling.ts';
import { type ProbeSettings, ToldProbes, nextChangeMs } from './probing.ts';

/** What a collector is to do, before its secrets are sealed. */
export interface PlainControl extends Omit<Control, 'sealed' | 'fingerprint'> {
  readonly secrets: Secrets;
}

/** What the collectors of one trust are to do. */
export interface ControlSource {
  readonly trust: string;
  /** Secret of the installation: who does not have it cannot try passwords against a fingerprint. */
  readonly fingerprintKey: Uint8Array;
  controlOf(collector: string): PlainControl;
  /** How the targets of the estate's circuits are probed. */
  readonly probes: ProbeSettings;
  /** Public keys by collector; where there is one, who is not named here is told no secret. */
  readonly pinned?: ReadonlyMap<string, string> | undefined;
}

export interface ControlPublisherOptions {
  readonly queue: Queue;
  readonly producer: Producer;
  /** Each trust's collectors are told from its own, and so never another's secrets. */
  readonly sources: readonly ControlSource[];
  /** Followed: until it was read once nothing is told, and collectors go by what they were told before. */
  readonly estate?: Pick<Estate, 'watch' | 'records' | 'snapshot'> | undefined;
  /** A key that the configuration does not name. */
  readonly onForeignKey: () => void;
  readonly logger: Logger;
}

const maxCollectors = 10_000;
/** Longest sleep. */
const longestMs = 3_600_000;

/** Runs until the signal aborts. */
export async function publishControl(options: ControlPublisherOptions, signal: AbortSignal): Promise<void> {
  const { queue, logger, producer, estate, onForeignKey } = options;
  const sources = options.sources.map((source) => new Merging(source, logger));
  const told = sources.map((source) => new Told(source, onForeignKey, logger));
  const probes = sources.map((source) => new ToldProbes(source, logger));
  const state = {
    woken: new AbortController(),
    caughtUp: false,
    estateRead: estate === undefined,
    snapshot: undefined as Snapshot | undefined,
  };
  const tail = await queue.tail({
    topic: topics.state,
    from: 'oldest',
    onMessages: (_partition, messages) => {
      // Not by what collectors tell of exporters, which is most of the topic.
      const isNews =
        messages.filter((message) => [...told, ...probes].filter((each) => each.take(message)).length > 0).length > 0;
      if (state.caughtUp && isNews) state.woken.abort();
    },
    onError: (error) => logger.error({ reason: describe(error) }, 'control state cannot be read'),
    // Not before: what was told already must not be told again.
    onCaughtUp: () => {
      state.caughtUp = true;
      state.woken.abort();
    },
  });
  const watch = estate?.watch(async () => {
    for (const source of sources) source.polling = await readPolling(estate, source.trust, logger);
    state.snapshot = await estate.snapshot();
    state.estateRead = true;
    state.woken.abort();
  });
  try {
    let failures = 0;
    while (!signal.aborted) {
      const either = AbortSignal.any([signal, state.woken.signal]);
      await sleep(failures > 0 ? backoffMs(failures, 500, 30_000) : untilChangeMs(state.snapshot), either);
      state.woken = new AbortController();
      if (!state.caughtUp || !state.estateRead) continue;
      try {
        for (const each of told)
          for (const [collector, publicKey] of each.changed()) {
            await producer.append(topics.state, 0, [each.message(collector, publicKey)]);
            each.accepted(collector, publicKey);
            logger.info({ trust: each.trust, collector }, 'control was published');
          }
        for (const each of probes) {
          if (state.snapshot) each.use(state.snapshot, Date.now());
          for (const { collector, message, targets } of each.due()) {
            await producer.append(topics.state, 0, [message]);
            each.take(message);
            logger.info({ trust: each.trust, collector, targets }, 'probes were published');
          }
        }
        failures = 0;
      } catch (error) {
        if (failures++ % 10 === 0) logger.warn({ reason: describe(error) }, 'control was not published');
      }
    }
  } finally {
    await watch?.stop();
    await tail.close();
  }
}

/** Circuits begin and end by themselves. */
const untilChangeMs = (snapshot: Snapshot | undefined): number => {
  const nowMs = Date.now();
  return snapshot ? Math.min(longestMs, nextChangeMs(snapshot, nowMs) - nowMs) : longestMs;
};

/** What the configuration says, with what the estate says beside it. */
class Merging implements ControlSource {
  readonly trust: string;
  readonly fingerprintKey: Uint8Array;
  readonly pinned: ControlSource['pinned'];
  readonly probes: ProbeSettings;
  polling: EstatePolling = new Map();
  readonly #source: ControlSource;
  readonly #logger: Logger;
  readonly #said = new Set<string>();

  constructor(source: ControlSource, logger: Logger) {
    this.#source = source;
    this.trust = source.trust;
    this.fingerprintKey = source.fingerprintKey;
    this.pinned = source.pinned;
    this.probes = source.probes;
    this.#logger = logger;
  }

  controlOf(collector: string): PlainControl {
    const { control, conflicts } = withEstate(this.#source.controlOf(collector), this.polling.get(collector));
    const news = conflicts.filter((each) => !this.#said.has(`${collector} ${each}`));
    for (const each of news) this.#said.add(`${collector} ${each}`);
    if (news.length > 0)
      this.#logger.warn(
        { trust: this.trust, collector, conflicts: news.slice(0, 20) },
        'the configuration goes before the estate',
      );
    return control;
  }
}

/** Sealed to nobody: its collector is told whose data to take, and no secret. */
const noKey = '';

/** Which collectors a trust has, and what each was told last. */
class Told {
  readonly #source: ControlSource;
  readonly #onForeignKey: () => void;
  readonly #logger: Logger;
  /** To which secrets are sealed. */
  readonly #keys: Map<string, string>;
  readonly #foreign = new Map<string, string>();
  readonly #fingerprints = new Map<string, string | undefined>();

  constructor(source: ControlSource, onForeignKey: () => void, logger: Logger) {
    this.#source = source;
    this.#onForeignKey = onForeignKey;
    this.#logger = logger;
    this.#keys = new Map(source.pinned);
  }

  get trust(): string {
    return this.#source.trust;
  }

  /** Whether it may change who is to be told what. */
  take({ key, value }: Message): boolean {
    const [kind, trust, collector = '', ...more] = key.split('/');
    if (trust !== this.#source.trust || collector === '' || more.length > 0) return false;
    try {
      if (kind === 'key') {
        const publicKey = value.length === 0 ? noKey : decodeState(CollectorKey, value).publicKey;
        // Whether it is a key is found here, and not at every attempt to tell.
        if (publicKey !== noKey) seal(publicKey, Buffer.alloc(0));
        this.#heard(collector, publicKey);
      } else if (kind === 'control') {
        this.#fingerprints.delete(collector);
        if (value.length > 0) this.#fingerprints.set(collector, decodeState(Control, value).fingerprint);
      }
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      this.#logger.warn({ key, reason: describe(error) }, 'control state is not valid');
    }
    return kind === 'key' || kind === 'control';
  }

  #heard(collector: string, publicKey: string): void {
    const { pinned } = this.#source;
    const named = pinned?.get(collector);
    if (publicKey === noKey) {
      if (named === undefined) this.#keys.delete(collector);
      return;
    }
    if (publicKey === named) return;
    if (!this.#keys.has(collector) && this.#keys.size >= maxCollectors) return;
    if (!pinned || pinned.size === 0) {
      this.#keys.set(collector, publicKey);
      return;
    }
    if (named === undefined) this.#keys.set(collector, noKey);
    this.#onForeignKey();
    // Once for each key that takes its place.
    if (this.#foreign.get(collector) === publicKey) return;
    this.#foreign.set(collector, publicKey);
    const what = { trust: this.trust, collector, publicKey, named: named !== undefined };
    this.#logger.error(what, 'a key that the configuration does not name: nothing is sealed to it');
  }

  /** Collectors that were not told what is to be, with their keys. */
  changed(): [collector: string, publicKey: string][] {
    return [...this.#keys].filter(
      ([collector, key]) => this.#fingerprints.get(collector) !== this.#print(collector, key),
    );
  }

  message(collector: string, publicKey: string): { key: string; value: Uint8Array } {
    const { secrets, ...control } = this.#source.controlOf(collector);
    const fingerprint = this.#print(collector, publicKey);
    const whole: Control =
      publicKey === noKey
        ? { ...control, polling: withoutCredentials(control.polling), sealed: '', fingerprint }
        : { ...control, sealed: seal(publicKey, encodeState(secrets)), fingerprint };
    const value = encodeState(whole);
    return { key: `control/${this.#source.trust}/${collector}`, value };
  }

  accepted(collector: string, publicKey: string): void {
    this.#fingerprints.set(collector, this.#print(collector, publicKey));
  }

  /** Sealing gives another text each time: what is compared is this. */
  #print(collector: string, publicKey: string): string {
    const what = JSON.stringify([publicKey, this.#source.controlOf(collector)]);
    return createHmac('sha256', this.#source.fingerprintKey).update(what).digest('base64');
  }
}

const withoutCredentials = ({ everyMs, timeoutMs, retries }: Control['polling']): Control['polling'] => ({
  everyMs,
  timeoutMs,
  retries,
  targets: [],
});

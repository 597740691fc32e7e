/**
 * Tells each collector of each trust what it is to do: `control/<trust>/<collector>` on the state topic, its secrets
 * sealed to the key that the collector published. Needs the queue and nothing else: whoever leads runs it, ClickHouse or
 * not. The queue keeps what was told, so that a collector does not need the writer either.
 */
import { createHmac } from 'node:crypto';
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

/** What a collector is to do, before its secrets are sealed. */
export interface PlainControl extends Omit<Control, 'sealed' | 'fingerprint'> {
  readonly secrets: Secrets;
}

/** What the collectors of one trust are to do. */
export interface ControlSource {
  readonly trust: string;
  /** Secret of the installation: who does not have it cannot try passwords against a fingerprint. */
  readonly fingerprintKey: Uint8Array;
  readonly controlOf: (collector: string) => PlainControl;
}

export interface ControlPublisherOptions {
  readonly queue: Queue;
  readonly producer: Producer;
  /** Each trust's collectors are told from its own, and so never another's secrets. */
  readonly sources: readonly ControlSource[];
  readonly logger: Logger;
}

const maxCollectors = 10_000;

/** Runs until the signal aborts. */
export async function publishControl(options: ControlPublisherOptions, signal: AbortSignal): Promise<void> {
  const { queue, logger, producer, sources } = options;
  const told = sources.map((source) => new Told(source));
  const state = { woken: new AbortController(), caughtUp: false };
  const tail = await queue.tail({
    topic: topics.state,
    from: 'oldest',
    onMessages: (_partition, messages) => {
      // Not by what collectors tell of exporters, which is most of the topic.
      const isNews = messages.filter((message) => told.some((each) => each.take(message, logger))).length > 0;
      if (state.caughtUp && isNews) state.woken.abort();
    },
    onError: (error) => logger.error({ reason: describe(error) }, 'control state cannot be read'),
    // Not before: what was told already must not be told again.
    onCaughtUp: () => {
      state.caughtUp = true;
      state.woken.abort();
    },
  });
  try {
    let failures = 0;
    while (!signal.aborted) {
      const either = AbortSignal.any([signal, state.woken.signal]);
      await sleep(failures > 0 ? backoffMs(failures, 500, 30_000) : 3_600_000, either);
      state.woken = new AbortController();
      if (!state.caughtUp) continue;
      try {
        for (const each of told)
          for (const [collector, publicKey] of each.changed()) {
            await producer.append(topics.state, 0, [each.message(collector, publicKey)]);
            each.accepted(collector, publicKey);
            logger.info({ trust: each.trust, collector }, 'control was published');
          }
        failures = 0;
      } catch (error) {
        if (failures++ % 10 === 0) logger.warn({ reason: describe(error) }, 'control was not published');
      }
    }
  } finally {
    await tail.close();
  }
}

/** Which collectors a trust has, and what each was told last. */
class Told {
  readonly #source: ControlSource;
  readonly #keys = new Map<string, string>();
  readonly #fingerprints = new Map<string, string | undefined>();

  constructor(source: ControlSource) {
    this.#source = source;
  }

  get trust(): string {
    return this.#source.trust;
  }

  /** Whether it may change who is to be told what. */
  take({ key, value }: Message, logger: Logger): boolean {
    const [kind, trust, collector = '', ...more] = key.split('/');
    if (trust !== this.#source.trust || collector === '' || more.length > 0) return false;
    try {
      if (kind === 'key') {
        if (value.length === 0) this.#keys.delete(collector);
        else if (this.#keys.has(collector) || this.#keys.size < maxCollectors) {
          const { publicKey } = decodeState(CollectorKey, value);
          // Whether it is a key is found here, and not at every attempt to tell.
          seal(publicKey, Buffer.alloc(0));
          this.#keys.set(collector, publicKey);
        }
      } else if (kind === 'control') {
        this.#fingerprints.delete(collector);
        if (value.length > 0) this.#fingerprints.set(collector, decodeState(Control, value).fingerprint);
      }
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      logger.warn({ key, reason: describe(error) }, 'control state is not valid');
    }
    return kind === 'key' || kind === 'control';
  }

  /** Collectors that were not told what is to be, with their keys. */
  changed(): [collector: string, publicKey: string][] {
    return [...this.#keys].filter(
      ([collector, key]) => this.#fingerprints.get(collector) !== this.#print(collector, key),
    );
  }

  message(collector: string, publicKey: string): { key: string; value: Uint8Array } {
    const { secrets, ...control } = this.#source.controlOf(collector);
    const sealed = seal(publicKey, encodeState(secrets));
    const fingerprint = this.#print(collector, publicKey);
    const value = encodeState({ ...control, sealed, fingerprint } satisfies Control);
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

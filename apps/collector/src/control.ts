/**
 * What the collector is told, from the compacted state topic: its Control, with secrets sealed to the key that it makes at
 * its first start, and the decisions on exporters. What cannot be read or opened is logged and counted, and what was in
 * force stays.
 *
 * Who needs to know: `feed.state` is what is in force, and `feed.onChange(listener)` calls with each new one; parts that
 * did not change are the same objects. A feed is ready to be read when `start` has resolved.
 */
import type { KeyObject } from 'node:crypto';
import type { Consumer, Producer, Queue } from '@linewatch/queue';
import {
  Control,
  CollectorKey,
  Decision,
  MessageError,
  Networks,
  Probing,
  Secrets,
  decodeState,
  encodeState,
  formatAddress,
  open,
  parseAddress,
  topics,
} from '@linewatch/record';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import { type KeptMessage, KeptControl, readKept } from './kept-control.ts';
import { publicKeyText } from './key.ts';

export interface ControlState {
  /** Networks whose exporters are taken, CIDR, all valid; none = any. */
  readonly allow: readonly string[];
  readonly admission: Control['admission'];
  /** By address in text (RFC 5952, IPv4 as such). */
  readonly decisions: ReadonlyMap<string, Decision['decision']>;
  readonly polling: Control['polling'];
  readonly secrets: Secrets;
  readonly probing: Probing;
}

/** The latest control state, and a way to hear of the next. */
export interface ControlFeed {
  readonly state: ControlState;
  onChange(listener: (state: ControlState) => void): void;
}

/** In force until something is told. */
export const defaultControl: ControlState = {
  allow: [],
  admission: 'open',
  decisions: new Map(),
  polling: { everyMs: 60_000, timeoutMs: 2000, retries: 2, targets: [] },
  secrets: { traps: [{ name: 'public', community: 'public' }], polling: [] },
  probing: { everyMs: 60_000, timeoutMs: 2000, packets: 10, allow: [], deny: [], targets: [] },
};

const maxDecisions = 100_000;
/** Longest that the start waits for what is on the topic: a queue that cannot be read stops more than this. */
const patienceMs = 10_000;
/** The same where there is something to go on with meanwhile. */
const keptPatienceMs = 3000;

export interface ControlOptions {
  readonly queue: Pick<Queue, 'tail'>;
  readonly producer: Producer;
  readonly trust: string;
  readonly collector: string;
  readonly privateKey: KeyObject;
  /** A message that could not be used. */
  readonly onInvalid: () => void;
  /** Where what was told is kept for a start without the queue, and whether this process keeps it there. */
  readonly file: string;
  readonly keeps: boolean;
  /** Longest that the start waits for what is on the topic. */
  readonly patienceMs?: number;
  readonly logger: Logger;
}

export class CollectorControl implements ControlFeed {
  readonly #options: ControlOptions;
  readonly #keyName: string;
  readonly #controlName: string;
  readonly #probesName: string;
  readonly #decisionPrefix: string;
  readonly #publicKey: string;
  readonly #listeners: ((state: ControlState) => void)[] = [];
  readonly #stopping = new AbortController();
  readonly #kept: KeptControl;
  /** What it began with, when the queue could not be read in time: names on the topic. */
  #earlier: readonly string[] = [];
  /** Names that the topic has told of. */
  readonly #heard = new Set<string>();
  #state = defaultControl;
  #known: string | undefined;
  #tail: Promise<Consumer> | undefined;
  #publishing: Promise<void> = Promise.resolve();

  constructor(options: ControlOptions) {
    this.#options = options;
    const place = `${options.trust}/${options.collector}`;
    this.#keyName = `key/${place}`;
    this.#controlName = `control/${place}`;
    this.#probesName = `probes/${place}`;
    this.#decisionPrefix = `decision/${place}/`;
    this.#publicKey = publicKeyText(options.privateKey);
    this.#kept = new KeptControl(options.file, (error) =>
      options.logger.warn({ file: options.file, reason: describe(error) }, 'what was told could not be kept'),
    );
  }

  get state(): ControlState {
    return this.#state;
  }

  onChange(listener: (state: ControlState) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves when what is on the topic is in force, or, when that cannot be read, what was told last. */
  async start(): Promise<void> {
    const { queue, file, logger } = this.#options;
    const read = { caughtUp: false };
    let caughtUp: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      caughtUp = () => {
        read.caughtUp = true;
        this.#leaveEarlier();
        this.#heard.clear();
        resolve();
      };
    });
    const kept = await readKept(file);
    const tailing = queue.tail({
      topic: topics.state,
      from: 'oldest',
      onMessages: (_partition, messages) => {
        if (!read.caughtUp)
          for (const { key } of messages)
            if (this.#isOurs(key) && this.#heard.size < maxDecisions) this.#heard.add(key);
        this.#take(messages);
        this.#keep(messages);
      },
      onError: (error) => logger.error({ reason: describe(error) }, 'control state cannot be read'),
      onCaughtUp: () => caughtUp(),
    });
    this.#tail = tailing;
    const { patienceMs: longestMs = kept.length > 0 ? keptPatienceMs : patienceMs } = this.#options;
    const waited = new AbortController();
    const following = tailing.then(() => ready).finally(() => waited.abort());
    await Promise.race([following, sleep(longestMs, waited.signal)]);
    if (!read.caughtUp) this.#useEarlier(kept);
    if (this.#known !== this.#publicKey) this.#publishing = this.#publish();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#tail?.then(
      (tail) => tail.close(),
      () => undefined,
    );
    await this.#publishing;
    await this.#kept.close();
  }

  #keep(messages: readonly KeptMessage[]): void {
    if (!this.#options.keeps) return;
    for (const message of messages) if (this.#isOurs(message.key)) this.#kept.set(message);
  }

  #isOurs(key: string): boolean {
    return key === this.#controlName || key === this.#probesName || key.startsWith(this.#decisionPrefix);
  }

  #useEarlier(kept: readonly KeptMessage[]): void {
    const earlier = kept.filter(({ key }) => !this.#heard.has(key));
    this.#earlier = earlier.map(({ key }) => key);
    this.#take(earlier);
    this.#keep(earlier);
    const { logger } = this.#options;
    logger.warn({ messages: earlier.length }, 'the queue cannot be read yet: what was told before is in force');
  }

  /** Decisions that were taken back meanwhile are no more on the topic; probes that are not there are nobody's. */
  #leaveEarlier(): void {
    const gone = this.#earlier.filter((key) => key !== this.#controlName && !this.#heard.has(key));
    this.#earlier = [];
    const deletions = gone.map((key) => ({ key, value: new Uint8Array(0) }));
    this.#take(deletions);
    this.#keep(deletions);
  }

  /** The key under which secrets are to be sealed, until the queue has taken it. */
  async #publish(): Promise<void> {
    const { producer, logger } = this.#options;
    const { signal } = this.#stopping;
    const value = encodeState({ publicKey: this.#publicKey } satisfies CollectorKey);
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await producer.append(topics.state, 0, [{ key: this.#keyName, value }]);
        return;
      } catch (error) {
        if (attempt % 10 === 0) logger.warn({ reason: describe(error) }, 'the key was not published');
        await sleep(backoffMs(attempt, 500, 30_000), signal);
      }
    }
  }

  #take(messages: readonly KeptMessage[]): void {
    let next = this.#state;
    let decisions: Map<string, Decision['decision']> | undefined;
    for (const { key, value } of messages) {
      try {
        if (key === this.#keyName)
          this.#known = value.length > 0 ? decodeState(CollectorKey, value).publicKey : undefined;
        else if (key === this.#controlName && value.length > 0) {
          const control = decodeState(Control, value);
          const { allow, admission } = control;
          new Networks(allow);
          // Whose datagrams are taken is no secret: it holds even where the rest cannot be opened, as with a new key.
          next = { ...next, allow, admission };
          next = { ...next, ...this.#read(control) };
        } else if (key === this.#probesName) {
          const probing = value.length > 0 ? decodeState(Probing, value) : defaultControl.probing;
          new Networks([...probing.allow, ...probing.deny]);
          next = { ...next, probing };
        } else if (key.startsWith(this.#decisionPrefix)) {
          decisions ??= new Map(next.decisions);
          decide(decisions, key.slice(this.#decisionPrefix.length), value);
        }
      } catch (error) {
        if (!(error instanceof MessageError) && !(error instanceof RangeError)) throw error;
        this.#options.onInvalid();
        this.#options.logger.warn({ key, reason: describe(error) }, 'control was not taken; what was in force stays');
      }
    }
    if (decisions) next = { ...next, decisions };
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) {
      try {
        listener(next);
      } catch (error) {
        this.#options.logger.error({ reason: describe(error) }, 'control could not be applied');
      }
    }
  }

  /** @throws MessageError, RangeError */
  #read({ polling, sealed }: Control): Pick<ControlState, 'polling' | 'secrets'> {
    const secrets =
      sealed === '' ? { traps: [], polling: [] } : decodeState(Secrets, open(this.#options.privateKey, sealed));
    const named = new Set(secrets.polling.map(({ name }) => name));
    for (const { address, port, credential } of polling.targets) {
      parseAddress(address);
      if (port < 1 || port > 65_535) throw new MessageError(`port ${port} of ${address} is none`);
      if (!named.has(credential)) throw new MessageError(`no credential "${credential}" for ${address}`);
    }
    if (polling.heard !== undefined && !named.has(polling.heard))
      throw new MessageError(`no credential "${polling.heard}" for exporters that are heard`);
    return { polling, secrets };
  }
}

/** An empty value takes a decision back. */
function decide(decisions: Map<string, Decision['decision']>, address: string, value: Uint8Array): void {
  const text = formatAddress(parseAddress(address));
  if (value.length === 0) decisions.delete(text);
  else if (decisions.has(text) || decisions.size < maxDecisions)
    decisions.set(text, decodeState(Decision, value).decision);
  else throw new MessageError(`over ${maxDecisions} decisions`);
}

import { backoffMs, describe, sleep } from '@linewatch/service';
import type { KafkaQueueOptions } from './options.ts';
import { SendFailure, Session } from './session.ts';

const firstRetryMs = 200;
const maxRetryMs = 10_000;

export interface Away {
  /** Unix ms. */
  readonly sinceMs: number;
  readonly reason: string;
}

/** Keeps a session with the brokers from the first send on, a new one whenever the last has ended. */
export class Sessions {
  readonly #options: KafkaQueueOptions;
  #stallMs: number;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** Those that end by themselves when their last sends are done. */
  readonly #retiring = new Set<Promise<void>>();
  #current: Session | undefined;
  #away: Away | undefined;
  #changed = Promise.withResolvers<undefined>();
  /** Resolves when the current session is no longer to be used. */
  #replaced = Promise.withResolvers<undefined>();

  constructor(options: KafkaQueueOptions, stallMs: number) {
    this.#options = options;
    this.#stallMs = stallMs;
  }

  /** Set while there is no session and the last one, or the attempt at one, has failed. */
  get away(): Away | undefined {
    return this.#away;
  }

  /** How long the brokers have owed an answer, ms. */
  get silentMs(): number {
    return this.#current?.silentMs ?? 0;
  }

  /** The session there is, or the next one; with `patient` false undefined as soon as the brokers are away. */
  async get(patient: boolean, signal: AbortSignal): Promise<Session | undefined> {
    this.#running ??= this.#run();
    while (!signal.aborted && !this.#stopping.signal.aborted) {
      if (this.#current) return this.#current;
      if (this.#away && !patient) return undefined;
      await this.#change(signal);
    }
    return undefined;
  }

  /** A send failed otherwise than by a refusal: its partition's sequence numbers are in doubt, or its place is not known. */
  failed(session: Session, error: unknown): void {
    if (error instanceof SendFailure && error.outcome !== 'refused') this.#renew(session);
  }

  /** Sends of others in this session go on; who asks next gets a new one. */
  #renew(session: Session): void {
    if (this.#current !== session) return;
    this.#set(undefined, this.#away);
    this.#replaced.resolve(undefined);
    const retired = session.retire().finally(() => this.#retiring.delete(retired));
    this.#retiring.add(retired);
  }

  /** Ends what is in flight: the brokers count as away from now on. */
  abandon(reason: string): void {
    this.#current?.abandon(reason);
    this.#set(undefined, this.#away ?? { sinceMs: Date.now(), reason });
  }

  /** Answers and connections may take no longer than this from now on. */
  hurry(stallMs: number): void {
    this.#stallMs = Math.min(this.#stallMs, stallMs);
    this.#current?.hurry(stallMs);
    if (this.#running && !this.#current && !this.#away)
      void sleep(stallMs, this.#stopping.signal).then(() => {
        if (!this.#current) this.#fail(`no connection in ${stallMs} ms`);
      });
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#changed.resolve(undefined);
    if (this.#current) this.#renew(this.#current);
    await Promise.all([this.#running, ...this.#retiring]);
  }

  #set(current: Session | undefined, away: Away | undefined): void {
    this.#current = current;
    this.#away = away;
    this.#changed.resolve(undefined);
    this.#changed = Promise.withResolvers();
  }

  async #change(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const stop = (): void => resolve(undefined);
    signal.addEventListener('abort', stop);
    await Promise.race([this.#changed.promise, promise]);
    signal.removeEventListener('abort', stop);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { logger } = this.#options;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const session = await Session.open(this.#options, this.#stallMs, signal);
        // Set while closing, it could only be used for what would be left behind.
        if (isAborted(signal)) {
          await session.retire();
          return;
        }
        if (this.#away) logger.info({ awayMs: Date.now() - this.#away.sinceMs }, 'brokers answer again');
        this.#replaced = Promise.withResolvers();
        this.#set(session, undefined);
        attempt = 0;
        const reason = await Promise.race([session.ended, this.#replaced.promise]);
        if (reason !== undefined && this.#current === session) this.#fail(reason);
      } catch (error) {
        this.#fail(describe(error));
      }
      await sleep(backoffMs(attempt, firstRetryMs, maxRetryMs), signal);
    }
  }

  #fail(reason: string): void {
    if (this.#stopping.signal.aborted) return;
    if (!this.#away) this.#options.logger.warn({ reason }, 'brokers are away');
    this.#set(undefined, { sinceMs: this.#away?.sinceMs ?? Date.now(), reason });
  }
}

/** A call, as the compiler takes the property for constant between two looks. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

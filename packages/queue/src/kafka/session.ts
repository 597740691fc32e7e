/**
 * One idempotent producer of kafkajs, from its connection to its end.
 *
 * Within a send it may try again what it likes: the broker knows a batch by its producer's id and sequence numbers, and
 * takes it once. But when a send fails, kafkajs hands the failed batch's numbers to the next one, and a broker that had
 * taken the first would swallow the second as a repeat. So a session with a send of unknown outcome is never used for
 * that partition again: whoever sends goes on with a new session, whose producer has a new id.
 */
import type net from 'node:net';
import tls from 'node:tls';
import { describe } from '@linewatch/service';
import kafkajs, {
  type ISocketFactoryArgs,
  type KafkaConfig,
  type Producer as KafkaProducer,
  type RecordMetadata,
} from 'kafkajs';
import type { NewMessage } from '../port.ts';
import { kafkaClient } from './client.ts';
import { protocolError } from './failures.ts';
import { encodeHeaders } from './headers.ts';
import type { KafkaQueueOptions } from './options.ts';
import { Sockets } from './sockets.ts';

const keepAliveMs = 30_000;
/** A send may wait for others of its session this many times as long as the session may be silent. */
const patience = 4;
/** Attempts at a send or a connection take half of `stallMs` at most, so that it fails with its reason and not in silence. */
const retries = (stallMs: number): NonNullable<KafkaConfig['retry']> => ({
  initialRetryTime: stallMs / 50,
  maxRetryTime: stallMs / 5,
  retries: 5,
});

/** Of a batch that no broker will ever take. Names of the protocol's errors. */
const refusals: readonly string[] = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];

export interface FailureDetails {
  /**
   * `refused`: the broker will never take it. `untried`: it was not handed to the broker. `unknown`: it may be on the
   * topic.
   */
  readonly outcome: 'refused' | 'untried' | 'unknown';
  /** When it was handed over, Unix ms. */
  readonly sinceMs: number;
}

export class SendFailure extends Error {
  readonly outcome: FailureDetails['outcome'];
  readonly sinceMs: number;

  constructor(reason: string, { outcome, sinceMs }: FailureDetails) {
    super(reason);
    this.outcome = outcome;
    this.sinceMs = sinceMs;
  }
}

export class Session {
  readonly #producer: KafkaProducer;
  readonly #prefix: string;
  readonly #compacted: ReadonlySet<string>;
  #stallMs: number;
  readonly #sockets = new Sockets();
  /** When each send was handed over, by `performance.now()`; the oldest first. */
  readonly #sends = new Set<{ readonly since: number }>();
  readonly #ended = Promise.withResolvers<string>();
  #watch: NodeJS.Timeout | undefined;
  #answeredAt = performance.now();
  /** Why it is over. */
  #over: string | undefined;

  private constructor(options: KafkaQueueOptions, stallMs: number) {
    this.#prefix = options.prefix;
    this.#compacted = new Set(options.topics.filter(({ compacted }) => compacted).map(({ name }) => name));
    this.#stallMs = stallMs;
    const client = kafkaClient(options, { retry: retries(stallMs), socketFactory: (socket) => this.#connect(socket) });
    this.#producer = client.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
  }

  /** @throws Error that says why there is no connection. */
  static async open(options: KafkaQueueOptions, stallMs: number, signal: AbortSignal): Promise<Session> {
    const session = new Session(options, stallMs);
    const stop = (): void => session.abandon('the queue is closed');
    signal.addEventListener('abort', stop);
    const timer = setTimeout(() => session.abandon(`no connection in ${2 * stallMs} ms`), 2 * stallMs);
    try {
      const connected = session.#producer.connect();
      connected.catch(() => undefined);
      await Promise.race([connected, session.#ended.promise]);
      if (session.#over !== undefined) throw new Error(session.#over);
    } catch (error) {
      session.abandon(describe(error));
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
    session.#watchFor(stallMs);
    return session;
  }

  #watchFor(stallMs: number): void {
    clearInterval(this.#watch);
    this.#stallMs = stallMs;
    this.#watch = setInterval(() => this.#look(), Math.max(20, stallMs / 10));
  }

  /** An answer may take no longer than this from now on. */
  hurry(stallMs: number): void {
    if (this.#over === undefined && stallMs < this.#stallMs) this.#watchFor(stallMs);
  }

  /** Resolves, with the reason, when nothing more can be sent. */
  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  /** How long the broker has been silent while it owed an answer, ms. */
  get silentMs(): number {
    const [oldest] = this.#sends;
    return oldest ? performance.now() - Math.max(oldest.since, this.#answeredAt) : 0;
  }

  /** @throws SendFailure */
  async send(topic: string, partition: number, messages: readonly NewMessage[]): Promise<void> {
    const sinceMs = Date.now();
    if (this.#over !== undefined) throw new SendFailure(this.#over, { outcome: 'untried', sinceMs });
    const send = { since: performance.now() };
    const deletes = this.#compacted.has(topic);
    this.#sends.add(send);
    try {
      const answer = this.#producer.send({
        topic: `${this.#prefix}${topic}`,
        acks: -1,
        compression: kafkajs.CompressionTypes.ZSTD,
        messages: messages.map(({ key = '', value, uncertain }) => ({
          key: key === '' ? null : key,
          // Compaction keeps an empty value, and removes the key of one that is none.
          value: deletes && value.length === 0 ? null : Buffer.from(value.buffer, value.byteOffset, value.length),
          partition,
          ...(uncertain && { headers: { ...encodeHeaders(uncertain) } }),
        })),
      });
      answer.catch(() => undefined);
      const answers = await Promise.race([answer, this.#ended.promise]);
      if (typeof answers === 'string') throw new SendFailure(answers, { outcome: 'unknown', sinceMs });
      this.#check(answers, partition, sinceMs);
      this.#answeredAt = performance.now();
    } catch (error) {
      throw error instanceof SendFailure ? error : this.#failure(error, sinceMs);
    } finally {
      this.#sends.delete(send);
    }
  }

  /** kafkajs resolves a send to a partition that its metadata does not have, and has sent nothing. */
  #check(answers: readonly RecordMetadata[], partition: number, sinceMs: number): void {
    if (answers.some((answer) => answer.partition === partition && answer.errorCode === 0)) return;
    throw new SendFailure(`partition ${partition} is not on the broker`, { outcome: 'untried', sinceMs });
  }

  #failure(error: unknown, sinceMs: number): SendFailure {
    const type = protocolError(error);
    const reason = describe(error);
    if (type !== undefined && refusals.includes(type)) return new SendFailure(reason, { outcome: 'refused', sinceMs });
    // The broker answered, of this partition: the others' sends are not in doubt.
    if (type === undefined) this.abandon(reason);
    return new SendFailure(reason, { outcome: 'unknown', sinceMs });
  }

  #look(): void {
    const [oldest] = this.#sends;
    if (!oldest) return;
    if (this.silentMs > this.#stallMs || performance.now() - oldest.since > patience * this.#stallMs)
      this.abandon(`no answer in ${this.#stallMs} ms`);
  }

  /**
   * Ends it at once; what is in flight has an unknown outcome. Connections are reset, so that what our side still holds
   * is not delivered later, and no new ones are made, so that kafkajs's own attempts come to nothing. What the broker's
   * machine has received already it may still append, even after a repeat that we send: readers drop that too.
   */
  abandon(reason: string): void {
    if (this.#over !== undefined) return;
    this.#end(reason);
    const error = new Error(reason);
    for (const socket of this.#sockets) {
      if (socket instanceof tls.TLSSocket || socket.connecting) {
        socket.destroy(error);
        continue;
      }
      socket.resetAndDestroy();
      // A reset is silent; kafkajs gives up what it waits for when it hears of an error.
      socket.emit('error', error);
    }
    this.#producer.disconnect().catch(() => undefined);
  }

  /** Takes no more sends, and closes when those in flight are done. */
  async retire(): Promise<void> {
    if (this.#over !== undefined) return;
    while (this.#sends.size > 0 && !this.#isOver()) await new Promise((resolve) => setTimeout(resolve, 20));
    if (this.#isOver()) return;
    this.#end('closed');
    await this.#producer.disconnect().catch(() => undefined);
  }

  #isOver(): boolean {
    return this.#over !== undefined;
  }

  #end(reason: string): void {
    this.#over = reason;
    clearInterval(this.#watch);
    this.#ended.resolve(reason);
  }

  #connect(args: ISocketFactoryArgs): net.Socket {
    if (this.#over !== undefined) throw new Error(this.#over);
    const socket = this.#sockets.connect(args, keepAliveMs);
    socket.setNoDelay(true);
    return socket;
  }
}

/**
 * Deliveries to one receiver: a loop of its own, so that one that is slow delays no other. What is due is read some at a time;
 * within a group only the head is sent, and the next is a head when that is settled.
 */
import type { DueDelivery, Notifying, Settled, StoredBreaker, StoredSubscription, Ticket } from '@linewatch/estate';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import { type KnownTicket, type Sending, cleanLine, cut, linkOf } from '@linewatch/alerting';
import type { NotifierMetrics } from '../metrics.ts';
import type { NotifierConfig } from '../config.ts';
import { Breaker } from './breaker.ts';
import { Bucket } from './bucket.ts';
import { mostAfterMs, pauseAfter } from './schedule.ts';
import { type Outcome, type Sender, unfit } from './sender.ts';
import type { Settler } from './settler.ts';

export interface LaneOptions {
  readonly notifying: Pick<Notifying, 'due' | 'breaker'>;
  readonly epoch: number;
  readonly sender: Sender;
  readonly settler: Pick<Settler, 'add'>;
  readonly config: Pick<NotifierConfig, 'retrySeconds' | 'breaker' | 'concurrency'>;
  /** Deliveries made before then may have been on their way when another process was killed. */
  readonly sinceMs: number;
  readonly metrics: NotifierMetrics;
  readonly logger: Logger;
  readonly now: () => number;
  readonly random: () => number;
  /** When the next of it is due has to be asked for. */
  readonly onDry: () => void;
  readonly onLost: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Read at once: a buffer, so that a receiver that answers quickly does not wait for the database. */
const readAtOnce = 64;
/** Nothing may be later than this without being looked at. */
const mostSleepMs = 30_000;
const mostErrorLength = 500;

export class Lane {
  readonly #options: LaneOptions;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  readonly #memory: Sending['memory'] = new Map();
  readonly #breaker: Breaker;
  /** Read and not settled. */
  readonly #held = new Set<number>();
  #subscription: StoredSubscription;
  #bucket: Bucket;
  #buffer: DueDelivery[] = [];
  #flying = 0;
  /** There may be something due that was not read. */
  #look = true;
  /** It has come back: what waits for another attempt need not wait longer. */
  #hurry = false;
  /** When the next is due, as far as is known. */
  #dueMs = Infinity;
  /** It said that it is gone. */
  #isGone = false;
  #isUnfit = false;
  #pausedUntilMs = 0;
  #kept = '';
  #woken = new AbortController();
  #running: Promise<void> | undefined;

  constructor(subscription: StoredSubscription, options: LaneOptions) {
    this.#subscription = subscription;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#ended.signal]);
    this.#breaker = new Breaker(options.config.breaker, subscription.breaker);
    this.#bucket = new Bucket(subscription.perMinute, options.now);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There is something new for it, or there may be. */
  wake(dueMs = 0): void {
    if (dueMs <= this.#options.now()) this.#look = true;
    else this.#dueMs = Math.min(this.#dueMs, dueMs);
    this.#woken.abort();
  }

  update(subscription: StoredSubscription): void {
    if (subscription.perMinute !== this.#subscription.perMinute)
      this.#bucket = new Bucket(subscription.perMinute, this.#options.now);
    // Signed in with what may be other secrets.
    this.#memory.clear();
    this.#subscription = subscription;
    this.wake();
  }

  get subscription(): StoredSubscription {
    return this.#subscription;
  }

  get isOpen(): boolean {
    return this.#breaker.stored.state !== 'closed';
  }

  get breaker(): StoredBreaker['state'] {
    return this.#breaker.stored.state;
  }

  get failingSinceMs(): number | null {
    return this.#breaker.stored.failingSinceMs;
  }

  get lastError(): string | null {
    return this.#breaker.stored.lastError;
  }

  /** What is late in it is not ours: its receiver does not take it, or asked for time. */
  get isHeldUp(): boolean {
    return this.isOpen || this.#pausedUntilMs > this.#options.now() || this.failingSinceMs !== null;
  }

  /** Resolves when nothing of it is under way. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#woken.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const isOver = (): boolean => this.#signal.aborted;
    for (let failures = 0; !isOver();) {
      this.#woken = new AbortController();
      let pauseMs: number;
      try {
        pauseMs = await this.#step();
        failures = 0;
      } catch (error) {
        if (isOver()) break;
        if (failures++ % 12 === 0)
          this.#options.logger.warn(
            { subscription: this.#subscription.slug, reason: describe(error) },
            'deliveries could not be read; trying again',
          );
        pauseMs = backoffMs(failures, 100, 5000);
      }
      if (pauseMs > 0) await sleep(Math.min(pauseMs, mostSleepMs), AbortSignal.any([this.#woken.signal, this.#signal]));
    }
    while (this.#flying > 0) await sleep(20);
  }

  /** Sends what can be sent; returns after how many ms to look again. */
  async #step(): Promise<number> {
    const { now, config } = this.#options;
    const nowMs = now();
    const problem = unfit(this.#subscription, nowMs);
    if (problem !== undefined || this.#isUnfit) await this.#keepBreaker({ problem });
    this.#isUnfit = problem !== undefined;
    const waitMs =
      problem !== undefined || this.#isGone
        ? mostSleepMs
        : Math.max(this.#breaker.waitMs(nowMs), this.#pausedUntilMs - nowMs);
    if (waitMs > 0) {
      // What is read again then is as it stands then.
      for (const { id } of this.#buffer.splice(0)) this.#held.delete(id);
      this.#look = true;
      return waitMs;
    }
    const room = this.#breaker.isTrial ? 1 - this.#flying : config.concurrency - this.#flying;
    if (room <= 0) return mostSleepMs;
    if (this.#buffer.length < room && (this.#look || this.#dueMs <= nowMs || this.#hurry)) await this.#read(nowMs);
    const next = this.#buffer.splice(0, room);
    if (next.length > 0 && this.#breaker.isTrial) {
      this.#breaker.begin();
      await this.#keepBreaker({});
    }
    for (const delivery of next) void this.#send(delivery);
    if (next.length > 0) return 0;
    return Math.max(1, this.#dueMs - now());
  }

  async #read(nowMs: number): Promise<void> {
    const { notifying, onDry } = this.#options;
    this.#look = false;
    const { row } = this.#subscription;
    const until = this.#hurry ? nowMs + mostAfterMs * 30 : nowMs;
    const limit = this.#breaker.isTrial ? 1 : readAtOnce;
    let found: readonly DueDelivery[];
    try {
      found = await notifying.due(row, until, limit, [...this.#held]);
    } catch (error) {
      this.#look = true;
      throw error;
    }
    for (const each of found) this.#held.add(each.id);
    this.#buffer.push(...found);
    if (found.length >= limit) this.#look = true;
    else {
      this.#hurry = false;
      if (this.#dueMs <= nowMs) {
        this.#dueMs = Infinity;
        onDry();
      }
    }
  }

  async #send(delivery: DueDelivery): Promise<void> {
    const { sender, metrics, sinceMs, logger } = this.#options;
    const subscription = this.#subscription;
    this.#flying++;
    try {
      const outcome = await sender.send({
        subscription,
        // Who was killed may have sent it: its effect is looked for first.
        delivery: { ...delivery, unknown: delivery.unknown || delivery.madeMs < sinceMs },
        memory: this.#memory,
        take: () => this.#bucket.take(),
        signal: this.#signal,
      });
      metrics.attempt(subscription.format, outcome.sent.is);
      // Another one leads, or stopping cut it off: it is sent again by whoever follows.
      if (this.#signal.aborted && outcome.sent.is !== 'delivered') return;
      await this.#settle(delivery, outcome);
    } catch (error) {
      logger.error(
        { subscription: subscription.slug, reason: describe(error) },
        'a delivery failed in an unforeseen way',
      );
    } finally {
      this.#held.delete(delivery.id);
      this.#flying--;
      this.wake();
    }
  }

  async #settle(delivery: DueDelivery, { sent, exchanges }: Outcome): Promise<void> {
    const { settler, config, now, random, metrics } = this.#options;
    const nowMs = now();
    const attempts = delivery.attempts + 1;
    const error = sent.is === 'delivered' ? null : sent.why.slice(0, mostErrorLength).toWellFormed();
    const settled = {
      delivery: delivery.id,
      counted: true,
      unknown: delivery.unknown || (sent.is === 'later' && sent.unknown === true),
      error,
      ticket: sent.is === 'delivered' ? ticketOf(sent.ticket) : null,
      exchanges: delivery.safeguarding ? [] : exchanges,
    };
    const done = (state: Settled['state'], nextMs: number | null): Promise<void> => {
      metrics.delivery(state === 'pending' ? 'retried' : state);
      return settler.add({ ...settled, state, nextMs });
    };
    if (sent.is === 'delivered') {
      metrics.latency(Math.max(0, nowMs - delivery.madeMs) / 1000);
      const wasOpen = this.isOpen;
      if (this.#breaker.succeeded()) {
        this.#hurry = wasOpen;
        await this.#keepBreaker({});
      }
      return done('delivered', null);
    }
    this.#hurry = false;
    this.#isGone ||= sent.is === 'gone';
    const isNews = this.#breaker.failed(nowMs, sent.why);
    if (sent.is === 'gone') {
      await done('dead', null);
      return this.#keepBreaker({ disabled: sent.why });
    }
    if (isNews) await this.#keepBreaker({});
    if (sent.is === 'refused') return done('dead', null);
    if (sent.afterMs !== undefined)
      this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + Math.min(sent.afterMs, mostAfterMs));
    const pauseMs = pauseAfter(config.retrySeconds, attempts, sent.afterMs, random);
    if (pauseMs === undefined) return done('dead', null);
    this.#dueMs = Math.min(this.#dueMs, nowMs + pauseMs);
    return done('pending', nowMs + pauseMs);
  }

  /** Tells PostgreSQL how the receiver is; what cannot be told now is told with the next change. */
  async #keepBreaker({
    problem,
    disabled,
  }: {
    readonly problem?: string | undefined;
    readonly disabled?: string | undefined;
  }): Promise<void> {
    const { notifying, epoch, logger, onLost, now } = this.#options;
    const { row, slug } = this.#subscription;
    const breaker =
      problem === undefined
        ? this.#breaker.stored
        : { ...this.#breaker.stored, failingSinceMs: this.#breaker.stored.failingSinceMs ?? now(), lastError: problem };
    const key = problem ?? JSON.stringify([breaker, disabled]);
    if (key === this.#kept) return;
    if (problem !== undefined)
      logger.error({ subscription: slug, reason: problem }, 'nothing can be sent to a receiver');
    if (disabled !== undefined)
      logger.warn({ subscription: slug, reason: disabled }, 'a receiver is gone: it is switched off');
    try {
      await notifying.breaker(epoch, row, breaker, disabled);
      this.#kept = key;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'leadership_lost') onLost(error);
      else logger.warn({ subscription: slug, reason: describe(error) }, 'how a receiver is could not be kept');
    }
  }
}

/** What a receiver says of its ticket, as far as it can be kept. */
function ticketOf(ticket: KnownTicket | undefined): Ticket | null {
  if (!ticket) return null;
  const id = cleanLine(ticket.id).slice(0, 500).toWellFormed();
  if (id === '') return null;
  const reference = cut(cleanLine(ticket.reference), 200);
  const url = linkOf(ticket.url);
  return {
    id,
    reference: reference === '' ? cut(id, 200) : reference,
    url: url !== null && url.length <= 500 ? url : null,
  };
}

import type { Sent } from '@linewatch/alerting';
import { EstateError, type StoredSubscription } from '@linewatch/estate';
import { createLogger, sleep } from '@linewatch/service';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Breaker } from './breaker.ts';
import { Bucket } from './bucket.ts';
import { Engine } from './engine.ts';
import { pauseAfter } from './schedule.ts';
import type { SendOptions } from './sender.ts';
import { Settler } from './settler.ts';
import { Heads, closedBreaker, subscriptionOf, testMetrics } from './testing.ts';

const logger = createLogger('test', 'silent');

describe('the rate of a receiver', () => {
  it('is in no minute beyond what was allowed, however requests come', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 200 }),
        fc.array(fc.nat(2000), { minLength: 1, maxLength: 400 }),
        (perMinute, gaps) => {
          let nowMs = 0;
          const bucket = new Bucket(perMinute, () => nowMs);
          const used = gaps.map((gapMs) => {
            nowMs += gapMs;
            return nowMs + bucket.take();
          });
          expect(used).toEqual(used.toSorted((a, b) => a - b));
          used.forEach((fromMs, i) => {
            expect(used.slice(i).filter((atMs) => atMs < fromMs + 59_999).length).toBeLessThanOrEqual(perMinute);
          });
        },
      ),
    );
  });
});

describe('the schedule', () => {
  it('is up to a tenth off, heeds the receiver where it asks for longer, up to a day, and ends', () => {
    expect(pauseAfter([5, 300], 1, undefined, () => 0)).toBe(4500);
    expect(pauseAfter([5, 300], 2, undefined, () => 1)).toBe(330_000);
    expect(pauseAfter([5, 300], 1, 60_000, () => 0.5)).toBe(60_000);
    expect(pauseAfter([5, 300], 2, 1000, () => 0.5)).toBe(300_000);
    expect(pauseAfter([5], 1, 1e12, () => 0.5)).toBe(86_400_000);
    expect(pauseAfter([5, 300], 3, 1000, () => 0.5)).toBeUndefined();
  });
});

describe('the breaker', () => {
  const settings = { failures: 3, seconds: 30, mostSeconds: 100 };

  it('opens after so many failures in a row, longer each time, and closes with one success', () => {
    const breaker = new Breaker(settings, closedBreaker);
    expect(breaker.failed(0, 'one')).toBe(true);
    expect(breaker.failed(1, 'one')).toBe(false);
    expect(breaker.waitMs(1)).toBe(0);
    expect(breaker.failed(2, 'three')).toBe(true);
    expect(breaker.stored).toEqual({
      state: 'open',
      failures: 3,
      untilMs: 30_002,
      failingSinceMs: 0,
      lastError: 'three',
    });
    expect([breaker.waitMs(2), breaker.waitMs(30_002)]).toEqual([30_000, 0]);
    breaker.begin();
    expect(breaker.stored.state).toBe('half-open');
    breaker.failed(30_010, 'four');
    expect(breaker.waitMs(30_010)).toBe(60_000);
    breaker.begin();
    breaker.failed(90_010, 'five');
    expect(breaker.waitMs(90_010)).toBe(100_000);
    breaker.begin();
    expect(breaker.succeeded()).toBe(true);
    expect(breaker.stored).toEqual(closedBreaker);
    expect(breaker.succeeded()).toBe(false);
  });

  it('tries again where another process was killed in the middle of a trial', () => {
    const breaker = new Breaker(settings, {
      ...closedBreaker,
      state: 'half-open',
      failures: 3,
      untilMs: 10,
      failingSinceMs: 0,
    });
    expect([breaker.isTrial, breaker.waitMs(5), breaker.waitMs(10)]).toEqual([true, 5, 0]);
  });
});

describe('the engine', () => {
  const ended: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ended.splice(0)) await end();
  });

  interface Running {
    readonly heads: Heads;
    readonly engine: Engine;
    readonly seen: string[];
    readonly counted: () => Promise<string>;
  }

  function run(
    heads: Heads,
    answer: (options: SendOptions, seen: readonly string[]) => Sent | Promise<Sent>,
    more: {
      readonly subscriptions?: readonly StoredSubscription[];
      readonly retrySeconds?: readonly number[];
      readonly sinceMs?: number;
    } = {},
  ): Running {
    const { metrics, counted } = testMetrics();
    const abort = new AbortController();
    const seen: string[] = [];
    const common = { epoch: 1, metrics: counted, logger, onLost: () => abort.abort(), signal: abort.signal };
    const settler = new Settler({ notifying: heads, ...common, onProblem: () => undefined });
    const engine = new Engine({
      ...common,
      notifying: heads,
      settler,
      sender: {
        send: async (options) => {
          seen.push(options.delivery.message);
          const sent = await answer(options, seen);
          return { sent, exchanges: [] };
        },
      },
      config: {
        retrySeconds: [...(more.retrySeconds ?? [0.05, 0.05, 0.05])],
        breaker: { failures: 3, seconds: 0.2, mostSeconds: 0.4 },
        concurrency: 3,
      },
      sinceMs: more.sinceMs ?? 0,
      now: Date.now,
      random: Math.random,
    });
    engine.follow(more.subscriptions ?? [subscriptionOf()]);
    engine.start();
    ended.push(async () => {
      abort.abort();
      await engine.stop();
      await settler.end();
    });
    return { heads, engine, seen, counted: () => metrics.text() };
  }

  const until = async (is: () => boolean): Promise<void> => {
    for (let i = 0; i < 1000 && !is(); i++) await sleep(10);
    expect(is()).toBe(true);
  };
  const delivered: Sent = { is: 'delivered' };
  const later: Sent = { is: 'later', why: 'it said 500' };

  it('sends each group in order, whatever fails in between', async () => {
    const heads = new Heads();
    for (let sequence = 1; sequence <= 10; sequence++)
      for (let group = 1; group <= 8; group++) heads.add(group, sequence);
    const done: string[] = [];
    let calls = 0;
    const { counted } = run(
      heads,
      async ({ delivery }) => {
        await sleep(1);
        if (calls++ % 3 === 1) return later;
        done.push(delivery.message);
        return delivered;
      },
      { retrySeconds: Array.from({ length: 30 }, () => 0.05) },
    );
    await until(() => heads.count('delivered') === 80);
    for (let group = 1; group <= 8; group++)
      expect(done.filter((message) => message.startsWith(`msg_${group}_`))).toEqual(
        Array.from({ length: 10 }, (_, i) => `msg_${group}_${i + 1}`),
      );
    expect(await counted()).toContain('linewatch_notifier_deliveries_total{outcome="delivered"} 80');
  });

  it('gives up after the last pause, goes on with the next of the group, and a refusal is given up at once', async () => {
    const heads = new Heads();
    heads.add(1, 1);
    heads.add(1, 2);
    heads.add(2, 1);
    const { seen } = run(heads, ({ delivery: { message } }) =>
      message === 'msg_1_1' ? later : message === 'msg_2_1' ? { is: 'refused', why: '400' } : delivered,
    );
    await until(() => heads.count('pending') === 0);
    expect(heads.kept.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['dead', 4],
      ['delivered', 1],
      ['dead', 1],
    ]);
    expect(seen.at(-1)).toBe('msg_1_2');
  });

  it('leaves a receiver alone that fails, and hurries with what waits when it is back', async () => {
    const heads = new Heads();
    for (let group = 1; group <= 6; group++) heads.add(group, 1);
    let isBack = false;
    const { seen, engine } = run(heads, () => (isBack ? delivered : later), { retrySeconds: [0.3, 60, 60, 60, 60] });
    await until(() => [...engine.lanes()].some(({ isOpen }) => isOpen));
    await until(() => heads.breakers.some(({ state }) => state === 'half-open'));
    const tried = seen.length;
    expect(tried).toBeLessThan(6 * 3);
    isBack = true;
    // Most of them would wait for another minute.
    await until(() => heads.count('delivered') === 6);
    expect(heads.breakers.at(-1)).toEqual(closedBreaker);
  });

  it('sends nothing more to one that is gone, and says why', async () => {
    const heads = new Heads();
    for (let group = 1; group <= 20; group++) heads.add(group, 1);
    const { seen } = run(heads, () => ({ is: 'gone', why: 'it said 410' }));
    await until(() => heads.disabled !== undefined);
    await sleep(100);
    expect(heads.disabled).toBe('it said 410');
    expect(seen.length).toBeLessThanOrEqual(3);
  });

  it('waits as long as the receiver asks for', async () => {
    const heads = new Heads();
    for (let group = 1; group <= 5; group++) heads.add(group, 1);
    const at: number[] = [];
    run(heads, () => {
      at.push(Date.now());
      return at.length <= 3 ? { is: 'later', why: '429', afterMs: 400 } : delivered;
    });
    await until(() => heads.count('delivered') === 5);
    expect(at[3]! - at[2]!).toBeGreaterThanOrEqual(390);
  });

  it('does not let one that hangs delay another', async () => {
    const heads = new Heads();
    const slow = new Heads();
    heads.add(1, 1);
    for (let group = 1; group <= 5; group++) slow.add(group, 1);
    const never = new Promise<Sent>(() => undefined);
    const both = Object.assign(new Heads(), {
      due: (row: number, ...rest: [number, number, readonly number[]]) => (row === 1 ? heads : slow).due(row, ...rest),
      nextDue: () =>
        Promise.resolve(
          new Map([
            [1, 0],
            [2, 0],
          ]),
        ),
      settle: heads.settle,
    });
    let hung = 0;
    const { engine } = run(
      both,
      ({ subscription, signal }) => {
        if (subscription.row === 1) return delivered;
        hung++;
        return Promise.race([
          never,
          new Promise<Sent>((resolve) => signal.addEventListener('abort', () => resolve(later))),
        ]);
      },
      { subscriptions: [subscriptionOf({ row: 2, slug: 'slow' }), subscriptionOf()] },
    );
    await until(() => heads.count('delivered') === 1 && hung === 3);
    heads.add(2, 1);
    engine.wake([1]);
    await until(() => heads.count('delivered') === 2);
  });

  it('says so where a secret cannot be read, and sends when it can', async () => {
    const heads = new Heads();
    heads.add(1, 1);
    const { engine, seen } = run(heads, () => delivered, { subscriptions: [subscriptionOf({ secrets: {} })] });
    await until(() => heads.breakers.length > 0);
    expect(heads.breakers.at(-1)!.lastError).toMatch(/signing secret.*Enter it again/i);
    expect(seen).toEqual([]);
    engine.follow([subscriptionOf()]);
    await until(() => heads.count('delivered') === 1);
    expect(heads.breakers.at(-1)).toEqual(closedBreaker);
  });

  it('looks for the effect of what may have been on its way when another was killed', async () => {
    const heads = new Heads();
    heads.add(1, 1);
    let unknown: boolean | undefined;
    run(
      heads,
      ({ delivery }) => {
        unknown = delivery.unknown;
        return delivered;
      },
      { sinceMs: Date.now() + 30_000 },
    );
    await until(() => heads.count('delivered') === 1);
    expect(unknown).toBe(true);
  });
});

describe('results', () => {
  const settled = (delivery: number) => ({
    ...{ delivery, state: 'delivered' as const, counted: true, unknown: false },
    ...{ nextMs: null, error: null, ticket: null, exchanges: [] },
  });

  it('are kept many at once, again where the database is away, and one that it never takes holds up no other', async () => {
    const kept: number[] = [];
    let calls = 0;
    const { counted } = testMetrics();
    const settler = new Settler({
      notifying: {
        settle: (_, all) => {
          if (calls++ === 0) return Promise.reject(new EstateError('unreachable', 'away'));
          if (
            all.some(
              ({ delivery, exchanges, error }) => delivery === 13 && (exchanges.length > 0 || error === 'poison'),
            )
          )
            return Promise.reject(new EstateError('query_failed', 'no'));
          kept.push(...all.map(({ delivery }) => delivery));
          return Promise.resolve();
        },
      },
      ...{ epoch: 1, metrics: counted, logger, onProblem: () => undefined, onLost: () => undefined },
      signal: new AbortController().signal,
    });
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => settler.add({ ...settled(i), ...(i === 13 && { error: 'poison' }) })),
    );
    expect(kept.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('are told to be lost when another leads', async () => {
    const { counted } = testMetrics();
    let lost: unknown;
    const settler = new Settler({
      notifying: { settle: () => Promise.reject(new EstateError('leadership_lost', 'another')) },
      ...{ epoch: 1, metrics: counted, logger, onProblem: () => undefined, onLost: (error: unknown) => (lost = error) },
      signal: new AbortController().signal,
    });
    await settler.add(settled(1));
    expect(lost).toMatchObject({ code: 'leadership_lost' });
  });
});

/** Batches that stand twice in a partition, through the whole loop: whatever is killed and when, each is stored once. */
import type { Message, PartitionReader, Position, Uncertain } from '@linewatch/queue';
import { type BatchIdentity, topics } from '@linewatch/record';
import { Metrics, createLogger } from '@linewatch/service';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Blocks } from './blocks.ts';
import { DeadLetters } from './dead-letters.ts';
import { ingest } from './ingest.ts';
import type { Kind } from './kind.ts';
import { writerMetrics } from './metrics.ts';
import { Repeats, slackMs } from './repeats.ts';

const logger = createLogger('test', 'silent');
const identityOf = (id: number): BatchIdentity => ({ trust: 'north', collector: 'hub', epoch: 1, sequence: id });

interface Copy {
  readonly id: number;
  readonly timeMs: number;
  readonly uncertain?: Uncertain;
}

const toLog = (copies: readonly Copy[]): Message[] =>
  [...copies]
    .sort((a, b) => a.timeMs - b.timeMs)
    .map(({ id, timeMs, uncertain }, offset) => ({
      offset,
      key: '',
      value: Buffer.from(String(id)),
      timeMs,
      ...(uncertain && { uncertain }),
    }));

class Crash extends Error {}

/** A partition in memory whose reader dies at a given call; positions outlive it. */
class Simulated {
  readonly log: readonly Message[];
  committed: Position = { offset: 0, metadata: '' };

  constructor(log: readonly Message[]) {
    this.log = log;
  }

  reader(step: () => void): PartitionReader & { readonly end: AbortController } {
    const end = new AbortController();
    let next = this.committed.offset;
    const dying = (): void => {
      try {
        step();
      } catch (error) {
        end.abort();
        throw error;
      }
    };
    const { log } = this;
    const commit = (position: Position): void => {
      this.committed = position;
      if (position.offset >= log.length) end.abort();
    };
    return {
      end,
      topic: topics.flows,
      partition: 0,
      log: 'a',
      committed: this.committed,
      signal: end.signal,
      lost: 0,
      // eslint-disable-next-line @typescript-eslint/require-await -- the port's
      async read() {
        dying();
        const messages = log.slice(next, next + 4);
        next += messages.length;
        return messages;
      },
      seek: (offset) => {
        next = offset;
      },
      // eslint-disable-next-line @typescript-eslint/require-await -- the port's
      async offsetAt(timeMs) {
        dying();
        const at = log.findIndex((message) => message.timeMs >= timeMs);
        return at < 0 ? log.length : at;
      },
      // eslint-disable-next-line @typescript-eslint/require-await -- the port's
      async commit(position) {
        dying();
        commit(position);
        // Done, and perhaps never heard of.
        dying();
      },
      lag: () => Promise.resolve(Math.max(0, log.length - next)),
    };
  }
}

/** What is stored, by token: what ClickHouse keeps of a repeated insert is nothing. */
class Stored {
  readonly ids: number[] = [];
  readonly #tokens = new Set<string>();

  kind(step: () => void): Kind<number> {
    const insert = (batches: readonly number[], token: string): void => {
      step();
      if (!this.#tokens.has(token)) this.ids.push(...batches);
      this.#tokens.add(token);
      step();
    };
    return {
      decode: (value) => Number(Buffer.from(value).toString()),
      rows: () => 1,
      identity: identityOf,
      // eslint-disable-next-line @typescript-eslint/require-await -- the port's
      insert: async (batches, _places, token) => insert(batches, token),
      insertMissing: () => Promise.reject(new Error('nothing is forgotten here')),
      blocks: () => Promise.resolve({}),
    };
  }
}

/** Runs the loop until all is committed; each number is after how many calls a life ends. @returns repeats left out */
async function run(log: readonly Message[], lives: readonly number[]): Promise<{ ids: number[]; repeated: number }> {
  const partition = new Simulated(log);
  const stored = new Stored();
  const metrics = writerMetrics(new Metrics('writer'));
  let repeated = 0;
  for (let life = 0; partition.committed.offset < log.length; life++) {
    let left = lives[life] ?? Infinity;
    const step = (): void => {
      if (left-- <= 0) throw new Crash();
    };
    const reader = partition.reader(step);
    const dies = (error: unknown): void => {
      reader.end.abort();
      if (!(error instanceof Crash)) throw error;
    };
    const kind = stored.kind(() => {
      try {
        step();
      } catch (error) {
        reader.end.abort();
        throw error;
      }
    });
    const blocks = new Blocks({ window: 1e9, read: () => kind.blocks(), logger, signal: reader.signal });
    await blocks.refresh();
    const producer = { append: () => Promise.resolve(), close: () => Promise.resolve() };
    const deadLetters = new DeadLetters({ producer, metrics, logger, onDead: () => undefined });
    await ingest(reader, kind, {
      limits: { maxRows: 3, idleWaitMs: 0, steadyWaitMs: 0 },
      maxBytes: () => 1e6,
      deadLetters,
      blocks,
      metrics: { ...metrics, repeated: () => repeated++ },
      logger,
      onProblem: () => undefined,
    }).catch(dies);
  }
  return { ids: stored.ids, repeated };
}

/** What becomes of one batch: each try but the last is of unknown outcome, whether or not, and when, it arrives. */
const batch = fc.record({
  startMs: fc.integer({ min: 0, max: 300_000 }),
  tries: fc.array(
    fc.record({
      arrives: fc.boolean(),
      afterMs: fc.integer({ min: 0, max: 20_000 }),
      /** Beyond the time at which it was given up. */
      lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: slackMs - 1 })),
      /** Or about when the next try is: a broker that stood still goes on. */
      thawMs: fc.option(fc.integer({ min: -100_000, max: slackMs - 1 })),
      pauseMs: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 600_000 })),
    }),
    { maxLength: 3 },
  ),
});

const copiesOf = ({ startMs, tries }: typeof batch extends fc.Arbitrary<infer T> ? T : never, id: number): Copy[] => {
  const copies: Copy[] = [];
  let timeMs = 1_000_000 + startMs;
  let uncertain: Uncertain | undefined;
  for (const [i, { arrives, afterMs, lateMs, thawMs, pauseMs }] of tries.entries()) {
    const untilMs = timeMs + afterMs;
    const isThawed = thawMs !== null && i === tries.length - 1;
    const arrivesMs = isThawed ? Math.max(untilMs, untilMs + pauseMs + thawMs) : untilMs + lateMs;
    if (arrives) copies.push({ id, timeMs: arrivesMs, ...(uncertain && { uncertain }) });
    uncertain = { sinceMs: uncertain?.sinceMs ?? timeMs, untilMs };
    timeMs = untilMs + pauseMs;
  }
  return [...copies, { id, timeMs, ...(uncertain && { uncertain }) }];
};

it('each batch is stored once, in whatever order its copies stand and wherever the writer is killed', async () => {
  let repeats = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(batch, { minLength: 1, maxLength: 12 }),
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }),
      async (batches, lives) => {
        const copies = batches.flatMap(copiesOf);
        const { ids, repeated } = await run(toLog(copies), lives);
        expect(ids.sort((a, b) => a - b)).toEqual(batches.map((_, id) => id));
        repeats += repeated;
      },
    ),
    { numRuns: 300 },
  );
  expect(repeats).toBeGreaterThan(100);
});

it('a life that ends at each call in turn changes nothing', async () => {
  const uncertain = { sinceMs: 1_000_000, untilMs: 1_010_000 };
  const log = toLog([
    { id: 1, timeMs: 1_000_000 },
    { id: 2, timeMs: 1_001_000 },
    { id: 1, timeMs: 1_012_000, uncertain },
    { id: 3, timeMs: 1_012_001, uncertain },
    { id: 4, timeMs: 1_012_002 },
    { id: 5, timeMs: 1_012_003 },
    { id: 3, timeMs: 1_020_000 },
    { id: 6, timeMs: 1_020_001 },
  ]);
  const whole = await run(log, []);
  expect(whole).toEqual({ ids: [1, 2, 3, 4, 5, 6], repeated: 2 });
  for (let call = 0; call < 60; call++) {
    const { ids } = await run(log, [call, call]);
    expect({ call, ids: ids.sort((a, b) => a - b) }).toEqual({ call, ids: whole.ids });
  }
});

it('nothing is read back, and nothing remembered, where nobody is uncertain', async () => {
  const log = toLog([1, 2, 3].map((id) => ({ id, timeMs: 1_000_000 + id })));
  const partition = new Simulated(log);
  let calls = 0;
  const repeats = new Repeats(
    partition.reader(() => calls++),
    () => undefined,
  );
  const candidates = log.map(({ offset, timeMs }) => ({ offset, timeMs, identity: identityOf(offset) }));
  expect(candidates.map((each) => repeats.isLateCopy(each))).toEqual([false, false, false]);
  expect((await repeats.find(candidates, 3)).size).toBe(0);
  expect(repeats.uncertainFrom(1_000_003)).toBeUndefined();
  expect(calls).toBe(0);
});

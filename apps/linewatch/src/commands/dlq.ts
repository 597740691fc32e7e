/** `linewatch dlq`: what the writer could not validate, and storing it once this version can. */
import { existsSync } from 'node:fs';
import type { Queue } from '@linewatch/queue';
import { LinewatchError, createLogger, describe } from '@linewatch/service';
import { type Store, StoreError } from '@linewatch/store';
import {
  type DeadLetter,
  DeadReader,
  type Expected,
  type Reading,
  parsePlace,
  printable,
  readDeadLetters,
} from '@linewatch/writer';
import type { Config } from '../config.ts';
import { type CommonOptions, effectiveConfig } from '../context.ts';
import { openStore } from '../databases.ts';
import { paths } from '../paths.ts';
import { openQueue } from '../queue.ts';

class DlqError extends LinewatchError<'place_unknown' | 'argument_missing' | 'queue_missing'> {}

export interface DlqOptions extends CommonOptions {
  readonly json?: boolean;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const shownOctets = 256;
/** How long ClickHouse may take to say what is stored, ms. */
const patienceMs = 60_000;

interface Opened {
  readonly queue: Queue;
  /** Undefined where none is configured or running. */
  readonly store: Store | undefined;
}

async function opened(options: CommonOptions, use: (opened: Opened, config: Config) => Promise<void>): Promise<void> {
  const config = await effectiveConfig(options);
  const logger = createLogger('dlq', 'warn');
  // Opening would make one.
  if (config.kafka.brokers === undefined && !existsSync(paths(config.data).queue))
    throw new DlqError('queue_missing', `there is no queue in ${config.data}: --data or --config says where it is`);
  const queue = openQueue(config, 'dlq', logger);
  const store = config.clickhouse.url ? openStore(config, logger) : undefined;
  try {
    await use({ queue, store }, config);
  } finally {
    await Promise.allSettled([queue.close(), store?.close()]);
  }
}

/** For what needs no database: it is never asked. */
const nothing: Store = Object.freeze({}) as Store;

type Stored = 'yes' | 'no' | 'unknown';

/** One that is listed, without its octets. */
interface Found {
  readonly letter: Pick<DeadLetter, 'place' | 'topic' | 'reason' | 'timeMs' | 'octets'>;
  readonly rows: number;
  readonly problem: string;
  readonly expected: Expected | undefined;
}

const foundOf = (letter: DeadLetter, { rows, problem, expected }: Reading): Found => {
  const { place, topic, reason, timeMs, octets } = letter;
  return { letter: { place, topic, reason, timeMs, octets }, rows, problem, expected };
};

/** Asks ClickHouse of all of them together, as long as it answers. */
async function storedOf(store: Store | undefined, all: readonly Found[]): Promise<Stored[]> {
  const stored = all.map(({ expected }): Stored => (expected ? 'unknown' : 'no'));
  if (!store) {
    if (stored.includes('unknown'))
      process.stderr.write('no ClickHouse is configured or running to ask what is stored\n');
    return stored;
  }
  const reader = new DeadReader(store);
  const signal = AbortSignal.timeout(patienceMs);
  try {
    for (const topic of new Set(all.map(({ letter }) => letter.topic))) {
      const asked = all.flatMap(({ letter, expected }, i) =>
        letter.topic === topic && expected ? [{ i, expected }] : [],
      );
      const answers = await reader.areStored(
        topic,
        asked.map(({ expected }) => expected),
        signal,
      );
      asked.forEach(({ i }, at) => (stored[i] = answers[at] ? 'yes' : 'no'));
    }
  } catch (error) {
    process.stderr.write(`ClickHouse does not say what is stored: ${printable(describe(error))}\n`);
  }
  return stored;
}

interface Listed {
  readonly place: string;
  readonly topic: string;
  readonly reason: string;
  readonly time: string;
  readonly octets: number;
  readonly rows: number;
  readonly problem: string;
  readonly stored: Stored;
}

const listed = ({ letter, rows, problem }: Found, stored: Stored): Listed => ({
  place: letter.place,
  topic: letter.topic,
  reason: letter.reason,
  time: new Date(letter.timeMs).toISOString(),
  octets: letter.octets,
  rows,
  problem,
  stored,
});

const line = ({ time, place, octets, rows, problem, stored, reason }: Listed): string =>
  `${time}  ${place}  ${octets} octets  ${problem === '' ? `${rows} rows` : 'not read'}  stored: ${stored}  ${reason}`;

export async function list(options: DlqOptions & { readonly limit: number }): Promise<void> {
  await opened(options, async ({ queue, store }) => {
    const reader = new DeadReader(store ?? nothing);
    const kept: Found[] = [];
    let count = 0;
    const foreign = await readDeadLetters(queue, (letter) => {
      kept.push(foundOf(letter, reader.read(letter)));
      if (kept.length > options.limit) kept.shift();
      count++;
    });
    const stored = await storedOf(store, kept);
    for (const [i, found] of kept.entries()) {
      const each = listed(found, stored[i]!);
      print(options.json ? JSON.stringify(each) : line(each));
    }
    if (options.json) return;
    if (count === 0) print('no dead letters');
    if (count > kept.length) print(`${count - kept.length} older ones are not shown (--limit)`);
    if (foreign > 0) print(`${foreign} messages of the topic are no dead letters of a writer`);
  });
}

const hexLines = (value: Uint8Array): string[] => {
  const octets = Buffer.from(value.subarray(0, shownOctets));
  return Array.from({ length: Math.ceil(octets.length / 16) }, (_, i) => {
    const row = octets.subarray(16 * i, 16 * i + 16);
    const text = [...row].map((octet) => (octet > 31 && octet < 127 ? String.fromCharCode(octet) : '.')).join('');
    return `${(16 * i).toString(16).padStart(6, '0')}  ${row.toString('hex').replace(/../g, '$& ').padEnd(48)} ${text}`;
  });
};

function placeOf(text: string): string {
  if (!parsePlace(text))
    throw new DlqError('place_unknown', 'a place is topic:partition:offset, as "dlq list" prints it');
  return text;
}

export async function show(text: string, options: DlqOptions): Promise<void> {
  const place = placeOf(text);
  await opened(options, async ({ queue, store }) => {
    const reader = new DeadReader(store ?? nothing);
    let count = 0;
    await readDeadLetters(queue, async (letter) => {
      const reading = reader.read(letter);
      if (letter.place !== place) return;
      count++;
      const found = foundOf(letter, reading);
      const [stored] = await storedOf(store, [found]);
      const each = listed(found, stored!);
      if (options.json) {
        print(JSON.stringify({ ...each, base64: Buffer.from(letter.value).toString('base64') }));
        return;
      }
      print(line(each));
      print(each.problem === '' ? `this version reads ${each.rows} rows in it` : `not read: ${each.problem}`);
      for (const row of hexLines(letter.value)) print(row);
    });
    if (count === 0) throw new DlqError('place_unknown', `there is no dead letter of ${place}`);
  });
}

export async function replay(
  text: string | undefined,
  options: DlqOptions & { readonly all?: boolean },
): Promise<void> {
  if ((text === undefined) === (options.all !== true))
    throw new DlqError('argument_missing', 'name the place of one dead letter, or --all');
  const place = text === undefined ? undefined : placeOf(text);
  await opened(options, async ({ queue }, config) => {
    const store = openStore(config, createLogger('dlq', 'warn'));
    const counts = { stored: 0, before: 0, failed: 0 };
    try {
      const reader = new DeadReader(store);
      await readDeadLetters(queue, async (letter) => {
        const reading = reader.read(letter);
        if (place !== undefined && letter.place !== place) return;
        const result = await replayed(reading);
        if (result.problem !== '') counts.failed++;
        else if (result.found === 'all') counts.before++;
        else counts.stored++;
        if (options.json) print(JSON.stringify({ place: letter.place, ...result }));
        else if (result.problem !== '') print(`${letter.place}  not stored: ${result.problem}`);
        else print(`${letter.place}  ${result.found === 'all' ? 'was stored before' : `${result.rows} rows stored`}`);
      });
    } finally {
      await store.close();
    }
    const { stored, before, failed } = counts;
    if (place !== undefined && stored + before + failed === 0)
      throw new DlqError('place_unknown', `there is no dead letter of ${place}`);
    if (!options.json) print(`${stored} stored, ${before} stored before, ${failed} not stored`);
    if (failed > 0) process.exitCode = 1;
  });
}

async function replayed(reading: Reading): Promise<{ rows: number; found?: string; problem: string }> {
  if (reading.problem !== '') return { rows: 0, problem: reading.problem };
  try {
    return { rows: reading.rows, found: await reading.store(), problem: '' };
  } catch (error) {
    // The next would fare no better, and whoever starts again loses nothing.
    if (error instanceof StoreError && error.code === 'store_unavailable') throw error;
    return { rows: reading.rows, problem: printable(describe(error)) };
  }
}

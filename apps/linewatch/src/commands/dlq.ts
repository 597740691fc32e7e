/** `linewatch dlq`: what the writer could not validate, and storing it once this version can. */
import { createLogger, describe, LinewatchError } from '@linewatch/service';
import type { Store } from '@linewatch/store';
import { type DeadLetter, DeadReader, type Reading, parsePlace, readDeadLetters } from '@linewatch/writer';
import type { Queue } from '@linewatch/queue';
import type { Config } from '../config.ts';
import { type CommonOptions, effectiveConfig } from '../context.ts';
import { openStore } from '../databases.ts';
import { openQueue } from '../queue.ts';

class DlqError extends LinewatchError<'place_unknown' | 'argument_missing'> {}

export interface DlqOptions extends CommonOptions {
  readonly json?: boolean;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const shownOctets = 256;

interface Opened {
  readonly queue: Queue;
  /** Undefined where none is configured or running. */
  readonly store: Store | undefined;
}

async function opened(options: CommonOptions, use: (opened: Opened, config: Config) => Promise<void>): Promise<void> {
  const config = await effectiveConfig(options);
  const logger = createLogger('dlq', 'warn');
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

/** Unknown once ClickHouse does not answer: it is not asked again. */
function storedBy(store: Store | undefined): (reading: Reading) => Promise<Stored> {
  let isThere = store !== undefined;
  return async (reading) => {
    if (reading.problem !== '') return 'no';
    if (!isThere) return 'unknown';
    try {
      return (await reading.stored(AbortSignal.timeout(10_000))) ? 'yes' : 'no';
    } catch (error) {
      isThere = false;
      process.stderr.write(`ClickHouse does not say what is stored: ${describe(error)}\n`);
      return 'unknown';
    }
  };
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

const listed = ({ place, topic, reason, timeMs, octets }: DeadLetter, reading: Reading, stored: Stored): Listed => ({
  place,
  topic,
  reason,
  time: new Date(timeMs).toISOString(),
  octets,
  rows: reading.rows,
  problem: reading.problem,
  stored,
});

const line = ({ time, place, octets, stored, reason }: Listed): string =>
  `${time}  ${place}  ${octets} octets  stored: ${stored}  ${reason}`;

export async function list(options: DlqOptions & { readonly limit: number }): Promise<void> {
  await opened(options, async ({ queue, store }) => {
    const reader = new DeadReader(store ?? nothing);
    const stored = storedBy(store);
    const kept: Listed[] = [];
    let count = 0;
    const foreign = await readDeadLetters(queue, async (letter) => {
      const reading = reader.read(letter);
      kept.push(listed(letter, reading, await stored(reading)));
      if (kept.length > options.limit) kept.shift();
      count++;
    });
    for (const each of kept) print(options.json ? JSON.stringify(each) : line(each));
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
    const stored = storedBy(store);
    let found = 0;
    await readDeadLetters(queue, async (letter) => {
      if (letter.place !== place) return;
      found++;
      const reading = reader.read(letter);
      const each = listed(letter, reading, await stored(reading));
      if (options.json) {
        print(JSON.stringify({ ...each, base64: Buffer.from(letter.value).toString('base64') }));
        return;
      }
      print(line(each));
      print(reading.problem === '' ? `this version reads ${reading.rows} rows in it` : `not read: ${reading.problem}`);
      for (const row of hexLines(letter.value)) print(row);
    });
    if (found === 0) throw new DlqError('place_unknown', `there is no dead letter of ${place}`);
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
        if (place !== undefined && letter.place !== place) return;
        const result = await replayed(reader, letter);
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

async function replayed(
  reader: DeadReader,
  letter: DeadLetter,
): Promise<{ rows: number; found?: string; problem: string }> {
  const reading = reader.read(letter);
  if (reading.problem !== '') return { rows: 0, problem: reading.problem };
  try {
    return { rows: reading.rows, found: await reading.store(), problem: '' };
  } catch (error) {
    return { rows: reading.rows, problem: describe(error) };
  }
}

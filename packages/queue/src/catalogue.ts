import { randomBytes } from 'node:crypto';
import type { Environment } from './environment.ts';
import { QueueError } from './errors.ts';
import { Partition } from './partition.ts';
import { encodeHead, encodeRemoved, headKey } from './records.ts';

/** Version of what is stored; a file with another one is refused. */
const format = 2;

const formatKey = Buffer.from('format');
const counterKey = Buffer.from('partitions');
const topicKey = (name: string): Buffer => Buffer.from(`topic\0${name}`);

interface StoredTopic {
  /** Made with the topic: tells its offsets from those of another topic of this name, on a queue made anew. */
  readonly log: string;
  readonly compacted: boolean;
  /** The number in the environment's keys of each partition. */
  readonly ids: readonly number[];
}

function readTopic(environment: Environment, name: string): StoredTopic | undefined {
  const stored = environment.store.meta.get(topicKey(name));
  return stored && (JSON.parse(stored.toString()) as StoredTopic);
}

const readFormat = (environment: Environment): number | undefined => {
  const stored = environment.store.meta.get(formatKey);
  return stored && Number(stored.toString());
};

/**
 * The environment's partitions, created as its options say. Partitions that were there before stay, even when the options
 * name fewer.
 * @throws QueueError `queue_corrupt` for another format, `invalid_argument` for a topic that changed its kind.
 */
export async function openPartitions(environment: Environment): Promise<Partition[]> {
  const { topics } = environment.options;
  const isComplete = (): boolean =>
    readFormat(environment) === format &&
    topics.every((t) => (readTopic(environment, t.name)?.ids.length ?? 0) >= t.partitions);
  if (!isComplete()) await environment.store.write(() => create(environment));
  return topics.flatMap(({ name, compacted = false }) => {
    const stored = readTopic(environment, name);
    if (!stored) throw new QueueError('queue_corrupt', `topic "${name}" is missing from queue "${environment.name}"`);
    if (stored.compacted !== compacted)
      throw new QueueError(
        'invalid_argument',
        `topic "${name}" was made ${stored.compacted ? '' : 'not '}compacted and cannot change`,
      );
    return stored.ids.map((id, number) => new Partition(environment, name, number, compacted, id, stored.log));
  });
}

function create(environment: Environment): void {
  const stored = readFormat(environment);
  if (stored !== undefined && stored !== format)
    throw new QueueError(
      'queue_corrupt',
      `queue "${environment.name}" has format ${stored}, this version reads ${format}`,
    );
  let next = Number(environment.store.meta.get(counterKey)?.toString() ?? '0');
  for (const { name, partitions, compacted = false } of environment.options.topics) {
    const before = readTopic(environment, name);
    const ids = [...(before?.ids ?? [])];
    while (ids.length < partitions) {
      void environment.store.heads.put(
        headKey(next),
        encodeHead({ version: 1, next: 0, bytes: 0, messages: 0, lastTimeMs: 0 }),
        1,
      );
      void environment.store.removals.put(
        headKey(next),
        encodeRemoved({ version: 1, first: 0, bytes: 0, messages: 0 }),
        1,
      );
      ids.push(next++);
    }
    const log = before?.log ?? randomBytes(6).toString('hex');
    const topic: StoredTopic = { log, compacted: before?.compacted ?? compacted, ids };
    void environment.store.meta.put(topicKey(name), Buffer.from(JSON.stringify(topic)));
  }
  void environment.store.meta.put(counterKey, Buffer.from(String(next)));
  void environment.store.meta.put(formatKey, Buffer.from(String(format)));
}

/** Topics that are stored here and that the options name no more, with their partitions. */
export function formerTopics(environment: Environment): { name: string; partitions: Partition[] }[] {
  const start = topicKey('');
  const keys = environment.store.meta.getKeys({ start, end: Buffer.concat([start, Buffer.from([0xff])]) });
  return Array.from(keys, (key) => Buffer.from(key.subarray(start.length)).toString())
    .filter((name) => !environment.options.topics.some((topic) => topic.name === name))
    .map((name) => {
      const { log, compacted, ids } = readTopic(environment, name)!;
      return { name, partitions: ids.map((id, i) => new Partition(environment, name, i, compacted, id, log)) };
    });
}

/** Inside a write, when its messages have been removed. */
export function forgetTopic(environment: Environment, name: string): void {
  for (const id of readTopic(environment, name)?.ids ?? []) {
    void environment.store.heads.remove(headKey(id));
    void environment.store.removals.remove(headKey(id));
  }
  void environment.store.meta.remove(topicKey(name));
}

/**
 * A consumer that may be killed at any moment: what it stores, it stores once. Each range is committed as an intent beside
 * the unmoved offset, stored under its name, then committed. Arguments: brokers, prefix, topic, partitions, group, file.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import type { PartitionReader } from '@linewatch/queue';
import { kafkaTestQueue, testTopic } from './queues.ts';

const [brokers, prefix, topic, partitions, group, file] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const queue = kafkaTestQueue({ brokers: [brokers], prefix, topics: [testTopic(topic, Number(partitions))] });

interface Range {
  readonly first: number;
  readonly last: number;
}

/** A line a range; in one write, so that a kill leaves none half done. */
function store(partition: number, { first, last }: Range, values: readonly string[]): void {
  const token = `${partition}:${first}-${last} `;
  if (readFileSync(file, 'utf8').includes(`\n${token}`)) return;
  appendFileSync(file, `${token}${values.join(',')}\n`);
}

async function collect(
  reader: PartitionReader,
  last?: number,
): Promise<{ range: Range; values: string[] } | undefined> {
  const values: string[] = [];
  let first: number | undefined;
  let next = 0;
  while (!reader.signal.aborted && (last === undefined ? values.length === 0 : next <= last)) {
    // Ranges of changing sizes, and only their own messages.
    const maxBytes = last === undefined ? 5 + Math.floor(Math.random() * 40) : 1;
    for (const message of await reader.read({ maxBytes, waitMs: 500 })) {
      first ??= message.offset;
      next = message.offset + 1;
      values.push(Buffer.from(message.value).toString());
    }
  }
  return first === undefined || reader.signal.aborted ? undefined : { range: { first, last: next - 1 }, values };
}

await queue.subscribe({
  group,
  topics: [topic],
  onPartition: async (reader) => {
    const { metadata } = reader.committed;
    let intent = metadata === '' ? undefined : (JSON.parse(metadata) as Range);
    while (!reader.signal.aborted) {
      const got = await collect(reader, intent?.last);
      if (!got) continue;
      const { range, values } = got;
      if (!intent) await reader.commit({ offset: range.first, metadata: JSON.stringify(range) });
      store(reader.partition, range, values);
      await reader.commit({ offset: range.last + 1, metadata: '' });
      intent = undefined;
    }
  },
  onError: (error) => process.stderr.write(`${String(error)}\n`),
});

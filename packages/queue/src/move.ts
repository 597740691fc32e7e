/** Takes along what an earlier version kept of a topic in another environment than where the topic is now. */
import type { Logger } from '@linewatch/service';
import { removeMessage } from './bodies.ts';
import { formerTopics, forgetTopic } from './catalogue.ts';
import type { Environment } from './environment.ts';
import type { Partition } from './partition.ts';
import type { Place } from './producer.ts';
import { prepare } from './records.ts';

const readBytes = 4 * 1024 * 1024;

/**
 * Copies first and removes then: a crash between leaves copies, which come twice. The oldest stay behind, and are gone,
 * where the topic's new environment would not keep them.
 * @param places of the topic as it is now
 */
export async function moveTopics(
  environments: readonly Environment[],
  placesOf: (topic: string) => readonly Place[],
  logger: Logger,
): Promise<void> {
  for (const environment of environments)
    for (const { name, partitions } of formerTopics(environment)) {
      const [place] = placesOf(name);
      // Of a version that had topics which this one does not know: left as it is.
      if (!place) continue;
      let moved = 0;
      for (const partition of partitions) moved += await copy(partition, place);
      await environment.store.write(() => {
        // Another process may have been faster.
        if (!formerTopics(environment).some((each) => each.name === name)) return;
        for (const partition of partitions) remove(partition);
        forgetTopic(environment, name);
      });
      logger.info({ topic: name, from: environment.name, to: place.partition.environment.name, moved }, 'topic moved');
    }
}

async function copy(from: Partition, to: Place): Promise<number> {
  const { extent, kept } = { extent: from.extent(), kept: to.partition.environment.options.retainBytes };
  let excess = extent.bytes - kept;
  let next = extent.first;
  for (const { offset, record } of from.records(extent.first, extent.messages)) {
    if (excess <= 0) break;
    excess -= record.cost;
    next = offset + 1;
  }
  let moved = 0;
  for (;;) {
    const { messages, next: after } = from.read(next, readBytes);
    if (messages.length === 0) return moved;
    const prepared = messages.map((message) => prepare(message, to.partition.environment.store.pageBytes));
    const cost = prepared.reduce((sum, message) => sum + message.cost, 0);
    await to.appender.append(prepared, cost);
    moved += messages.length;
    next = after;
  }
}

/** Inside a write. */
function remove(partition: Partition): void {
  const { first, messages } = partition.extent();
  for (const { offset, record } of partition.records(first, messages))
    removeMessage(partition.environment, partition.id, offset, record.chunks);
}

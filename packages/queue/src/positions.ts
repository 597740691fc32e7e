import type { Environment } from './environment.ts';
import { QueueError } from './errors.ts';
import { maxMetadataBytes } from './limits.ts';
import type { Partition } from './partition.ts';
import type { Position } from './port.ts';
import { nameKey } from './records.ts';

/** Where a group stands in a partition; undefined when it never committed. */
export function committedPosition(partition: Partition, group: string): Position | undefined {
  const stored = partition.environment.store.positions.get(nameKey(partition.id, group));
  return stored && { offset: stored.readDoubleLE(0), metadata: stored.toString('utf8', 8) };
}

/** @throws QueueError `invalid_argument`. */
export function encodePosition({ offset, metadata }: Position): Buffer {
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new QueueError('invalid_argument', `offset ${offset} cannot be committed`);
  const text = Buffer.from(metadata);
  if (text.length > maxMetadataBytes)
    throw new QueueError(
      'invalid_argument',
      `metadata has ${text.length} octets, at most ${maxMetadataBytes} are kept`,
    );
  const stored = Buffer.allocUnsafe(8 + text.length);
  stored.writeDoubleLE(offset, 0);
  text.copy(stored, 8);
  return stored;
}

const registrationKey = (topic: string, group: string): Buffer => Buffer.from(`registered\0${topic}\0${group}`);

/** Only inside a write. */
export function registerGroup(environment: Environment, topic: string, group: string): void {
  void environment.store.groups.put(registrationKey(topic, group), Buffer.from('1'));
}

/** Groups that retention waits for on a topic. */
function registeredGroups(environment: Environment, topic: string): string[] {
  const start = registrationKey(topic, '');
  const range = environment.store.groups.getKeys({ start, end: Buffer.concat([start, Buffer.from([0xff])]) });
  return Array.from(range, (key) => Buffer.from(key.subarray(start.length)).toString());
}

/** The registered group that stands furthest back, and where; undefined when no group is registered. */
export function slowestGroup(partition: Partition): { group: string; offset: number } | undefined {
  let slowest: { group: string; offset: number } | undefined;
  for (const group of registeredGroups(partition.environment, partition.topic)) {
    const offset = committedPosition(partition, group)?.offset ?? 0;
    if (!slowest || offset < slowest.offset) slowest = { group, offset };
  }
  return slowest;
}

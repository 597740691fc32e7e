/** What a topic's settings on the brokers are to be, and which of those it has do not fit. */
import { type KafkaQueueOptions, type KafkaTopic, brokerMessageBytes } from './options.ts';

const MiB = 1024 * 1024;
const hourMs = 3_600_000;

/** Of a topic that is made here. */
export function topicSettings(
  { compacted, retainMs, retainBytes }: KafkaTopic,
  options: KafkaQueueOptions,
): Record<string, string> {
  const common = {
    'max.message.bytes': String(brokerMessageBytes(options.maxMessageBytes)),
    // When a message came is for the brokers to say: what repeats it is looked for by that time.
    'message.timestamp.type': 'LogAppendTime',
    // A broker set to another codec than ours would pack everything anew with it.
    'compression.type': 'producer',
    ...(options.replicas > 2 && { 'min.insync.replicas': '2' }),
  };
  // Only segments that are closed are compacted or removed.
  const least = 4 * brokerMessageBytes(options.maxMessageBytes);
  if (compacted)
    return {
      ...common,
      'cleanup.policy': 'compact',
      'segment.bytes': String(Math.max(least, 64 * MiB)),
      'segment.ms': String(hourMs),
      'min.cleanable.dirty.ratio': '0.1',
      'max.compaction.lag.ms': String(6 * hourMs),
    };
  return {
    ...common,
    'cleanup.policy': 'delete',
    'retention.ms': String(Math.max(1, Math.floor(retainMs))),
    'retention.bytes': String(retainBytes),
    'segment.bytes': String(Math.max(least, Math.min(1024 * MiB, Math.floor(retainBytes / 8)))),
  };
}

/** Those that decide whether a topic fits. */
export const neededSettings = [
  'cleanup.policy',
  'compression.type',
  'max.message.bytes',
  'message.timestamp.type',
  'retention.bytes',
  'retention.ms',
] as const;

/** One line for people on those that do not fit; empty when all do. A setting that is not known is not judged. */
export function unfitSettings(
  topic: KafkaTopic,
  options: KafkaQueueOptions,
  found: ReadonlyMap<string, string>,
): string {
  const wanted = topicSettings(topic, options);
  const problems: string[] = [];
  for (const name of neededSettings) {
    const has = found.get(name);
    if (has === undefined || wanted[name] === undefined) continue;
    if (name === 'compression.type') {
      if (['lz4', 'snappy'].includes(has)) problems.push(`${name} is ${has}, which cannot be read here`);
    } else if (/^\d+$/.test(wanted[name])) {
      // What is negative has no limit.
      if (Number(has) >= 0 && Number(has) < Number(wanted[name]))
        problems.push(`${name} is ${has}, at least ${wanted[name]} is needed`);
    } else if (has !== wanted[name]) problems.push(`${name} is ${has}, ${wanted[name]} is needed`);
  }
  return problems.join(', ');
}

import type { Logger } from '@linewatch/service';
import { QueueError } from './errors.ts';
import { maxMessageBytesLimit, maxPartitions, namePattern } from './limits.ts';

export interface TopicOptions {
  readonly name: string;
  /** May grow between starts, never shrinks: what a partition holds must stay readable. */
  readonly partitions: number;
  /** Keeps the newest message of each key and no other; an empty value deletes the key. Every message needs a key. */
  readonly compacted?: boolean;
}

/** One LMDB file with a quota of its own: what fills one never stops another. */
export interface EnvironmentOptions {
  readonly name: string;
  readonly topics: readonly TopicOptions[];
  /** Appends are refused beyond this, octets on disk as accounted. */
  readonly quotaBytes: number;
  /** What every registered group has read is removed, oldest first, while the environment holds more than this. */
  readonly retainBytes: number;
  /** What every registered group has read is removed when older than this, ms. */
  readonly retainMs: number;
}

export interface LmdbQueueOptions {
  /** Holds one directory for each environment. */
  readonly directory: string;
  readonly environments: readonly EnvironmentOptions[];
  /** Appends are refused while the disk has less than this free, octets. */
  readonly diskFloorBytes: number;
  readonly maxMessageBytes: number;
  /** Names this process in leases and logs. */
  readonly instance?: string;
  readonly logger: Logger;
  /** Intervals, ms; the defaults suit production. */
  readonly timing?: Partial<Timing>;
}

export interface Timing {
  /** A consumer that is silent this long loses its partitions. */
  readonly leaseMs: number;
  /** How often consumers look at their group. Must be well under `leaseMs`. */
  readonly heartbeatMs: number;
  /** How often retention looks for something to remove. */
  readonly retentionMs: number;
  /** Longest that a group may take to give a partition up, or a write to settle, before it is given up on. */
  readonly patienceMs: number;
}

export const defaultTiming: Timing = { leaseMs: 5000, heartbeatMs: 1000, retentionMs: 5000, patienceMs: 10_000 };

function refuse(message: string): never {
  throw new QueueError('invalid_argument', message);
}

/** @throws QueueError `invalid_argument` for what could never work. */
export function checkOptions(options: LmdbQueueOptions): void {
  const { environments, diskFloorBytes, maxMessageBytes } = options;
  if (environments.length === 0) refuse('a queue needs an environment');
  if (!(diskFloorBytes >= 0)) refuse('diskFloorBytes must not be negative');
  if (!Number.isSafeInteger(maxMessageBytes) || maxMessageBytes < 1 || maxMessageBytes > maxMessageBytesLimit)
    refuse(`maxMessageBytes must be 1 to ${maxMessageBytesLimit}`);
  const names = new Set<string>();
  const once = (kind: string, name: string): void => {
    if (!namePattern.test(name)) refuse(`${kind} "${name}" must be 1 to 200 letters, digits, ".", "_" or "-"`);
    if (names.has(`${kind} ${name}`)) refuse(`${kind} "${name}" is named twice`);
    names.add(`${kind} ${name}`);
  };
  for (const { name, topics, quotaBytes, retainBytes, retainMs } of environments) {
    once('environment', name);
    if (!(quotaBytes > 0)) refuse(`environment "${name}": quotaBytes must be positive`);
    if (!(retainBytes >= 0 && retainBytes <= quotaBytes))
      refuse(`environment "${name}": retainBytes must be within quotaBytes`);
    if (!(retainMs >= 0)) refuse(`environment "${name}": retainMs must not be negative`);
    for (const topic of topics) {
      once('topic', topic.name);
      if (!Number.isInteger(topic.partitions) || topic.partitions < 1 || topic.partitions > maxPartitions)
        refuse(`topic "${topic.name}": partitions must be 1 to ${maxPartitions}`);
    }
  }
}

export interface LayoutConfig {
  readonly flows: { readonly partitions: number; readonly quotaBytes: number; readonly retainHours: number };
  readonly signals: { readonly partitions: number; readonly quotaBytes: number; readonly retainHours: number };
  readonly diskFloorBytes: number;
}

export interface LayoutTopics {
  readonly flows: string;
  readonly signals: string;
  readonly dead: string;
  readonly state: string;
}

/** Quota of the compacted state, octets: it holds one message a key. */
const stateQuotaBytes = 256 * 1024 * 1024;

/** Quota of the dead letters, octets, and how long they are kept. */
const deadQuotaBytes = 256 * 1024 * 1024;
const deadRetainHours = 30 * 24;

/**
 * The standard environments: flows by themselves, so that a flood of them never stops samples and events; compacted state
 * and dead letters by themselves. What is read is kept up to half the quota; what is not read may fill all of it.
 */
export function queueLayout(
  config: LayoutConfig,
  topics: LayoutTopics,
): Pick<LmdbQueueOptions, 'environments' | 'diskFloorBytes'> {
  const log = (name: string, part: LayoutConfig['flows'], list: readonly TopicOptions[]): EnvironmentOptions => ({
    name,
    topics: list,
    quotaBytes: part.quotaBytes,
    retainBytes: Math.floor(part.quotaBytes / 2),
    retainMs: part.retainHours * 3_600_000,
  });
  return {
    environments: [
      log('flows', config.flows, [{ name: topics.flows, partitions: config.flows.partitions }]),
      log('signals', config.signals, [{ name: topics.signals, partitions: config.signals.partitions }]),
      // No group reads it: when it is half full the oldest go.
      log('dead', { partitions: 1, quotaBytes: deadQuotaBytes, retainHours: deadRetainHours }, [
        { name: topics.dead, partitions: 1 },
      ]),
      {
        name: 'state',
        topics: [{ name: topics.state, partitions: 1, compacted: true }],
        quotaBytes: stateQuotaBytes,
        retainBytes: stateQuotaBytes,
        retainMs: 86_400_000,
      },
    ],
    diskFloorBytes: config.diskFloorBytes,
  };
}

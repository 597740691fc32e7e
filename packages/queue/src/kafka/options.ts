/** How Apache Kafka is reached and what its topics are. */
import type { Logger } from '@linewatch/service';
import { QueueError } from '../errors.ts';
import { maxMessageBytesLimit, maxPartitions, namePattern } from '../limits.ts';
import type { LayoutConfig, LayoutTopics } from '../options.ts';

export interface KafkaTls {
  /** Authorities that are trusted, PEM; without it those of the system. */
  readonly ca?: string | undefined;
  /** Certificate and key of this client, PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface KafkaTopic {
  readonly name: string;
  /** May grow between starts, never shrinks. A topic that has more already keeps them. */
  readonly partitions: number;
  /** Keeps the newest message of each key and no other; an empty value deletes the key. Every message needs a key. */
  readonly compacted?: boolean;
  /** How long the broker keeps what is not compacted, ms, and how much of it, octets a partition. */
  readonly retainMs: number;
  readonly retainBytes: number;
}

export interface SpillOptions {
  /** Of one process alone. */
  readonly directory: string;
  /** Appends are refused when more than this waits for a broker that is away, octets on disk as accounted. */
  readonly quotaBytes: number;
  /** Appends are refused while the disk has less than this free, octets. */
  readonly diskFloorBytes: number;
}

export interface KafkaQueueOptions {
  /** host:port each. */
  readonly brokers: readonly string[];
  readonly tls?: KafkaTls | undefined;
  readonly sasl?: KafkaSasl | undefined;
  /** Stands before the name of every topic and group on the brokers: for a cluster that others use too. */
  readonly prefix: string;
  readonly topics: readonly KafkaTopic[];
  /** Of topics that are made here. */
  readonly replicas: number;
  /** Whether topics may be made and grown here; without it they must be there. */
  readonly createTopics: boolean;
  readonly maxMessageBytes: number;
  /** Where appends wait while the brokers are away; without it they wait in memory, within bounds, and then are refused. */
  readonly spill?: SpillOptions | undefined;
  /** Names this process to the brokers and in logs. */
  readonly instance: string;
  readonly logger: Logger;
  /** Intervals, ms; the defaults suit production. */
  readonly timing?: Partial<KafkaTiming>;
}

export interface KafkaTiming {
  /** A consumer that is silent this long loses its partitions. */
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  /** How long an append may go unanswered before the broker counts as away. */
  readonly stallMs: number;
}

export const defaultKafkaTiming: KafkaTiming = { sessionMs: 10_000, heartbeatMs: 1000, stallMs: 5000 };

function refuse(message: string): never {
  throw new QueueError('invalid_argument', message);
}

/** Octets of what kafkajs and the protocol put around a message, amply. */
const envelopeBytes = 4096;
/** What a broker's fetches and records must be able to hold. */
export const brokerMessageBytes = (maxMessageBytes: number): number => maxMessageBytes + envelopeBytes;

/** @throws QueueError `invalid_argument` for what could never work. */
export function checkKafkaOptions({ brokers, topics, prefix, replicas, maxMessageBytes }: KafkaQueueOptions): void {
  if (brokers.length === 0) refuse('kafka.brokers names no broker');
  for (const broker of brokers) {
    const port = Number(/^(?:\[[0-9a-fA-F:]+\]|[^\s:[\]]+):(\d{1,5})$/.exec(broker)?.[1] ?? 0);
    if (port < 1 || port > 65_535) refuse(`kafka.brokers: "${broker}" is not host:port`);
  }
  if (!/^[A-Za-z0-9._-]{0,100}$/.test(prefix)) refuse('kafka.prefix must be letters, digits, ".", "_" or "-"');
  if (!Number.isSafeInteger(maxMessageBytes) || maxMessageBytes < 1 || maxMessageBytes > maxMessageBytesLimit)
    refuse(`maxMessageBytes must be 1 to ${maxMessageBytesLimit}`);
  if (!Number.isInteger(replicas) || replicas < 1) refuse('replicas must be 1 or more');
  const names = new Set<string>();
  for (const { name, partitions } of topics) {
    if (!namePattern.test(name)) refuse(`topic "${name}" must be 1 to 200 letters, digits, ".", "_" or "-"`);
    if (names.has(name)) refuse(`topic "${name}" is named twice`);
    names.add(name);
    if (!Number.isInteger(partitions) || partitions < 1 || partitions > maxPartitions)
      refuse(`topic "${name}": partitions must be 1 to ${maxPartitions}`);
  }
}

const deadRetainMs = 30 * 86_400_000;
const deadRetainBytes = 1024 ** 3;

/** The standard topics. Kafka's retention does not wait for who reads: it is the bound of how long a writer may be away. */
export function kafkaTopics(config: LayoutConfig, topics: LayoutTopics): KafkaTopic[] {
  const log = (name: string, { partitions, quotaBytes, retainHours }: LayoutConfig['flows']): KafkaTopic => ({
    name,
    partitions,
    retainMs: retainHours * 3_600_000,
    retainBytes: Math.max(1, Math.floor(quotaBytes / partitions)),
  });
  const once = { partitions: 1, retainMs: deadRetainMs, retainBytes: deadRetainBytes };
  return [
    log(topics.flows, config.flows),
    log(topics.signals, config.signals),
    { name: topics.dead, ...once },
    { name: topics.state, ...once, compacted: true },
  ];
}

/**
 * What of kafkajs's inner parts is used, and how it is had. kafkajs's own consumer decides too much: on an offset out of
 * range it commits a default over what was noted there, and it sends a commit again under a later generation. So its
 * cluster and protocol are used, and the loops are ours. Its type for assigners is the published way to a cluster. Only the
 * version that is pinned is known to have these parts: a test fails when another is installed.
 */
import { QueueError } from '../errors.ts';
import { kafkaClient } from './client.ts';
import { type KafkaQueueOptions, defaultKafkaTiming } from './options.ts';
import { Sockets } from './sockets.ts';

const keepAliveMs = 60_000;

export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
  readonly isControlRecord?: boolean;
  readonly batchContext?: { readonly firstOffset: string; readonly lastOffsetDelta: number };
}

interface CommittedOffset {
  readonly partition: number;
  /** Negative when there is none. */
  readonly offset: string;
  readonly metadata: string | null;
}

export interface JoinedGroup {
  readonly generationId: number;
  readonly memberId: string;
  readonly leaderId: string;
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

interface Offsets<Partition> {
  readonly topic: string;
  readonly partitions: readonly Partition[];
}

export interface Broker {
  fetch(request: {
    readonly isolationLevel: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly topics: readonly Offsets<{ partition: number; fetchOffset: string; maxBytes: number }>[];
  }): Promise<{
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly highWatermark: string;
        readonly messages: readonly FetchedMessage[];
      }[];
    }[];
  }>;
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<JoinedGroup>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
  }): Promise<unknown>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly topics: readonly Offsets<{ partition: number; offset: string; metadata: string }>[];
  }): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly Offsets<{ readonly partition: number }>[];
  }): Promise<{ readonly responses: readonly Offsets<CommittedOffset>[] }>;
}

/** A broker that may be asked to change the cluster. */
interface Controller {
  describeConfigs(request: {
    readonly resources: readonly {
      readonly type: number;
      readonly name: string;
      readonly configNames: readonly string[];
    }[];
  }): Promise<{
    readonly resources: readonly {
      readonly resourceName: string;
      readonly configEntries: readonly { readonly configName: string; readonly configValue: string | null }[];
    }[];
  }>;
  createTopics(request: {
    readonly topics: readonly {
      readonly topic: string;
      readonly numPartitions: number;
      readonly replicationFactor: number;
      readonly configEntries: readonly { readonly name: string; readonly value: string }[];
    }[];
  }): Promise<unknown>;
  createPartitions(request: {
    readonly topicPartitions: readonly { readonly topic: string; readonly count: number }[];
  }): Promise<unknown>;
}

export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker(node: { readonly nodeId: string }): Promise<Broker>;
  findControllerBroker(): Promise<Controller>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<Broker>;
  /** Broker metadata that names the cluster too. */
  metadata(of: { readonly topics: readonly string[] }): Promise<{ readonly clusterId?: string | null }>;
  fetchTopicsOffset(
    topics: readonly (Offsets<{ readonly partition: number }> & {
      readonly fromBeginning?: boolean;
      readonly fromTimestamp?: number;
    })[],
  ): Promise<readonly Offsets<{ readonly partition: number; readonly offset: string }>[]>;
}

export interface Connection {
  readonly cluster: Cluster;
  readonly sockets: Sockets;
}

/** Methods of a cluster that are called. */
export const clusterMethods: readonly (keyof Cluster)[] = [
  'connect',
  'disconnect',
  'addMultipleTargetTopics',
  'refreshMetadata',
  'refreshMetadataIfNecessary',
  'findTopicPartitionMetadata',
  'findBroker',
  'findControllerBroker',
  'findGroupCoordinator',
  'metadata',
  'fetchTopicsOffset',
];

/** Not connected yet. `name` is for what kafkajs says of it. @throws QueueError `invalid_argument` for another kafkajs. */
export function makeConnection(options: KafkaQueueOptions, name: string): Connection {
  const sockets = new Sockets();
  const { sessionMs } = { ...defaultKafkaTiming, ...options.timing };
  let given: unknown;
  kafkaClient(options, {
    socketFactory: (socket) => sockets.connect(socket, keepAliveMs),
    // A member whose beat is unanswered for so long is none any more. Joins and fetches have limits of their own.
    requestTimeout: sessionMs,
    // It is tried again by who uses it.
    retry: { initialRetryTime: 50, maxRetryTime: 200, retries: 1 },
  }).consumer({
    groupId: name,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        given = cluster;
        return {
          name: '',
          version: 0,
          assign: () => Promise.resolve([]),
          protocol: () => ({ name: '', metadata: Buffer.alloc(0) }),
        };
      },
    ],
  });
  if (!isCluster(given))
    throw new QueueError('invalid_argument', 'this version of kafkajs has another kind of cluster');
  return { cluster: given, sockets };
}

const isCluster = (given: unknown): given is Cluster =>
  typeof given === 'object' &&
  given !== null &&
  clusterMethods.every((method) => typeof (given as Partial<Cluster>)[method] === 'function');

/**
 * The way to the brokers for what reads. kafkajs's own consumer decides too much: on an offset out of range it commits a
 * default over what was noted there, and it sends a commit again under a later generation. So its cluster and protocol
 * are used, and the loops are ours. Its type for assigners is the published way to a cluster; what we use of one is below.
 */
import net from 'node:net';
import tls from 'node:tls';
import { backoffMs, sleep } from '@linewatch/service';
import kafkajs from 'kafkajs';
import { QueueError } from '../errors.ts';
import { kafkaClient } from './client.ts';
import type { KafkaQueueOptions } from './options.ts';
import type { Reachability } from './reachability.ts';

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
  isConnected(): boolean;
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

/** Sockets opened for one cluster, so that closing need not wait for a broker that does not answer. */
class Sockets {
  readonly #open = new Set<net.Socket>();

  readonly factory: kafkajs.ISocketFactory = ({ host, port, ssl, onConnect }) => {
    const socket = (ssl as tls.ConnectionOptions | undefined)
      ? tls.connect({ host, port, ...(net.isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
      : net.connect({ host, port }, onConnect);
    socket.setKeepAlive(true, 60_000);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  destroy(): void {
    for (const socket of this.#open) socket.destroy(new Error('closed'));
  }
}

interface Connection {
  readonly cluster: Cluster;
  readonly sockets: Sockets;
}

const firstRetryMs = 100;
const maxRetryMs = 3000;
/** After so many failures in a row everything is connected anew: kafkajs may know only brokers that have moved. */
const renewAfter = 5;
/** How long the end of a connection is waited for, ms. */
const closeMs = 500;

export class Link {
  readonly #options: KafkaQueueOptions;
  readonly #topics: readonly string[];
  readonly #reachability: Reachability;
  readonly #name: string;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #connecting: Promise<Cluster> | undefined;
  #isConnected = false;
  #failures = 0;
  /** What is known of the brokers may be wrong. */
  #isStale = false;

  /** `topics` by their names on the brokers; `name` is for what is told of it. */
  constructor(options: KafkaQueueOptions, topics: readonly string[], name: string, reachability: Reachability) {
    this.#options = options;
    this.#topics = topics;
    this.#name = name;
    this.#reachability = reachability;
  }

  /** Aborts when it is closed. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Connected, and knowing the topics. @throws what kept it from that; the caller says so to `failed`. */
  async cluster(): Promise<Cluster> {
    if (this.signal.aborted) throw new QueueError('queue_closed', 'the connection to Kafka is closed');
    if (this.#connection && this.#isConnected && !this.#isStale) return this.#connection.cluster;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connect(): Promise<Cluster> {
    if (this.#connection && this.#failures >= renewAfter) {
      void this.#end(this.#connection);
      this.#connection = undefined;
      this.#isConnected = false;
    }
    const { cluster } = (this.#connection ??= this.#make());
    await cluster.connect();
    await cluster.addMultipleTargetTopics(this.#topics);
    if (this.#isStale) await cluster.refreshMetadata();
    this.#isStale = false;
    this.#isConnected = true;
    return cluster;
  }

  #make(): Connection {
    const sockets = new Sockets();
    let cluster: Cluster | undefined;
    kafkaClient(this.#options, {
      socketFactory: sockets.factory,
      // It is tried again here.
      retry: { initialRetryTime: 50, maxRetryTime: 200, retries: 1 },
    }).consumer({
      groupId: this.#name,
      allowAutoTopicCreation: false,
      partitionAssigners: [
        (config) => {
          cluster = config.cluster as unknown as Cluster;
          return {
            name: '',
            version: 0,
            assign: () => Promise.resolve([]),
            protocol: () => ({ name: '', metadata: Buffer.alloc(0) }),
          };
        },
      ],
    });
    if (!cluster) throw new QueueError('invalid_argument', 'this version of kafkajs gives assigners no cluster');
    return { cluster, sockets };
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  answered(): void {
    this.#failures = 0;
    this.#reachability.answered(this.#name);
  }

  /** Waits a while that grows with each failure; at most until `signal` aborts or the link is closed. */
  async failed(error: unknown, signal?: AbortSignal): Promise<void> {
    if (this.signal.aborted) return;
    this.#isStale = true;
    this.#reachability.failed(this.#name, error);
    const ms = backoffMs(this.#failures++, firstRetryMs, maxRetryMs);
    await sleep(ms, signal ? AbortSignal.any([signal, this.signal]) : this.signal);
  }

  /** Tries until it is done. @throws what `isFinal` names, and `queue_closed`. */
  async retrying<T>(use: (cluster: Cluster) => Promise<T>, isFinal: (error: unknown) => boolean): Promise<T> {
    for (;;) {
      if (this.signal.aborted) throw new QueueError('queue_closed', 'the connection to Kafka is closed');
      try {
        const result = await use(await this.cluster());
        this.answered();
        return result;
      } catch (error) {
        if (isFinal(error)) throw error;
        await this.failed(error);
      }
    }
  }

  async close(): Promise<void> {
    if (this.signal.aborted) return;
    this.#closing.abort();
    this.#reachability.forget(this.#name);
    if (this.#connection) await this.#end(this.#connection);
  }

  async #end({ cluster, sockets }: Connection): Promise<void> {
    const ended = new AbortController();
    const ending = cluster
      .disconnect()
      .catch(() => undefined)
      .finally(() => ended.abort());
    await sleep(closeMs, ended.signal);
    sockets.destroy();
    await Promise.race([ending, sleep(closeMs, ended.signal)]);
  }
}

/** Kafka's offsets are 64 bits wide; ours are exact to 2^53. @throws QueueError `queue_corrupt`. */
export function toOffset(text: string): number {
  const offset = Number(text);
  if (!Number.isSafeInteger(offset)) throw new QueueError('queue_corrupt', `offset ${text} cannot be held`);
  return offset;
}

/** One of a partition's offsets: its oldest, its end, or the first appended at a time or later. */
export async function listOffset(
  cluster: Cluster,
  topic: string,
  partition: number,
  at: 'oldest' | 'end' | { readonly timeMs: number },
): Promise<number> {
  const ask = async (which: { fromBeginning: boolean } | { fromTimestamp: number }): Promise<number> => {
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...which }]);
    const offset = found?.partitions[0]?.offset;
    if (offset === undefined) throw new QueueError('queue_unavailable', `${topic}[${partition}] has no leader`);
    return toOffset(offset);
  };
  if (typeof at === 'string') return ask({ fromBeginning: at === 'oldest' });
  const offset = await ask({ fromTimestamp: Math.max(0, Math.floor(at.timeMs)) });
  return offset >= 0 ? offset : ask({ fromBeginning: false });
}

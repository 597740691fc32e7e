import { backoffMs, describe, sleep } from '@linewatch/service';
import { QueueError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { isUnreadable, outOfRange, protocolError } from './failures.ts';
import { type Link, toOffset } from './link.ts';
import { type Fetched, readFetched } from './messages.ts';

/** One partition that is read. */
export interface Source {
  /** By its name on the brokers. */
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next fetch; undefined while that is not known. */
  readonly position: number | undefined;
  /** Octets that were fetched and not read yet. */
  readonly bufferedBytes: number;
  /** Takes what was fetched from its position on, and the partition's end; the next fetch is from `fetched.next`. */
  deliver(fetched: Fetched, end: number): void;
  /** Its position is not in the log (`isOutOfRange`), or the log may be another one. It looks after that itself. */
  doubt(isOutOfRange: boolean): void;
}

/** How long a broker keeps a fetch for which it has nothing, ms: so long may a partition wait that was not in it. */
const pollMs = 250;
/** Most octets of one answer. The first batch comes whole whatever its size, so a larger message does not block. */
const answerBytes = 16 * 1024 * 1024;
/** The same of one partition in it. */
const partitionBytes = 4 * 1024 * 1024;
/** A partition is not fetched ahead beyond this, octets unread, and all together not beyond the second. */
const aheadBytes = 8 * 1024 * 1024;
const allAheadBytes = 64 * 1024 * 1024;
/** How long a partition rests whose next batch cannot be read, ms. */
const unreadableMs = 5000;
const firstRetryMs = 100;
const maxRetryMs = 2000;

const keyOf = (topic: string, partition: number): string => `${topic} ${partition}`;

/** Fetches for its sources from the brokers that lead their partitions, one request at a time to each. */
export class Fetcher {
  readonly #link: Link;
  readonly #sources = new Map<string, Source>();
  /** Brokers with a request under way. */
  readonly #busy = new Set<number>();
  /** Sources whose log ends in nothing that can be read: they are asked for less often. */
  readonly #resting = new Set<Source>();
  /** Sources of which one, at least, has a batch that cannot be read: each is asked for by itself until it answers. */
  readonly #apart = new Set<Source>();
  readonly #stopping = new AbortController();
  #woken: PromiseWithResolvers<void> = Promise.withResolvers();
  #failures = 0;

  constructor(link: Link) {
    this.#link = link;
    link.signal.addEventListener('abort', () => this.stop());
    void this.#run();
  }

  add(source: Source): void {
    this.#sources.set(keyOf(source.topic, source.partition), source);
    this.wake();
  }

  remove(source: Source): void {
    const key = keyOf(source.topic, source.partition);
    if (this.#sources.get(key) === source) this.#sources.delete(key);
    this.#rejoin(source);
  }

  /** To be called when a source has room again, or another position. */
  wake(): void {
    this.#woken.resolve();
  }

  stop(): void {
    this.#stopping.abort();
    for (const source of this.#apart) this.#rejoin(source);
    this.wake();
  }

  #wants(source: Source, allBytes: number): boolean {
    if (source.position === undefined || this.#resting.has(source)) return false;
    return source.bufferedBytes === 0 || (source.bufferedBytes < aheadBytes && allBytes < allAheadBytes);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#woken = Promise.withResolvers();
      const woken = this.#woken.promise;
      const all = [...this.#sources.values()];
      const allBytes = all.reduce((sum, source) => sum + source.bufferedBytes, 0);
      const wanted = all.filter((source) => this.#wants(source, allBytes));
      if (wanted.length > 0)
        try {
          const cluster = await this.#link.cluster();
          await cluster.refreshMetadataIfNecessary();
          this.#start(cluster, wanted);
        } catch (error) {
          await this.#failed(error, wanted);
          continue;
        }
      await woken;
    }
  }

  #start(cluster: Cluster, wanted: readonly Source[]): void {
    const byLeader = new Map<number, Source[]>();
    for (const source of wanted) {
      const leader = cluster
        .findTopicPartitionMetadata(source.topic)
        .find(({ partitionId }) => partitionId === source.partition)?.leader;
      if (leader === undefined || leader < 0) throw new Error(`${source.topic}[${source.partition}] has no leader`);
      const sources = byLeader.get(leader);
      if (sources) sources.push(source);
      else byLeader.set(leader, [source]);
    }
    for (const [leader, sources] of byLeader) {
      if (this.#busy.has(leader)) continue;
      this.#busy.add(leader);
      const apart = sources.find((source) => this.#apart.has(source));
      const asked = apart ? [apart] : sources;
      void this.#fetch(cluster, leader, asked)
        .then(
          () => {
            this.#failures = 0;
            this.#link.answered();
            if (apart) this.#rejoin(apart);
          },
          (error: unknown) => this.#failed(error, asked),
        )
        .finally(() => {
          this.#busy.delete(leader);
          this.wake();
        });
    }
  }

  async #fetch(cluster: Cluster, leader: number, sources: readonly Source[]): Promise<void> {
    const asked = new Map(sources.map((source) => [source, source.position!]));
    const topics = Map.groupBy(sources, ({ topic }) => topic);
    const broker = await cluster.findBroker({ nodeId: String(leader) });
    const { responses } = await broker.fetch({
      isolationLevel: 0,
      maxWaitTime: pollMs,
      minBytes: 1,
      maxBytes: answerBytes,
      topics: Array.from(topics, ([topic, list]) => ({
        topic,
        partitions: list.map((source) => ({
          partition: source.partition,
          fetchOffset: String(asked.get(source)!),
          maxBytes: partitionBytes,
        })),
      })),
    });
    for (const { topicName, partitions } of responses)
      for (const { partition, highWatermark, messages } of partitions) {
        const source = this.#sources.get(keyOf(topicName, partition));
        const from = source && asked.get(source);
        // It may have moved on, or be another one, while the broker was asked.
        if (from === undefined || source?.position !== from) continue;
        const fetched = readFetched(from, messages);
        const end = toOffset(highWatermark);
        if (fetched.next === from && from < end) this.#rest(source);
        source.deliver(fetched, end);
      }
  }

  #rejoin(source: Source): void {
    if (this.#apart.delete(source)) this.#link.unreadable(keyOf(source.topic, source.partition), undefined);
  }

  #rest(source: Source, ms = pollMs): void {
    this.#resting.add(source);
    void sleep(ms, this.#stopping.signal).then(() => {
      this.#resting.delete(source);
      this.wake();
    });
  }

  async #failed(error: unknown, sources: readonly Source[]): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const gone = outOfRange(error);
    if (gone) {
      const source = this.#sources.get(keyOf(gone.topic, gone.partition));
      if (!source) return;
      this.#rest(source);
      source.doubt(true);
      return;
    }
    if (isUnreadable(error)) {
      for (const each of sources) this.#apart.add(each);
      const [source, more] = sources;
      if (!source || more) return;
      this.#rest(source, unreadableMs);
      const { topic, partition, position } = source;
      const text = `${topic}[${partition}] from offset ${position} on: ${describe(error)}`;
      this.#link.unreadable(keyOf(topic, partition), new QueueError('queue_corrupt', text));
      return;
    }
    if (protocolError(error) === 'UNKNOWN_TOPIC_OR_PARTITION') for (const source of sources) source.doubt(false);
    await Promise.all([
      this.#link.failed(error, this.#stopping.signal),
      sleep(backoffMs(this.#failures++, firstRetryMs, maxRetryMs), this.#stopping.signal),
    ]);
  }
}

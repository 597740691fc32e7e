import { putMessage, removeMessage } from './bodies.ts';
import type { QueueError } from './errors.ts';
import type { Partition } from './partition.ts';
import { type Head, type Prepared, encodeDoubles, encodeHead, nameKey } from './records.ts';

/** Most octets that one commit writes, so that other processes never wait long for the lock. */
const maxCommitBytes = 16 * 1024 * 1024;
/** A clock that went back by less than this does not: times in a partition do not decrease. */
const clockSlackMs = 3_600_000;
/** How often another process may be faster before offsets are taken under the lock. */
const maxAttempts = 3;

interface Append {
  readonly messages: readonly Prepared[];
  readonly cost: number;
  readonly resolve: () => void;
  readonly reject: (error: QueueError) => void;
}

/**
 * This process's appends to one partition. Offsets are claimed optimistically: the puts carry the condition that the
 * partition's head is still the one they continue, so that processes can append to one partition without any of them
 * holding the lock while its event loop is busy. What is appended during a commit goes into the next one.
 */
export class Appender {
  readonly #partition: Partition;
  readonly #waiting: Append[] = [];
  #running = false;
  /** As our last commit left it, which usually is how it still is. */
  #known: Head | undefined;

  constructor(partition: Partition) {
    this.#partition = partition;
  }

  /** Resolves when the messages, all of them, are flushed to disk. @throws QueueError */
  append(messages: readonly Prepared[], cost: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ messages, cost, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const taken: Append[] = [];
      for (let bytes = 0; bytes < maxCommitBytes && this.#waiting.length > 0;) {
        const append = this.#waiting.shift()!;
        bytes += append.cost;
        taken.push(append);
      }
      try {
        await this.#commit(taken.flatMap((append) => append.messages));
        for (const append of taken) append.resolve();
      } catch (error) {
        this.#known = undefined;
        for (const append of taken) append.reject(error as QueueError);
      }
    }
    this.#running = false;
  }

  async #commit(messages: readonly Prepared[]): Promise<void> {
    const partition = this.#partition;
    const { environment, compacted } = partition;
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      // What a compacted append replaces is read from the same snapshot as the head that guards it.
      const head = (compacted ? undefined : this.#known) ?? partition.head();
      let after = head;
      const isOurs = await environment.store.writeIf(environment.store.heads, partition.key, head.version, () => {
        after = this.#put(head, messages);
      });
      this.#known = isOurs ? after : undefined;
      if (isOurs) return;
    }
    await environment.store.write(() => {
      this.#put(partition.head(), messages);
    });
  }

  #put(head: Head, messages: readonly Prepared[]): Head {
    const { environment, id, key, compacted } = this.#partition;
    const now = Date.now();
    const timeMs = now < head.lastTimeMs && head.lastTimeMs - now < clockSlackMs ? head.lastTimeMs : now;
    messages.forEach((message, i) => putMessage(environment, id, head.next + i, timeMs, message));
    const replaced = compacted ? this.#supersede(head.next, messages) : { bytes: 0, messages: 0 };
    const after: Head = {
      version: head.version + 1,
      next: head.next + messages.length,
      bytes: head.bytes + messages.reduce((sum, message) => sum + message.cost, 0) - replaced.bytes,
      messages: head.messages + messages.length - replaced.messages,
      lastTimeMs: timeMs,
    };
    void environment.store.heads.put(key, encodeHead(after), after.version);
    environment.store.ring('appends');
    return after;
  }

  /** Removes the messages that these replace, some perhaps among these themselves. */
  #supersede(first: number, messages: readonly Prepared[]): { bytes: number; messages: number } {
    const partition = this.#partition;
    const { environment, id } = partition;
    const newest = new Map<string, number>();
    const replaced = { bytes: 0, messages: 0 };
    const remove = (offset: number, chunks: number, cost: number): void => {
      removeMessage(environment, id, offset, chunks);
      replaced.bytes += cost;
      replaced.messages += 1;
    };
    messages.forEach(({ key }, i) => {
      const own = newest.get(key);
      const stored = own === undefined ? environment.store.latest.get(nameKey(id, key))?.readDoubleLE(0) : undefined;
      const record = stored === undefined ? undefined : partition.record(stored);
      if (own !== undefined) remove(own, messages[own - first]!.chunks, messages[own - first]!.cost);
      if (stored !== undefined && record) remove(stored, record.chunks, record.cost);
      newest.set(key, first + i);
    });
    for (const [key, offset] of newest) void environment.store.latest.put(nameKey(id, key), encodeDoubles(offset));
    return replaced;
  }
}

/** Numbered messages: what was accepted of them, and what is on the topic, read by kcat. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NewMessage, Producer } from '@linewatch/queue';

const run = promisify(execFile);

export interface Stored {
  readonly partition: number;
  readonly offset: number;
  /** When the broker appended it, Unix ms. */
  readonly timeMs: number;
  readonly number: number;
  readonly uncertain: { readonly sinceMs: number; readonly untilMs: number } | undefined;
}

/** Everything on a topic, in order by partition. */
export async function readTopic(address: string, topic: string): Promise<Stored[]> {
  const format = '%p %o %T [%h] %s\n';
  const args = ['-C', '-b', address, '-t', topic, '-o', 'beginning', '-e', '-q', '-f', format];
  const { stdout } = await run('kcat', args, { maxBuffer: 2 ** 30 });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const found = /^(\d+) (\d+) (\d+) \[(?:linewatch-uncertain=(\d+) (\d+))?\] (\d+):/.exec(line);
      if (!found) throw new Error(`kcat says ${line.slice(0, 200)}`);
      const [partition, offset, timeMs, sinceMs, untilMs, number] = found
        .slice(1)
        .map((text: string | undefined) => Number(text ?? NaN)) as [number, number, number, number, number, number];
      const uncertain = Number.isNaN(sinceMs) ? undefined : { sinceMs, untilMs };
      return { partition, offset, timeMs, number, uncertain };
    })
    .sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

export interface Findings {
  /** Accepted and not on the topic. */
  readonly missing: string[];
  /** Not in the order of their first copies. */
  readonly disordered: string[];
  /** On the topic twice, where the second does not say so, or not of the first one's time. */
  readonly unsaid: string[];
  /** On the topic twice. */
  readonly repeats: number;
}

export const soundFindings = { missing: [], disordered: [], unsaid: [] } as const;

/** The numbers accepted in each partition of one topic. */
export class Ledger {
  readonly accepted = new Map<number, Set<number>>();
  readonly errors: unknown[] = [];
  readonly #next = new Map<number, number>();
  readonly #pending = new Set<Promise<void>>();

  /** Appends the next `count` messages of a partition, in one append. */
  async append(
    producer: Producer,
    topic: string,
    partition: number,
    { count = 1, size = 100 }: { readonly count?: number; readonly size?: number } = {},
  ): Promise<void> {
    const first = this.#next.get(partition) ?? 0;
    this.#next.set(partition, first + count);
    const numbers = Array.from({ length: count }, (_, i) => first + i);
    const messages: NewMessage[] = numbers.map((number) => ({ value: Buffer.from(`${number}:`.padEnd(size, 'x')) }));
    const appended = producer.append(topic, partition, messages).then(
      () => {
        let accepted = this.accepted.get(partition);
        if (!accepted) this.accepted.set(partition, (accepted = new Set()));
        for (const number of numbers) accepted.add(number);
      },
      (error: unknown) => void this.errors.push(error),
    );
    this.#pending.add(appended);
    await appended;
    this.#pending.delete(appended);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  check(stored: readonly Stored[]): Findings {
    const findings = { missing: [] as string[], disordered: [] as string[], unsaid: [] as string[], repeats: 0 };
    const first = new Map<string, Stored>();
    const last = new Map<number, number>();
    for (const message of stored) {
      const { partition, number, uncertain, timeMs } = message;
      const name = `${partition}/${number}`;
      const before = first.get(name);
      if (!before) {
        first.set(name, message);
        if (number <= (last.get(partition) ?? -1)) findings.disordered.push(name);
        last.set(partition, number);
        continue;
      }
      findings.repeats += 1;
      if (!uncertain || uncertain.sinceMs > before.timeMs || uncertain.untilMs < before.timeMs)
        findings.unsaid.push(`${name} at ${timeMs} after ${before.timeMs}`);
    }
    for (const [partition, numbers] of this.accepted)
      for (const number of numbers)
        if (!first.has(`${partition}/${number}`)) findings.missing.push(`${partition}/${number}`);
    return findings;
  }
}

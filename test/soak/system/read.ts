/** Reads the queue from outside, by programs of their own: kcat for Apache Kafka, a tail in another process for LMDB. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { topics } from '@linewatch/record';
import { kcatFormat, readFrames } from './frames.ts';
import type { Tally } from './tally.ts';

export interface QueuePlace {
  readonly kind: 'kafka' | 'lmdb';
  /** host:port of the broker; the queue's directory. */
  readonly where: string;
  readonly prefix: string;
  readonly partitions: { readonly flows: number; readonly signals: number };
}

/** What was appended this long before the last look is looked at again: clocks are those of the appends. */
const overlapMs = 60_000;
/** Reading it all: far above what it takes. */
const limitMs = 600_000;

/** Adds what came since `sinceMs`, 0 for all, to the tally. */
export async function readQueue(place: QueuePlace, tally: Tally, sinceMs: number): Promise<void> {
  for (const topic of ['flows', 'signals'] as const) {
    const fromMs = Math.max(0, sinceMs - overlapMs);
    const name = topics[topic];
    const [command, args] =
      place.kind === 'kafka'
        ? ['kcat', kcatArgs(place.where, place.prefix + name, fromMs)]
        : [process.execPath, lmdbArgs(place, name, fromMs)];
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs });
    const failed = new Promise<never>((_resolve, reject) => void child.once('error', reject));
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
    const ended = once(child, 'close');
    try {
      await Promise.race([readFrames(child.stdout, topic, (message) => tally.take(message)), failed]);
      const [code] = (await ended) as [number | null];
      if (code !== 0) throw new Error(`${command} ended with ${code}: ${said.trim()}`);
    } finally {
      child.kill('SIGKILL');
    }
  }
}

const kcatArgs = (broker: string, topic: string, fromMs: number): string[] => [
  ...['-C', '-b', broker, '-t', topic, '-o', fromMs > 0 ? `s@${fromMs}` : 'beginning', '-e', '-q', '-u'],
  ...['-X', 'check.crcs=true', '-X', 'isolation.level=read_committed', '-f', kcatFormat],
];

const lmdbArgs = ({ where, partitions }: QueuePlace, topic: string, fromMs: number): string[] => [
  ...[path.join(import.meta.dirname, 'read-lmdb.child.ts'), where, topic, String(fromMs)],
  ...[String(partitions.flows), String(partitions.signals)],
];

/** Apache Kafka for the collectors that write to it: one broker for the whole run, a topic of its own for each trial. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Broker, createBroker } from '../../../test/support/kafka/broker.ts';
import { whyNoBroker } from '../../../test/support/kafka/libraries.ts';
import { readFrames, kcatFormat } from '../../../test/soak/system/frames.ts';
import { makeDirectory } from '../processes.ts';
import { findProgram, run } from './programs.ts';

export interface Sink {
  readonly address: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Why there can be no Kafka here. */
export async function whyNoSink(): Promise<string | undefined> {
  return whyNoBroker() ?? ((await findProgram('kcat')) ? undefined : 'kcat is not installed');
}

/** A broker, on one core or wherever there is room. */
export async function startSink(core?: number): Promise<Sink> {
  const broker: Broker = await createBroker({
    directory: await makeDirectory('kafka'),
    // goflow2 makes no topic.
    settings: { 'auto.create.topics.enable': 'true', 'num.partitions': 1 },
  });
  await broker.start();
  const pid = broker.pid!;
  if (core !== undefined) await run('taskset', ['-a', '-c', '-p', String(core), String(pid)]);
  return { address: broker.address, pid, stop: () => broker.kill() };
}

const limitMs = 300_000;

/** @throws with kcat's words when the topic cannot be read. */
async function readTopic(
  address: string,
  topic: string,
  format: string,
  read: (output: NodeJS.ReadableStream) => Promise<void>,
): Promise<void> {
  const args = ['-C', '-b', address, '-t', topic, '-o', 'beginning', '-e', '-q', '-u', '-f', format];
  const child = spawn((await findProgram('kcat'))!, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  const ended = once(child, 'close');
  await read(child.stdout);
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`kcat ended with ${code}: ${said.trim()}`);
}

/** Messages of a topic, where each is a record. */
export async function countMessages(address: string, topic: string): Promise<number> {
  let count = 0;
  await readTopic(address, topic, '.', async (output) => {
    for await (const chunk of output) count += chunk.length;
  });
  return count;
}

/** Records of a topic whose messages hold many. */
export async function countRows(address: string, topic: string, rows: (value: Uint8Array) => number): Promise<number> {
  let count = 0;
  await readTopic(address, topic, kcatFormat, (output) =>
    readFrames(output as never, 'flows', ({ value }) => void (count += rows(value))),
  );
  return count;
}

/** `npm run kafka`: one Apache Kafka node on this machine, to try Linewatch with, until Ctrl-C. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createBroker } from './support/kafka/broker.ts';
import { whyNoBroker } from './support/kafka/libraries.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const why = whyNoBroker();
if (process.env['KAFKA_BROKERS']) say(`KAFKA_BROKERS is set: ${process.env['KAFKA_BROKERS']}; none is started here`);
else if (why) {
  say(`${why}. On Debian: apt-get install openjdk-17-jre-headless maven`);
  process.exitCode = 1;
} else {
  const kept = process.argv[2];
  const directory = kept ?? (await mkdtemp(path.join(os.tmpdir(), 'linewatch-kafka-')));
  const broker = await createBroker({ directory, port: kept === undefined ? 9092 : undefined, say });
  await broker.start();
  say(`Apache Kafka listens on ${broker.address}; its data is in ${directory}${kept ? '' : ' and goes when it stops'}`);
  say(`Use it with: KAFKA_BROKERS=${broker.address} npm start`);
  say('Stop with Ctrl-C.');
  const stop = async (): Promise<void> => {
    say('Stopping');
    await broker.stop();
    if (!kept) await rm(directory, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
}

/** Apache Kafka's own archives, from Maven Central by Maven: fetched once, kept beside the installed packages. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findTool } from '../tools.ts';

const version = '4.3.1';
const keptIn = path.join(import.meta.dirname, '../../../node_modules/.cache/kafka', version);
/** A download of 44 MB on a slow line. */
const limitMs = 600_000;

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>linewatch</groupId>
  <artifactId>test-broker</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${version}</version>
    </dependency>
    <!-- without a binding the broker logs nothing, and its log says when it is ready -->
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;

/** Why no broker can be started here; undefined when one can. */
export function whyNoBroker(): string | undefined {
  if (process.env['KAFKA_BROKERS']) return undefined;
  const missing = ['java', 'mvn'].filter((command) => !findTool(command));
  return missing.length > 0 ? `Apache Kafka needs ${missing.join(' and ')}` : undefined;
}

/**
 * Directory of the archives.
 * @throws with Maven's last words when they cannot be had.
 */
export async function kafkaLibraries(say: (line: string) => void = () => undefined): Promise<string> {
  if (existsSync(keptIn)) return keptIn;
  say(`Fetching Apache Kafka ${version} from Maven Central`);
  const work = `${keptIn}.${process.pid}`;
  await mkdir(work, { recursive: true });
  try {
    await writeFile(path.join(work, 'pom.xml'), pom);
    await maven(work);
    await rm(path.join(work, 'pom.xml'));
    // Another process may have been as quick.
    await rename(work, keptIn).catch((error: unknown) => {
      if (!existsSync(keptIn)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return keptIn;
}

function maven(directory: string): Promise<void> {
  const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  const child = spawn('mvn', ['-B', '-q', copy, '-DincludeScope=runtime', `-DoutputDirectory=${directory}`], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  });
  let said = '';
  const hear = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-2000));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`Maven could not fetch Apache Kafka: ${said.trim()}`)),
    );
  });
}

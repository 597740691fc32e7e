/** The collectors that are compared, each started on one core and asked in its own way what it received. */
import { execFile } from 'node:child_process';
import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { queuedRows } from '../queue.ts';
import { type Child, start, waitFor } from '../processes.ts';

const run = promisify(execFile);
const repository = path.resolve(import.meta.dirname, '..', '..', '..');
export const command = path.join(repository, 'apps', 'linewatch', 'bin', 'linewatch.js');

interface RunningSystem {
  readonly child: Child;
  /** Stops it and says how many records it received in its life. */
  finish(): Promise<number>;
}

export interface System {
  readonly name: string;
  /** What it does with a record, for the reader of the figures. */
  readonly does: string;
  /** Records a second of the first trial; half of it warms up. */
  readonly firstRate: number;
  /** Version text, or undefined when it is not on this machine. */
  version(): Promise<string | undefined>;
  /** How to get it. */
  readonly install: string;
  start(directory: string, port: number, core: number): Promise<RunningSystem>;
}

/** A program on the PATH or where `go install` puts it. */
export async function findProgram(name: string): Promise<string | undefined> {
  const go = [
    process.env['GOBIN'],
    process.env['GOPATH'] && path.join(process.env['GOPATH'], 'bin'),
    path.join(homedir(), 'go', 'bin'),
  ];
  for (const directory of [...(process.env['PATH'] ?? '').split(path.delimiter), ...go]) {
    if (!directory) continue;
    const file = path.join(directory, name);
    if (await access(file).then(() => true, () => false)) return file; // prettier-ignore
  }
  return undefined;
}

/** Last number that follows `label` in a text. */
export function numberAfter(text: string, label: string): number {
  const at = text.lastIndexOf(label);
  return at < 0 ? 0 : Number(/[\d]+/.exec(text.slice(at + label.length))?.[0] ?? 0);
}

/** Sum of a Prometheus metric's samples whose labels hold `label`. */
export function sumMetric(text: string, metric: string, label = ''): number {
  return text
    .split('\n')
    .filter((line) => (line.startsWith(`${metric}{`) || line.startsWith(`${metric} `)) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Whether a UDP port is bound: /proc/net/udp* list ports in hexadecimal. */
async function udpBound(port: number): Promise<boolean> {
  const { stdout } = await run('cat', ['/proc/net/udp', '/proc/net/udp6']);
  return stdout.includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} `);
}

/** Only what this bench needs, and nothing beyond loopback. */
export const collectorConfig = (data: string, port: number): string =>
  [
    `data: ${JSON.stringify(data)}`,
    'log: { level: warn }',
    // Nothing is removed: the trial's end counts what is there.
    'queue: { flows: { quotaBytes: 34359738368, retainHours: 1000 } }',
    'collector:',
    '  address: 127.0.0.1',
    `  listen: { netflow: ${port}, ipfix: 0, sflow: 0, traps: 0, trapsFallback: 0 }`,
    '',
  ].join('\n');

export const linewatch: System = {
  name: 'linewatch',
  does: 'decodes, sums interfaces, writes to the durable queue (flushed to disk)',
  firstRate: 240_000,
  install: 'part of this repository',
  version: async () =>
    (await run('git', ['-C', repository, 'rev-parse', '--short', 'HEAD']).catch(() => ({ stdout: '?' }))).stdout.trim(),
  async start(directory, port, core) {
    const data = path.join(directory, 'data');
    const config = path.join(directory, 'linewatch.yaml');
    await mkdir(data, { recursive: true });
    await writeFile(config, collectorConfig(data, port));
    const child = await start(process.execPath, [command, 'collector', '--config', config], { core, cwd: directory });
    await waitFor('linewatch collector', () => udpBound(port), 30_000, child);
    return {
      child,
      async finish() {
        await child.stop();
        return queuedRows(path.join(data, 'queue'));
      },
    };
  },
};

export const goflow2: System = {
  name: 'goflow2',
  does: 'decodes, writes protobuf to /dev/null',
  firstRate: 24_000,
  install: 'go install github.com/netsampler/goflow2/v2/cmd/goflow2@latest',
  async version() {
    const file = await findProgram('goflow2');
    if (!file) return undefined;
    const { stdout } = await run('go', ['version', '-m', file]).catch(() => ({ stdout: '' }));
    return /\bmod\s+\S+\s+(\S+)/.exec(stdout)?.[1] ?? 'unknown version';
  },
  async start(_directory, port, core) {
    const file = (await findProgram('goflow2'))!;
    const http = port + 1;
    const child = await start(
      file,
      ['-listen', `netflow://127.0.0.1:${port}`, '-addr', `127.0.0.1:${http}`].concat([
        '-format',
        'bin',
        '-transport',
        'file',
        '-transport.file',
        '/dev/null',
        '-loglevel',
        'error',
      ]),
      { core },
    );
    await waitFor('goflow2', () => udpBound(port), 15_000, child);
    return {
      child,
      async finish() {
        const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
        await child.stop();
        return sumMetric(text, 'goflow2_flow_process_nf_flowset_records_total', 'type="DataFlowSet"');
      },
    };
  },
};

const nfcapd: System = {
  name: 'nfcapd',
  does: 'decodes, writes its own files (not flushed)',
  firstRate: 240_000,
  install: 'apt-get install nfdump',
  async version() {
    const file = await findProgram('nfcapd');
    if (!file) return undefined;
    const { stdout, stderr } = await run(file, ['-V']).catch(
      (error: unknown) => error as { stdout: string; stderr: string },
    );
    return /Version: (\S+)/.exec(stdout + stderr)?.[1] ?? 'unknown version';
  },
  async start(directory, port, core) {
    const file = (await findProgram('nfcapd'))!;
    const files = path.join(directory, 'nfcapd');
    await mkdir(files, { recursive: true });
    // One file for the whole trial: what it counted is read from that file.
    const args = ['-b', '127.0.0.1', '-p', String(port), '-w', files, '-B', String(4 * 1024 * 1024), '-t', '3600'];
    const child = await start(file, args, { core });
    await waitFor('nfcapd', () => udpBound(port), 15_000, child);
    return {
      child,
      async finish() {
        await child.stop();
        const dump = await findProgram('nfdump');
        if (!dump) return numberAfter(child.output(), 'Flows: ');
        let flows = 0;
        for (const name of (await readdir(files)).filter((n) => /^nfcapd\.\d+$/.test(n))) {
          const { stdout } = await run(dump, ['-r', path.join(files, name), '-I']);
          flows += Number(/^Flows: (\d+)/m.exec(stdout)?.[1] ?? 0);
        }
        return flows;
      },
    };
  },
};

export const systems: readonly System[] = [linewatch, goflow2, nfcapd];

/** The other collectors, each with the settings that are cheapest for it and still keep every record. */
import { mkdir, open, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { start, waitFor } from '../processes.ts';
import { findProgram, numberAfter, run, sumMetric, udpBound } from './programs.ts';
import { countMessages } from './sink.ts';
import type { RunningSystem, System } from './systems.ts';

async function goflow2Version(): Promise<string | undefined> {
  const file = await findProgram('goflow2');
  if (!file) return undefined;
  const { stdout } = await run('go', ['version', '-m', file]).catch(() => ({ stdout: '' }));
  return /\bmod\s+\S+\s+(\S+)/.exec(stdout)?.[1] ?? 'unknown version';
}

const goflow2Install = 'go install github.com/netsampler/goflow2/v2/cmd/goflow2@latest';

async function startGoflow2(
  port: number,
  core: number,
  transport: readonly string[],
  count: (metrics: string) => Promise<number> | number,
): Promise<RunningSystem> {
  const file = (await findProgram('goflow2'))!;
  const http = port + 1;
  const args = ['-listen', `netflow://127.0.0.1:${port}`, '-addr', `127.0.0.1:${http}`, '-format', 'bin'];
  const child = await start(file, [...args, ...transport, '-loglevel', 'error'], { core });
  await waitFor('goflow2', () => udpBound(port), 15_000, child);
  return {
    child,
    async finish() {
      const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
      await child.stop();
      return count(text);
    },
  };
}

export const goflow2: System = {
  name: 'goflow2',
  does: 'decodes, writes protobuf to /dev/null',
  firstRate: 24_000,
  install: goflow2Install,
  version: goflow2Version,
  start: (_directory, port, core) =>
    startGoflow2(port, core, ['-transport', 'file', '-transport.file', '/dev/null'], (metrics) =>
      sumMetric(metrics, 'goflow2_flow_process_nf_flowset_records_total', 'type="DataFlowSet"'),
    ),
};

export const goflow2Kafka: System = {
  name: 'goflow2-kafka',
  does: 'decodes, a protobuf message a record to Apache Kafka (acks=1, batches near 1 MB, not compressed)',
  firstRate: 24_000,
  install: goflow2Install,
  needsSink: true,
  version: goflow2Version,
  start(directory, port, core, sink) {
    const topic = path.basename(directory);
    // Large batches and no compression took it the least CPU; the flush is often enough to end with the trial.
    const transport = {
      brokers: sink.address,
      topic,
      version: '3.0.0',
      flushbytes: '900000',
      flushfreq: '500ms',
    };
    return startGoflow2(
      port,
      core,
      ['-transport', 'kafka', ...Object.entries(transport).flatMap(([key, v]) => [`-transport.kafka.${key}`, v])],
      () => countMessages(sink.address, topic),
    );
  },
};

export const nfcapd: System = {
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

/** What the records have. The next hop is another one in each, so that no two become one entry. */
const nfacctdKeys =
  'flows, peer_src_ip, peer_dst_ip, src_host, dst_host, src_port, dst_port, proto, tos, tcpflags, in_iface, out_iface, ' +
  'src_as, dst_as, src_mask, dst_mask, timestamp_start, timestamp_end';

export const nfacctdConfig = (file: string, port: number): string =>
  [
    'daemonize: false',
    'nfacctd_ip: 127.0.0.1',
    `nfacctd_port: ${port}`,
    `nfacctd_pipe_size: ${4 * 1024 * 1024}`,
    'nfacctd_as: netflow',
    'nfacctd_net: netflow',
    'use_ip_next_hop: true',
    'plugins: print',
    `aggregate: ${nfacctdKeys}`,
    // It hands records to its plugin through a ring in memory; one that is too small loses them.
    `plugin_pipe_size: ${64 * 1024 * 1024}`,
    'plugin_buffer_size: 8192',
    'print_output: csv',
    `print_output_file: ${file}`,
    'print_output_file_append: true',
    'print_refresh_time: 1',
    'print_cache_entries: 65521',
    '',
  ].join('\n');

/** Records in nfacctd's file: an entry says how many it is of. Each part that it appended may begin with a heading. */
export async function nfacctdFlows(lines: AsyncIterable<string> | Iterable<string>): Promise<number> {
  let flows = 0;
  let column = -1;
  for await (const line of lines) {
    const cells = line.split(',');
    if (cells.includes('FLOWS')) column = cells.indexOf('FLOWS');
    else flows += Number(cells[column] ?? 0);
  }
  return flows;
}

export const nfacctd: System = {
  name: 'nfacctd',
  does: 'decodes, writes an entry a record to a CSV file each second (not flushed)',
  firstRate: 24_000,
  install: 'apt-get install pmacct',
  async version() {
    const file = await findProgram('nfacctd');
    if (!file) return undefined;
    const { stdout } = await run(file, ['-V']).catch((error: unknown) => error as { stdout: string });
    return /Daemon, nfacctd (\S+)/.exec(stdout)?.[1] ?? 'unknown version';
  },
  async start(directory, port, core) {
    const output = path.join(directory, 'flows.csv');
    const config = path.join(directory, 'nfacctd.conf');
    await writeFile(config, nfacctdConfig(output, port));
    const child = await start((await findProgram('nfacctd'))!, ['-f', config], { core, cwd: directory });
    await waitFor('nfacctd', () => udpBound(port), 15_000, child);
    return {
      child,
      async finish() {
        // What waits in its cache is written when it ends.
        await child.stop();
        return nfacctdFlows((await open(output)).readLines());
      },
    };
  },
};

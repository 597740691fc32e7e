/** `decode`: datagrams in memory to decoded records, ours and its peers, in turns, each alone on a core. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Measured } from './decoders.ts';
import { dataDatagrams, frame, sflowDatagrams, templateDatagram } from './generate.ts';
import { buildGoflow2 } from './goflow2.ts';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { makeDirectory, removeDirectory, start } from './processes.ts';
import { percentile, ratio, short, table } from './report.ts';
import { recordsPerDatagram } from './sender.ts';

const datagrams = 2000;
const samplesPerDatagram = 7;

interface Load {
  readonly name: string;
  readonly what: string;
  readonly datagrams: () => Buffer[];
  readonly records: number;
  readonly peers: readonly string[];
}

const loads: readonly Load[] = [
  {
    name: 'v9',
    what: `NetFlow v9, 20 fields, ${recordsPerDatagram} records a datagram`,
    datagrams: () => [templateDatagram(), ...dataDatagrams(datagrams, recordsPerDatagram)],
    records: datagrams * recordsPerDatagram,
    peers: ['linewatch', 'goflow2', 'node-netflowv9'],
  },
  {
    name: 'sflow',
    what: `sFlow v5, ${samplesPerDatagram} samples a datagram with headers of 128 octets (Ethernet, IPv4, TCP or UDP)`,
    datagrams: () => sflowDatagrams(datagrams + 1, samplesPerDatagram),
    records: datagrams * samplesPerDatagram,
    peers: ['linewatch', 'goflow2'],
  },
];

async function measureOnce(
  decoder: string,
  goflow2: string | undefined,
  file: string,
  seconds: number,
): Promise<Measured> {
  const [command, args] =
    decoder === 'goflow2'
      ? [goflow2!, [file, String(seconds)]]
      : [process.execPath, [path.join(import.meta.dirname, 'decode-child.ts'), decoder, file, String(seconds)]];
  const child = await start(command, args, { core: 0, env: { ...process.env, GOMAXPROCS: '1' } });
  const code = await child.ended;
  await child.stop();
  if (code !== 0) throw new Error(`${decoder} ended with ${String(code)}: ${child.output()}`);
  return JSON.parse(child.output()) as Measured;
}

export async function decodeBench(args: readonly string[]): Promise<void> {
  const { seconds, rounds } = readOptions(args, { seconds: 1, rounds: 5 });
  const goflow2 = await buildGoflow2();
  if (goflow2 === undefined) console.log('goflow2 is left out: there is no Go, or its modules cannot be fetched\n');
  const directory = await makeDirectory('decode');
  console.log(`${describeMachine()}; each on one core, median of ${rounds} rounds of ${seconds} s of CPU\n`);
  for (const load of loads) {
    const file = path.join(directory, load.name);
    await writeFile(file, frame(load.datagrams()));
    const peers = load.peers.filter((name) => name !== 'goflow2' || goflow2 !== undefined);
    const rates = new Map(peers.map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round++)
      for (const name of peers) {
        const { perPass, records, cpuSeconds } = await measureOnce(name, goflow2, file, seconds);
        if (perPass !== load.records) throw new Error(`${name} decoded ${perPass} of ${load.records} records`);
        rates.get(name)!.push(records / cpuSeconds);
      }
    const median = (name: string): number => percentile(rates.get(name)!, 0.5);
    const rows = peers.map((name) => [name, short(median(name)), ratio(median('linewatch'), median(name))]);
    console.log(`${load.what}\n\n${table(['decoder', 'records / CPU-s', 'linewatch / it'], rows)}\n`);
  }
  await removeDirectory(directory);
}

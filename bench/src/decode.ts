/** `decode`: datagrams in memory to decoded records, ours and npm `node-netflowv9`, in turns, in this process. */
import { createDecoder } from '@linewatch/decode';
import { createFlowColumns, parseAddress } from '@linewatch/record';
import NetFlowV9 from 'node-netflowv9';
import { dataDatagrams, templateDatagram } from './generate.ts';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { percentile, ratio, short, table } from './report.ts';
import { recordsPerDatagram } from './sender.ts';

const capacity = 65_536;

/** Decodes every datagram once; returns the records it made. */
type Pass = () => number;

function ours(template: Buffer, data: readonly Buffer[]): Pass {
  let done = 0;
  const sink = {
    columns: createFlowColumns(capacity),
    rows: 0,
    flush: () => {
      done += sink.rows;
      sink.rows = 0;
    },
    decoded: () => undefined,
    sample: () => undefined,
    event: () => undefined,
  };
  const decoder = createDecoder({ sink });
  const exporter = decoder.exporter(parseAddress('127.0.0.1'));
  decoder.decode(exporter, template, Date.now());
  return () => {
    done = 0;
    const now = Date.now();
    for (const datagram of data) decoder.decode(exporter, datagram, now);
    sink.flush();
    return done;
  };
}

function peer(template: Buffer, data: readonly Buffer[]): Pass {
  const decoder = new NetFlowV9({ cb: () => undefined });
  decoder.server.close();
  const from = { address: '127.0.0.1', port: 2055 };
  decoder.nfPktDecode(template, from);
  return () => {
    let done = 0;
    for (const datagram of data) done += decoder.nfPktDecode(datagram, from)?.flows?.length ?? 0;
    return done;
  };
}

/** Records for each second of CPU, over passes for at least `seconds`. */
function measure(pass: Pass, seconds: number): number {
  const start = process.cpuUsage();
  let records = 0;
  let used: number;
  do {
    records += pass();
    const { user, system } = process.cpuUsage(start);
    used = (user + system) / 1e6;
  } while (used < seconds);
  return records / used;
}

export function decodeBench(args: readonly string[]): Promise<void> {
  const { seconds, rounds } = readOptions(args, { seconds: 1, rounds: 5 });
  const template = templateDatagram();
  const data = dataDatagrams(2000, recordsPerDatagram);
  const passes = { linewatch: ours(template, data), 'node-netflowv9': peer(template, data) };
  const expected = data.length * recordsPerDatagram;
  const figures = { linewatch: [] as number[], 'node-netflowv9': [] as number[] };
  for (const name of ['linewatch', 'node-netflowv9'] as const) {
    const records = passes[name]();
    if (records !== expected) throw new Error(`${name} decoded ${records} of ${expected} records`);
  }
  for (let round = 0; round < rounds; round++)
    for (const name of ['linewatch', 'node-netflowv9'] as const) figures[name].push(measure(passes[name], seconds));
  const median = (name: keyof typeof figures): number => percentile(figures[name], 0.5);
  console.log(
    `${describeMachine()}; 20-field v9, ${recordsPerDatagram} records a datagram, median of ${rounds} rounds\n`,
  );
  console.log(
    table(
      ['decoder', 'records / CPU-s', 'linewatch / it'],
      (['linewatch', 'node-netflowv9'] as const).map((name) => [
        name,
        short(median(name)),
        ratio(median('linewatch'), median(name)),
      ]),
    ),
  );
  return Promise.resolve();
}

/** Decoders that are compared in memory: each is a way to decode every datagram once. */
import { createDecoder } from '@linewatch/decode';
import { createFlowColumns, parseAddress } from '@linewatch/record';
import NetFlowV9 from 'node-netflowv9';

const capacity = 65_536;

/** Decodes every datagram but the first once; returns the records it made. The first, a template, was read before. */
type Pass = () => number;

function ours([first, ...data]: readonly Buffer[]): Pass {
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
  decoder.decode(exporter, first!, Date.now());
  sink.flush();
  return () => {
    done = 0;
    const now = Date.now();
    for (const datagram of data) decoder.decode(exporter, datagram, now);
    sink.flush();
    return done;
  };
}

function nodeNetflowV9([first, ...data]: readonly Buffer[]): Pass {
  const decoder = new NetFlowV9({ cb: () => undefined });
  decoder.server.close();
  const from = { address: '127.0.0.1', port: 2055 };
  decoder.nfPktDecode(first!, from);
  return () => {
    let done = 0;
    for (const datagram of data) done += decoder.nfPktDecode(datagram, from)?.flows?.length ?? 0;
    return done;
  };
}

export const decoders = { linewatch: ours, 'node-netflowv9': nodeNetflowV9 } as const;

export interface Measured {
  /** Records that one pass made. */
  readonly perPass: number;
  readonly records: number;
  readonly cpuSeconds: number;
}

/** Passes until `seconds` of CPU were spent, of all threads: compilers and garbage collectors are the decoder's cost. */
export function measure(pass: Pass, seconds: number): Measured {
  const perPass = pass();
  const start = process.cpuUsage();
  let records = 0;
  let cpuSeconds: number;
  do {
    records += pass();
    const { user, system } = process.cpuUsage(start);
    cpuSeconds = (user + system) / 1e6;
  } while (cpuSeconds < seconds);
  return { perPass, records, cpuSeconds };
}

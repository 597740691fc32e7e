/** What is mutated: our own datagrams, and those of real captures where LINEWATCH_CAPTURES names a folder of them. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { encodeV5, readCapture } from '@linewatch/decode';
import { mapped } from './aspects.ts';
import { generateSome } from './generate.ts';

const nowMs = Date.UTC(2026, 0, 5, 9);

function ours(): Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  const flow = {
    srcAddr: mapped(Uint8Array.of(10, 0, 0, 1)),
    dstAddr: mapped(Uint8Array.of(10, 0, 0, 2)),
    packets: 3,
    octets: 180,
    first: 10,
    last: 20,
  };
  datagrams.push(encodeV5({ uptimeMs: 1000, exportMs: nowMs, sequence: 1, samplingInterval: 100 }, [flow, flow]));
  return [...datagrams, ...generateSome(300, { seed: 1, exporters: 8 }).map(({ datagram }) => datagram)];
}

export function readCorpus(captures: string | undefined): Uint8Array[] {
  const datagrams = ours();
  if (captures === undefined) return datagrams;
  for (const cls of ['normal', 'hostile'])
    for (const name of readdirSync(path.join(captures, cls)).sort())
      for (const item of readCapture(readFileSync(path.join(captures, cls, name))))
        if (item.kind === 'datagram') datagrams.push(item.payload);
  return datagrams;
}

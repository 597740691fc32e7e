/** Real exporters' datagrams of the folder that LINEWATCH_CAPTURES names, as one stream: each exporter of each unit apart. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readCapture } from '@linewatch/decode';
import { parseAddress } from '@linewatch/record';

export interface CapturedDatagram {
  readonly unit: string;
  /** 16 octets, of no other exporter. */
  readonly sourceAddress: Uint8Array;
  readonly payload: Uint8Array;
}

/** Datagrams of the units that are of a protocol and read by other decoders, in the order of `units.tsv`. */
export function readUnits(folder: string, protocol: RegExp): CapturedDatagram[] {
  const [head = '', ...lines] = readFileSync(path.join(folder, 'units.tsv'), 'utf8').trimEnd().split('\n');
  const names = head.split('\t');
  const out: CapturedDatagram[] = [];
  let exporters = 0;
  for (const line of lines) {
    const cells = line.split('\t');
    const cell = (name: string): string => cells[names.indexOf(name)] ?? '';
    if (cell('cls') !== 'normal' || !protocol.test(cell('proto'))) continue;
    const unit = cell('unit');
    const addresses = new Map<string, Uint8Array>();
    for (const item of readCapture(readFileSync(path.join(folder, 'normal', `${unit}.pcap`)))) {
      if (item.kind !== 'datagram') continue;
      const key = Buffer.from(item.sourceAddress).toString('hex');
      const sourceAddress = addresses.get(key) ?? parseAddress(`127.60.${++exporters >> 8}.${exporters & 255}`);
      addresses.set(key, sourceAddress);
      out.push({ unit, sourceAddress, payload: item.payload });
    }
  }
  return out;
}

/** Builds sFlow v5 datagrams: for tests, benchmarks and the soak. */
import { flowFormats, padded, sampleFormats } from './sflow/formats.ts';

const word = 4_294_967_296;

/** In XDR: a number has 32 bits, a bigint 64; a text is counted and padded, octets are padded only. */
export type XdrValue = number | bigint | string | Uint8Array;

export function xdr(...values: readonly XdrValue[]): Uint8Array {
  return Buffer.concat(
    values.map((value) => {
      if (typeof value === 'number') {
        const out = Buffer.alloc(4);
        out.writeUInt32BE(value >>> 0);
        return out;
      }
      if (typeof value === 'bigint') {
        const out = Buffer.alloc(8);
        out.writeBigUInt64BE(BigInt.asUintN(64, value));
        return out;
      }
      const octets = typeof value === 'string' ? Buffer.from(value) : value;
      const out = Buffer.alloc(padded(octets.length));
      out.set(octets);
      return typeof value === 'string' ? Buffer.concat([xdr(octets.length), out]) : out;
    }),
  );
}

/** An address with its type; 16 octets that are v4-mapped are sent as IPv4. */
export function xdrAddress(address: Uint8Array): Uint8Array {
  const mapped = address.length === 16 && address.subarray(0, 10).every((o) => o === 0) && address[10] === 0xff;
  return address.length === 4 || mapped ? xdr(1, address.subarray(-4)) : xdr(2, address);
}

export interface SflowRecord {
  /** Enterprise × 4096 + format. */
  readonly tag: number;
  readonly octets: Uint8Array;
}

/** A raw packet header record. `frameOctets`: of the packet before it was cut. */
export const sflowHeader = (header: Uint8Array, frameOctets = header.length, protocol = 1): SflowRecord => ({
  tag: flowFormats.rawHeader,
  octets: xdr(protocol, frameOctets, 0, header.length, header),
});

interface Source {
  readonly sequence: number;
  /** 0 = an interface, whose ifIndex is `source`. */
  readonly sourceClass?: number;
  readonly source: number;
  /** The format with 32 bits for each number. */
  readonly expanded?: boolean;
  readonly records: readonly SflowRecord[];
}

export interface SflowFlowSample extends Source {
  readonly kind: 'flow';
  readonly rate: number;
  readonly pool?: number;
  readonly drops?: number;
  /** ifIndex, or what the format says. */
  readonly input: number;
  readonly inputFormat?: number;
  readonly output: number;
  readonly outputFormat?: number;
}

export interface SflowCounterSample extends Source {
  readonly kind: 'counter';
}

export interface SflowDiscardSample extends Source {
  readonly kind: 'discard';
  readonly drops?: number;
  readonly input: number;
  readonly output: number;
  readonly reason: number;
}

/** Any other: its octets as they are. */
export interface SflowOpaqueSample {
  readonly kind: 'opaque';
  readonly tag: number;
  readonly octets: Uint8Array;
}

export type SflowSample = SflowFlowSample | SflowCounterSample | SflowDiscardSample | SflowOpaqueSample;

export interface SflowDatagram {
  /** 4 or 16 octets. */
  readonly agent: Uint8Array;
  readonly subAgent?: number;
  readonly sequence: number;
  readonly uptimeMs?: number;
  readonly samples: readonly SflowSample[];
}

const recordsOf = (records: readonly SflowRecord[]): Uint8Array =>
  xdr(records.length, ...records.flatMap(({ tag, octets }) => [tag, octets.length, octets]));

function encodeSample(sample: SflowSample): Uint8Array {
  if (sample.kind === 'opaque') return xdr(sample.tag, sample.octets.length, sample.octets);
  const { sequence, sourceClass = 0, source } = sample;
  const expanded = sample.kind === 'discard' || sample.expanded === true;
  const from = expanded ? xdr(sequence, sourceClass, source) : xdr(sequence, (sourceClass << 24) | source);
  const records = recordsOf(sample.records);
  let tag: number;
  let middle: Uint8Array;
  switch (sample.kind) {
    case 'flow': {
      const { rate, pool = 0, drops = 0, input, inputFormat = 0, output, outputFormat = 0 } = sample;
      tag = expanded ? sampleFormats.flowExpanded : sampleFormats.flow;
      middle = expanded
        ? xdr(rate, pool, drops, inputFormat, input, outputFormat, output)
        : xdr(rate, pool, drops, (inputFormat << 30) | input, (outputFormat << 30) | output);
      break;
    }
    case 'counter':
      tag = expanded ? sampleFormats.counterExpanded : sampleFormats.counter;
      middle = xdr();
      break;
    case 'discard':
      tag = sampleFormats.discarded;
      middle = xdr(sample.drops ?? 0, sample.input, sample.output, sample.reason);
  }
  return xdr(tag, from.length + middle.length + records.length, from, middle, records);
}

export const encodeSflow = ({ agent, subAgent = 0, sequence, uptimeMs = 0, samples }: SflowDatagram): Uint8Array =>
  xdr(5, xdrAddress(agent), subAgent, sequence, uptimeMs % word, samples.length, ...samples.map(encodeSample));

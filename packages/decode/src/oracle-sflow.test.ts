/**
 * sFlow of real agents, with what other decoders agree it holds: sums in `units.tsv`, and each sample as sflowtool reads it
 * in `records`. The captures are third-party data and no part of this project; see oracle.test.ts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { formatAddress, parseAddress } from '@linewatch/record';
import { describe, expect, test } from 'vitest';
import { readCapture } from './capture/index.ts';
import { type CaptureRecord, type CaptureSummary, decodeCapture } from './decode-capture.ts';
import type { JsonFlow } from './json.ts';
import { type Unit, available, captureOf, folder, readUnits } from './oracle-units.ts';
import { harness } from './testing.ts';

interface Truth {
  readonly flow_samples: number;
  readonly counter_samples: number;
  readonly drop_samples: number;
  readonly sum_frame_len: number;
  readonly sum_est_bytes: number;
}

function decode(unit: Unit): { records: CaptureRecord[]; summary: CaptureSummary } {
  const records: CaptureRecord[] = [];
  const reading = decodeCapture(captureOf(unit));
  for (;;) {
    const next = reading.next();
    if (next.done === true) return { records, summary: next.value };
    records.push(next.value);
  }
}

const flowsOf = (records: readonly CaptureRecord[]): JsonFlow[] => records.filter((record) => record.type === 'flow');

/** Where we read something else than the oracle. */
const otherwise: Readonly<Record<string, Partial<Truth>>> = {
  // Samples without the packet's header: the oracle sums the frame lengths of headers only. We take the length that the
  // sampled_ethernet or sampled_ipv4 record has.
  'gopacket-sflow-live3': { sum_frame_len: 112, sum_est_bytes: 112_000 },
  'nxthdr-sflow': { sum_frame_len: 40, sum_est_bytes: 40_000 },
  // The last datagram is cut in a counter sample, which the oracle does not count. tshark does.
  'gopacket-sflow-live2': { counter_samples: 4 },
};

/** Faults in units called normal. */
const faults: Readonly<Record<string, CaptureSummary['losses']>> = {
  // More samples are in the datagram than its header says: someone edited the count.
  'akv-sflow-discard-interface': { octets_trailing: 1 },
  'akv-sflow-local-interface': { octets_trailing: 1 },
  'cistern-sflow-flow': { octets_trailing: 1 },
  // Something that is no sample follows the last one.
  'goflow2-sflow': { octets_trailing: 1 },
  // Samples whose records run past the sample's own length, and a datagram that was cut.
  'gopacket-sflow-live2': { sample_malformed: 2, octets_trailing: 2, message_truncated: 1 },
};

/** What sflowtool gives up on: padding behind a sample, samples that are broken, a record of a kind it does not know. */
const unreadBySflowtool = new Set(['vflow-sflow-pad', 'gopacket-sflow-live2', 'goflow2-sflow-drops']);

interface ToolSample {
  readonly [name: string]: string | readonly Readonly<Record<string, string>>[];
}

interface ToolDatagram {
  readonly agentSubId: string;
  readonly samples: readonly ToolSample[];
}

const readTool = (unit: string): ToolDatagram[] =>
  gunzipSync(readFileSync(join(folder, 'records', `${unit}.sflowtool.jsonl.gz`)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ToolDatagram);

/** An interface as sflowtool prints it: a word whose top bits are a format, or a text for the formats but ifIndex. */
const interfaceOf = (text: string): number => {
  const word = /^\d+$/.test(text) ? Number(text) : 0;
  return word >>> 30 === 0 && word !== 0x3fffffff ? word : 0;
};

/** The columns that sflowtool tells of a sample. */
function toolFlow(datagram: ToolDatagram, sample: ToolSample): Record<string, unknown> {
  const text = (name: string): string | undefined => (typeof sample[name] === 'string' ? sample[name] : undefined);
  const elements = Array.isArray(sample['elements']) ? (sample['elements'] as Readonly<Record<string, string>>[]) : [];
  const all = Object.assign({}, ...elements.toReversed()) as Readonly<Record<string, string>>;
  const of = (name: string): string | undefined => all[name] ?? all[`discarded_${name}`];
  const number = (...names: readonly string[]): number =>
    Number(names.map(of).find((value) => value !== undefined) ?? 0);
  const address = (...names: readonly string[]): string => {
    const value = names.map(of).find((v) => v !== undefined);
    return value === undefined ? '::' : formatAddress(parseAddress(value));
  };
  const discard = text('sampleType') === 'DISCARD';
  const [sourceClass, source] = (text('sourceId') ?? '').split(':').map(Number);
  const inIf = interfaceOf(text('inputPort') ?? '');
  const outIf = interfaceOf(text('outputPort') ?? '');
  const vlan = (name: string): number => (number(name) < 4096 ? number(name) : 0);
  const protocol = number('IPProtocol');
  return {
    observationDomain: Number(datagram.agentSubId),
    samplingRate: discard ? 1 : Number(text('meanSkipCount')),
    counter: discard ? 'discard' : 'delta',
    inIf,
    outIf,
    direction: sourceClass !== 0 ? 'unknown' : source === inIf ? 'ingress' : source === outIf ? 'egress' : 'unknown',
    octets: number('sampledPacketSize', 'ethernet_len'),
    srcAddr: address('srcIP', 'srcIP6'),
    dstAddr: address('dstIP', 'dstIP6'),
    protocol,
    tos: number('IPTOS'),
    srcPort: number('TCPSrcPort', 'UDPSrcPort'),
    dstPort: number('TCPDstPort', 'UDPDstPort'),
    tcpFlags: number('TCPFlags'),
    // It does not read ICMPv6.
    ...(protocol !== 58 && { icmpType: number('ICMPType'), icmpCode: number('ICMPCode') }),
    srcVlan: vlan('in_vlan') || number('decodedVLAN'),
    dstVlan: vlan('out_vlan'),
    srcAs: number('src_as'),
    dstAs: number('dst_as'),
    srcMask: number('srcSubnetMask'),
    dstMask: number('dstSubnetMask'),
    nextHop: address('nextHop', 'bgp_nexthop'),
  };
}

const pick = (flow: JsonFlow, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, flow[name]]));

describe.skipIf(!available)('real sFlow (LINEWATCH_CAPTURES is not set when this is skipped)', () => {
  const units = (available ? readUnits(/^sflow5$/) : []).map((unit) => [unit.unit, unit] as const);
  const normal = units.filter(([, unit]) => unit.cls === 'normal');

  test('is there', () => {
    expect(normal.length).toBeGreaterThan(20);
  });

  test.each(normal)('%s holds the samples and octets that other decoders read from it', (name, unit) => {
    const truth = { ...(JSON.parse(unit.truth) as Truth), ...otherwise[name] };
    const { records, summary } = decode(unit);
    const flows = flowsOf(records);
    const sum = (value: (flow: JsonFlow) => number): number => flows.reduce((total, flow) => total + value(flow), 0);
    expect(summary.samples).toEqual({
      flow: truth.flow_samples,
      counter: truth.counter_samples,
      discard: truth.drop_samples,
    });
    expect(sum((flow) => Number(flow['octets']))).toBe(truth.sum_frame_len);
    expect(sum((flow) => Number(flow['octets']) * Number(flow['samplingRate']))).toBe(truth.sum_est_bytes);
    expect(sum((flow) => Number(flow['packets']))).toBe(flows.length);
    expect(summary.losses).toEqual(faults[name] ?? {});
    expect(summary.datagrams).toBe(Number(unit.datagrams));
    expect(summary.decoded + summary.rejected).toBe(summary.datagrams);
  });

  test.each(normal.filter(([name]) => !unreadBySflowtool.has(name)))(
    '%s has the columns that sflowtool reads',
    (name, unit) => {
      const expected = readTool(name).flatMap((datagram) =>
        datagram.samples
          .filter((sample) => sample['sampleType'] === 'FLOWSAMPLE' || sample['sampleType'] === 'DISCARD')
          .map((sample) => toolFlow(datagram, sample)),
      );
      const flows = flowsOf(decode(unit).records);
      expect(flows.map((flow, i) => pick(flow, Object.keys(expected[i] ?? {})))).toEqual(expected);
    },
  );

  test.each(normal)('%s: generic interface counters are those that sflowtool reads', (name, unit) => {
    const names = {
      'interface.in.octets': 'ifInOctets',
      'interface.out.octets': 'ifOutOctets',
      'interface.in.unicast.packets': 'ifInUcastPkts',
      'interface.out.errors': 'ifOutErrors',
      'interface.speed.bps': 'ifSpeed',
    };
    if (unreadBySflowtool.has(name)) return;
    const expected = readTool(name)
      .flatMap((datagram) => datagram.samples)
      .flatMap((sample) => (sample['elements'] ?? []) as readonly Readonly<Record<string, string>>[])
      .filter((element) => element['counterBlock_tag'] === '0:1')
      .flatMap((element) =>
        Object.entries(names).map(([metric, key]) => `${element['ifIndex']!} ${metric} ${Number(element[key])}`),
      );
    const measured = decode(unit)
      .records.filter((record) => record.type === 'sample')
      .filter((sample) => sample.metric in names)
      .map((sample) => `${sample.interface} ${sample.metric} ${sample.value}`);
    expect(measured.toSorted()).toEqual(expected.toSorted());
  });

  test.each(units)(
    '%s is read without an error when it is cut at any octet, each datagram with one outcome',
    (_, unit) => {
      const h = harness();
      let fed = 0;
      for (const item of readCapture(captureOf(unit))) {
        if (item.kind === 'loss') continue;
        for (let end = 0; end <= item.payload.length; end++) {
          h.decoder.decode(h.decoder.exporter(item.sourceAddress), item.payload.subarray(0, end), item.timeMs);
          fed++;
        }
      }
      h.sink.flush();
      const { decoded, held, rejected } = h.counters.datagrams;
      expect(decoded + held + rejected).toBe(fed);
      expect(h.counters.losses.decoder_fault).toBe(0);
    },
  );
});

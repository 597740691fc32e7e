/**
 * Other decoders beside ours: tshark and nfdump on real captures and on generated datagrams, of exporters that nobody has
 * seen. Where they differ, a table says how and by which section of which standard ours stands.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatAddress } from '@linewatch/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSome } from '../soak/generate.ts';
import { readUnits } from '../support/captures.ts';
import {
  type Column,
  type SampleColumn,
  allFields,
  allSampleFields,
  columns,
  ours,
  sampleColumns,
  theirSamples,
  theirs,
} from '../support/compare.ts';
import { type Datagram, flowsOf } from '../support/flows.ts';
import { readWithNfdump } from '../support/nfdump.ts';
import { writePcap } from '../support/pcap.ts';
import { runCommand } from '../support/system.ts';
import { findTool } from '../support/tools.ts';
import { readWithTshark } from '../support/tshark.ts';

const folder = process.env['LINEWATCH_CAPTURES'];
const tshark = findTool('tshark');
const nfcapd = findTool('nfcapd');
const nfdump = findTool('nfdump');
const port = 2055;
const startMs = Date.UTC(2026, 0, 5, 9);
const flowProtocols = /nf5|nf9|ipfix/;

interface Difference {
  readonly columns: readonly Column[];
  readonly why: string;
}

const optionsToo: Difference = {
  columns: ['inIf', 'outIf'],
  why: 'fields of options data are not told from those of flows (RFC 7011 section 3.4.2, RFC 3954 section 6.1)',
};
const session: Difference = {
  columns: ['protocol', 'inIf', 'outIf', 'dstVlan'],
  why: 'the responder is a flow of its own here, with its counters (elements 232, 299); there it is more fields of one',
};
const twice: Difference = {
  columns: ['srcAddr', 'dstAddr', 'protocol'],
  why: 'elements that a template has more than once: the first counts here (RFC 7011 section 8), each there',
};
const frame: Difference = {
  columns: ['octets', 'packets', 'srcAddr', 'dstAddr', 'protocol'],
  why: 'element 315, the beginning of the packet (RFC 7133), is octets there; its headers are read here',
};

/** By unit: what tshark reads otherwise. */
const tsharkDiffers: Readonly<Record<string, readonly Difference[]>> = {
  'akv-datalink-frame': [frame, { columns: ['srcPort', 'dstPort', 'srcVlan'], why: frame.why }],
  'akv-juniper-cpid': [frame],
  'beats-ipfix-cisco': [session],
  'beats-ipfix-cisco-reversed': [session],
  'netgauze-502': [optionsToo, twice],
  'netgauze-srv6': [optionsToo, twice],
  'nfparser-ipfix-c': [
    session,
    { columns: ['tos'], why: 'DSCP alone (element 195) is shifted to where it is in the ToS here' },
  ],
  'pmacct-112': [optionsToo],
  'pmacct-500': [optionsToo, twice],
  'pmacct-501': [optionsToo],
  'telegraf-ipfix-example': [
    {
      columns: ['packets', 'srcAddr', 'dstAddr', 'srcPort', 'dstPort', 'protocol'],
      why: 'biflows (RFC 5103) are two flows here, the reverse one turned round, unless its counters are zero',
    },
  ],
  'graylog-v9-dats': [
    {
      columns: ['octets', 'packets', 'srcAddr', 'dstAddr', 'srcPort', 'dstPort', 'protocol'],
      why: 'the header counts fewer records than there are (RFC 3954 section 5.1): tshark stops, here the end decides',
    },
  ],
  'nf-asr9k-opt256-v9': [{ columns: ['inIf'], why: optionsToo.why }],
  'nf-nbar-262-v9': [
    {
      columns: ['dstPort'],
      why: 'elements 11 and 181 are two fields of one name there; here the second is for want of the first',
    },
  ],
  'telegraf-netflow-v9-options': [optionsToo],
};

const discards = 'discarded packets (https://sflow.org/sflow_drops.txt) are not read there';
const ipRecord = 'the structure sampled_ipv4, sent instead of a header, is not read there';

/** By unit of sFlow: columns, and why. */
const tsharkSamplesDiffer: Readonly<Record<string, readonly [columns: readonly SampleColumn[], why: string]>> = {
  'cistern-sflow-discard': [['dstAddr', 'inIf', 'octets', 'samplingRate', 'srcAddr'], discards],
  'gen-sfprobe': [['dstAddr', 'srcAddr'], 'ICMP errors: the packet that they quote is read as one more there'],
  'goflow2-sflow-drops': [['inIf', 'samplingRate'], discards],
  'gopacket-sflow-live2': [
    ['dstAddr', 'inIf', 'samplingRate', 'srcAddr'],
    'of a sample that is cut off before its first record nothing is believed here; a cut header is read as far as it goes',
  ],
  'gopacket-sflow-live3': [['octets'], ipRecord],
  'nxthdr-sflow': [['dstAddr', 'octets', 'srcAddr'], ipRecord],
  'telegraf-sflow-issue-15375': [['inIf', 'samplingRate'], discards],
};

const early = 'data that came before its template (RFC 3954 section 9): kept here, dropped there';
const scaled = 'nfcapd multiplies by the sampling rate; here counters are as sent and the rate is beside them';

/** By unit: why nfdump's totals are others. */
const nfdumpDiffers: Readonly<Record<string, string>> = {
  'akv-datalink-frame': frame.why,
  'akv-juniper-cpid': frame.why,
  'beats-ipfix-cisco': 'counters of a session (elements 231, 232, 298, 299) are not read there',
  'beats-ipfix-cisco-reversed': early,
  'beats-netflow9-e10s-4-7byte-pad': early,
  'nf-netscaler-late-tpl-ipfix': early,
  'nfparser-ipfix-a': 'running totals (elements 85, 86) are not read there',
  'nfparser-ipfix-c': 'counters of a session (elements 231, 232, 298, 299) are not read there',
  'telegraf-ipfix-example': 'reverse halves of biflows (RFC 5103) are not flows there',
  'nf-juniper-mx80-v5': scaled,
  'akv-multisampling': scaled,
  'bitkeks-v9-mixed-order': early,
  'graylog-fgt300d-netflow9': early,
  'graylog-nprobe-netflow9-4': early,
};

interface Totals {
  flows: number;
  octets: number;
  packets: number;
}

function add(totals: Map<string, Totals>, unit: string, octets: number, packets: number): void {
  const sum = totals.get(unit) ?? { flows: 0, octets: 0, packets: 0 };
  totals.set(unit, { flows: sum.flows + 1, octets: sum.octets + octets, packets: sum.packets + packets });
}

const plainDatagrams = (seed: number, count: number): Datagram[] =>
  generateSome(count, { seed, exporters: 12, plain: true }).map(({ address, datagram }) => ({
    sourceAddress: address,
    payload: datagram,
  }));

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'linewatch-differential-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function fileOf(name: string, datagrams: readonly Datagram[], destinationPort = port): string {
  const file = path.join(directory, name);
  writeFileSync(
    file,
    writePcap(datagrams.map((datagram, i) => ({ ...datagram, destinationPort, timeMs: startMs + i }))),
  );
  return file;
}

/** Columns that differ, by what `nameOf` says of the datagram; and how many values were the same. */
async function compareWithTshark(
  name: string,
  datagrams: readonly Datagram[],
  nameOf: (at: number) => string,
): Promise<{ differing: Record<string, Column[]>; same: Record<Column, number> }> {
  const answers = await readWithTshark(tshark!, fileOf(name, datagrams), port, 'cflow', allFields);
  expect(answers).toHaveLength(datagrams.length);
  const differing = new Map<string, Set<Column>>();
  const same = Object.fromEntries(columns.map((column) => [column, 0])) as Record<Column, number>;
  flowsOf(datagrams).forEach((flows, i) => {
    for (const column of columns) {
      const [we, they] = [ours(flows, column), theirs(answers[i]!, column)];
      if (we.join() === they.join()) same[column] += we.length;
      else differing.set(nameOf(i), (differing.get(nameOf(i)) ?? new Set()).add(column));
    }
  });
  return { differing: Object.fromEntries([...differing].map(([unit, set]) => [unit, [...set].sort()])), same };
}

describe.skipIf(!tshark)('tshark (skipped where it is not installed)', () => {
  it.skipIf(!folder)('reads from real captures what we read, but for what its table names', async () => {
    const datagrams = readUnits(folder!, flowProtocols);
    const { differing, same } = await compareWithTshark('captures.pcap', datagrams, (i) => datagrams[i]!.unit);
    const expected = Object.entries(tsharkDiffers).map(([unit, list]) => [
      unit,
      list.flatMap((difference) => difference.columns).sort(),
    ]);
    expect(differing).toEqual(Object.fromEntries(expected));
    for (const column of ['octets', 'packets', 'srcAddr', 'dstAddr', 'srcPort', 'dstPort', 'protocol'] as const)
      expect(same[column]).toBeGreaterThan(10_000);
  });

  it.skipIf(!folder)('reads from samples of sFlow what we read, but for what its table names', async () => {
    const datagrams = readUnits(folder!, /sflow5/);
    const sflowPort = 6343;
    const file = fileOf('sflow.pcap', datagrams, sflowPort);
    const answers = await readWithTshark(tshark!, file, sflowPort, 'sflow', allSampleFields);
    const differing = new Map<string, Set<SampleColumn>>();
    let same = 0;
    flowsOf(datagrams).forEach((flows, i) => {
      const { unit } = datagrams[i]!;
      for (const column of sampleColumns) {
        const we = ours(flows, column);
        if (we.join() === theirSamples(answers[i]!, column).join()) same += we.length;
        else differing.set(unit, (differing.get(unit) ?? new Set()).add(column));
      }
    });
    expect(Object.fromEntries([...differing].map(([unit, set]) => [unit, [...set].sort()]))).toEqual(
      Object.fromEntries(Object.entries(tsharkSamplesDiffer).map(([unit, [list]]) => [unit, list])),
    );
    expect(same).toBeGreaterThan(600);
  });

  it('reads from 2,000 generated datagrams what we read', async () => {
    const { differing, same } = await compareWithTshark(
      'generated.pcap',
      plainDatagrams(5, 2000),
      (i) => `datagram ${i}`,
    );
    expect(differing).toEqual({});
    for (const column of columns) expect(same[column]).toBeGreaterThan(5000);
  });

  it('reads from a capture what the decode command prints', async () => {
    const datagrams = plainDatagrams(6, 200);
    const file = fileOf('command.pcap', datagrams);
    const { code, out } = await runCommand(['decode', file]);
    expect(code).toBe(0);
    const printed = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; srcAddr: string; octets: number | string });
    const answers = await readWithTshark(tshark!, file, port, 'cflow', allFields);
    for (const column of ['srcAddr', 'octets'] as const)
      expect(
        printed
          .filter(({ type }) => type === 'flow')
          .map((flow) => String(flow[column]))
          .filter((value) => value !== '0' && value !== '::')
          .sort(),
      ).toEqual(answers.flatMap((answer) => theirs(answer, column)).sort());
  });
});

describe.skipIf(!nfcapd || !nfdump || !folder)('nfdump (skipped where it or the captures are not there)', () => {
  it('adds up to what we add up to, but for what its table names', async () => {
    const datagrams = readUnits(folder!, flowProtocols);
    const units = new Map(datagrams.map(({ sourceAddress, unit }) => [formatAddress(sourceAddress), unit]));
    const [we, they] = [new Map<string, Totals>(), new Map<string, Totals>()];
    for (const { exporter, octets, packets } of await readWithNfdump(nfcapd!, nfdump!, datagrams))
      add(they, units.get(exporter)!, octets, packets);
    flowsOf(datagrams).forEach((flows, i) => {
      for (const { octets, packets } of flows) add(we, datagrams[i]!.unit, Number(octets), Number(packets));
    });
    const all = new Set([...we.keys(), ...they.keys()]);
    const differing = [...all].filter((unit) => JSON.stringify(we.get(unit)) !== JSON.stringify(they.get(unit)));
    expect(differing.sort()).toEqual(Object.keys(nfdumpDiffers).sort());
    expect(all.size - differing.length).toBeGreaterThanOrEqual(80);
  });
});

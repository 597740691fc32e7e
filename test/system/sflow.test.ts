/** sFlow over UDP into a started system: rows, interface sums and measurements in the store. */
import { createSocket } from 'node:dgram';
import { encodeSflow, packets as p, sflowHeader, xdr } from '@linewatch/decode';
import { parseAddress } from '@linewatch/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { System, until } from '../support/system.ts';

const agent = '127.0.0.41';
const samplesSent = 40;
const frameOctets = 1000;

const header = sflowHeader(
  p.ethernet(
    p.etherTypes.vlan,
    p.vlanTag(
      30,
      p.etherTypes.ipv4,
      p.ipv4({ src: parseAddress('198.51.100.1'), dst: parseAddress('203.0.113.9'), protocol: 6 }, p.tcp(443, 50_000)),
    ),
  ),
  frameOctets,
);

const datagrams = (): Uint8Array[] => [
  ...Array.from({ length: samplesSent / 4 }, (_, i) =>
    encodeSflow({
      agent: parseAddress(agent),
      subAgent: 3,
      sequence: i,
      samples: [0, 1, 2, 3].map((n) => ({
        kind: 'flow',
        sequence: 4 * i + n,
        source: 2,
        rate: 512,
        input: 2,
        output: 1,
        records: [header],
      })),
    }),
  ),
  encodeSflow({
    agent: parseAddress(agent),
    subAgent: 3,
    sequence: samplesSent / 4,
    samples: [
      { kind: 'discard', sequence: 0, source: 2, input: 2, output: 0, reason: 258, records: [header] },
      {
        kind: 'counter',
        sequence: 0,
        source: 2,
        records: [
          { tag: 1, octets: xdr(2, 6, 1_000_000_000n, 1, 3, 5n ** 20n, 1, 2, 3, 4, 5, 6, 7n, 8, 9, 10, 11, 12, 0) },
          { tag: 1005, octets: xdr('wan0') },
        ],
      },
    ],
  }),
];

describe('a started system', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(async () => {
    await system.destroy();
  });

  it('stores sampled packets, sums what an interface carried, and keeps its counters and its name', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind({ address: agent, port: 0 }, resolve));
    for (const datagram of datagrams())
      await new Promise((resolve) => socket.send(datagram, system.ports.sflow, '127.0.0.1', resolve));
    socket.close();

    const store = system.store();
    try {
      const from = `exporter = toIPv6('${agent}')`;
      const rows = await until('all rows are stored', async () => {
        const found = await store.query<{
          counter: number;
          rows: string;
          octets: string;
          vlan: number;
          reason: number;
        }>(
          `SELECT counter, toString(count()) AS rows, toString(sum(octets * sampling_rate)) AS octets,
             any(src_vlan) AS vlan, any(discard_reason) AS reason
           FROM flows
           WHERE ${from} AND version = 105 AND observation_domain = 3 AND in_if = 2 AND dst_port = 50000
             AND direction = 1 AND src_addr = toIPv6('198.51.100.1')
           GROUP BY counter ORDER BY counter`,
        );
        return found.length === 2 && found[0]?.rows === String(samplesSent) && found;
      });
      expect(rows).toEqual([
        { counter: 0, rows: '40', octets: String(samplesSent * frameOctets * 512), vlan: 30, reason: 0 },
        { counter: 3, rows: '1', octets: String(frameOctets), vlan: 30, reason: 258 },
      ]);

      // The packet that was dropped is not in the sums.
      const sums = await until('the sums are stored', async () => {
        const found = await store.query<{ octets: string; packets: string }>(
          `SELECT toString(sum(octets)) AS octets, toString(sum(packets)) AS packets FROM interface_1m
           WHERE ${from} AND interface = 2 AND side = 0 AND sampling_rate = 512`,
        );
        return found[0]?.packets === String(samplesSent) && found;
      });
      expect(sums).toEqual([{ octets: String(samplesSent * frameOctets), packets: '40' }]);

      const samples = await until('the measurements are stored', async () => {
        const found = await store.query<{ metric: string; value: number; text: string }>(
          `SELECT metric, value, text FROM samples WHERE ${from} AND interface = 2
             AND metric IN ('interface.in.octets', 'interface.oper.state', 'interface.name') ORDER BY metric`,
        );
        return found.length === 3 && found;
      });
      expect(samples).toEqual([
        { metric: 'interface.in.octets', value: 5 ** 20, text: '' },
        { metric: 'interface.name', value: 0, text: 'wan0' },
        { metric: 'interface.oper.state', value: 1, text: '' },
      ]);
    } finally {
      await store.close();
    }
    expect(await system.metric('linewatch_collector_sflow_samples_total', { kind: 'flow' })).toBe(samplesSent);
    expect(await system.metric('linewatch_collector_losses_total')).toBe(0);
  });
});

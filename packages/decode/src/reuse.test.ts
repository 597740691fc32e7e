/** Datagrams are read in place, one after another in the same memory: nothing that is kept of one may be in it. */
import { formatAddress } from '@linewatch/record';
import { expect, test } from 'vitest';
import { encodeSflow, xdr } from './encode-sflow.ts';
import { link, v2c } from './snmp/testing.ts';
import { harness, ip, message, nowMs, template } from './testing.ts';

const flows = template(256, [
  [8, 4],
  [1, 8],
  [82, 8],
]);
const names = template(
  300,
  [
    [10, 4],
    [82, 8],
  ],
  1,
);
const row = [ip('10.1.2.3').subarray(12), 700, 'Gi0/1'] as const;

/** In an order that makes the decoder hold, learn, tell again and limit a storm. */
const datagrams: readonly Uint8Array[] = [
  message(9, [{ data: flows, rows: [row] }], { sequence: 1 }),
  message(9, [{ template: names }, { data: names, rows: [[3, 'Gi0/1']] }], { sequence: 2 }),
  message(9, [{ template: flows }], { sequence: 3 }),
  message(10, [{ template: flows }, { data: flows, rows: [row, row] }], { sequence: 0 }),
  message(10, [{ data: flows, rows: [row] }], { sequence: 2 }),
  encodeSflow({
    agent: ip('192.0.2.1'),
    sequence: 1,
    samples: [
      { kind: 'flow', sequence: 1, source: 3, rate: 10, input: 3, output: 4, records: [] },
      { kind: 'opaque', tag: (4300 << 12) + 1002, octets: xdr(1, 2, 'text') },
    ],
  }),
  ...Array.from({ length: 60 }, () => v2c(link('linkDown', 3))),
];

function run(give: (datagram: Uint8Array) => Uint8Array, done: () => void): unknown {
  const { sink, decoder, counters } = harness({ keepElements: 'all' });
  const exporter = decoder.exporter(ip('192.0.2.1'));
  const snapshots: unknown[] = [];
  datagrams.forEach((datagram, i) => {
    decoder.decode(exporter, give(datagram), nowMs + i);
    done();
    snapshots.push(structuredClone(decoder.templates()));
  });
  sink.flush();
  decoder.expire(nowMs + 3_600_000);
  const text = ({ exporter: of, ...rest }: { readonly exporter: Uint8Array }): object => ({
    ...rest,
    exporter: formatAddress(of),
  });
  return {
    flows: sink.flows,
    elements: sink.elements,
    samples: sink.samples.map(text),
    events: sink.events.map(text),
    snapshots,
    counters,
  };
}

test('what is decoded stays as it is when the memory of its datagram is used again', () => {
  const memory = new Uint8Array(65_536);
  const apart = run(
    (datagram) => Uint8Array.from(datagram),
    () => undefined,
  );
  const reused = run(
    (datagram) => {
      memory.set(datagram);
      return memory.subarray(0, datagram.length);
    },
    () => memory.fill(0xee),
  );
  expect(reused).toEqual(apart);
  // They hold something to be wrong.
  expect(apart).toMatchObject({ counters: { setsHeld: 1, setsReleased: 1, flows: 5 } });
  expect((apart as { events: unknown[] }).events.length).toBeGreaterThan(1);
  expect((apart as { elements: unknown[] }).elements.length).toBeGreaterThan(0);
});

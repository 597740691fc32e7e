import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as p from '../encode-packet.ts';
import {
  type SflowFlowSample,
  type SflowRecord,
  type SflowSample,
  encodeSflow,
  sflowHeader,
  xdr,
} from '../encode-sflow.ts';
import { harness, ip, nowMs } from '../testing.ts';
import { counterFields, counterFormats } from './counter-formats.ts';
import { flowFormats } from './formats.ts';

const agent = ip('192.0.2.1');
const web = p.ethernet(
  p.etherTypes.ipv4,
  p.ipv4({ src: ip('10.1.0.1'), dst: ip('10.2.0.2'), protocol: 6 }, p.tcp(1, 443)),
);
const flow = (sequence: number, source = 3): SflowFlowSample => ({
  kind: 'flow',
  sequence,
  source,
  rate: 100,
  input: source,
  output: 4,
  records: [{ tag: 1001, octets: xdr(10, 0, 20, 0) }, sflowHeader(web, 600)],
});
const counters = (sequence: number): SflowSample => ({
  kind: 'counter',
  sequence,
  source: 3,
  records: [{ tag: 2, octets: xdr(...Array.from({ length: 13 }, () => 1)) }],
});
const datagram = (samples: readonly SflowSample[], sequence = 1, subAgent = 0): Uint8Array =>
  encodeSflow({ agent, subAgent, sequence, samples });

describe('a datagram', () => {
  test('of an IPv6 agent, with samples of all kinds', () => {
    const h = harness();
    const opaque: SflowSample = { kind: 'opaque', tag: (4300 << 12) + 1002, octets: xdr('metric', 5) };
    const flows = h.feed(
      encodeSflow({ agent: ip('2001:db8::1'), sequence: 1, samples: [flow(1), counters(1), opaque, flow(2)] }),
    );
    expect(flows).toHaveLength(2);
    expect(h.counters.datagrams).toEqual({ decoded: 1, held: 0, rejected: 0 });
    expect(h.counters.sflow).toMatchObject({ flowSamples: 2, counterSamples: 1, structuresUnread: 1 });
    expect(h.losses()).toEqual({ sample_kind_unknown: 1 });
    const exporter = h.decoder.exporter(agent);
    expect([...exporter.versions]).toEqual([[105, nowMs]]);
    expect(exporter.skewMs).toBe(0);
  });

  test("tells the agent's address where it is not the source of the datagram, now and then", () => {
    const h = harness();
    const told = (from: string, at: number): string[] => {
      const before = h.sink.samples.length;
      h.feed(datagram([]), { from, at });
      return h.sink.samples.slice(before).map((s) => `${s.metric} ${s.text}`);
    };
    expect(told('192.0.2.1', nowMs)).toEqual([]);
    expect(told('198.51.100.1', nowMs)).toEqual(['exporter.agent 192.0.2.1']);
    expect(told('198.51.100.1', nowMs + 1000)).toEqual([]);
    expect(told('198.51.100.1', nowMs + 3_600_000)).toEqual(['exporter.agent 192.0.2.1']);
  });

  test.each([
    ['is too short', datagram([]).subarray(0, 27), 'header_truncated'],
    ['has no such type of address', xdr(5, 3, 0, 0, 0, 0, 0, 0), 'version_unknown'],
    ['promises samples that are not there', Uint8Array.of(...datagram([]).subarray(0, 27), 9), 'message_truncated'],
    ['has a sample that runs past it', Buffer.concat([datagram([flow(1)]).subarray(0, 60)]), 'message_truncated'],
    [
      'has only samples of unknown kinds',
      datagram([{ kind: 'opaque', tag: 77, octets: xdr(1) }]),
      'sample_kind_unknown',
    ],
    ['has only broken samples', datagram([{ kind: 'opaque', tag: 1, octets: xdr(1) }]), 'sample_malformed'],
  ] as const)('is rejected once when it %s', (_, octets, reason) => {
    const h = harness();
    expect(h.feed(octets)).toEqual([]);
    expect(h.counters.datagrams).toEqual({ decoded: 0, held: 0, rejected: 1 });
    expect(h.losses()).toEqual({ [reason]: 1 });
    expect(h.counters.rejected[reason]).toBe(1);
  });

  test('without samples is decoded, padding behind its samples is nothing, other octets are counted', () => {
    const h = harness();
    expect(h.feed(datagram([]))).toEqual([]);
    expect(h.feed(Buffer.concat([datagram([flow(1)]), Buffer.alloc(24)]))).toHaveLength(1);
    expect(h.losses()).toEqual({});
    h.feed(Buffer.concat([datagram([flow(1)]), Uint8Array.of(0, 0, 1)]));
    expect(h.losses()).toEqual({ octets_trailing: 1 });
    expect(h.counters.datagrams.decoded).toBe(3);
  });
});

describe('a broken sample', () => {
  /** Changes a 32-bit word of the first sample: its tag is word 7 of the datagram. */
  const patched = (samples: readonly SflowSample[], word: number, value: number): Uint8Array => {
    const out = Buffer.from(datagram(samples));
    out.writeUInt32BE(value, 4 * word);
    return out;
  };

  test.each([
    ['the first record is longer than it', 18, 1000],
    ['the first record is longer than it can be', 18, 0xffffffff],
  ])('does not lose those behind it: %s', (_, word, value) => {
    const h = harness();
    expect(h.feed(patched([flow(1), flow(2, 8)], word, value))).toMatchObject([{ inIf: 8, srcVlan: 10, octets: 600 }]);
    expect(h.losses()).toEqual({ sample_malformed: 1 });
    expect(h.counters.datagrams.decoded).toBe(1);
  });

  test('is a row with the records that are whole', () => {
    const h = harness();
    // It promises more records than it has.
    expect(h.feed(patched([flow(1), flow(2, 8)], 16, 0xffffffff))).toMatchObject([
      { inIf: 3, octets: 600, dstPort: 443 },
      { inIf: 8, octets: 600 },
    ]);
    expect(h.losses()).toEqual({ sample_malformed: 1 });
  });

  test('with octets behind its records is whole: its length tells where the next begins', () => {
    const h = harness();
    const octets = Buffer.from(datagram([flow(1)]));
    const padded = Buffer.concat([octets, Buffer.alloc(12, 0xee)]);
    padded.writeUInt32BE(padded.readUInt32BE(32) + 12, 32);
    padded.writeUInt32BE(2, 24);
    const next = datagram([flow(2, 8)]).subarray(28);
    expect(h.feed(Buffer.concat([padded, next]))).toMatchObject([{ inIf: 3 }, { inIf: 8 }]);
    expect(h.losses()).toEqual({});
  });

  test.each([
    ['a router', { tag: 1002, octets: xdr(1, 1, 2) }],
    ['a router without a type of address', { tag: 1002, octets: xdr(7, 1, 2, 3) }],
    ['a gateway whose path never ends', { tag: 1003, octets: xdr(0, 1, 2, 3, 0xffffffff, 2, 0xffffffff, 1) }],
    [
      'a gateway with empty segments only',
      { tag: 1003, octets: xdr(0, 1, 2, 3, 0xffffffff, ...Array.from({ length: 64 }, () => 0)) },
    ],
    ['a switch', { tag: 1001, octets: xdr(1) }],
    ['NAT', { tag: 1007, octets: xdr(1, 1, 2, 3) }],
    ['a header longer than its record', { tag: 1, octets: xdr(1, 64, 0, 500, web.subarray(0, 20)) }],
  ])('has a bad record of %s: what came before it stays', (_, record) => {
    const h = harness();
    const good = { tag: 1001, octets: xdr(10, 0, 20, 0) };
    expect(h.feed(datagram([{ ...flow(1), records: [good, record] }]))).toMatchObject([{ srcVlan: 10, dstVlan: 20 }]);
    expect(h.losses()).toEqual({ sample_malformed: 1 });
  });
});

describe('what sequence numbers tell', () => {
  test('datagrams are counted by sub-agent, samples by source and kind', () => {
    const h = harness();
    h.feed(datagram([flow(10), flow(50, 8), counters(7)], 100));
    h.feed(datagram([flow(1)], 5, 1));
    h.feed(datagram([flow(11), flow(51, 8), counters(8)], 101));
    h.feed(datagram([flow(2)], 6, 1));
    const { sequence } = h.decoder.exporter(agent);
    expect(sequence).toMatchObject({ lostDatagrams: 0, lostSamples: 0, duplicates: 0, restarts: 0 });
    // Three datagrams of sub-agent 0 are missing, with 4 + 1 samples.
    h.feed(datagram([flow(16), flow(53, 8), counters(9)], 105));
    expect(sequence).toMatchObject({ lostDatagrams: 3, lostSamples: 5, lateDatagrams: 0 });
    // One of them comes late.
    h.feed(datagram([flow(13)], 103));
    expect(sequence).toMatchObject({ lostDatagrams: 3, lostSamples: 5, lateDatagrams: 1, lateSamples: 1 });
    expect(h.counters.sequence).toEqual(sequence);
    expect(h.counters.flows).toBe(9);
  });

  test('a datagram that comes twice is one duplicate, whatever it holds', () => {
    const h = harness();
    for (const sequence of [1, 2, 2, 3]) h.feed(datagram([flow(2 * sequence), flow(2 * sequence + 1)], sequence));
    expect(h.counters.sequence).toMatchObject({ duplicates: 1, lostDatagrams: 0, lostSamples: 0, lateSamples: 0 });
  });

  test('an agent that starts again is one restart, and its sources start again with it', () => {
    const h = harness();
    h.feed(datagram([flow(1_000_000), flow(2_000_000, 8)], 500_000));
    h.feed(datagram([flow(1), flow(1, 8)], 1));
    h.feed(datagram([flow(2), flow(2, 8)], 2));
    expect(h.counters.sequence).toMatchObject({ restarts: 1, lostDatagrams: 0, lostSamples: 0, lateSamples: 0 });
  });

  test('agents behind one relay are told apart', () => {
    const h = harness();
    for (let i = 0; i < 4; i++)
      for (const [n, address] of ['192.0.2.7', '192.0.2.8', '2001:db8::8'].entries())
        h.feed(encodeSflow({ agent: ip(address), sequence: 1000 * n + i, samples: [flow(50_000 * n + i)] }));
    expect(h.counters.sequence).toMatchObject({ lostDatagrams: 0, lateDatagrams: 0, restarts: 0, lostSamples: 0 });
    expect([...h.decoder.exporter(agent).domains.values()].map((d) => [d.version, d.id])).toEqual([[105, 0]]);
  });

  test('what is remembered of made-up agents and sources is bounded', () => {
    const h = harness({ limits: { remembered: 40_000 } });
    for (let i = 0; i < 400; i++) {
      const address = Uint8Array.of(10, 0, i >> 8, i);
      const samples = Array.from({ length: 100 }, (_, n) => ({ ...flow(1, 1 + 100 * i + n), records: [] }));
      h.feed(encodeSflow({ agent: address, subAgent: i & 3, sequence: 1, samples }));
    }
    expect(h.counters.losses.exporter_evicted).toBeGreaterThan(0);
    expect(h.decoder.exporter(agent).weight).toBeLessThan(41_000);
    expect(h.counters.losses.decoder_fault).toBe(0);
  });
});

describe('hostile datagrams', () => {
  const counterTags = [...counterFields.keys(), ...Object.values(counterFormats)];
  const record = (tags: readonly number[]): fc.Arbitrary<SflowRecord> =>
    fc.record({ tag: fc.constantFrom(...tags), octets: fc.uint8Array({ maxLength: 160 }) });

  test('with records of any content never throw; every measurement is a number, every text short', () => {
    fc.assert(
      fc.property(
        fc.array(record(Object.values(flowFormats)), { maxLength: 6 }),
        fc.array(record(counterTags), { maxLength: 6 }),
        fc.nat(3),
        (flowRecords, counterRecords, sourceClass) => {
          const h = harness();
          h.feed(
            datagram([
              { ...flow(1), records: flowRecords },
              { kind: 'counter', sequence: 1, source: 5, sourceClass, records: counterRecords },
              flow(2, 8),
            ]),
          );
          h.sink.flush();
          expect(h.counters.losses.decoder_fault).toBe(0);
          expect(h.counters.datagrams.decoded).toBe(1);
          // Whatever the records say, their lengths hold: the last sample is there.
          expect(h.sink.flows.at(-1)).toMatchObject({ inIf: 8, octets: 600, dstPort: 443 });
          for (const { value, text, metric } of h.sink.samples) {
            expect({ metric, finite: Number.isFinite(value) }).toEqual({ metric, finite: true });
            expect(text.length).toBeLessThanOrEqual(255);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  const whole = datagram([
    flow(1),
    { ...flow(2), expanded: true },
    counters(1),
    { kind: 'discard', sequence: 1, source: 3, input: 3, output: 0, reason: 257, records: [sflowHeader(web)] },
  ]);

  test('cut at any octet have one outcome, and what is whole is read', () => {
    let rows = 0;
    for (let end = 0; end <= whole.length; end++) {
      const h = harness();
      const flows = h.feed(whole.subarray(0, end));
      const { decoded, rejected } = h.counters.datagrams;
      expect({ end, outcomes: decoded + rejected, fault: h.counters.losses.decoder_fault }).toEqual({
        end,
        outcomes: 1,
        fault: 0,
      });
      expect(flows.length).toBeGreaterThanOrEqual(rows);
      rows = flows.length;
      if (end < whole.length) expect(Object.keys(h.losses()).length).toBeGreaterThan(0);
    }
    expect(rows).toBe(3);
  });

  test('with any octets changed never throw, have one outcome, and leave no trace in the rows of the next', () => {
    const h = harness();
    const clean = harness().feed(whole);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)));
    let fed = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.nat(whole.length), (changes, cut) => {
        const octets = Uint8Array.from(whole);
        for (const [at, value] of changes) octets[at] = value;
        h.feed(octets.subarray(0, cut > whole.length / 2 ? undefined : cut));
        expect(h.feed(whole)).toEqual(clean);
        fed += 2;
        const { decoded, held, rejected } = h.counters.datagrams;
        expect(decoded + held + rejected).toBe(fed);
        expect(h.counters.losses.decoder_fault).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
